"""Country data: tones, ringing, dialling, caller-ID kind, how a far-end hang-up shows (ITU-T E.180 Sup. 2).

One TOML file a country in ``regions/``, named by its ISO 3166 code; the form is described in
`ctidrv.ports.region_files`, each file names its sources, and docs/reference/regions.md is the table of all.

Operators within one country differ, so all of it is a default that a line's settings may override.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from ctidrv.errors import InputError
from ctidrv.native import ffi, lib
from ctidrv.native.tones import Part, ToneSpec, tone
from ctidrv.ports.region_files import (
    CID_ALERTS,
    CID_TIMES,
    MAX_BYTES,
    OPTIONAL_TONES,
    SIGNALS,
    STANDARDS,
    TONES,
    CallerIdHabit,
    Region,
    Tone,
    parse,
)

__all__ = [
    "CID_ALERTS",
    "CID_TIMES",
    "OPTIONAL_TONES",
    "SIGNALS",
    "STANDARDS",
    "TONES",
    "CallerIdHabit",
    "Region",
    "Tone",
    "country_tone",
    "known_regions",
    "load_region",
    "progress_config",
    "read_region",
    "tone_spec",
]

# What a detector must hear of a quick cadence: hang-up within four cycles, never after two bursts (a stutter
# of speech); the others a burst later, so that they are none of a longer cadence of those. A cadence with a
# burst or pause of a second is slow enough to be known from one cycle.
_QUICK_BURSTS = {"busy": 3, "congestion": 3}
_OTHER_QUICK_BURSTS = 4
# A steady tone with two holes at the right distance is no other.
_HOLES_MS, _HOLED_BURSTS = 60, 2
_SLOW_MS = 1000
_BURST_EDGE_MS = 100
_SIDE_BANDS_HZ = 40
# From here on the detector sees that a tone is modulated.
_SEEN_AM_HZ = 30
# E.180 on special information tone: each frequency within 50 Hz, up to 30 ms between the bursts.
_SIT_ROOM_HZ = 50
_SIT_PAUSE_MS = 15
# Shorter bursts are no more than a click in the detector's window of 80 ms, shorter pauses no hole.
_LEAST_BURST_MS = 50
_LEAST_PAUSE_MS = 25
# In the order in which two that are alike are told: the first is the one.
_HEARD = (
    "dial", "busy", "congestion", "ringback", "call_waiting",
    "dial2", "sit", "nu", "howler", "stutter", "confirm",
)  # fmt: skip
_ENDING = ("busy", "congestion")
_ONE_CYCLE = ("dial", "ringback")
_TWICE_THE_TOLERANCE = 0.3
_EDGE_SLACK_MS = 20  # native/src/tone/cadence.c
HOWLER_OF = "us"
_THEN = {"again": lib.CTI_THEN_AGAIN, "steady": lib.CTI_THEN_STEADY, "silence": lib.CTI_THEN_SILENCE}


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
        return parse(names[f"{code}.toml"](), f"regions/{code}.toml", code)
    for other in known_regions():
        region = parse(names[f"{other}.toml"](), f"regions/{other}.toml", other)
        if code in region.aliases:
            return region
    raise InputError(f"no country {code[:40]!r}; known are {', '.join(known_regions())}")


def read_region(path: Path) -> Region:
    """A country file of one's own, in the same form."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path}: larger than {MAX_BYTES} bytes, so no country file")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as a country file: {error}") from error
    return parse(text, str(path), None)


def tone_spec(region: Region, name: str) -> ToneSpec:
    """The named tone as the core's tone generator takes it; it goes on until it is stopped, but one whose
    `then` is silence ends. InputError: the country has no such tone."""
    wanted = _named(region, name)

    def burst(index: int, length: float | None) -> Part:
        hz = wanted.turns[index % len(wanted.turns)] if wanted.turns else wanted.hz
        level = wanted.level_dbm0[index % len(wanted.level_dbm0)]
        return Part(hz, level, length, wanted.am_hz, wanted.am_depth)

    if not wanted.ms:
        return tone([burst(0, None)], loop=False)
    bursts = len(wanted.ms) // 2
    parts = []
    for index in range(wanted.period):
        on, off = wanted.ms[2 * (index % bursts) :][:2]
        parts.append(burst(index, on))
        if off:
            parts.append(Part(ms=off))
    if wanted.then == "steady":
        parts.append(burst(wanted.period, None))
    return tone(parts, loop=wanted.then == "again")


def country_tone(region: Region, name: str) -> ToneSpec:
    """`tone_spec`, and North America's howler where the country's is not known. InputError as there."""
    if name == "howler" and name not in region.tones:
        region = load_region(HOWLER_OF)
    return tone_spec(region, name)


def progress_config(region: Region) -> Any:
    """What the core's call-progress detector listens for in this country: a ``cti_progress_config *``.

    Every tone of the country that can be heard; tolerances and floor are the core's defaults. A tone with
    the cadence and frequencies of one before it is left out (Japan's congestion is its busy tone), and one
    with bursts or pauses too short for the detector. What may be heard in the middle of a conversation must
    not end it: where call waiting is a few modulated bursts of congestion (South Africa) congestion has to be
    plain; were they not modulated, it would be known a burst later. Where call waiting goes on and on in
    congestion's cadence (Laos) it is heard as congestion, its twin, and it is for call control to see that
    somebody talks beside it; where it nearly does (Saint Lucia) the cycle tells. A steady tone is known
    only when it has outlasted every burst of the same frequencies (Germany's ringback is its dial tone).
    """
    config = ffi.new("cti_progress_config *")
    lib.cti_progress_defaults(config)
    config.tones = 0
    waiting = region.tones["call_waiting"]
    twins = _twins(region.tones, config.cadence_tolerance)
    sides = _sides(region.tones, config.cadence_tolerance)
    seen = set()
    for name in _HEARD:
        if name not in region.tones or not _can_be_heard(region.tones[name]):
            continue
        wanted = region.tones[name]
        sound = (wanted.hz, wanted.ms, wanted.turns, wanted.then)
        if sound in seen:
            continue
        seen.add(sound)
        slot = config.tone[config.tones]
        ffi.memmove(ffi.addressof(slot), _definition(name, wanted), ffi.sizeof("cti_progress_tone"))
        run = _run_of(wanted, waiting) if name in _ENDING else 0
        if run and run >= slot.cycles * slot.steps // 2:
            slot.plain = waiting.am_hz >= _SEEN_AM_HZ and not wanted.am_hz
            slot.whole = not slot.plain
        if slot.whole:
            slot.cycles = 2 * run // len(wanted.ms)
        slot.twin = name in twins
        slot.cycle_ms = sides.get(name, (0, 0))
        config.tones += 1
    config.continuous_ms = max(config.continuous_ms, _longest_burst(region, config.cadence_tolerance))
    config.floor_dbm0 -= _level_step(region)
    return config


def _can_be_heard(tone: Tone) -> bool:
    pauses = () if tone.turns else tone.ms[1::2]
    return all(on >= _LEAST_BURST_MS for on in tone.ms[::2]) and all(off >= _LEAST_PAUSE_MS for off in pauses)


def _definition(name: str, wanted: Tone) -> Any:
    """A ``cti_progress_tone *``."""
    slot = ffi.new("cti_progress_tone *")
    slot.tone = getattr(lib, f"CTI_TONE_{name.upper()}")
    for index, hz in enumerate(_lines(wanted)):
        slot.hz[index] = hz
    slot.steps = len(wanted.ms)
    for index, length in enumerate(wanted.ms):
        slot.ms[index] = length
    slot.then = _THEN[wanted.then]
    for burst in range(len(wanted.ms) // 2 if wanted.turns else 0):
        turn = wanted.turns[burst % len(wanted.turns)]
        slot.lines[burst] = sum(1 << index for index, hz in enumerate(wanted.hz) if hz in turn)
    slot.cycles = 1
    quick = name not in _ONE_CYCLE and wanted.then == "again" and max(wanted.ms, default=0) < _SLOW_MS
    if wanted.ms and (quick or name in _ENDING):
        bursts = _QUICK_BURSTS.get(name, _OTHER_QUICK_BURSTS)
        if not wanted.turns and min(wanted.ms[1::2]) < _HOLES_MS:
            bursts = _HOLED_BURSTS
        slot.cycles = max(1, -(-2 * bursts // len(wanted.ms)))
    if _is_special(wanted):
        slot.then, slot.cycles, slot.hz_room = lib.CTI_THEN_ANY, 1, _SIT_ROOM_HZ
        slot.ms[1] = slot.ms[3] = _SIT_PAUSE_MS
    return slot


def _is_special(tone: Tone) -> bool:
    """Special information tone, by whatever name: three frequencies that rise. It sounds once."""
    return len(tone.turns) == 3 and tone.turns[0] < tone.turns[1] < tone.turns[2]


def _run_of(wanted: Tone, waiting: Tone) -> int:
    """How many bursts of this cadence call waiting has before its long pause (South Africa: four of
    congestion's); 0 where there is no such pause (Laos): no number of bursts tells them."""
    if wanted.hz != waiting.hz or not wanted.ms:
        return 0
    for index, length in enumerate(waiting.ms):
        like = wanted.ms[index % len(wanted.ms)]
        if abs(length - like) > _TWICE_THE_TOLERANCE * like:
            return (index + 1) // 2
    return 0


def _twins(tones: Mapping[str, Tone], tolerance: float) -> set[str]:
    """Call waiting, and a tone that ends calls where it goes on and on within its tolerance (Laos)."""
    waiting = tones["call_waiting"]
    twins = {name for name in _ENDING if _alike(tones[name], waiting, tolerance, 0)}
    return twins | {"call_waiting"} if twins else twins


def _sides(tones: Mapping[str, Tone], tolerance: float) -> dict[str, tuple[float, float]]:
    """Between which cycles (ms; 0: no limit) a tone that ends calls lies, and a call waiting that goes
    on and on in nearly its cadence, at its own figures (Saint Lucia: 200 ms on and off, congestion 250): the
    border is half-way from those to the shortest, or longest, that the tone may have."""
    waiting = tones["call_waiting"]
    sides = {}
    for name in _ENDING:
        wanted = tones[name]
        if not _alike(wanted, waiting, tolerance, 2 * _EDGE_SLACK_MS) or _alike(
            wanted, waiting, tolerance, 0
        ):
            continue
        own, other = sum(wanted.ms), sum(waiting.ms)
        border = (own * (1 - tolerance if other < own else 1 + tolerance) + other) / 2
        sides[name], sides["call_waiting"] = ((border, 0.0), (0.0, border))[:: 1 if other < own else -1]
    return sides


def _alike(wanted: Tone, waiting: Tone, tolerance: float, slack: float) -> bool:
    """Whether the times of one are those of the other, but for the tolerance and so many ms."""
    return (
        wanted.hz == waiting.hz
        and len(wanted.ms) == len(waiting.ms) > 0
        and all(
            abs(other - own) <= own * tolerance + slack
            for own, other in zip(wanted.ms, waiting.ms, strict=True)
        )
    )


def _level_step(region: Region) -> float:
    """How much quieter some bursts of a tone that ends calls are than the others (Australia: 10 dB)."""
    levels = [region.tones[name].level_dbm0 for name in _ENDING]
    return max(max(each) - min(each) for each in levels)


def _lines(tone: Tone) -> tuple[float, ...]:
    """The frequencies to be seen: a fast modulation's side bands stand apart from what they modulate."""
    if tone.am_hz < _SIDE_BANDS_HZ or len(tone.hz) > 1:
        return tone.hz
    return (*tone.hz, tone.hz[0] - tone.am_hz, tone.hz[0] + tone.am_hz)


def _longest_burst(region: Region, tolerance: float) -> int:
    """Milliseconds after which a tone with a steady tone's frequency can be no burst of another.

    Only of the tones that every country has: Ireland's number unobtainable, 6 s long, would make every
    dial tone wait, and nobody hears it in a call that was answered.
    """
    tones = [region.tones[name] for name in TONES]
    steady = {hz for tone in region.tones.values() if not tone.ms for hz in tone.hz}
    bursts = [max(tone.ms[::2]) for tone in tones if tone.ms and steady.intersection(tone.hz)]
    return round(max(bursts, default=0) * (1 + tolerance)) + _BURST_EDGE_MS


def _named(region: Region, name: str) -> Tone:
    try:
        return region.tones[name]
    except KeyError:
        raise InputError(f"{region.name} has no tone {name!r}; known are {', '.join(region.tones)}") from None


def _folder() -> dict[str, Callable[[], str]]:
    folder = files("ctidrv.ports") / "regions"
    return {entry.name: functools.partial(entry.read_text, encoding="utf-8") for entry in folder.iterdir()}
