"""A line that rings, as a modem tells it: RING for each ring, or twice, and nothing when it is over."""

from __future__ import annotations

from collections.abc import Sequence

SAME_S = 1.0
"""Two RINGs so close are one: of a double ring, or sent twice."""
OVER_S = 7.0
"""So long after the last one it rings no more."""
PATTERNS = {2: (8, 4, 8, 40), 3: (4, 2, 4, 2, 8, 40), 4: (3, 2, 10, 2, 3, 40)}
"""Distinctive ringing (GR-506), in 0.1 s, as +VDR measures it; others are the ordinary one."""
_OFF_BY = 2
_MOST = 16


def pattern_of(measured: Sequence[int]) -> int:
    """The number of the pattern whose bursts and pauses these are, its long pause wherever it stands; 0."""
    if len(measured) % 2:
        return 0
    for number, wanted in PATTERNS.items():
        for turn in range(0, len(wanted), 2):
            turned = (*wanted[turn:], *wanted[:turn])
            if len(turned) == len(measured) and all(
                abs(a - b) <= _OFF_BY for a, b in zip(turned, measured, strict=True)
            ):
                return number
    return 0


class Rings:
    """`ring` and `measured` as they come; times in seconds."""

    def __init__(self) -> None:
        self.pattern = 0
        self._last: float | None = None
        self._burst_ends: float | None = None
        self._measured: list[int] = []

    def ring(self, now: float) -> bool:
        """A RING; whether it is a ring of its own."""
        same = self._last is not None and now - self._last < SAME_S
        self._last = now
        if same:
            return False
        self.pattern = pattern_of(self._measured)
        self._measured.clear()
        self._burst_ends = now + SAME_S
        return True

    def measured(self, tenths: int) -> None:
        """DRON or DROF, one after the other."""
        self._measured = [*self._measured[-_MOST:], tenths]

    def burst_over(self, now: float) -> bool:
        """Once, a while after each ring."""
        if self._burst_ends is None or now < self._burst_ends:
            return False
        self._burst_ends = None
        return True

    def over(self, now: float) -> bool:
        """It has not rung for long."""
        return self._last is None or now - self._last >= OVER_S

    def forget(self) -> None:
        """The line was taken, or is gone."""
        self._last = self._burst_ends = None
        self._measured.clear()
        self.pattern = 0
