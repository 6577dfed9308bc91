"""How a modem tells that its line is rung: RING for each ring of the cadence, DRON and DROF, and S0."""

from __future__ import annotations

from collections.abc import Callable

from ctidrv.clock import SampleClock, Timer
from ctidrv.units import Samples, ms, seconds

VALID = ms(256)
"""Ringing that lasts so long is ringing; a ring pulse before caller ID is shorter."""
SAME_RING = ms(640)
"""A pause up to this belongs to the ring (the double ring of some countries)."""
FORGOTTEN = seconds(8)
"""After the last ring S1 counts from 0 again."""


class RingDetector:
    """`ring` is called for each ring, `measured` with "DRON" or "DROF" and its length."""

    def __init__(
        self, clock: SampleClock, ring: Callable[[], None], measured: Callable[[str, Samples], None]
    ) -> None:
        self.ringing = False
        self._clock = clock
        self._ring, self._measured = ring, measured
        self._changed: Samples | None = None  # when the bell last began or stopped
        self._told = False  # this ring
        self._timer: Timer | None = None

    def on(self) -> None:
        now = self._clock.now()
        pause = None if self._changed is None else Samples(now - self._changed)
        if pause is not None and pause < FORGOTTEN:
            self._measured("DROF", pause)
        if pause is None or pause > SAME_RING:
            self._told = False
        self.ringing, self._changed = True, now
        if not self._told:
            self._timer = self._clock.call_after(VALID, self._valid)

    def off(self) -> None:
        now = self._clock.now()
        if self.ringing and self._changed is not None and now - self._changed >= ms(100):
            self._measured("DRON", Samples(now - self._changed))
        self.ringing, self._changed = False, now
        if self._timer is not None:
            self._timer.cancel()

    def _valid(self) -> None:
        self._told = True
        self._ring()

    def is_over(self) -> bool:
        """Nobody rings any more."""
        return self._changed is None or (not self.ringing and self._clock.now() - self._changed >= FORGOTTEN)
