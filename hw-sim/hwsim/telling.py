"""A call's events in plain words, as `ctidrv demo` and the time lines of scenarios tell them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_WORDS = {
    "call.offered": "the line rings: a call is opened",
    "call.ring": "ring {count}",
    "call.caller": "caller ID heard between the rings ({standard}): {number}, {name}",
    "call.customer": "she is in the customer table: {name}, {company}",
    "call.answered": "the {by} answers: off hook, and the recording begins",
    "call.choice": "key {key} in the menu: {result}",
    "call.message": "message {message} of {seconds:.1f} s kept in box {box}",
    "call.clearing": "the far end is gone: {cause} (confidence {confidence:g}); on hook",
    "call.ended": "the call is over: {outcome}",
}


def told(event: Mapping[str, Any]) -> str | None:
    """One line for an event (as the API sends it); None for one that is not worth telling."""
    kind = event["type"]
    if kind == "call.digit":
        during = event.get("during")
        return f"key {event['digit']} heard" + (f" in the middle of {during!r}" if during else "")
    if kind == "call.choice" and not event.get("key"):
        return "no key comes: the menu goes on as for that"
    if kind == "call.prompt" and event.get("state") == "started":
        return f"plays {event['prompt']!r} ({event['lang']})"
    if kind == "call.prompt" and event.get("reason") == "digit":
        return f"{event['prompt']!r} is cut short by the key"
    if kind == "call.recording":
        return f"recording {event['state']}: {event['path']}"
    words = _WORDS.get(kind)
    return None if words is None else words.format_map(_Known(event))


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"
