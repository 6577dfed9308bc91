"""Digits that a telephone's keys tell: each down once, and up once."""

from __future__ import annotations

from ctidrv.native.fed_board import FedPort
from ctidrv.units import RATE

LONGEST_S = 5.0
"""A key whose end was lost."""
_SHORTEST_S = 0.05


class Digits:
    """At a port. Times in seconds."""

    def __init__(self, port: FedPort) -> None:
        self._port = port
        self._down: tuple[str, float] | None = None

    def down(self, digit: str, now: float) -> None:
        self.up(now)
        self._port.digit_down(digit)
        self._down = digit, now

    def up(self, now: float) -> None:
        """Of the key that is down, if one is."""
        down, self._down = self._down, None
        if down is not None:
            digit, since = down
            self._port.digit_up(digit, round(RATE * max(_SHORTEST_S, now - since)))

    def look(self, now: float) -> None:
        if self._down is not None and now - self._down[1] > LONGEST_S:
            self.up(now)
