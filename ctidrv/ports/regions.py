"""Country data: tones, ring cadence, caller-ID kind and how a far-end hang-up shows (ITU-T E.180 Sup. 2).

One TOML file a country in ``regions/``, named by its ISO 3166 code:

    code, name, aliases          the code; other codes that mean this file
    [ring] ms                    on, off, on, off … of the ringing
    [tones.NAME]                 dial, busy, ringback, congestion, call_waiting
        hz                       up to four frequencies sounding together
        ms                       on, off, on, off …; missing: continuous
        level_dbm0               of each frequency; several: burst by burst in turn
        am_hz, am_depth          amplitude modulation, 0…1
    [caller_id] standards, when  bell202 v23 dtmf jclip; after-first-ring before-ring; likely first
    [clearing] signals           loop-break reversal busy-tone dial-tone silence; the usual first

Operators within one country differ, so all of it is a default that a line's settings may override.
"""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

from ctidrv.errors import InputError
from ctidrv.native import ffi, lib
from ctidrv.native.tones import Part, ToneSpec, tone

TONES = ("dial", "busy", "ringback", "congestion", "call_waiting")
STANDARDS = ("bell202", "v23", "dtmf", "jclip")
CID_TIMES = ("after-first-ring", "before-ring")
SIGNALS = ("loop-break", "reversal", "busy-tone", "dial-tone", "silence")

_MAX_BYTES = 65_536
_MAX_STEPS = 8  # of cti_progress_tone.ms
_MAX_PARTS = 16  # of cti_tone_spec.part
# What a detector must hear of a tone: hang-up within four cycles, never after two (a stutter of speech).
_BUSY_BURSTS = 3
_BURST_EDGE_MS = 100


@dataclass(frozen=True, slots=True)
class Tone:
    """A call-progress tone."""

    hz: tuple[float, ...]
    ms: tuple[int, ...] = ()
    """On, off, on, off …; empty: continuous."""
    level_dbm0: tuple[float, ...] = (-10.0,)
    am_hz: float = 0.0
    am_depth: float = 0.0


@dataclass(frozen=True, slots=True)
class CallerIdHabit:
    standards: tuple[str, ...]
    when: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Region:
    code: str
    name: str
    ring: tuple[int, ...]
    """Ringing: on, off, on, off … in milliseconds."""
    tones: Mapping[str, Tone]
    caller_id: CallerIdHabit
    clearing: tuple[str, ...]
    """How a far-end hang-up shows, the usual signal first."""
    aliases: tuple[str, ...] = ()


def known_regions() -> list[str]:
    """The codes there are files for, sorted; aliases not included."""
    return sorted(name.removesuffix(".toml") for name in _folder() if name.endswith(".toml"))


def load_region(code: str) -> Region:
    """The country's data by ISO code or alias, in either case of letters; InputError lists the known."""
    return _load(code.strip().lower())


@functools.cache
def _load(code: str) -> Region:
    names = _folder()
    if f"{code}.toml" in names:
        return _parse(names[f"{code}.toml"](), f"regions/{code}.toml", code)
    for other in known_regions():
        region = _parse(names[f"{other}.toml"](), f"regions/{other}.toml", other)
        if code in region.aliases:
            return region
    raise InputError(f"no country {code[:40]!r}; known are {', '.join(known_regions())}")


def read_region(path: Path) -> Region:
    """A country file of one's own, in the same form."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(f"{path}: larger than {_MAX_BYTES} bytes, so no country file")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as a country file: {error}") from error
    return _parse(text, str(path), None)


def tone_spec(region: Region, name: str) -> ToneSpec:
    """The named tone as the core's tone generator takes it; it goes on until it is stopped."""
    wanted = _named(region, name)

    def burst(index: int, length: float | None) -> Part:
        level = wanted.level_dbm0[index % len(wanted.level_dbm0)]
        return Part(wanted.hz, level, length, wanted.am_hz, wanted.am_depth)

    if not wanted.ms:
        return tone([burst(0, None)], loop=False)
    bursts = len(wanted.ms) // 2
    parts = []
    for index in range(math.lcm(bursts, len(wanted.level_dbm0))):
        on, off = wanted.ms[2 * (index % bursts) :][:2]
        parts += [burst(index, on), Part(ms=off)]
    return tone(parts, loop=True)


def progress_config(region: Region) -> Any:
    """What the core's call-progress detector listens for in this country: a ``cti_progress_config *``.

    Dial, ringback, busy and congestion. Tolerances and floor are the core's defaults. A tone that has
    the cadence and frequencies of one before it is left out (Japan's congestion is its busy tone). Call
    waiting is left out: one short burst in ten seconds, under speech, is no cadence. A steady tone is known
    only when it has outlasted every burst of the same frequencies (Germany's ringback is its dial tone).
    """
    config = ffi.new("cti_progress_config *")
    lib.cti_progress_defaults(config)
    config.tones = 0
    seen: set[tuple[tuple[float, ...], tuple[int, ...]]] = set()
    for name, kind in (
        ("dial", lib.CTI_TONE_DIAL),
        ("busy", lib.CTI_TONE_BUSY),
        ("congestion", lib.CTI_TONE_CONGESTION),
        ("ringback", lib.CTI_TONE_RINGBACK),
    ):
        wanted = _named(region, name)
        if (wanted.hz, wanted.ms) in seen:
            continue
        seen.add((wanted.hz, wanted.ms))
        slot = ffi.new("cti_progress_tone *")
        slot.tone = kind
        for index, hz in enumerate(wanted.hz):
            slot.hz[index] = hz
        slot.steps = len(wanted.ms)
        for index, length in enumerate(wanted.ms):
            slot.ms[index] = length
        hang_up = name in ("busy", "congestion")
        slot.cycles = max(1, -(-2 * _BUSY_BURSTS // len(wanted.ms))) if hang_up and wanted.ms else 1
        config.tone[config.tones] = slot[0]
        config.tones += 1
    config.continuous_ms = max(config.continuous_ms, _longest_burst(region, config.cadence_tolerance))
    return config


def _longest_burst(region: Region, tolerance: float) -> int:
    """Milliseconds after which a tone of a steady tone's frequencies can be no burst of another."""
    steady = {tone.hz for tone in region.tones.values() if not tone.ms}
    bursts = [max(tone.ms[::2]) for tone in region.tones.values() if tone.ms and tone.hz in steady]
    return round(max(bursts, default=0) * (1 + tolerance)) + _BURST_EDGE_MS


def _named(region: Region, name: str) -> Tone:
    try:
        return region.tones[name]
    except KeyError:
        raise InputError(f"{region.name} has no tone {name!r}; known are {', '.join(TONES)}") from None


def _folder() -> dict[str, Callable[[], str]]:
    folder = files("ctidrv.ports") / "regions"
    return {entry.name: functools.partial(entry.read_text, encoding="utf-8") for entry in folder.iterdir()}


def _parse(text: str, source: str, code: str | None) -> Region:
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
    region = Region(
        code=found,
        name=top.word("name"),
        aliases=tuple(top.words("aliases", default=())),
        ring=ring.cadence("ms", required=True),
        tones=MappingProxyType({name: _tone(tones.table(name)) for name in TONES}),
        caller_id=CallerIdHabit(
            caller_id.words("standards", among=STANDARDS), caller_id.words("when", among=CID_TIMES)
        ),
        clearing=clearing.words("signals", among=SIGNALS),
    )
    for part in (top, ring, tones, caller_id, clearing):
        part.nothing_else()
    return region


def _tone(table: _Table) -> Tone:
    made = Tone(
        hz=table.numbers("hz", 20, 3900, most=4),
        ms=table.cadence("ms"),
        level_dbm0=table.numbers("level_dbm0", -60, 3, most=8),
        am_hz=table.number("am_hz", 0, 200),
        am_depth=table.number("am_depth", 0, 1),
    )
    parts = 2 * math.lcm(len(made.ms) // 2, len(made.level_dbm0))
    if parts > _MAX_PARTS or (not made.ms and len(made.level_dbm0) > 1):
        table.fail("level_dbm0", "does not fit the bursts of ms")
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
        if among and not value:
            self.fail(key, "must not be empty")
        return tuple(value)

    def number(self, key: str, least: float, most: float) -> float:
        return self._number(key, self._take(key, 0.0), least, most)

    def _number(self, key: str, value: Any, least: float, most: float) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            self.fail(key, f"{value!r} is not a number from {least:g} to {most:g}")
        return float(value)

    def numbers(self, key: str, least: float, greatest: float, *, most: int) -> tuple[float, ...]:
        value = self._take(key)
        if not isinstance(value, list) or not 1 <= len(value) <= most:
            self.fail(key, f"must be a list of 1 to {most} numbers")
        return tuple(self._number(key, entry, least, greatest) for entry in value)

    def cadence(self, key: str, *, required: bool = False) -> tuple[int, ...]:
        value = self._take(key, None if required else [])
        if not isinstance(value, list) or len(value) % 2 or len(value) > _MAX_STEPS:
            self.fail(key, f"must be on, off, on, off … of at most {_MAX_STEPS} times")
        if required and not value:
            self.fail(key, "must not be empty")
        return tuple(int(self._number(key, entry, 10, 60_000)) for entry in value)
