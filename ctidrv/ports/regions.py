"""Country data: tones, ringing, dialling, caller-ID kind, how a far-end hang-up shows (ITU-T E.180 Sup. 2).

One TOML file a country in ``regions/``, named by its ISO 3166 code; the form is described in
`ctidrv.ports.region_files`, each file names its sources, and docs/reference/regions.md is the table of all.

Operators within one country differ, so all of it is a default that a line's settings may override.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
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
    "known_regions",
    "load_region",
    "progress_config",
    "read_region",
    "tone_spec",
]

# What a detector must hear of a tone: hang-up within four cycles, never after two (a stutter of speech).
_BUSY_BURSTS = 3
_BURST_EDGE_MS = 100
_SIDE_BANDS_HZ = 40


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
        for index, hz in enumerate(_lines(wanted)):
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
    steady = {hz for tone in tones if not tone.ms for hz in tone.hz}
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
