"""The language of scenarios as data: what each key of a file may hold. JSON Schema comes from here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    ConfigDict,
    Discriminator,
    Field,
    GetJsonSchemaHandler,
    Tag,
    TypeAdapter,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from ctidrv.document.model import TAG, Strict, verb_of
from ctidrv.document.words import Duration, matching, wrong
from ctidrv.units import seconds
from hwsim.exchange_settings import ExchangeSettings
from hwsim.profiles import PLAIN, Profile
from hwsim.scenario import verbs
from hwsim.scenario.faults import FaultList
from hwsim.scenario.machines import MACHINES, steps_of
from hwsim.scenario.spread import Drawn
from hwsim.scenario.verbs import BARE, Number, OwnNumber
from hwsim.wire_settings import WireSettings

VERSION = 1
MOST_STEPS = 1000
MOST_PARTIES = 64
MOST_SEATS = 8


class Step(Strict):
    """One verb; those that need nothing may stand alone, as a word."""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: Any) -> Any:
        return {value: None} if isinstance(value, str) else value


class DialStep(Step):
    dial: verbs.Dial


class AnswerStep(Step):
    answer: verbs.Answer


class HearStep(Step):
    hear: verbs.Hear


class PressStep(Step):
    press: verbs.Press


class SpeakStep(Step):
    speak: verbs.Speak


class TalkOverStep(Step):
    talk_over: verbs.TalkOver


class SilenceStep(Step):
    silence: verbs.Silence


class NoiseStep(Step):
    noise: verbs.Noise


class FlashStep(Step):
    flash: verbs.Flash


class HoldStep(Step):
    hold: verbs.Hold


class LineFaultStep(Step):
    line_fault: verbs.LineFault


class HangUpStep(Step):
    hang_up: verbs.HangUp


class RedialStep(Step):
    redial: verbs.Redial


class AskStep(Step):
    ask: verbs.Ask


def _verb(value: Any) -> str | None:
    return f"{TAG}{value}" if value in BARE else verb_of(value)


class _BareToo:
    """JSON Schema of a step that may be a word."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"enum": list(BARE)}, handler(core)]}


AnyStep = Annotated[
    Annotated[DialStep, Tag("step:dial")]
    | Annotated[AnswerStep, Tag("step:answer")]
    | Annotated[HearStep, Tag("step:hear")]
    | Annotated[PressStep, Tag("step:press")]
    | Annotated[SpeakStep, Tag("step:speak")]
    | Annotated[TalkOverStep, Tag("step:talk_over")]
    | Annotated[SilenceStep, Tag("step:silence")]
    | Annotated[NoiseStep, Tag("step:noise")]
    | Annotated[FlashStep, Tag("step:flash")]
    | Annotated[HoldStep, Tag("step:hold")]
    | Annotated[LineFaultStep, Tag("step:line_fault")]
    | Annotated[HangUpStep, Tag("step:hang_up")]
    | Annotated[RedialStep, Tag("step:redial")]
    | Annotated[AskStep, Tag("step:ask")],
    Discriminator(_verb),
    _BareToo,
]
Steps = Annotated[list[AnyStep], Field(min_length=1, max_length=MOST_STEPS)]
STEPS: TypeAdapter[list[Any]] = TypeAdapter(Steps)

Machine = Annotated[str, *matching("|".join(MACHINES), f"a machine ({', '.join(MACHINES)})")]
Country = Annotated[str, *matching("[A-Za-z]{2}", "a country's code of two letters, such as US")]
Path_ = Annotated[str, Field(min_length=1, max_length=400)]


class Habits(Strict):
    """Of whoever has a telephone."""

    after: Drawn | None = None
    """So long after the scenario's beginning he begins."""
    times: Annotated[int, Field(ge=1, le=1000)] = 1
    """How often he does it all, hanging up between."""
    patience: Drawn | None = None
    """He waits no longer than this in any step; then he hangs up, and that is no failure."""
    reaction: Drawn | None = None
    """Passes before each of his steps."""
    key: Drawn | None = None
    """How long he holds down a key (80 ms), where a step does not say."""
    gap: Drawn | None = None
    """Between two keys (80 ms)."""
    heedless: bool = False
    """He goes on whatever he hears or waits for in vain, as a machine does."""

    @property
    def goes_on(self) -> bool:
        """Whatever he hears or does not hear."""
        return self.heedless

    def plan(self, to: str) -> list[Any]:
        """His steps; those of a machine ring `to` where it has no `to` of its own."""
        raise NotImplementedError


class Party(Habits):
    """One who has a telephone: a person with steps, or a machine."""

    number: OwnNumber | None = None
    """His own number; without it 5550001, 5550002 …"""
    name: Annotated[str, Field(min_length=1, max_length=50)] | None = None
    """His name, for caller ID."""
    withheld: bool = False
    """Caller ID brings no number."""
    steps: Steps | None = None
    """What he does, one verb after the other; at the end he hangs up."""
    machine: Machine | None = None
    """A caller that is no person, in the place of steps."""
    to: Number | None = None
    """Whom a machine rings; without it the first line."""

    @model_validator(mode="after")
    def _somebody(self) -> Party:
        if (self.steps is None) == (self.machine is None):
            raise wrong("a caller has either `steps` or a `machine`")
        if any(isinstance(body, verbs.Ask) for body in bodies(self.steps)):
            raise wrong("`ask` is for an operator, under `seats`: a caller asks the station for nothing")
        return self

    @property
    def goes_on(self) -> bool:
        return self.heedless or self.machine is not None

    def plan(self, to: str) -> list[Any]:
        if self.steps is not None:
            return self.steps
        assert self.machine is not None
        return STEPS.validate_python(steps_of(self.machine, self.to or to))


class Seat(Habits):
    """An operator's seat, with a telephone of the station's board, and what the operator does there."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    """As menus and others address it."""
    number: OwnNumber
    groups: Annotated[list[Annotated[str, Field(min_length=1, max_length=40)]], Field(max_length=16)] = Field(
        default_factory=list
    )
    """A call for a group rings all of its seats that are ready."""
    wrap_up: Duration = seconds(10)
    """After a talk, until the next call."""
    steps: Steps | None = None
    """What the operator does; without them she lets it ring."""

    @model_validator(mode="after")
    def _at_the_board(self) -> Seat:
        for body in bodies(self.steps):
            if isinstance(body, verbs.Redial | verbs.LineFault):
                raise wrong("an operator has no line of the exchange to redial on, or to break")
            if isinstance(body, verbs.Dial) and body.wait != "nothing":
                raise wrong("an operator dials for the station alone (*81): `dial` with `wait: nothing`")
        return self

    def plan(self, to: str) -> list[Any]:
        return self.steps or []


def bodies(steps: list[Any] | None) -> list[Any]:
    """Of steps, their verbs."""
    return [next(iter(step))[1] for step in steps or ()]


class ExpectedCall(Strict):
    """How a call's row has to read at the end; what is not given may be anything."""

    number: str | None = None
    """The caller's, as it came."""
    name: str | None = None
    outcome: str | None = None
    """`message`, `answered`, `missed` …"""
    cause: str | None = None
    """Who or what ended it: `remote-busy-tone`, `local-script`, `caller-gave-up` …"""
    digits: str | None = None
    """All that were heard in the call."""
    messages: Annotated[int, Field(ge=0, le=1000)] | None = None
    """How many the caller left."""
    recordings: Annotated[int, Field(ge=0, le=1000)] | None = None


class Line(Strict):
    """The simulated exchange's lines; every other key is one of the simulated board's (hwsim/board.py)."""

    model_config = ConfigDict(extra="allow")
    lines: Annotated[int, Field(ge=1, le=16)] = 1
    """How many, all with the script; they have the numbers 8001, 8002 …"""
    profile: Profile = PLAIN
    """A line of the country's exchange, or an extension of a PBX; the other keys override it."""
    exchange: ExchangeSettings = Field(default_factory=ExchangeSettings)
    """Its number plan, hunt groups, services and times."""
    wire: WireSettings | None = None
    """Cable, hybrids, delay, clocks and disturbances of its lines."""

    @model_validator(mode="after")
    def _not_twice(self) -> Line:
        for key, instead in {"phones": "each caller has one", "country": "it stands above `board`"}.items():
            if key in (self.model_extra or {}):
                raise wrong(f"`{key}` is no setting of a scenario's board: {instead}")
        return self

    def settings(self, folder: Path) -> dict[str, Any]:
        """The simulated board's keys; files of sound are looked for in `folder`."""
        own = {"profile": self.profile, "exchange": self.exchange.beside(folder), "wire": self.wire}
        return {**(self.model_extra or {}), **own}


class Document(Strict):
    """A whole scenario, ``<name>.scenario.yaml``."""

    scenario: Annotated[int, Field(ge=1, le=VERSION)]
    """The version of this language: 1."""
    script: Path_
    """The menu under test: a file beside the scenario, or one that ships."""
    name: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    """What reports call it; without it the file's name."""
    country: Country = "US"
    """Of the exchange and the office: tones, caller ID, ringing."""
    seed: Annotated[int, Field(ge=0, le=2**53)] = 1
    """Of the noise, the ids and everything drawn: the same seed gives the same bytes."""
    limit: Duration = seconds(600)
    """So much telephone time at the most."""
    board: Line = Field(default_factory=Line)
    """Settings of the simulated exchange and its lines."""
    caller: Steps | None = None
    """The steps of the only caller; or"""
    callers: Annotated[list[Party], Field(min_length=1, max_length=MOST_PARTIES)] | None = None
    """several, all at once."""
    seats: Annotated[list[Seat], Field(min_length=1, max_length=MOST_SEATS)] | None = None
    """Operators, at telephones of the station's board."""
    faults: FaultList | None = None
    """What goes wrong with the station meanwhile, and when."""
    calls: Annotated[list[ExpectedCall], Field(max_length=1000)] | None = None
    """How the rows of the calls have to read in the end, in the order in which they came."""

    @model_validator(mode="after")
    def _somebody(self) -> Document:
        if (self.caller is None) == (self.callers is None):
            raise wrong("a scenario has either a `caller` (a list of steps) or `callers` (a list of them)")
        return self

    @model_validator(mode="after")
    def _seats_differ(self) -> Document:
        seats = self.seats or []
        words = [word for seat in seats for word in (seat.name, seat.number)]
        words += {group for seat in seats for group in seat.groups}
        if twice := next((word for word in words if words.count(word) > 1), None):
            raise wrong(f"two seats, or a seat and a group, are called {twice!r}")
        return self

    @property
    def parties(self) -> list[Party]:
        return self.callers if self.callers is not None else [Party(steps=self.caller)]
