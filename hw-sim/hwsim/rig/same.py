"""Two runs of the same thing: whether their rows of calls, legs and events say the same.

Order and values have to be equal, times within ROOM; recordings are left aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

ROOM = 0.1
"""Seconds."""
TIMES = ("started", "answered", "ended")
SPANS = ("seconds",)
"""Values that are lengths of time: the difference of two times."""
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_NAME = re.compile(r"(call|leg|message|recording)-[0-9a-z-]+")
_ASIDE = ("call.recording",)
_NO_VALUES = ("events", "legs", "recordings", "messages", "path", "seq", "at", "wall", "type")

Row = Mapping[str, Any]


def differences(first: Sequence[Row], second: Sequence[Row]) -> list[str]:
    """A line for each; calls oldest first, with `events` and `legs`."""
    if len(first) != len(second):
        return [f"{len(first)} calls, and {len(second)}"]
    return [each for one, other in zip(first, second, strict=True) for each in _call(one, other)]


def widest(first: Sequence[Row], second: Sequence[Row]) -> float:
    """The greatest difference of the times of events that stand at the same place, in seconds."""
    return max(
        (
            abs(a["at"] - b["at"])
            for one, other in zip(first, second, strict=False)
            for a, b in zip(_events(one), _events(other), strict=False)
        ),
        default=0.0,
    )


def alike(call: Row) -> dict[str, Any]:
    """A call so that it can be held against one of another line, station or time: its names are those of the
    first call of a first line, and its times count from its beginning at the year's."""
    names: dict[str, str] = {}
    begun = datetime.fromisoformat(call["started"])
    offered = call["events"][0]["at"] if call["events"] else 0.0

    def named(found: re.Match[str]) -> str:
        return names.setdefault(found[0], f"{found[1]}-{len(names) + 1}")

    def plain(key: str, value: Any) -> Any:
        if isinstance(value, list):
            return [plain("", each) for each in value]
        if isinstance(value, Mapping):
            return {name: plain(name, each) for name, each in value.items() if name not in ("wall", "path")}
        if key == "at":
            return value - offered
        if key in TIMES and value is not None:
            return (_EPOCH + (datetime.fromisoformat(value) - begun)).isoformat()
        if value == call["port"]:
            return "line"
        return _NAME.sub(named, value) if isinstance(value, str) else value

    return {key: plain(key, value) for key, value in call.items()}


def _call(one: Row, other: Row) -> Iterator[str]:
    name = str(one["id"])
    yield from _values(name, one, other)
    if len(one["legs"]) != len(other["legs"]):
        yield f"{name}: {len(one['legs'])} legs, and {len(other['legs'])}"
    for number, (leg, leg_too) in enumerate(zip(one["legs"], other["legs"], strict=False), 1):
        yield from _values(f"{name}: leg {number}", leg, leg_too)
    events, events_too = _events(one), _events(other)
    for number, (event, event_too) in enumerate(zip(events, events_too, strict=False), 1):
        place = f"{name}: event {number}, {event['type']}"
        if event["type"] != event_too["type"]:
            yield f"{place}: {event_too['type']} in its place"
            return
        late = event_too["at"] - event["at"]
        if abs(late) > ROOM:
            yield f"{place}: {late:+.3f} s"
        yield from _values(place, event, event_too)
    if len(events) != len(events_too):
        yield f"{name}: {len(events)} events, and {len(events_too)}"


def _events(call: Row) -> list[Row]:
    return [event for event in call["events"] if event["type"] not in _ASIDE]


def _values(place: str, one: Row, other: Row) -> Iterator[str]:
    for key in dict.fromkeys((*one, *other)):
        if key in _NO_VALUES:
            continue
        value, value_too = one.get(key), other.get(key)
        if value == value_too:
            continue
        apart = _apart(key, value, value_too)
        if apart is None:
            yield f"{place}: {key} is {value!r}, and {value_too!r}"
        elif abs(apart) > ROOM:
            yield f"{place}: {key}: {apart:+.3f} s"


def _apart(key: str, value: Any, value_too: Any) -> float | None:
    """Seconds between two times or lengths of time; None: they are none."""
    if value is None or value_too is None:
        return None
    if key in TIMES:
        return (datetime.fromisoformat(value_too) - datetime.fromisoformat(value)).total_seconds()
    return float(value_too) - float(value) if key in SPANS else None
