"""A fax page as rows of pixels, and the paper that they stand for (ITU-T T.4, table 1; T.30, table 2)."""

from __future__ import annotations

from dataclasses import dataclass

from ctidrv.errors import UsageError
from ctidrv.native import t4

WIDTHS = {
    "a4": {204: 1728, 200: 1728, 300: 2592, 400: 3456, 408: 3456},
    "b4": {204: 2048, 200: 2048, 300: 3072, 400: 4096, 408: 4096},
    "a3": {204: 2432, 200: 2432, 300: 3648, 400: 4864, 408: 4864},
}
"""Pixels of a row, by paper and dots an inch."""
MOST_ROWS = 20_000
"""Of a page: what the decoder takes at the most (cti/t4_decoder.h)."""
_METRIC = {204: 1728 / 215, 408: 3456 / 215, 98: 3.85, 196: 7.7, 391: 15.4}
"""Pixels a millimetre where T.4 counts by it; the names in inches are rounded."""
_SAME = 0.01


def per_mm(dpi: float) -> float:
    """Pixels a millimetre of a resolution in dots an inch. 203.2 or 97.8, as some write, are T.4's 204 and
    98."""
    for name, pixels in _METRIC.items():
        if abs(dpi - name) <= _SAME * name:
            return pixels
    return dpi / 25.4


@dataclass(frozen=True, slots=True)
class PageRows:
    """A page: packed rows, the leftmost pixel in the highest bit, 1 is black (cti/t4.h)."""

    rows: bytes
    width: int
    """Pixels of a row."""
    x_dpi: int
    y_dpi: int
    """Dots an inch, by their usual names: 204 by 98, 196 or 391; 200, 300, 400."""
    damage: bytes = b""
    """For each row one of `ctidrv.native.t4.DAMAGES`, by its number; empty: none."""

    def __post_init__(self) -> None:
        size = t4.row_bytes(self.width)
        if not self.rows or len(self.rows) % size:
            raise UsageError(
                f"a fax page of {len(self.rows)} bytes: it has whole rows of {size}, one at least"
            )
        if self.damage and len(self.damage) != self.count:
            raise UsageError(f"a fax page of {self.count} rows, and the damage of {len(self.damage)}")
        if min(self.x_dpi, self.y_dpi) < 1:
            raise UsageError(f"a fax page of {self.x_dpi} by {self.y_dpi} dots an inch")

    @property
    def count(self) -> int:
        """Rows."""
        return len(self.rows) // t4.row_bytes(self.width)

    @property
    def size_mm(self) -> tuple[float, float]:
        """Of the paper: width and height."""
        return self.width / per_mm(self.x_dpi), self.count / per_mm(self.y_dpi)
