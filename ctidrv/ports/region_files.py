"""The form of a country file: what is in a region, and the reader that names every mistake.

code, name, aliases          the code; other codes that mean this file
emergency                    numbers that are always dialled; from libphonenumber's short numbers
not_documented               what no source tells, so is a guess: ring, caller_id, clearing, tones.NAME
[ring] ms                    on, off, on, off … of the ringing
[tones.NAME]                 dial, busy, ringback, congestion, call_waiting; and where they are known
                             dial2 stutter sit howler nu confirm
    hz                       up to four frequencies, together; [[950], [1400]]: burst by burst in turn
    ms                       on, off, on, off …; missing: continuous
    then                     "again" (or missing), or "steady" or "silence" once ms is through
    level_dbm0               of each frequency; several: burst by burst in turn
    am_hz, am_depth          amplitude modulation, 0…1
[caller_id] standards, when  bell202 v23 dtmf jclip; after-first-ring before-ring; likely first
    alert                    what announces it before the ring: reversal rp-as dt-as; missing: as usual
[dialling]                   missing: as Dialling's defaults, a guess; how telephones dial, in milliseconds
    dtmf_ms, dtmf_dbm0       tone and pause (as long, where no source tells); low and high group
    pulse_ms, between_ms     break and make of a dial pulse; between the pulses of two digits
    numbering                "usual" (or missing), "sweden", "new-zealand": pulses of a digit
    flash_ms                 the break of a hook flash
[clearing] signals           loop-break reversal busy-tone dial-tone silence; the usual first
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NoReturn

from ctidrv.errors import InputError
from ctidrv.native.pulses import NUMBERINGS
from ctidrv.ports.dialling import USUAL, Dialling

TONES = ("dial", "busy", "ringback", "congestion", "call_waiting")
OPTIONAL_TONES = ("dial2", "stutter", "sit", "howler", "nu", "confirm")
STANDARDS = ("bell202", "v23", "dtmf", "jclip")
CID_TIMES = ("after-first-ring", "before-ring")
CID_ALERTS = ("reversal", "rp-as", "dt-as")
"""Line reversal, ring pulse, dual tone."""
SIGNALS = ("loop-break", "reversal", "busy-tone", "dial-tone", "silence")
ENDS = ("again", "steady", "silence")

MAX_BYTES = 65_536
_MAX_STEPS = 8  # of cti_progress_tone.ms
_MAX_PARTS = 16  # of cti_tone_spec.part


@dataclass(frozen=True, slots=True)
class Tone:
    """A call-progress tone."""

    hz: tuple[float, ...]
    """The frequencies that sound together; with `turns`, all there are."""
    ms: tuple[int, ...] = ()
    """On, off, on, off …; empty: continuous. An off of 0 where the next burst follows at once."""
    level_dbm0: tuple[float, ...] = (-10.0,)
    am_hz: float = 0.0
    am_depth: float = 0.0
    turns: tuple[tuple[float, ...], ...] = ()
    """The frequencies of each burst in turn (special information tone); empty: all have `hz`."""
    then: str = "again"
    """What follows `ms`: the same again, the tone steadily, or silence."""

    @property
    def period(self) -> int:
        """Bursts until both frequencies and levels begin again."""
        return math.lcm(len(self.ms) // 2 or 1, len(self.level_dbm0), len(self.turns) or 1)


@dataclass(frozen=True, slots=True)
class CallerIdHabit:
    standards: tuple[str, ...]
    when: tuple[str, ...]
    alert: tuple[str, ...] | None = None
    """What announces it before the ring (CID_ALERTS). None, as usual: the dual tone, of DTMF a reversal."""


@dataclass(frozen=True, slots=True)
class Region:
    code: str
    name: str
    ring: tuple[int, ...]
    """Ringing: on, off, on, off … in milliseconds."""
    tones: Mapping[str, Tone]
    """All of TONES; of OPTIONAL_TONES those that are known."""
    caller_id: CallerIdHabit
    clearing: tuple[str, ...]
    """How a far-end hang-up shows, the usual signal first."""
    dialling: Dialling
    emergency: tuple[str, ...] = ()
    """Numbers of the police, the fire brigade, an ambulance, and 112 or 911 where they lead there."""
    aliases: tuple[str, ...] = ()
    not_documented: tuple[str, ...] = ()
    """What is a guess, as no source tells: "ring", "caller_id", "clearing", "dialling", "tones.dial" …"""


def parse(text: str, source: str, code: str | None) -> Region:
    """A country file's text; InputError names `source` and the key. `code`: what it must say of itself."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{source}: {error}") from error
    top = _Table(table, source, "")
    found = top.word("code")
    if code is not None and found != code:
        raise InputError(f"{source}: code: is {found!r} but the file's name says {code!r}")
    ring = top.table("ring")
    tones = top.table("tones")
    caller_id = top.table("caller_id")
    clearing = top.table("clearing")
    known = (*TONES, *(name for name in OPTIONAL_TONES if tones.has(name)))
    dialling = top.table("dialling") if top.has("dialling") else None
    guessed = () if dialling else ("dialling",)
    places = ("ring", "caller_id", "clearing", *(f"tones.{name}" for name in TONES))
    region = Region(
        code=found,
        name=top.word("name"),
        aliases=tuple(top.words("aliases", default=())),
        emergency=_emergency(top),
        ring=ring.cadence("ms", required=True),
        tones=MappingProxyType({name: _tone(tones.table(name)) for name in known}),
        caller_id=_caller_id(caller_id),
        clearing=clearing.words("signals", among=SIGNALS),
        dialling=_dialling(dialling) if dialling else USUAL,
        not_documented=(*top.words("not_documented", among=places, default=()), *guessed),
    )
    for part in (top, ring, tones, caller_id, clearing):
        part.nothing_else()
    return region


def _emergency(table: _Table) -> tuple[str, ...]:
    found = table.words("emergency", default=())
    for number in found:
        if not re.fullmatch("[0-9]{2,6}", number):
            table.fail("emergency", f"{number!r} is no short number")
    return found


def _caller_id(table: _Table) -> CallerIdHabit:
    return CallerIdHabit(
        table.words("standards", among=STANDARDS),
        table.words("when", among=CID_TIMES),
        table.words("alert", among=CID_ALERTS, default=()) if table.has("alert") else None,
    )


def _tone(table: _Table) -> Tone:
    turns = table.turns("hz", 20, 3900, most=4)
    made = Tone(
        hz=tuple(dict.fromkeys(hz for turn in turns for hz in turn)),
        ms=table.cadence("ms", joined=len(turns) > 1),
        level_dbm0=table.numbers("level_dbm0", -60, 3, most=8),
        am_hz=table.number("am_hz", 0, 200),
        am_depth=table.number("am_depth", 0, 1),
        turns=turns if len(turns) > 1 else (),
        then=table.choice("then", ENDS),
    )
    if len(made.hz) > 4:
        table.fail("hz", "more than four frequencies in all")
    if not made.ms and made.then != "again":
        table.fail("then", "nothing follows a continuous tone")
    if 2 * made.period + (made.then == "steady") > _MAX_PARTS or (not made.ms and made.period > 1):
        table.fail("level_dbm0" if len(made.level_dbm0) > 1 else "hz", "does not fit the bursts of ms")
    table.nothing_else()
    return made


def _dialling(table: _Table) -> Dialling:
    on_ms, off_ms = table.pair("dtmf_ms", 40, 1000)
    break_ms, make_ms = table.pair("pulse_ms", 10, 255)
    between_ms = int(table.number("between_ms", 200, 2550))
    if between_ms % 10:
        table.fail("between_ms", "must be a multiple of 10")
    made = Dialling(
        dtmf_ms=(int(on_ms), int(off_ms)),
        dtmf_dbm0=table.pair("dtmf_dbm0", -40, 0),
        pulse_ms=(int(break_ms), int(make_ms)),
        between_ms=between_ms,
        numbering=table.choice("numbering", tuple(NUMBERINGS)),
        flash_ms=int(table.number("flash_ms", 40, 1500)),
    )
    table.nothing_else()
    return made


class _Table:
    """A TOML table that is read key by key, with its place for the errors."""

    def __init__(self, values: Mapping[str, Any], source: str, prefix: str) -> None:
        self._values = dict(values)
        self._left = set(self._values)
        self._source = source
        self._prefix = prefix

    def fail(self, key: str, what: str) -> NoReturn:
        raise InputError(f"{self._source}: {self._prefix}{key}: {what}")

    def nothing_else(self) -> None:
        for key in sorted(self._left):
            self.fail(key, "unknown key")

    def _take(self, key: str, default: Any = None) -> Any:
        self._left.discard(key)
        if key not in self._values and default is None:
            self.fail(key, "missing")
        return self._values.get(key, default)

    def has(self, key: str) -> bool:
        return key in self._values

    def table(self, key: str) -> _Table:
        value = self._take(key)
        if not isinstance(value, dict):
            self.fail(key, "must be a table")
        return _Table(value, self._source, f"{self._prefix}{key}.")

    def word(self, key: str) -> str:
        value = self._take(key)
        if not isinstance(value, str) or not 0 < len(value) <= 80:
            self.fail(key, "must be a text of 1 to 80 letters")
        return str(value)

    def words(
        self, key: str, *, among: tuple[str, ...] = (), default: tuple[str, ...] | None = None
    ) -> tuple[str, ...]:
        value = self._take(key, default)
        if not isinstance(value, list | tuple) or len(value) > 16:
            self.fail(key, "must be a list of at most 16 words")
        for word in value:
            if not isinstance(word, str) or (among and word not in among):
                self.fail(key, f"{word!r} is none of {', '.join(among) or 'words'}")
        if len(set(value)) != len(value):
            self.fail(key, "names one twice")
        if among and not value and default is None:
            self.fail(key, "must not be empty")
        return tuple(value)

    def choice(self, key: str, among: tuple[str, ...]) -> str:
        """One of these words; missing: the first."""
        value = self._take(key, among[0])
        if value not in among:
            self.fail(key, f"{value!r} is none of {', '.join(among)}")
        return str(value)

    def number(self, key: str, least: float, most: float) -> float:
        return self._number(key, self._take(key, 0.0), least, most)

    def _number(self, key: str, value: Any, least: float, most: float) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            self.fail(key, f"{value!r} is not a number from {least:g} to {most:g}")
        return float(value)

    def numbers(self, key: str, least: float, greatest: float, *, most: int) -> tuple[float, ...]:
        return self._numbers(key, self._take(key), least, greatest, most)

    def _numbers(self, key: str, value: Any, least: float, greatest: float, most: int) -> tuple[float, ...]:
        if not isinstance(value, list) or not 1 <= len(value) <= most:
            self.fail(key, f"must be a list of 1 to {most} numbers")
        return tuple(self._number(key, entry, least, greatest) for entry in value)

    def pair(self, key: str, least: float, greatest: float) -> tuple[float, float]:
        values = self._numbers(key, self._take(key), least, greatest, 2)
        if len(values) != 2:
            self.fail(key, "must be two numbers")
        return values[0], values[1]

    def turns(self, key: str, least: float, greatest: float, *, most: int) -> tuple[tuple[float, ...], ...]:
        """A list of numbers, or a list of such lists."""
        value = self._take(key)
        if not isinstance(value, list) or not value or not isinstance(value[0], list):
            return (self.numbers(key, least, greatest, most=most),)
        if not 2 <= len(value) <= 8:
            self.fail(key, "must be 2 to 8 lists of numbers")
        return tuple(self._numbers(key, turn, least, greatest, most) for turn in value)

    def cadence(self, key: str, *, required: bool = False, joined: bool = False) -> tuple[int, ...]:
        value = self._take(key, None if required else [])
        if not isinstance(value, list) or len(value) % 2 or len(value) > _MAX_STEPS:
            self.fail(key, f"must be on, off, on, off … of at most {_MAX_STEPS} times")
        if required and not value:
            self.fail(key, "must not be empty")
        return tuple(
            0 if joined and place % 2 and entry == 0 else int(self._number(key, entry, 10, 60_000))
            for place, entry in enumerate(value)
        )
