"""The language of populations as data: who calls an office, when, and what each kind of caller does there."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from ctidrv.document.model import Strict
from ctidrv.document.words import Duration, matching, shown, wrong
from ctidrv.units import seconds
from hwsim.scenario.machines import steps_of
from hwsim.scenario.model import Country, Line, Party, Path_
from hwsim.scenario.spread import Drawn
from hwsim.scenario.verbs import Dial, Number, OwnNumber

VERSION = 1
MOST_SUBSCRIBERS = 64
MOST_PIECES = 96
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri")
NOON = "12:00"


def _clock(value: Any) -> time:
    try:
        if isinstance(value, str) and len(value) == len(NOON):
            return time.fromisoformat(value)
    except ValueError:
        pass
    raise wrong(f"{shown(value)} is no time of day such as 09:00")


def _date(value: Any) -> date:
    try:
        if isinstance(value, str):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise wrong(f"{shown(value)} is no day such as 2026-03-02")


def _zone(value: Any) -> str:
    try:
        if isinstance(value, str) and len(value) <= 64:
            return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise wrong(f"{shown(value)} is no time zone such as Asia/Shanghai")


Clock = Annotated[
    time,
    PlainValidator(_clock),
    WithJsonSchema({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$", "examples": ["09:00"]}),
]
OnDay = Annotated[date, PlainValidator(_date), WithJsonSchema({"type": "string", "format": "date"})]
Zone = Annotated[
    str, PlainValidator(_zone), WithJsonSchema({"type": "string", "examples": ["Asia/Shanghai"]})
]
Kind = Annotated[str, *matching("[a-z0-9][a-z0-9-]{0,39}", "a name such as leaves-a-message")]
Form = Annotated[
    str, *matching(r"(?=.*#)[0-9#]{3,20}", "a form of numbers such as 139######## (# is any digit)")
]


class Hours(Strict):
    """When the office is called."""

    timezone: Zone = "UTC"
    days: Annotated[list[Day], Field(min_length=1, max_length=7)] = Field(
        default_factory=lambda: list(WEEKDAYS)
    )
    """`mon` … `sun`; without it Monday to Friday."""
    open: Clock = Field(default=time(9), json_schema_extra={"default": "09:00"})
    close: Clock = Field(default=time(17), json_schema_extra={"default": "17:00"})
    first: OnDay = date(2026, 3, 2)
    """The first day; when the office is closed on it, the next on which it is open."""

    @model_validator(mode="after")
    def _forwards(self) -> Hours:
        if self.close <= self.open:
            raise wrong("the office closes later than it opens")
        return self


class Traffic(Strict):
    """How much, as a Poisson process whose rate follows the hours."""

    busy: Annotated[int, Field(ge=1, le=300)] = 25
    """Offered traffic, in percent of the lines: 25 of 16 lines is 4 erlangs."""
    call: Duration = seconds(60)
    """How long a call holds its line, on average over all subscribers: with `busy`, the calls an hour."""
    profile: Annotated[
        list[Annotated[int, Field(ge=0, le=1000)]], Field(min_length=1, max_length=MOST_PIECES)
    ] = Field(default_factory=lambda: [1])
    """Parts of equal length from opening to closing, each against the others; without it all alike."""

    @model_validator(mode="after")
    def _some(self) -> Traffic:
        if not any(self.profile):
            raise wrong("`profile` has no part with any calls")
        return self


class Callers(Strict):
    """The numbers that they have."""

    numbers: Form = "555####"
    """What they look like; # is any digit."""
    known: Annotated[int, Field(ge=1, le=100_000)] = 200
    """So many different ones: who calls again has the same."""
    withheld: Annotated[int, Field(ge=0, le=100)] = 0
    """Percent of the calls that bring no number."""


class Subscriber(Party):
    """A kind of caller: the keys of a caller of a scenario, and"""

    kind: Kind
    """its name in tables and charts,"""
    weight: Annotated[int, Field(ge=0, le=10_000)] = 1
    """its share of the calls, against the other kinds'."""
    number: OwnNumber | None = None
    """Of all of this kind; without it one of `callers`."""
    after: Drawn | None = None
    """So long after the time of his call he begins."""
    to: Number | None = None
    """Whom a machine rings; without it the office."""

    @model_validator(mode="after")
    def _rings(self) -> Subscriber:
        if self.machine is not None:
            rings = any("dial" in step for step in steps_of(self.machine, "0"))
        else:
            rings = any(isinstance(next(iter(step))[1], Dial) for step in self.steps or ())
        if not rings:
            raise wrong(f"`{self.kind}` rings nobody: one of its steps has to be `dial`")
        return self


class Document(Strict):
    """A whole population, ``<name>.population.yaml``."""

    population: Annotated[int, Field(ge=1, le=VERSION)]
    """The version of this language: 1."""
    script: Path_
    """The menu that serves them: a file beside the population, or one that ships."""
    name: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    """What reports call it; without it the file's name."""
    country: Country = "US"
    """Of the exchange and the office: tones, caller ID, ringing."""
    seed: Annotated[int, Field(ge=0, le=2**53)] = 1
    """Of the arrivals, the mix, the habits, the noise and the ids."""
    board: Line = Field(default_factory=lambda: Line(lines=16))
    """The office's lines, and settings of the simulated exchange."""
    number: OwnNumber = "8000"
    """The office's: it rings the next idle line, one after the other."""
    hours: Hours = Field(default_factory=Hours)
    traffic: Traffic = Field(default_factory=Traffic)
    callers: Callers = Field(default_factory=Callers)
    subscribers: Annotated[list[Subscriber], Field(min_length=1, max_length=MOST_SUBSCRIBERS)]
    """The kinds of callers."""

    @model_validator(mode="after")
    def _told_apart(self) -> Document:
        kinds = [each.kind for each in self.subscribers]
        twice = [kind for number, kind in enumerate(kinds) if kind in kinds[:number]]
        if twice:
            raise wrong(f"two kinds of subscribers are called `{twice[0]}`")
        if not any(each.weight for each in self.subscribers):
            raise wrong("every kind of subscriber has the weight 0: nobody calls")
        exchange = self.board.exchange
        if self.number in (*exchange.hunt, *exchange.plan, *exchange.distinctive):
            raise wrong(f"`number` {self.number} stands in the number plan of `exchange` already")
        return self

    @property
    def parties(self) -> list[Subscriber]:
        return self.subscribers

    @property
    def erlangs(self) -> float:
        """Offered traffic on average over the open hours."""
        return self.board.lines * self.traffic.busy / 100

    def on(self, lines: int | None = None, seed: int | None = None) -> Document:
        """With so many lines (1 to 16), or another seed."""
        document = self
        if lines is not None:
            board = document.board.model_copy(update={"lines": lines})
            document = document.model_copy(update={"board": board})
        return document if seed is None else document.model_copy(update={"seed": seed})
