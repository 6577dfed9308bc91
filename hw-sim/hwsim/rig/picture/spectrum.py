"""A spectrogram: how loud each frequency is, a column of the picture after the other.

Frames of 256 samples (32 ms) under a Hann window, 31.25 Hz apart; two directions by one complex transform.
"""

from __future__ import annotations

import cmath
import itertools
import math
from collections.abc import Sequence

FRAME = 256
BINS = FRAME // 2
MOST_FRAMES = 6
"""In a column, spread over it; the loudest of each frequency is drawn."""
FLOOR_DBM0, TOP_DBM0 = -70.0, 0.0
_RMS = 16140.0
"""Of 0 dBm0 (cti/level.h)."""
_WINDOW = [0.5 - 0.5 * math.cos(2 * math.pi * (n + 0.5) / FRAME) for n in range(FRAME)]
_SCALE = math.sqrt(2) / (sum(_WINDOW) * _RMS)
"""A sine in the middle of a bin reads its own level."""
_TURNS = {
    size: [cmath.exp(-2j * math.pi * k / size) for k in range(size // 2)]
    for size in (2**power for power in range(1, FRAME.bit_length()))
}


def transform(values: Sequence[complex]) -> list[complex]:
    """The discrete Fourier transform of a power of two values, at most FRAME."""
    size = len(values)
    if size == 1:
        return list(values)
    even, odd = transform(values[0::2]), transform(values[1::2])
    turned = [turn * value for turn, value in zip(_TURNS[size], odd, strict=True)]
    return [a + b for a, b in zip(even, turned, strict=True)] + [
        a - b for a, b in zip(even, turned, strict=True)
    ]


def both_levels(one: Sequence[int], other: Sequence[int]) -> tuple[list[float], list[float]]:
    """dBm0 of each of BINS frequencies from 0 Hz up, of two frames of FRAME samples."""
    spectrum = transform([complex(a, b) * w for a, b, w in zip(one, other, _WINDOW, strict=True)])
    first, second = [], []
    for k in range(BINS):
        here, mirrored = spectrum[k], spectrum[-k].conjugate()
        first.append(_dbm0(abs(here + mirrored) / 2))
        second.append(_dbm0(abs(here - mirrored) / 2))
    return first, second


def _dbm0(size: float) -> float:
    return 20 * math.log10(max(size * _SCALE, 1e-6))


def columns(
    said: Sequence[int], heard: Sequence[int], edges: Sequence[int]
) -> tuple[list[list[float]], list[list[float]]]:
    """For each column from an edge (a sample's place) to the next the levels of both directions."""
    both: tuple[list[list[float]], list[list[float]]] = ([], [])
    for begin, end in itertools.pairwise(edges):
        count = max(1, min(MOST_FRAMES, round((end - begin) / FRAME)))
        found = []
        for number in range(count):
            middle = begin + (end - begin) * (2 * number + 1) // (2 * count)
            found.append(both_levels(_frame(said, middle), _frame(heard, middle)))
        for direction in (0, 1):
            frames = [each[direction] for each in found]
            both[direction].append(
                frames[0] if count == 1 else [max(row) for row in zip(*frames, strict=True)]
            )
    return both


def _frame(sound: Sequence[int], middle: int) -> list[int]:
    """The frame around a sample; before the beginning and behind the end there is silence."""
    begin, end = middle - FRAME // 2, middle + FRAME // 2
    inside = list(sound[max(0, begin) : max(0, end)])
    before = [0] * min(FRAME, max(0, -begin))
    return (before + inside + [0] * FRAME)[:FRAME]
