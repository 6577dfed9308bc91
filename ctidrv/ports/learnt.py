"""A line's own tones: what was learnt from a recording of it, heard beside those of its country.

Exchanges behind which an office sits (a PBX, an operator's gateway) send tones that no table has. One is
learnt by `ctidrv.media.learn_tone` and kept with the line; here it becomes a definition of the detector.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ctidrv.errors import InputError
from ctidrv.native import ffi, lib

LINE_TONES = ("busy", "congestion", "dial")
"""What a line may be taught: the tones by which a far end shows that it has gone."""
_LEAST_HZ, _MOST_HZ = 100.0, 3900.0
_LEAST_MS, _MOST_MS = 50, 10_000
_MOST_STEPS = 8
_BURSTS = 3
"""Heard before it counts, and the beginning of a fourth: within four cycles, and no stutter of speech."""
_EDGE_MS = 100


@dataclass(frozen=True, slots=True)
class LearntTone:
    """hz: one or two; ms: on, off, on, off … of one cycle, empty for a steady tone; level of each frequency;
    cycles: whole ones that were seen."""

    hz: tuple[float, ...]
    ms: tuple[int, ...]
    level_dbm0: float
    cycles: int


@dataclass(frozen=True, slots=True)
class LineTone:
    """A tone that a line was taught. `tone`: one of LINE_TONES; `learnt`: when, UTC."""

    port: str
    tone: str
    heard: LearntTone
    learnt: datetime


def check_tone(name: str, tone: LearntTone) -> None:
    """InputError for what no line can be taught."""
    if name not in LINE_TONES:
        raise InputError(f"tone {name!r}: a line is taught {', '.join(LINE_TONES)}: what ends its calls")
    if not 1 <= len(tone.hz) <= 2 or not all(_LEAST_HZ <= each <= _MOST_HZ for each in tone.hz):
        raise InputError(f"hz {list(tone.hz)}: one or two frequencies of {_LEAST_HZ:g} to {_MOST_HZ:g} Hz")
    if (
        len(tone.ms) > _MOST_STEPS
        or len(tone.ms) % 2
        or not all(_LEAST_MS <= each <= _MOST_MS for each in tone.ms)
    ):
        raise InputError(
            f"ms {list(tone.ms)}: on, off, on, off …, at most {_MOST_STEPS} of {_LEAST_MS} to {_MOST_MS} ms"
        )
    if bool(tone.ms) == (name == "dial"):
        what = "has pauses: that is no dial tone" if tone.ms else "never pauses: teach it as dial tone"
        raise InputError(f"the tone {what}")
    if not math.isfinite(tone.level_dbm0):
        raise InputError(f"level {tone.level_dbm0}: no level in dBm0")


def row_of(taught: LineTone) -> dict[str, Any]:
    """As the API and ``ctidrv ports`` show it."""
    learnt = taught.learnt.isoformat(timespec="microseconds")
    return {"tone": taught.tone, **heard_row(taught.heard), "learnt": learnt}


def heard_row(heard: LearntTone) -> dict[str, Any]:
    return {
        "hz": list(heard.hz),
        "ms": list(heard.ms),
        "level_dbm0": heard.level_dbm0,
        "cycles": heard.cycles,
    }


def add_learnt(config: Any, tones: Iterable[LineTone]) -> None:
    """Adds a line's tones to the definitions of its country (a ``cti_progress_config *``).

    A dial tone is reported as that, any other as `learned`. InputError when there is no room.
    """
    for each in tones:
        if config.tones == len(config.tone):
            raise InputError(f"{each.port}: no room for another tone beside the country's; forget one")
        slot = ffi.new("cti_progress_tone *")
        slot.tone = lib.CTI_TONE_DIAL if each.tone == "dial" else lib.CTI_TONE_LEARNED
        for index, hz in enumerate(each.heard.hz):
            slot.hz[index] = hz
        slot.steps = len(each.heard.ms)
        for index, length in enumerate(each.heard.ms):
            slot.ms[index] = length
        slot.cycles = max(1, -(-2 * _BURSTS // len(each.heard.ms))) if each.heard.ms else 1
        config.tone[config.tones] = slot[0]
        config.tones += 1
        if not each.heard.ms:
            config.continuous_ms = max(config.continuous_ms, _longest_burst(config))
        if lib.cti_progress_check(config) != lib.CTI_OK:
            raise InputError(f"{each.port}: no detector takes its tones beside the country's; forget one")


def _longest_burst(config: Any) -> int:
    """Milliseconds after which a steady tone can be no burst of another."""
    bursts = [
        config.tone[index].ms[step]
        for index in range(config.tones)
        for step in range(0, config.tone[index].steps, 2)
    ]
    return round(max(bursts, default=0) * (1 + float(config.cadence_tolerance))) + _EDGE_MS
