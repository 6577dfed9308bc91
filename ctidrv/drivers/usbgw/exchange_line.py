"""The exchange line at a box's second socket: whose the telephone is, by its relay. No I/O and no clock.

The box can neither take that line nor be heard on it: it tells that it rings, and its relay gives it the
telephone. While nobody uses the telephone otherwise, a ring of the exchange gets it (the relay has to fall
before the first burst is over, or that one is not heard), and it is ours again once it lies on hook and the
line rings no more.
"""

from __future__ import annotations

RINGS_NO_MORE_S = 6.0
"""Longer than the pause of any country's ringing that is usual."""
GIVEN_BACK_S = 2.0
"""On hook for so long: longer than a flash that is meant for the exchange."""


class ExchangeLine:
    """`follow`: a ring gets the telephone; else it is only told. Times in seconds."""

    def __init__(self, follow: bool) -> None:
        self.has_telephone = False
        self.rings = False
        """A burst is on."""
        self._follow = follow
        self._rang: float | None = None
        self._lies_since: float | None = None

    def ring(self, on: bool, now: float, *, free: bool) -> None:
        """A burst is on, or over. `free`: nobody uses the telephone."""
        self.rings = on
        self._rang = now
        if on and free and self._follow:
            self.has_telephone = True

    def look(self, off_hook: bool, now: float) -> None:
        """Time passes. `off_hook`: of the telephone."""
        if self.rings:
            self._rang = now
        if self._rang is not None and now - self._rang >= RINGS_NO_MORE_S:
            self._rang = None
        if off_hook:
            self._lies_since = None
            self._rang = None if self.has_telephone else self._rang
            return
        if self._lies_since is None:
            self._lies_since = now
        if self._rang is None and now - self._lies_since >= GIVEN_BACK_S:
            self.has_telephone = False
