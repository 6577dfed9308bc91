"""How loud a channel is over time, and by that where exactly a signal begins and ends."""

from __future__ import annotations

import math
from array import array

from ctidrv.native.levels import SILENCE_DBM0
from ctidrv.native.pcm import Pcm

STEP = 40
"""5 ms: so exact are the edges."""
_FULL = 10 ** (3.14 / 10) / (32768**2 / 2)
_UNDER_DB = 10.0
_DIP = 2 * STEP
_PAUSE = 3 * STEP
_QUIETEST = 200
_OVER_DB, _LEAST_DBM0, _MOST_DBM0 = 9.0, -55.0, -40.0
"""A signal is so much over the noise; so loud at least, whatever the noise; so loud at any rate."""


def _dbm0(power: float) -> float:
    return max(SILENCE_DBM0, 10 * math.log10(power * _FULL)) if power > 0 else SILENCE_DBM0


class Envelope:
    """The mean power of each 5 ms of a channel."""

    def __init__(self, sound: Pcm) -> None:
        values = array("h", sound.bytes)
        self._power = [
            sum(sample * sample for sample in values[at : at + STEP]) / STEP
            for at in range(0, len(values), STEP)
        ]
        ordered = sorted(self._power)
        self.floor = _dbm0(ordered[len(ordered) // _QUIETEST]) if ordered else SILENCE_DBM0
        """dBm0: the noise, in the few pauses that there are where two ends take turns."""

    def level(self, begin: int, end: int) -> float:
        """Of a stretch, in dBm0."""
        powers = self._power[begin // STEP : max(begin // STEP + 1, end // STEP)]
        return _dbm0(sum(powers) / len(powers)) if powers else SILENCE_DBM0

    def _is_quiet(self, step: int, least: float, steps: int = _PAUSE // STEP) -> bool:
        powers = self._power[max(0, step) : step + steps]
        return all(power < least for power in powers)

    def begin(self, known: int, level: float, back: int, pause: int = _PAUSE) -> int | None:
        """The first sample of the signal of this level that is there at `known`, behind so long a pause,
        sought so many samples back; None: there is no pause before it."""
        quiet = pause // STEP
        least = 10 ** ((level - _UNDER_DB) / 10) / _FULL
        first = known // STEP
        for step in range(first, max(-1, first - back // STEP), -1):
            is_there = step < len(self._power) and self._power[step] >= least
            if is_there and (step < quiet or self._is_quiet(step - quiet, least, quiet)):
                return step * STEP
        return None

    def end(self, known: int, level: float, back: int) -> int | None:
        """Behind the last sample of the signal that was known to have ended at `known`; None: no pause
        follows."""
        least = 10 ** ((level - _UNDER_DB) / 10) / _FULL
        for step in range(max(0, known - back) // STEP, min(known // STEP + 4, len(self._power))):
            if self._is_quiet(step, least):
                return step * STEP
        return None

    def last(self, begin: int, end: int, level: float) -> int | None:
        """Behind the last sample of the signal of this level in a stretch; None: it lasts to its end."""
        least = 10 ** ((level - _UNDER_DB) / 10) / _FULL
        first, behind = begin // STEP, min(-(-end // STEP), len(self._power))
        for step in range(behind - 1, first, -1):
            if self._power[step] >= least:
                return None if step + 1 == behind else (step + 1) * STEP
        return None

    def dips(self, begin: int, end: int, level: float) -> int:
        """How often a signal of this level is away for 10 ms or more within a stretch."""
        least = 10 ** ((level - _UNDER_DB) / 10) / _FULL
        count = away = 0
        for power in self._power[begin // STEP : end // STEP]:
            away = away + 1 if power < least else 0
            count += away == _DIP // STEP
        return count

    def loud(self, begin: int, end: int, least_ms: int = 300) -> tuple[int, int] | None:
        """The first stretch so long within begin…end that is over the floor, short dips aside."""
        level = min(max(self.floor + _OVER_DB, _LEAST_DBM0), _MOST_DBM0)
        least = 10 ** (level / 10) / _FULL
        first, last = None, 0
        for step in range(begin // STEP, min(end // STEP, len(self._power))):
            if self._power[step] >= least:
                first = step if first is None else first
                last = step
            elif first is not None and step - last > 10:
                if (last - first) * STEP >= 8 * least_ms:
                    break
                first = None
        if first is None or (last - first) * STEP < 8 * least_ms:
            return None
        return first * STEP, (last + 1) * STEP
