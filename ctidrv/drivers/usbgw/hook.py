"""The hook of a USB telephone, from a switch that is looked at now and then or from two keys. No I/O, no
clock."""

from __future__ import annotations

from enum import Enum

from ctidrv.drivers.usbgw.models import FLASH, LIFT, PUT_DOWN

LONGEST_FLASH_S = 0.9
"""A break of the switch that is longer is the end; so it is known that much later."""


class Told(Enum):
    LIFTED = "lifted"
    PUT_DOWN = "put down"
    FLASHED = "flashed"


class Hook:
    """`off`: as it was told last. Times in seconds."""

    def __init__(self) -> None:
        self.off = False
        self.flashed_s = 0.0
        """How long the last flash took; 0: by a key."""
        self._broken_at: float | None = None

    def switch(self, off: bool, now: float) -> Told | None:
        """Of a telephone that has one, as it is now."""
        if not self.off:
            if off:
                self.off = True
                return Told.LIFTED
            return None
        if off:
            broken, self._broken_at = self._broken_at, None
            if broken is None:
                return None
            if now - broken >= LONGEST_FLASH_S:  # it was not looked at for long
                return self._down()
            self.flashed_s = now - broken
            return Told.FLASHED
        if self._broken_at is None:
            self._broken_at = now
        if now - self._broken_at < LONGEST_FLASH_S:
            return None
        return self._down()

    def key(self, key: str) -> Told | None:
        """Of a telephone without a switch. The green key in a talk is a flash."""
        if key == LIFT and not self.off:
            self.off = True
            return Told.LIFTED
        if key == PUT_DOWN and self.off:
            return self._down()
        if key in (LIFT, FLASH) and self.off:
            self.flashed_s = 0.0
            return Told.FLASHED
        return None

    def lay_down(self) -> None:
        """It is not ours any more: nothing is told."""
        self._down()

    def _down(self) -> Told:
        self.off, self._broken_at = False, None
        return Told.PUT_DOWN
