"""A call drawn on one time axis: which stretch of it is shown, and what to say when there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ctidesk.viewmodels.phrases import NOTHING, QT_TRANSLATE_NOOP, Phrase

DRAWING = QT_TRANSLATE_NOOP("Drawing", "Drawing the call …")
NOT_DRAWN = QT_TRANSLATE_NOOP("Drawing", "The call could not be drawn: the station refused or is gone.")
SHORTEST_S, LONGEST_S = 0.02, 1800.0
"""Of a stretch; the station draws half an hour at once."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG, the stretch that it shows, and how long the call is; seconds from the call's beginning."""

    svg: str
    begin: float
    end: float
    length: float

    def zoomed(self, factor: float) -> tuple[float, float]:
        """The stretch so many times as long, about the same middle."""
        wanted = min(max((self.end - self.begin) * factor, SHORTEST_S), self.length, LONGEST_S)
        return self._within((self.begin + self.end - wanted) / 2, wanted)

    def moved(self, part: float) -> tuple[float, float]:
        """Further on by so much of what is shown."""
        long = self.end - self.begin
        return self._within(self.begin + part * long, long)

    def whole(self) -> tuple[float, float]:
        return self._within(0.0, min(self.length, LONGEST_S))

    def _within(self, begin: float, long: float) -> tuple[float, float]:
        begin = max(0.0, min(begin, self.length - long))
        return begin, begin + long


@dataclass(frozen=True, slots=True)
class Answer:
    """A drawing, or why there is none; `detail`: the system's own words."""

    drawing: Drawing | None
    words: Phrase = NOTHING
    detail: str = ""


Ask = Callable[[float | None, float | None, Callable[[Answer], None]], None]
"""Has this stretch drawn (None: the whole), and hands the answer over on the UI thread."""
