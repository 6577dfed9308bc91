"""A fax modem's carrier as its receiver saw it: the constellation, and the eye of both axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ctidrv.picture.raster import picture_of
from ctidrv.picture.spectrum import FLOOR_DBM0, TOP_DBM0
from ctidrv.picture.svg import SIZE, WIDTH, Sheet

Points = Sequence[tuple[float, float]]

_SQUARE, _CELLS = 560, 187
_EYE_WIDTH, _EYE_HEIGHT = 700, 262
_ROWS = 131
_LEFT, _GAP = 40, 60
_REACH = 1.75
"""In units of the constellation's mean amplitude: what is further off is not drawn."""
_FINE = 16
"""Columns of the eye for half a symbol."""
_SPAN = 4
"""Halves of a symbol across the eye."""
_TAPS = 6
"""On each side of a value between two halves."""
_MARK = "#7df9ff"
_INNER, _OUTER = 4, 8
"""Of a mark's strokes: what lies at its middle is seen."""
_LEAST = 0.25
"""How bright a single one is."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """`points`: received; `ideal`: where they should lie; `eye`: stretches of the signal, two values a
    symbol, the last one a symbol's."""

    title: str
    notes: Sequence[str]
    points: Points
    ideal: Points
    eye: Sequence[Points]


def draw_points(carrier: Carrier, names: tuple[str, str, str]) -> str:
    """The SVG; `names`: of the constellation and of the two eyes."""
    sheet = Sheet()
    sheet.y += SIZE
    sheet.text(8, sheet.y, carrier.title, bold=True)
    for note in carrier.notes:
        sheet.y += SIZE + 4
        sheet.text(8, sheet.y, note, colour="#555")
    sheet.y += SIZE + 14
    top = sheet.y
    _constellation(sheet, carrier, top, names[0])
    for number in (0, 1):
        y = top + number * (_EYE_HEIGHT + 36)
        _eye(sheet, [[point[number] for point in part] for part in carrier.eye], y, names[1 + number])
    sheet.y = top + _SQUARE + 8
    return sheet.whole()


def _levels(counts: Sequence[Sequence[int]]) -> list[list[float]]:
    """Of each cell, on the scale of the picture's colours: one is seen, many are bright."""
    most = max((count for column in counts for count in column), default=0)
    scale = (1 - _LEAST) / math.log1p(most or 1)
    shades = [0.0, *(_LEAST + scale * math.log1p(count) for count in range(1, most + 1))]
    return [[FLOOR_DBM0 + (TOP_DBM0 - FLOOR_DBM0) * shades[count] for count in column] for column in counts]


def _cell(value: float, cells: int) -> int | None:
    place = math.floor((value + _REACH) / (2 * _REACH) * cells)
    return place if 0 <= place < cells else None


def _constellation(sheet: Sheet, carrier: Carrier, top: float, name: str) -> None:
    counts = [[0] * _CELLS for _ in range(_CELLS)]
    for re, im in carrier.points:
        column, row = _cell(re, _CELLS), _cell(im, _CELLS)
        if column is not None and row is not None:
            counts[column][row] += 1
    sheet.text(_LEFT, top - 5, name)
    sheet.image(_LEFT, top, _SQUARE, _SQUARE, picture_of(_levels(counts)))
    for re, im in carrier.ideal:
        x = _LEFT + _SQUARE * (re + _REACH) / (2 * _REACH)
        y = top + _SQUARE * (_REACH - im) / (2 * _REACH)
        for sign in (-1, 1):
            sheet.lines([(x + sign * _INNER, y), (x + sign * _OUTER, y)], _MARK)
            sheet.lines([(x, y + sign * _INNER), (x, y + sign * _OUTER)], _MARK)


def _eye(sheet: Sheet, parts: Sequence[Sequence[float]], top: float, name: str) -> None:
    columns = _SPAN * _FINE + 1
    counts = [[0] * _ROWS for _ in range(columns)]
    for part in parts:
        fine = _between(part)
        for begin in range(len(fine) - columns, -1, -2 * _FINE):
            _trace(counts, fine[begin : begin + columns])
    x = _LEFT + _SQUARE + _GAP
    sheet.text(x, top - 5, name)
    sheet.image(x, top, min(_EYE_WIDTH, WIDTH - x - 30), _EYE_HEIGHT, picture_of(_levels(counts)))


def _trace(counts: list[list[int]], values: Sequence[float]) -> None:
    before: int | None = None
    for column, value in zip(counts, values, strict=True):
        row = _cell(value, _ROWS)
        if row is not None:
            low, high = (row, row) if before is None else (min(row, before), max(row, before))
            for place in range(low, high + 1):
                column[place] += 1
        before = row


def _kernel() -> list[list[float]]:
    """A windowed sinc for each place between two halves: the signal has nothing above its band."""
    kernel = []
    for fine in range(_FINE):
        offsets = [tap - fine / _FINE for tap in range(1 - _TAPS, _TAPS + 1)]
        taps = [_sinc(x) * (0.5 + 0.5 * math.cos(math.pi * x / (_TAPS + 1))) for x in offsets]
        kernel.append([tap / sum(taps) for tap in taps])
    return kernel


def _sinc(x: float) -> float:
    return 1.0 if x == 0 else math.sin(math.pi * x) / (math.pi * x)


def _between(values: Sequence[float]) -> list[float]:
    """The signal `_FINE` times as fine, as far as it is known on both sides; the last one is a symbol's."""
    kernel, fine = _kernel(), []
    last = len(values) - _TAPS - 1
    last -= (len(values) - 1 - last) % 2
    for place in range(_TAPS - 1, last):
        window = values[place + 1 - _TAPS : place + 1 + _TAPS]
        fine += [sum(a * b for a, b in zip(taps, window, strict=True)) for taps in kernel]
    return [*fine, values[last]] if last >= _TAPS else []
