"""What the applications keep, and what they need of a store; `ctidrv.store` implements it.

Times: `at` are samples of the engine that ran; `datetime`s are UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call, from the first of ring, caller ID or reversal. Written at once, updated as it goes on."""

    id: str
    port: str
    direction: str  # in | out
    started: datetime
    state: str = "alerting"  # alerting | connected | ended
    number: str | None = None  # as it came, or was dialled
    e164: str | None = None  # normalised
    name: str | None = None  # by caller ID
    withheld: str | None = None  # private | unavailable
    customer: int | None = None
    answered: datetime | None = None
    ended: datetime | None = None
    cause: str | None = None  # callcontrol/causes.py
    outcome: str | None = None  # message | answered | missed | interrupted …


@dataclass(frozen=True, slots=True)
class LegRow:
    """A party's part in a call: the line, the menu, a seat, a mailbox."""

    id: str
    call: str
    kind: str  # line | ivr | mailbox | seat | called | park
    party: str
    started: datetime
    ended: datetime | None = None
    cause: str | None = None
    answered: datetime | None = None  # of a seat: when it lifted, from `started` on it rang


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of a call's history, as the WebSocket sends it."""

    seq: int
    call: str | None
    port: str
    type: str
    at: int
    wall: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecordingRow:
    id: str
    call: str
    path: str  # absolute
    started: datetime
    sha256: str | None = None  # None while open
    samples: int | None = None
    state: str = "open"  # open | closed | repaired | missing
    lost_samples: int = 0


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A voice message in a box."""

    id: str
    box: str
    call: str
    path: str  # absolute
    started: datetime
    samples: int
    number: str | None = None
    customer: int | None = None
    state: str = "new"  # new | heard | done


@dataclass(frozen=True, slots=True)
class Customer:
    id: int
    name: str
    company: str | None = None
    notes: str | None = None
    tags: Sequence[str] = ()
    numbers: Sequence[str] = ()  # E.164


class Repository(Protocol):
    """What is written of calls, in order. `put_*` inserts or updates by id and returns at once;
    `committed` returns when all that was put before it is on the disk."""

    def put_call(self, row: CallRow) -> None: ...
    def put_leg(self, row: LegRow) -> None: ...
    def put_event(self, row: EventRow) -> None: ...
    def put_recording(self, row: RecordingRow) -> None: ...
    def put_message(self, row: MessageRow) -> None: ...
    async def committed(self) -> None: ...
    def customers_by_number(self, e164: str) -> Sequence[Customer]: ...
