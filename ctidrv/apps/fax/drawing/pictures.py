"""Pictures as fax pages: TIFF, also of fax programs, PNG and JPEG, by Pillow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from ctidrv.apps.fax.drawing.source import Drawn, Sheet, called, check_pages, check_pixels, sheet
from ctidrv.apps.fax.drawing.tone import grey_areas
from ctidrv.apps.fax.page import WIDTHS, per_mm

FORMATS = ("TIFF", "PNG", "JPEG")
_FAX_WIDTHS = tuple(width[204] for width in WIDTHS.values())
_STANDARD_ROWS = 1400
"""Of a fax page that does not say its resolution: up to so many it is 98 rows an inch."""
_FILLS_MM = 190.0
_AT_MOST_MM = 270.0
"""The room of a picture that does not say its size."""
_ORIENTATION = 274
_TURNED = (5, 6, 7, 8)

Image.MAX_IMAGE_PIXELS = None  # ours is looked at before anything is unpacked


def _resolution(image: Image.Image) -> tuple[float, float] | None:
    """Dots an inch as the file says them. A photograph's 72, which no camera knew, says nothing."""
    try:
        x, y = (float(each) for each in image.info["dpi"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        x = y = 0.0
    if x > 1 and y > 1 and (x, y) != (72, 72):
        return x, y
    if image.mode == "1" and image.width in _FAX_WIDTHS:
        return 204, 98 if image.height <= _STANDARD_ROWS else 196
    return None


def _size(image: Image.Image, where: str) -> Sheet:
    check_pixels(*image.size, where)
    told = _resolution(image)
    if told is None:
        scale = min(_FILLS_MM / image.width, _AT_MOST_MM / image.height)
        size = image.width * scale, image.height * scale
    else:
        size = image.width / per_mm(told[0]), image.height / per_mm(told[1])
    if image.getexif().get(_ORIENTATION) in _TURNED:
        size = size[::-1]
    return sheet(*size, where)


def _grey(image: Image.Image) -> Image.Image:
    """Mode "L", or "1" as it is; what lets light through lies on white paper."""
    if image.mode in ("1", "L"):
        return image
    if image.mode.startswith(("I", "F")):  # more than eight bits: from its own darkest to its own lightest
        low, high = (float(each) for each in image.getextrema())  # type: ignore[arg-type]
        top = 65535.0 if image.mode.startswith("I;16") or (low >= 0 and high > 255) else 255.0
        if image.mode == "F":
            low, top = min(low, 0.0), max(high, 1.0)
        else:
            low = 0.0
        plain = image.convert("F")
        return plain.point(lambda value: value * (255.0 / (top - low)) - low * 255.0 / (top - low)).convert(
            "L"
        )
    if image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info:
        clear = image.convert("RGBA")
        paper = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(paper, clear).convert("L")
    return image.convert("L")


class Pictures:
    """A picture file; a TIFF has one page or more."""

    turns = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self._image: Any = Image.open(path, formats=FORMATS)
        self.sheets: list[Sheet] = []
        while self._seek(len(self.sheets)):
            self.sheets.append(_size(self._image, f"{called(path)}, page {len(self.sheets) + 1}"))
            check_pages(path, len(self.sheets))

    def _seek(self, page: int) -> bool:
        try:
            self._image.seek(page)
        except EOFError:
            return False
        return True

    def drawn(self, page: int, width: int, height: int) -> Drawn:
        self._seek(page)
        self._image.load()
        image = _grey(ImageOps.exif_transpose(self._image))
        larger = width >= image.width and height >= image.height
        if image.mode == "1" and larger:  # rows and columns as they are, some twice
            return Drawn(image.resize((width, height), Image.Resampling.NEAREST), None)
        areas = grey_areas(image)
        way = Image.Resampling.BICUBIC if larger else Image.Resampling.BOX
        return Drawn(image.convert("L").resize((width, height), way), areas)
