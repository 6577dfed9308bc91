"""A tone as it is measured in the samples of a line: when each burst begins and ends, and its sine waves.

Nothing here is the core's. Times come from the first and last sample of a burst over a floor; frequencies and
levels from a least-squares fit of sine waves (Gauss-Newton, from the figures that a table gives), with the
part of the burst's power that they leave unexplained.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy

RATE = 8000
FULL_SCALE_DBM0 = 3.14  # of a sine of full scale (ITU-T G.711)
FLOOR_DBM0 = -52.0
"""A sample is of a burst when it is over the peak of a sine of this level."""
LEAST_PAUSE = 48
"""Samples: a beat's zero is shorter, and every pause of a country's table longer."""
EDGE = 16
"""Samples left out at each end of a burst, for the fit."""
MOST_FITTED = 4000
ROUNDS = 30


def amplitude(dbm0: float) -> float:
    """Of a sine of this level."""
    return float(32768 * 10 ** ((dbm0 - FULL_SCALE_DBM0) / 20))


def bursts(line: Any) -> list[tuple[int, int]]:
    """(begin, end) of each stretch of sound, in samples."""
    loud = numpy.flatnonzero(numpy.abs(line.astype(float)) > amplitude(FLOOR_DBM0))
    if not len(loud):
        return []
    gaps = numpy.flatnonzero(numpy.diff(loud) > LEAST_PAUSE)
    begins = [int(loud[0]), *(int(loud[gap + 1]) for gap in gaps)]
    ends = [*(int(loud[gap]) + 1 for gap in gaps), int(loud[-1]) + 1]
    return list(zip(begins, ends, strict=True))


@dataclass(frozen=True)
class Sines:
    """What was found in a burst: (Hz, dBm0) of each wave, and what they leave, in dB under the burst."""

    waves: tuple[tuple[float, float], ...]
    rest_db: float


def sines(sound: Any, near: tuple[float, ...]) -> Sines:
    """The sine waves of a burst, one near each of these frequencies."""
    middle = sound[EDGE:-EDGE].astype(float) if len(sound) > 4 * EDGE else sound.astype(float)
    middle = middle[:MOST_FITTED]
    time = numpy.arange(len(middle)) - len(middle) / 2
    omega = 2 * math.pi * numpy.array(near) / RATE
    count = len(near)
    for _ in range(ROUNDS):
        phase = numpy.outer(time, omega)
        cos, sin = numpy.cos(phase), numpy.sin(phase)
        both = numpy.hstack([cos, sin])
        found = numpy.linalg.lstsq(both, middle, rcond=None)[0]
        a, b = found[:count], found[count:]
        slope = time[:, None] * (b * cos - a * sin)
        step = numpy.linalg.lstsq(numpy.hstack([both, slope]), middle, rcond=None)[0][2 * count :]
        omega = omega + numpy.clip(step, -0.002, 0.002)
    rest = middle - both @ found
    power = float(numpy.mean(middle**2)) or 1e-9
    rest_db = 10 * math.log10(max(1e-12, float(numpy.mean(rest**2)) / power))
    levels = 20 * numpy.log10(numpy.maximum(1e-6, numpy.hypot(a, b)) / 32768) + FULL_SCALE_DBM0
    hz = omega * RATE / (2 * math.pi)
    return Sines(tuple((float(f), float(level)) for f, level in zip(hz, levels, strict=True)), rest_db)
