"""Units everybody uses: time is a count of audio samples, 8,000 a second."""

from __future__ import annotations

from typing import NewType

Samples = NewType("Samples", int)
PortId = NewType("PortId", str)
"""A port's name, ``board/index`` (``sim/1``); boards count their ports from 1."""

RATE = 8000
TICK = Samples(160)
"""20 ms: everything between two ticks happens together."""


def ms(milliseconds: float) -> Samples:
    """Samples in so many milliseconds, rounded."""
    return Samples(round(milliseconds * RATE / 1000))


def seconds(value: float) -> Samples:
    """Samples in so many seconds, rounded."""
    return Samples(round(value * RATE))


def to_seconds(samples: int) -> float:
    """Seconds of audio, to the sample."""
    return samples / RATE
