"""A sheet of A4 that is written on by us: drawn with square pixels and brought into the fax's."""

from __future__ import annotations

from PIL import Image, ImageDraw

from ctidrv.apps.fax.drawing.lettering import write
from ctidrv.apps.fax.drawing.source import Drawn, Sheet

A4 = Sheet(210.0, 297.0)
LEFT, TOP, RIGHT, BOTTOM = 20.0, 18.0, 18.0, 18.0
"""Margins in mm."""
ROOM = A4.width - LEFT - RIGHT


class Canvas:
    """All lengths are in mm."""

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._mm = max(width / A4.width, height / A4.height)
        self._image = Image.new("L", (round(A4.width * self._mm), round(A4.height * self._mm)), 255)
        self._draw = ImageDraw.Draw(self._image)

    def write(self, left: float, top: float, text: str, em: float) -> None:
        """A line of text."""
        write(self._draw, left * self._mm, top * self._mm, text, em * self._mm)

    def rule(self, left: float, top: float, right: float, thick: float = 0.4) -> None:
        """A line across."""
        mm = self._mm
        self._draw.rectangle(
            (round(left * mm), round(top * mm), round(right * mm), round((top + thick) * mm)), fill=0
        )

    def drawn(self) -> Drawn:
        """In the fax's pixels."""
        return Drawn(self._image.resize(self._size, Image.Resampling.BOX), None)
