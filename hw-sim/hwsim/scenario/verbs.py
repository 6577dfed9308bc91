"""What one verb of a scenario may hold: the words of a caller, each a pydantic model.

Durations are in samples. The docstring of a verb is its line in docs/reference/scenarios.md.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema, model_validator

from ctidrv.document.model import Verb
from ctidrv.document.words import Duration, Language, PromptId, matching, shown, wrong
from ctidrv.units import seconds
from hwsim.scenario.spread import KINDS, Drawn, fixed

LONGEST_FLASH = seconds(2)
SPREADS = frozenset(KINDS)

_number = matching("[0-9*#A-D]{1,32}", "a number to dial (0-9 * # A-D, at most 32)")
_keys = matching("[0-9*#A-D]{1,32}", "keys of a telephone (0-9 * # A-D, at most 32)")
Number = Annotated[str, *_number]
OwnNumber = Annotated[str, *matching("[0-9]{1,20}", "a telephone number (1 to 20 digits)")]
Keys = Annotated[str, *_keys]

_VOICE = re.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def voice_name(value: Any) -> str:
    """A voice that ships, by its name, or a file beside the scenario."""
    text = value if isinstance(value, str) and len(value) <= 400 and "\0" not in value else ""
    if _VOICE.fullmatch(text) or text.lower().endswith(".wav"):
        return text
    raise wrong(f"{shown(value)} is neither a voice that ships (ann-lee) nor a file of sound (my/voice.wav)")


Voice = Annotated[
    str, PlainValidator(voice_name), WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 400})
]
"""A voice that ships (ann-lee, goodbye, offer, beep), or a WAV file beside the scenario (8,000 Hz, mono)."""


def _prompts(value: Any) -> Any:
    if isinstance(value, list) and not value:
        raise wrong("an empty list of prompts is nothing to hear")
    return value if isinstance(value, list) or value is None else [value]


def _on_a_dial(how: str, keys: str) -> None:
    if how == "pulse" and not keys.isdecimal():
        raise wrong(f"`{keys}` cannot be dialled by pulses: a dial has the digits 0-9 only")


class Dial(Verb):
    """Lifts the handset, waits for dial tone, dials, and waits until somebody answers.

    An answer is a voice, or the end of ringback.
    """

    SHORT = "number"
    number: Number
    how: Literal["dtmf", "pulse"] = "dtmf"
    wait: Literal["answer", "ringback", "nothing"] = "answer"
    """What he waits for before he goes on."""
    within: Duration = seconds(60)
    """So long; busy, congestion, SIT or number unobtainable ends it at once."""

    @model_validator(mode="after")
    def _digits(self) -> Dial:
        _on_a_dial(self.how, self.number)
        return self


class Answer(Verb):
    """Waits until his own telephone rings, lets it ring for so long, and lifts the handset."""

    SHORT = "after"
    SHORT_MAPPINGS = SPREADS
    after: Drawn = fixed(seconds(2))
    """He lets it ring for so long."""
    within: Duration = seconds(60)
    """It has to ring by then."""


class Hear(Verb):
    """Waits until something has reached his ear whole, after what he heard before: prompts of the script by
    id (several: one after the other), a phrase with its values, a tone, or a file of sound.
    """

    SHORT = "prompt"
    prompt: Annotated[
        list[PromptId] | None,
        BeforeValidator(_prompts),
        Field(max_length=64),
        WithJsonSchema(
            {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
        ),
    ] = None
    phrase: PromptId | None = None
    """A phrase of the script's phrases.yaml,"""
    values: dict[str, str] = Field(default_factory=dict, alias="with", max_length=16)
    """with the values that are read out in it."""
    tone: (
        Literal[
            "dial", "ringback", "busy", "congestion", "call_waiting",
            "dial2", "stutter", "sit", "howler", "nu", "confirm",
        ]
        | None
    ) = None  # fmt: skip
    """Of the country; those behind `congestion` where it has them."""
    sound: Voice | None = None
    """Any other sound."""
    lang: Language | None = None
    """In this language only; without it in any of the script's."""
    first: Duration | None = None
    """Only so much of its beginning, for what a key will cut short."""
    within: Duration = seconds(15)
    """For each."""

    @model_validator(mode="after")
    def _one_thing(self) -> Hear:
        given = [name for name in ("prompt", "phrase", "tone", "sound") if getattr(self, name) is not None]
        if len(given) != 1:
            raise wrong(f"`hear` needs exactly one of prompt, phrase, tone and sound, not {len(given)}")
        return self


class Press(Verb):
    """Keys, as tones or by turning the dial."""

    SHORT = "keys"
    keys: Keys
    how: Literal["dtmf", "pulse"] = "dtmf"
    on: Drawn | None = None
    """How long each tone lasts."""
    off: Drawn | None = None
    """The pause after it."""

    @model_validator(mode="after")
    def _digits(self) -> Press:
        _on_a_dial(self.how, self.keys)
        return self


class Speak(Verb):
    """Says something, to its end."""

    SHORT = "voice"
    voice: Voice


class TalkOver(Verb):
    """Waits until a voice is at his ear, does not let it finish, and speaks."""

    SHORT = "voice"
    voice: Voice
    within: Duration = seconds(15)


class Silence(Verb):
    """Does nothing for so long."""

    SHORT = "length"
    SHORT_MAPPINGS = SPREADS
    length: Drawn


class Noise(Verb):
    """Plays white noise into the mouthpiece."""

    SHORT = "length"
    SHORT_MAPPINGS = SPREADS
    length: Drawn
    level: Annotated[int, Field(ge=-60, le=0)] = -20
    """In dBm0."""


class Flash(Verb):
    """A short press of the hook; of the country's length when none is given."""

    SHORT = "length"
    length: Duration | None = None

    @model_validator(mode="after")
    def _short(self) -> Flash:
        if self.length is not None and self.length > LONGEST_FLASH:
            raise wrong("a flash of more than 2 s is a hang-up")
        return self


class Hold(Verb):
    """The telephone's hold key: for so long he neither says nor hears anything, and the line stays open.

    `how: exchange`: by a flash, and another to come back, where the exchange has that service.
    """

    SHORT = "length"
    SHORT_MAPPINGS = SPREADS
    length: Drawn = fixed(seconds(10))
    music: Voice | None = None
    """What the other side hears meanwhile, over and over."""
    how: Literal["key", "exchange"] = "key"

    @model_validator(mode="after")
    def _silent(self) -> Hold:
        if self.how == "exchange" and self.music is not None:
            raise wrong("the exchange has no music for who is on hold: `music` is of the telephone's key")
        return self


class LineFault(Verb):
    """Something happens to a line's pair, and he goes on: it is cut, shorted, a parallel set is lifted, or
    another line is heard on it.
    """

    SHORT = "what"
    what: Literal["cut", "short", "parallel", "cross-talk", "mended"]
    line: OwnNumber | None = None
    """The number of the line; without it his own."""
    other: OwnNumber | None = None
    """Of cross-talk: whose line is heard,"""
    down: Annotated[int, Field(ge=0, le=90)] = 50
    """so many dB lower."""
    lasts: Duration | None = None
    """Then it is mended; without it by `line_fault: mended`, cross-talk never."""

    @model_validator(mode="after")
    def _whose(self) -> LineFault:
        if (self.what == "cross-talk") != (self.other is not None):
            raise wrong("`other` is the line that cross-talk comes from, and belongs to that alone")
        return self


class HangUp(Verb):
    """Puts the handset down: without warning, or after saying something (`hang_up: goodbye`)."""

    SHORT = "say"
    say: Voice | None = None
    """He says this first."""


class Redial(Verb):
    """Hangs up, waits for so long, and dials the last number again."""

    SHORT = "after"
    SHORT_MAPPINGS = SPREADS
    after: Drawn = fixed(seconds(2))
    times: Annotated[int, Field(ge=1, le=100)] = 1
    """At the most, until somebody answers."""
    within: Duration = seconds(60)


class Ask(Verb):
    """An operator asks the station for something with the call at the seat, as in the operator's window."""

    SHORT = "what"
    what: Literal["hold", "resume", "mute", "transfer", "consult", "swap", "complete", "park", "end"]
    to: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    """Of `transfer` and `consult`: another seat's name or number, or a group,"""
    ring: Duration = seconds(20)
    """which is rung for so long."""
    within: Duration = seconds(120)
    """Of `park`: so long until the call comes back."""

    @model_validator(mode="after")
    def _whereto(self) -> Ask:
        if (self.what in ("transfer", "consult")) != (self.to is not None):
            raise wrong("`to` says which seat is meant, and belongs to `transfer` and `consult` alone")
        return self


VERBS: dict[str, type[Verb]] = {
    "dial": Dial,
    "answer": Answer,
    "hear": Hear,
    "press": Press,
    "speak": Speak,
    "talk_over": TalkOver,
    "silence": Silence,
    "noise": Noise,
    "flash": Flash,
    "hold": Hold,
    "line_fault": LineFault,
    "hang_up": HangUp,
    "redial": Redial,
    "ask": Ask,
}
BARE = tuple(
    name
    for name, body in VERBS.items()
    if not any(field.is_required() for field in body.model_fields.values()) and body is not Hear
)
"""The verbs that may stand alone: ``- hang_up``."""
AnyVerb = (
    Dial
    | Answer
    | Hear
    | Press
    | Speak
    | TalkOver
    | Silence
    | Noise
    | Flash
    | Hold
    | LineFault
    | HangUp
    | Redial
    | Ask
)
