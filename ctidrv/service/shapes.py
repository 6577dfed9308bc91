"""The shapes of what the API takes and gives; ``/openapi.json`` is made from them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Line = Annotated[str, StringConstraints(max_length=200)]
Path = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Number = Annotated[str, StringConstraints(max_length=64)]


class Shape(BaseModel):
    """Times are RFC 3339 with offset; what is not known is null; further fields may come."""

    model_config = ConfigDict(extra="allow")


class Problem(Shape):
    """Every answer above 399: one line for a person. A request that is not as it has to be is 422."""

    message: str
    field: str | None = None
    """Of 422: which field of the request is wrong, such as ``cover.to``."""


class Tone(Shape):
    """A tone as it was learnt from a recording."""

    hz: list[float]
    ms: list[int]
    """On, off, on, off … of one cycle; empty: steady."""
    level_dbm0: float
    cycles: int


class TaughtTone(Tone):
    tone: str
    """busy congestion dial"""
    learnt: str


class Port(Shape):
    id: str
    board: str
    driver: str
    kind: Literal["FXO", "FXS", "HANDSET", "TRUNK", "MONITOR"]
    label: str
    state: str
    """idle ringing seized dialling calling talking clearing out-of-order; unused: nothing is configured.
    A seat's telephone: idle ringing seized dialling talking cleared off-hook howling left-off-hook."""
    call: str | None
    holder: str | None = None
    """Who has the line for a while: a program at a fax modem's port, a client that waits for a fax."""
    messages_waiting: bool | None = None
    """At the exchange, as the line has told; null: it has not."""
    script: str | None
    country: str | None
    learnt: list[TaughtTone]
    """What the line was taught beside its country's tones."""
    caps: dict[str, Literal["yes", "no", "unknown"]]


class Seat(Shape):
    name: str
    number: str
    port: str
    """Of its telephone."""
    groups: list[str]
    state: Literal["ready", "paused", "ringing", "talking", "wrap-up", "in-use", "out-of-order"]
    """in-use: its telephone is off hook, and not for a call."""
    pausing: bool
    """No calls are wanted: paused, or to be after what goes on now."""
    seconds: float
    """In this state."""
    call: str | None
    consulted: bool
    """Another seat has that call, and asks this one."""


class QueueSeat(Shape):
    name: str
    state: str


class QueuedCall(Shape):
    call: str
    position: int
    number: str | None
    seconds: float
    """So long he has waited."""
    rings: str | None
    """The seat that rings for him now."""


class Queue(Shape):
    name: str
    seats: list[QueueSeat]
    most: int
    """Callers at a time."""
    waiting: list[QueuedCall]
    """In their order."""


class Call(Shape):
    id: str
    port: str
    direction: Literal["in", "out"]
    state: Literal["alerting", "connected", "ended"]
    started: str
    answered: str | None
    ended: str | None
    number: str | None
    e164: str | None
    name: str | None
    withheld: str | None
    customer: int | None
    customer_name: str | None
    cause: str | None
    outcome: str | None
    seconds: float | None
    """From answer to end."""


class Leg(Shape):
    id: str
    kind: str
    """line ivr mailbox fax queue seat called park"""
    party: str
    started: str
    answered: str | None = None
    """Of a seat, which rings before."""
    ended: str | None
    cause: str | None


class Event(Shape):
    """`at` is seconds of audio since the station started; the fields of the type come beside these."""

    seq: int
    type: str
    at: float
    wall: str
    call: str | None
    port: str


class Recording(Shape):
    id: str
    call: str
    path: str
    sha256: str | None
    """Null while it is open."""
    seconds: float | None
    started: str
    state: Literal["open", "closed", "repaired", "missing", "deleted"]
    lost_seconds: float
    held: str | None
    """Why it may not be deleted by age."""
    deleted: str | None
    """When its file was."""


class Message(Shape):
    id: str
    box: str
    call: str
    path: str
    started: str
    seconds: float
    number: str | None
    customer: int | None
    state: Literal["new", "heard", "done"]


class Customer(Shape):
    id: int
    name: str
    company: str | None
    notes: str | None
    tags: list[str]
    numbers: list[str]


class CallInFull(Call):
    legs: list[Leg]
    events: list[Event]
    recordings: list[Recording]
    messages: list[Message]
    customer_card: Customer | None


class NewCustomer(BaseModel):
    """A customer to be added; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    numbers: Annotated[list[Number], Field(max_length=50)] = []
    company: Line | None = None
    notes: Annotated[str, StringConstraints(max_length=10_000)] | None = None
    tags: Annotated[list[Line], Field(max_length=50)] = []


class NewCall(BaseModel):
    """A call to be made; unknown fields are refused. Either `script` or `play`: nobody can talk on it yet."""

    model_config = ConfigDict(extra="forbid")

    number: Number
    """As people write it, + before a country's code."""
    line: Line | None = None
    """The port of a line; null: the station chooses."""
    script: Path | None = None
    """A menu that serves whoever answers."""
    play: Path | None = None
    """A WAV file that whoever answers hears, once; an answering machine after its beep."""


class Transfer(BaseModel):
    """Where a call is sent on to, or who is asked; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")

    to: Annotated[str, StringConstraints(min_length=1, max_length=1100)]
    """A seat's name or number, or a group; or, of a transfer, ``tel:`` and an outside number, ``pbx:`` and an
    extension, ``box:`` and the box for his message, ``ivr:`` and a flow of the line's script, or another
    script, with ``#`` and a flow behind it where it does not begin at its start, ``fax-receive:`` and the box
    for his fax, ``fax-send:`` and a stored fax's id, or the path of a document on the station's computer."""
    ring_s: Annotated[float, Field(ge=1, le=600)] = 20.0
    card: Annotated[dict[Annotated[str, StringConstraints(max_length=40)], Line], Field(max_length=50)] = {}
    """Added to what is known of the call."""


class Destination(Shape):
    """Of a call at a seat, and no seat."""

    to: str
    """As a transfer takes it."""
    kind: Literal["voicemail", "ivr", "receive-fax", "send-fax"]
    name: str
    """A box, a flow of the line's script or another script, or who sent a fax, or its document's name."""
    number: str | None
    """Of who sent the fax, or to whom it went."""
    pages: int | None
    at: str | None
    """When it came, or was queued."""


class Waiting(BaseModel):
    """What a seat's telephone is to show; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")

    messages: Annotated[int, Field(ge=0, le=255)]


class Parking(BaseModel):
    """How long a call stays parked; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")

    within_s: Annotated[float, Field(ge=1, le=3600)] = 120.0


class Parked(Shape):
    call: str
    place: int


class PickUp(BaseModel):
    """Who picks a call up; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")

    seat: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    """Its name or number."""


class NewTone(BaseModel):
    """A tone that a line is to be taught; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")

    tone: Line
    hz: Annotated[list[float], Field(max_length=4)]
    ms: Annotated[list[int], Field(max_length=16)] = []
    level_dbm0: float
    cycles: Annotated[int, Field(ge=0, le=10_000)] = 0


class Forgotten(Shape):
    forgotten: int


class StationState(Shape):
    version: str
    pid: int
    data: str
    office: dict[str, Any]
    engine: dict[str, int]
    """The engine's counters (ticks, slips, …)."""
    lateness: list[int]
    """How many of its ticks began how late, by tenths of a millisecond."""
    store: dict[str, Any]
    """``waiting`` rows, ``stalled``, and the latest ``errors``."""
