"""What e-mails of faxes say, in English or Chinese."""

from __future__ import annotations

from datetime import datetime

from ctidrv.apps.fax.causes import in_words
from ctidrv.apps.fax.records import FaxJob, JobState, ReceivedFax

_EN = {
    "came": "Fax from {who}, pages: {pages}",
    "nobody": "an unknown number",
    "box": "Box: {box}",
    "from": "From: {number}",
    "ident": "Calls itself: {ident}",
    "at": "Time: {at}",
    "pages": "Pages: {pages}",
    "damaged": "Damaged rows: {rows}",
    "cut": "The connection was lost: pages may be missing.",
    "sent": "Fax to {number}: sent",
    "failed": "Fax to {number}: NOT sent",
    "stopped": "Fax to {number}: stopped",
    "document": "Document: {name}",
    "confirmed": "Pages confirmed by the other machine: {confirmed} of {pages}",
    "why": "Why: {why}",
    "no-pages": "The pages are not enclosed: {why}",
    "id": "Number of the fax: {id}",
}
_ZH = {
    "came": "来自 {who} 的传真，{pages} 页",
    "nobody": "未知号码",
    "box": "信箱：{box}",
    "from": "来自：{number}",
    "ident": "对方标识：{ident}",
    "at": "时间：{at}",
    "pages": "页数：{pages}",
    "damaged": "损坏的行数：{rows}",
    "cut": "连接中断，可能缺页。",
    "sent": "发往 {number} 的传真：已发送",
    "failed": "发往 {number} 的传真：未能发送",
    "stopped": "发往 {number} 的传真：已停止",
    "document": "文档：{name}",
    "confirmed": "对方已确认的页数：{confirmed}/{pages}",
    "why": "原因：{why}",
    "no-pages": "未附上页面：{why}",
    "id": "传真编号：{id}",
}
WORDS = {"en": _EN, "zh": _ZH}


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} {at:%z}"


def came(fax: ReceivedFax, at: datetime, language: str) -> tuple[str, list[str]]:
    """Subject and lines of one that came; `at` in the office's zone. Damage and what may be missing always
    stand there."""
    say = WORDS[language]
    who = fax.number or fax.ident or say["nobody"]
    lines = [say["box"].format(box=fax.box), say["from"].format(number=fax.number or say["nobody"])]
    lines += [say["ident"].format(ident=fax.ident)] if fax.ident else []
    lines += [say["at"].format(at=_time(at)), say["pages"].format(pages=fax.pages)]
    lines += [say["damaged"].format(rows=fax.bad_rows)] if fax.bad_rows else []
    lines += [] if fax.whole else [say["cut"]]
    return say["came"].format(who=who, pages=fax.pages), [*lines, say["id"].format(id=fax.id)]


def ended(job: FaxJob, confirmed: int, at: datetime, language: str) -> tuple[str, list[str]]:
    """Subject and lines of one that is over."""
    say = WORDS[language]
    lines = [
        say["document"].format(name=job.name),
        say["at"].format(at=_time(at)),
        say["confirmed"].format(confirmed=confirmed, pages=job.pages),
    ]
    if job.state is not JobState.SENT:
        lines.append(say["why"].format(why=in_words(job.cause, job.detail, language)))
    return say[job.state.value].format(number=job.number), [*lines, say["id"].format(id=job.id)]


def without_pages(why: str, language: str) -> str:
    """A line in the place of the file."""
    return WORDS[language]["no-pages"].format(why=why)
