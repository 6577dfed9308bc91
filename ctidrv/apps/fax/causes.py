"""How a call that was to send a fax ended, in words for an operator."""

from __future__ import annotations

from enum import StrEnum


class FaxCause(StrEnum):
    """As written in rows and journals."""

    SENT = "sent"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    NO_FAX = "no-fax"  # somebody answered, and it was no fax
    CONGESTION = "congestion"
    WRONG_NUMBER = "wrong-number"
    NOT_ALLOWED = "not-allowed"  # station.toml has changed since it was queued
    LINE_TROUBLE = "line-trouble"
    LINE_TAKEN = "line-taken"  # a caller rang in that moment, or an emergency call needed the line
    BROKEN_OFF = "broken-off"
    REFUSED = "refused"
    INCOMPATIBLE = "incompatible"
    DOCUMENT = "document"
    STOPPED = "stopped"
    RESTART = "station-restart"
    ERROR = "error"


WORDS: dict[str, dict[FaxCause, str]] = {
    "en": {
        FaxCause.SENT: "sent: the far end confirmed every page",
        FaxCause.BUSY: "the number is busy",
        FaxCause.NO_ANSWER: "nobody answered",
        FaxCause.NO_FAX: "somebody answered, but no fax machine",
        FaxCause.CONGESTION: "the network was congested",
        FaxCause.WRONG_NUMBER: "the number does not exist: check it",
        FaxCause.NOT_ALLOWED: "station.toml does not allow this number any more ([outbound])",
        FaxCause.LINE_TROUBLE: "the line did not dial: check the line",
        FaxCause.LINE_TAKEN: "the line was needed for a call",
        FaxCause.BROKEN_OFF: "the connection was lost during the fax",
        FaxCause.REFUSED: "the far end refused a page as unreadable",
        FaxCause.INCOMPATIBLE: "the far end cannot receive this fax",
        FaxCause.DOCUMENT: "the document could not be made into pages",
        FaxCause.STOPPED: "stopped by an operator",
        FaxCause.RESTART: "the station was restarted during the fax",
        FaxCause.ERROR: "the station failed at this: see its log",
    },
    "zh": {
        FaxCause.SENT: "已发送：对方已确认每一页",
        FaxCause.BUSY: "对方占线",
        FaxCause.NO_ANSWER: "无人应答",
        FaxCause.NO_FAX: "有人应答，但不是传真机",
        FaxCause.CONGESTION: "网络拥塞",
        FaxCause.WRONG_NUMBER: "号码不存在，请核对",
        FaxCause.NOT_ALLOWED: "station.toml 已不允许拨打该号码（[outbound]）",
        FaxCause.LINE_TROUBLE: "线路未能拨号，请检查线路",
        FaxCause.LINE_TAKEN: "线路被通话占用",
        FaxCause.BROKEN_OFF: "传真过程中连接中断",
        FaxCause.REFUSED: "对方拒收：页面无法辨认",
        FaxCause.INCOMPATIBLE: "对方无法接收这份传真",
        FaxCause.DOCUMENT: "文档无法转换为页面",
        FaxCause.STOPPED: "已由操作员停止",
        FaxCause.RESTART: "传真过程中系统重启",
        FaxCause.ERROR: "系统出错，请查看日志",
    },
}
LANGUAGES = tuple(WORDS)


def in_words(cause: str | None, detail: str | None = None, language: str = "en") -> str | None:
    """What an operator reads; `detail` behind it. A cause of a later version is said as it is."""
    if cause is None:
        return None
    said = WORDS[language].get(FaxCause(cause), cause) if cause in set(FaxCause) else cause
    return f"{said} ({detail})" if detail else said
