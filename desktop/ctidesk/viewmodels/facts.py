"""What the station says, as values: read from its JSON, unknown fields ignored, missing ones None.

A row that lacks what makes it a row (a call without an id) is refused with ValueError by `read`,
so one odd row never takes the window down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

Row = Mapping[str, Any]
T = TypeVar("T")


def moment(value: object) -> datetime | None:
    """RFC 3339 text to an aware datetime; None when it is none."""
    if not isinstance(value, str) or not value:
        return None
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def text(value: object) -> str | None:
    """Text, a number as text; None for nothing and the empty text."""
    if value is None or isinstance(value, (dict, list, bool)):
        return None
    return str(value) or None


def number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return tuple(str(part) for part in value) if isinstance(value, (list, tuple)) else ()


def needed(row: Row, name: str) -> str:
    found = text(row.get(name))
    if found is None:
        raise ValueError(f"a row without {name}: {row!r}")
    return found


def read(rows: object, make: Callable[[Row], T]) -> tuple[T, ...]:
    """The rows that can be read; what is no row is left out."""
    made: list[T] = []
    for row in rows if isinstance(rows, Iterable) else ():
        if not isinstance(row, Mapping):
            continue
        try:
            made.append(make(row))
        except ValueError:
            continue
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Port:
    id: str
    state: str = "idle"
    call: str | None = None
    since: datetime | None = None
    country: str | None = None
    label: str | None = None
    """The name that the office gave it; a driver's own words for its port are not shown."""
    fax: bool = True
    """It hears while it speaks, or whether it does is not known."""

    @classmethod
    def of(cls, row: Row) -> Port:
        return cls(
            id=text(row.get("port")) or needed(row, "id"),
            state=text(row.get("state")) or "idle",
            call=text(row.get("call")),
            since=moment(row.get("since")),
            country=text(row.get("country")),
            label=text(row.get("label")) if row.get("named") is True else None,
            fax=not (isinstance(caps := row.get("caps"), Mapping) and caps.get("full_duplex") == "no"),
        )


@dataclass(frozen=True, slots=True)
class Seat:
    """An operator's place."""

    name: str
    number: str = ""
    port: str = ""
    groups: tuple[str, ...] = ()
    state: str = "ready"
    pausing: bool = False
    """No more calls are wanted, after the one that goes on."""
    call: str | None = None
    since: datetime | None = None

    @classmethod
    def of(cls, row: Row, now: datetime) -> Seat:
        """The station tells for how long; `now` is when it did."""
        lasted = number(row.get("seconds"))
        return cls(
            name=needed(row, "name"),
            number=text(row.get("number")) or "",
            port=text(row.get("port")) or "",
            groups=texts(row.get("groups")),
            state=text(row.get("state")) or "ready",
            pausing=row.get("pausing") is True,
            call=text(row.get("call")),
            since=None if lasted is None else now - timedelta(seconds=lasted),
        )


@dataclass(frozen=True, slots=True)
class Call:
    id: str
    port: str
    direction: str = "in"
    state: str = "alerting"  # alerting | connected | ended
    started: datetime | None = None
    answered: datetime | None = None
    ended: datetime | None = None
    number: str | None = None
    e164: str | None = None
    name: str | None = None
    withheld: str | None = None  # private | unavailable
    customer: int | None = None
    customer_name: str | None = None
    cause: str | None = None
    outcome: str | None = None

    @classmethod
    def of(cls, row: Row) -> Call:
        return cls(
            id=needed(row, "id"),
            port=text(row.get("port")) or "",
            direction=text(row.get("direction")) or "in",
            state=text(row.get("state")) or "alerting",
            started=moment(row.get("started")),
            answered=moment(row.get("answered")),
            ended=moment(row.get("ended")),
            number=text(row.get("number")),
            e164=text(row.get("e164")),
            name=text(row.get("name")),
            withheld=text(row.get("withheld")),
            customer=whole(row.get("customer")),
            customer_name=text(row.get("customer_name")),
            cause=text(row.get("cause")),
            outcome=text(row.get("outcome")),
        )


@dataclass(frozen=True, slots=True)
class Message:
    id: str
    call: str
    box: str = ""
    started: datetime | None = None
    seconds: float | None = None
    number: str | None = None
    customer: int | None = None
    state: str = "new"

    @classmethod
    def of(cls, row: Row) -> Message:
        samples = number(row.get("samples"))
        seconds = number(row.get("seconds"))
        return cls(
            id=needed(row, "id"),
            call=text(row.get("call")) or "",
            box=text(row.get("box")) or "",
            started=moment(row.get("started")),
            seconds=seconds if seconds is not None else None if samples is None else samples / 8000,
            number=text(row.get("number")),
            customer=whole(row.get("customer")),
            state=text(row.get("state")) or "new",
        )


@dataclass(frozen=True, slots=True)
class Recording:
    id: str
    call: str
    seconds: float | None = None
    started: datetime | None = None
    open: bool = False
    """It is being made, or was deleted: it cannot be played."""
    state: str = "closed"

    @classmethod
    def of(cls, row: Row) -> Recording:
        call = needed(row, "call")
        return cls(
            id=text(row.get("id")) or call,
            call=call,
            seconds=number(row.get("seconds")),
            started=moment(row.get("started")),
            open=row.get("sha256") is None or row.get("deleted") is not None,
            state=text(row.get("state")) or "closed",
        )


@dataclass(frozen=True, slots=True)
class Customer:
    id: int
    name: str
    company: str | None = None
    notes: str | None = None
    tags: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    @classmethod
    def of(cls, row: Row) -> Customer:
        key = whole(row.get("id"))
        if key is None:
            raise ValueError(f"a customer without id: {row!r}")
        return cls(
            id=key,
            name=text(row.get("name")) or "",
            company=text(row.get("company")),
            notes=text(row.get("notes")),
            tags=texts(row.get("tags")),
            numbers=texts(row.get("numbers")),
        )


_ENVELOPE = frozenset({"seq", "type", "at", "wall", "call", "port", "data"})


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the station's event stream; `data` holds what its type adds."""

    type: str
    seq: int = 0
    wall: datetime | None = None
    call: str | None = None
    port: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, row: Row) -> Event:
        inner = row.get("data")
        data = {**(inner if isinstance(inner, Mapping) else {})}
        data.update((key, value) for key, value in row.items() if key not in _ENVELOPE)
        return cls(
            type=needed(row, "type"),
            seq=whole(row.get("seq")) or 0,
            wall=moment(row.get("wall")),
            call=text(row.get("call")),
            port=text(row.get("port")) or "",
            data=data,
        )

    def word(self, name: str) -> str | None:
        return text(self.data.get(name))
