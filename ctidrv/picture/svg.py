"""`Sheet`: an SVG that grows downwards, with one time axis for everything on it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from ctidrv.picture.parties import xml_text
from ctidrv.units import RATE

LEFT, PLOT, RIGHT = 170, 1200, 30
WIDTH = LEFT + PLOT + RIGHT
SIZE = 11
FONTS = "Noto Sans CJK SC, Noto Sans SC, Microsoft YaHei, PingFang SC, DejaVu Sans, sans-serif"
_WIDE, _NARROW, _MARGIN = SIZE * 1.0, SIZE * 0.6, 2
_STEPS = (
    0.01,
    0.02,
    0.05,
    0.1,
    0.2,
    0.5,
    1,
    2,
    5,
    10,
    20,
    30,
    60,
    120,
    300,
    600,
    1800,
    3600,
    7200,
    18000,
    36000,
)
_LEAST_STEP = 70


def _letter(letter: str) -> float:
    return _WIDE if unicodedata.east_asian_width(letter) in "WF" else _NARROW


def width_of(text: str) -> float:
    """About so many units of the picture, rather more than fewer."""
    return sum(map(_letter, text)) + _MARGIN


def cut_to(text: str, width: float) -> str:
    """The text, or so much of it as there is room for."""
    taken, fits = float(_MARGIN), 0
    for place, letter in enumerate(text):
        if taken + _WIDE <= width:
            fits = place
        taken += _letter(letter)
        if taken > width:
            return f"{text[:fits]}…"
    return text


@dataclass(frozen=True, slots=True)
class Axis:
    """From sample `begin` to `end` across the plot."""

    begin: int
    end: int

    def x(self, sample: float) -> float:
        """Where a sample is; what lies outside is on the edge."""
        inside = min(max(sample, self.begin), self.end)
        return LEFT + PLOT * (inside - self.begin) / (self.end - self.begin)

    def shows(self, begin: int, end: int | None) -> bool:
        """Whether some of this stretch, or this moment, is within."""
        if end is None or end == begin:
            return self.begin <= begin <= self.end
        return begin < self.end and end > self.begin

    def ticks(self) -> list[tuple[float, str]]:
        """Where the axis is marked, and with what."""
        a_unit = PLOT * RATE / (self.end - self.begin)
        step = next((each for each in _STEPS if each * a_unit >= _LEAST_STEP), _STEPS[-1])
        places = 0 if step >= 1 else 1 if step >= 0.1 else 2
        first = -(-self.begin // round(step * RATE))
        last = self.end // round(step * RATE)
        return [
            (self.x(number * step * RATE), f"{number * step:.{places}f} s")
            for number in range(first, last + 1)
        ]


class Sheet:
    """What is drawn, from the top down; `y` is where the next thing begins."""

    def __init__(self) -> None:
        self.y = 8.0
        self._parts: list[str] = []

    def text(
        self, x: float, y: float, words: str, *, colour: str = "#222", bold: bool = False, anchor: str = ""
    ) -> None:
        """`y`: of the line that the letters stand on."""
        more = ' font-weight="bold"' if bold else ""
        more += f' text-anchor="{anchor}"' if anchor else ""
        self._parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}"{more}>{escape(xml_text(words))}</text>'
        )

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        colour: str,
        *,
        edge: str = "none",
        what: Sequence[tuple[str, str]] = (),
    ) -> None:
        named = "".join(f" data-{name}={quoteattr(xml_text(value))}" for name, value in what)
        self._parts.append(
            f'<rect x="{x:.2f}" y="{y:.1f}" width="{max(width, 0.6):.2f}" height="{height:.1f}" '
            f'fill="{colour}" stroke="{edge}"{named}/>'
        )

    def lines(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        """Through these points."""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self._parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}"/>')

    def here(self) -> int:
        """A place below all that is drawn from now on."""
        return len(self._parts)

    def strokes(
        self, upright: Sequence[tuple[float, float, float]], colour: str, under: int | None = None
    ) -> None:
        """Upright strokes: x, from y, to y; `under`: at a place that `here` gave."""
        path = "".join(f"M{x:.1f},{top:.1f}V{bottom:.1f}" for x, top, bottom in upright)
        place = len(self._parts) if under is None else under
        self._parts.insert(place, f'<path d="{path}" fill="none" stroke="{colour}"/>')

    def image(self, x: float, y: float, width: float, height: float, address: str) -> None:
        self._parts.append(
            f'<image x="{x:.2f}" y="{y:.1f}" width="{width:.2f}" height="{height:.1f}" '
            f'preserveAspectRatio="none" xlink:href="{address}"/>'
        )

    def whole(self) -> str:
        height = round(self.y + 12)
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
            f'font-family="{FONTS}" font-size="{SIZE}">\n'
            f'<rect x="0" y="0" width="{WIDTH}" height="{height}" fill="#ffffff"/>\n'
            + "\n".join(self._parts)
            + "\n</svg>\n"
        )
