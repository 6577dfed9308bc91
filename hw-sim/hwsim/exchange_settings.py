"""`ExchangeSettings`, the board's key `exchange`: number plan, services and times of the exchange."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, PlainValidator, ValidationError, WithJsonSchema, model_validator

from ctidrv.document.model import Strict
from ctidrv.document.words import Duration, matching, shown, wrong
from ctidrv.errors import InputError
from ctidrv.ports.regions import OPTIONAL_TONES, TONES
from ctidrv.units import seconds
from hwsim.scenario.verbs import voice_name

Settings = TypeVar("Settings", bound=Strict)
COUNTRY_TONES = (*TONES, *OPTIONAL_TONES)
DISTINCTIVE = {
    1: (2000, 4000),
    2: (800, 400, 800, 4000),
    3: (400, 200, 400, 200, 800, 4000),
    4: (300, 200, 1000, 200, 300, 4000),
}
"""Ringing patterns by number (GR-506, as North American exchanges have them), in milliseconds."""

_plan_number = matching("[0-9*#]{1,20}", "a number to dial (0-9 * #, at most 20)")
_line_number = matching("[0-9]{1,20}", "a telephone number (1 to 20 digits)")
PlanNumber = Annotated[str, *_plan_number]
LineNumber = Annotated[str, *_line_number]
Prefix = Annotated[str, *matching("[0-9]{1,2}", "one or two digits, such as 0")]


def _say(value: Any) -> str:
    return value if isinstance(value, str) and value in COUNTRY_TONES else voice_name(value)


_part = WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 400})
Saying = Annotated[
    list[Annotated[str, PlainValidator(_say), _part]],
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    Field(min_length=1, max_length=8),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""Tones of the country (`sit`, `nu`) and voices, one after the other; a tone alone goes on and on."""


def _ring(value: Any) -> tuple[int, ...]:
    if isinstance(value, tuple):
        return value
    if isinstance(value, int) and value in DISTINCTIVE:
        return DISTINCTIVE[value]
    fits = isinstance(value, list) and 2 <= len(value) <= 8 and len(value) % 2 == 0
    if fits and all(isinstance(each, int) and 100 <= each <= 10_000 for each in value):
        return tuple(value)
    raise wrong(f"{shown(value)} is no ringing: 1 to 4, or [on, off, on, off …] in ms, each 100 to 10000")


_RING_SCHEMA = {"anyOf": [{"enum": [*DISTINCTIVE]}, {"type": "array", "items": {"type": "integer"}}]}
Ringing = Annotated[tuple[int, ...], PlainValidator(_ring), WithJsonSchema(_RING_SCHEMA)]


class Distinctive(Strict):
    """A further number of a line, with a ringing of its own."""

    line: LineNumber
    """The usual number of the line that it rings."""
    ring: Ringing
    """1 to 4 (GR-506's patterns), or on, off, on, off … in ms."""


class ExchangeSettings(Strict):
    """Number plan, services and times of the exchange."""

    plan: dict[PlanNumber, Saying] = Field(default_factory=dict, max_length=100)
    """Numbers that give a tone or an announcement: `"1700": busy`, `"1701": [sit, not-in-service]`."""
    unobtainable: Saying | None = None
    """What a number that nobody has gives; else the country's number-unobtainable or special information tone
    and an announcement, twice, or congestion where it has neither."""
    distinctive: dict[LineNumber, Distinctive] = Field(default_factory=dict, max_length=64)
    """Further numbers of lines that ring in a way of their own."""
    hunt: dict[LineNumber, Annotated[list[LineNumber], Field(min_length=1, max_length=64)]] = Field(
        default_factory=dict, max_length=64
    )
    """Numbers of hunt groups: each rings the first of its lines that is idle."""
    hunting: Literal["linear", "circular"] = "linear"
    """It begins at a group's first line, or behind the line that it last rang."""
    outside: Prefix | None = None
    """The board's lines are a PBX's extensions: they reach one another, and the outside behind this digit and
    a second dial tone."""
    flash: Annotated[list[Literal["hold", "three-way", "transfer"]], Field(max_length=3)] = Field(
        default_factory=list
    )
    """Services that a flash calls up in a call: hold (and a second call), a call of three, and to give the
    first to the second by hanging up."""
    dial_tone: Duration = seconds(30)
    """Without a digit, dial tone lasts so long; congestion follows."""
    congestion: Duration = seconds(30)
    """A refusal is heard so long, and after a call twice so; the howler follows."""
    howler: Duration = seconds(60)
    """So long; then the line is dead until it is put on hook."""

    @model_validator(mode="after")
    def _agrees(self) -> ExchangeSettings:
        twice = [number for number in self.plan if number in self.hunt or number in self.distinctive]
        twice += [number for number in self.hunt if number in self.distinctive]
        if twice:
            raise wrong(f"the number {twice[0]} stands in the plan twice")
        for service in self.flash:
            if "hold" not in self.flash:
                raise wrong(f"`{service}` begins with a call on hold: flash: [hold, {service}]")
        return self

    def beside(self, folder: Path) -> ExchangeSettings:
        """With its files of sound looked for in this folder."""

        def found(parts: list[str]) -> list[str]:
            return [str(folder / part) if part.lower().endswith(".wav") else part for part in parts]

        update: dict[str, Any] = {}
        if self.plan:
            update["plan"] = {number: found(parts) for number, parts in self.plan.items()}
        if self.unobtainable is not None:
            update["unobtainable"] = found(self.unobtainable)
        return self.model_copy(update=update)


def read_settings(kind: type[Settings], value: Any) -> Settings:
    """Of one of the board's keys that hold a mapping. InputError names what is wrong."""
    if isinstance(value, kind):
        return value
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"] if part != "[key]")
        words = first.get("ctx", {}).get("words") or first["msg"]
        raise InputError(f"{place}: {words}" if place else str(words)) from None
