"""What a caller-ID message tells, as calls and the journal have it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ctidrv.callcontrol.call import Caller
from ctidrv.events import CallerIdSeen
from ctidrv.native.cid import parse


def caller_of(event: CallerIdSeen, country: str | None) -> Caller:
    """Who calls; the name read by the country's code page. Of a damaged message neither number nor name."""
    name = event.name
    if name is not None and country is not None:
        name = parse(event.raw, event.standard, country=country).name or name
    told = Caller(event.number, name, event.reason, event.standard, event.checksum_ok)
    return replace(told, number=None, name=None) if event.checksum_ok is False else told


def caller_fact(told: Caller, event: CallerIdSeen) -> dict[str, Any]:
    """The data of ``call.caller`` and ``call.waiting``; of a damaged message with its bytes."""
    fact: dict[str, Any] = {
        "number": told.number,
        "name": told.name,
        "reason": told.reason,
        "standard": told.standard,
        "checksum_ok": told.checksum_ok,
    }
    return fact | {"raw": event.raw.hex()} if event.checksum_ok is False else fact


def messages_fact(event: CallerIdSeen) -> dict[str, Any]:
    """The data of ``line.message_waiting``."""
    message = parse(event.raw, event.standard)
    waiting = bool(message.messages) if message.waiting is None else message.waiting
    return {"waiting": waiting, "messages": message.messages}
