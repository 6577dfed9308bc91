"""How loud audio is, in dBm0 (cti/level.h): a full-scale sine is +3.14 dBm0, digital silence reads -100."""

from __future__ import annotations

from typing import Any

from ctidrv.native import check, lib, state
from ctidrv.native.pcm import Pcm

SILENCE_DBM0 = -100.0


def level(sound: Pcm) -> float:
    """Of the sound as a whole, in dBm0."""
    return float(lib.cti_level_of(sound.ptr, len(sound)))


def peak_level(sound: Pcm) -> float:
    """The level of a sine whose peak is the sound's largest sample, in dBm0."""
    return float(lib.cti_level_of_peak(lib.cti_peak_of(sound.ptr, len(sound))))


class LevelMeter:
    """A running meter: an exponential mean of the power, and the peak since it was last taken."""

    def __init__(self, time_constant_ms: int = 125) -> None:
        """`time_constant_ms` 1…10,000; raises NativeError for others."""
        size = lib.cti_level_size()
        self._meter: Any = state("cti_level", size)
        check(lib.cti_level_init(self._meter, size, time_constant_ms), "level meter")

    def feed(self, sound: Pcm) -> None:
        check(lib.cti_level_run(self._meter, sound.ptr, len(sound)), "level meter")

    @property
    def dbm0(self) -> float:
        return float(lib.cti_level_dbm0(self._meter))

    def take_peak(self) -> float:
        """The peak since the last call, as the level of a sine of that peak."""
        return float(lib.cti_level_take_peak(self._meter))
