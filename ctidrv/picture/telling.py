"""A call's events in plain words, in the languages of the station's people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_WORDS: dict[str, dict[str, str]] = {}
_WORDS["en"] = {
    "call.offered": "the line rings: a call is opened",
    "order": "{number} is called: off hook, and the recording begins",
    "call.dialled": "{digits} is dialled ({how})",
    "call.progress": "on the line: {state} (confidence {confidence:g})",
    "call.moved": "made anew on another line, as {to}",
    "reached": "somebody answers, as the {sign} says (confidence {confidence:g})",
    "call.ring": "ring {count}",
    "call.caller": "caller ID heard between the rings ({standard}): {number}, {name}",
    "call.customer": "she is in the customer table: {name}, {company}",
    "call.answered": "the {by} answers: off hook, and the recording begins",
    "call.choice": "key {key} in the menu: {result}",
    "call.message": "message {message} of {seconds:.1f} s kept in box {box}",
    "call.clearing": "the far end is gone: {cause} (confidence {confidence:g}); on hook",
    "call.ended": "the call is over: {outcome}",
    "no-key": "no key comes: the menu goes on as for that",
    "key": "key {digit} heard",
    "key-in": "key {digit} heard in the middle of {during!r}",
    "plays": "plays {prompt!r} ({lang})",
    "cut": "{prompt!r} is cut short by the key",
    "recording": "recording {state}: {path}",
    "seat-ringing": "{seat} is rung",
    "seat-answered": "{seat} lifts the handset",
    "seat-talking": "{seat} and the caller hear each other",
    "seat-held": "{seat} is on hold",
    "seat-muted": "{seat} is muted",
    "seat-consulting": "{seat} asks another seat, the caller hears music",
    "seat-consulted": "{seat} is asked",
    "seat-conference": "{seat} is in a conference with the caller",
    "seat-left": "{seat} is out of the call: {cause}",
    "served-started": "given to {by}",
    "served-answered": "{by} is done",
    "served-no-answer": "nobody answers {by}",
    "served-failed": "{by} fails",
    "call.faxed": "fax {direction}: {result}; pages: {pages}",
    "queue.entered": "waits in queue {queue}, in place {position}",
    "queue.left": "out of queue {queue} after {seconds:.0f} s: {why}",
}
_WORDS["zh"] = {
    "call.offered": "线路振铃，开始一次通话",
    "order": "呼叫 {number}：摘机，开始录音",
    "call.dialled": "已拨 {digits}（{how}）",
    "call.progress": "线路上：{state}（可信度 {confidence:g}）",
    "call.moved": "改用另一条线路，即 {to}",
    "reached": "对方应答，依据 {sign}（可信度 {confidence:g}）",
    "call.ring": "第 {count} 声振铃",
    "call.caller": "两次振铃之间收到来电显示（{standard}）：{number}，{name}",
    "call.customer": "客户表中有此人：{name}，{company}",
    "call.answered": "已应答（{by}）：摘机，开始录音",
    "call.choice": "菜单中的按键 {key}：{result}",
    "call.message": "留言 {message}，{seconds:.1f} 秒，存入信箱 {box}",
    "call.clearing": "对方已离开：{cause}（可信度 {confidence:g}）；挂机",
    "call.ended": "通话结束：{outcome}",
    "no-key": "没有按键，菜单继续",
    "key": "收到按键 {digit}",
    "key-in": "在 {during!r} 播放中收到按键 {digit}",
    "plays": "播放 {prompt!r}（{lang}）",
    "cut": "{prompt!r} 被按键打断",
    "recording": "录音 {state}：{path}",
    "seat-ringing": "座席 {seat} 振铃",
    "seat-answered": "座席 {seat} 摘机",
    "seat-talking": "座席 {seat} 与来电者通话",
    "seat-held": "座席 {seat} 保持中",
    "seat-muted": "座席 {seat} 静音",
    "seat-consulting": "座席 {seat} 咨询另一座席，来电者听音乐",
    "seat-consulted": "座席 {seat} 被咨询",
    "seat-conference": "座席 {seat} 与来电者三方通话",
    "seat-left": "座席 {seat} 离开通话：{cause}",
    "served-started": "转到 {by}",
    "served-answered": "{by} 已完成",
    "served-no-answer": "{by} 无应答",
    "served-failed": "{by} 未成功",
    "call.faxed": "传真 {direction}：{result}；{pages} 页",
    "queue.entered": "在队列 {queue} 中等候，第 {position} 位",
    "queue.left": "离开队列 {queue}，已等候 {seconds:.0f} 秒：{why}",
}


def told(event: Mapping[str, Any], language: str = "en") -> str | None:
    """One line for an event (as the API sends it); None for one that is not worth telling."""
    kind = _kind(event)
    words = None if kind is None else _WORDS[language].get(kind)
    return None if words is None else words.format_map(_Known(event))


def _kind(event: Mapping[str, Any]) -> str | None:
    kind = str(event["type"])
    if kind == "call.offered" and event.get("direction") == "out":
        return "order"
    if kind == "call.answered" and event.get("by") == "called":
        return "reached"
    if kind == "call.seat":
        return f"seat-{event.get('state')}"
    if kind == "call.served":
        return f"served-{event.get('state')}"
    if kind == "call.digit":
        return "key-in" if event.get("during") else "key"
    if kind == "call.choice" and not event.get("key"):
        return "no-key"
    if kind == "call.prompt" and event.get("state") == "started":
        return "plays"
    if kind == "call.prompt":
        return "cut" if event.get("reason") == "digit" else None
    return "recording" if kind == "call.recording" else kind


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"
