"""Pictures as fax pages: TIFF, also of fax programs, PNG and JPEG, by Pillow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from ctidrv.apps.fax.drawing import limits
from ctidrv.apps.fax.drawing.source import DAMAGED, Drawn, Sheet, called, check_pages, check_pixels, sheet
from ctidrv.apps.fax.drawing.tone import grey_areas
from ctidrv.apps.fax.page import WIDTHS, per_mm
from ctidrv.errors import InputError

FORMATS = ("TIFF", "PNG", "JPEG")
_FAX_WIDTHS = tuple(width[204] for width in WIDTHS.values())
_STANDARD_ROWS = 1400
"""Of a fax page that does not say its resolution: up to so many it is 98 rows an inch."""
_FILLS_MM = 190.0
_AT_MOST_MM = 270.0
"""The room of a picture that does not say its size."""
_SUBFILE, _ORIENTATION = 254, 274
_NO_PAGE = 0b101
"""A small picture of a page, or where one lets light through (TIFF 6.0, NewSubfileType)."""
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


def _size(image: Any, where: str) -> Sheet:
    check_pixels(image.width, image.height, where)
    turned = image.getexif().get(_ORIENTATION) in _TURNED
    # As it is stored: a turned TIFF is already turned by Pillow.
    width, height = (image.tag_v2[256], image.tag_v2[257]) if image.format == "TIFF" else image.size
    told = _resolution(image)
    if told is None:
        scale = min(_FILLS_MM / image.width, _AT_MOST_MM / image.height)
        size = width * scale, height * scale
    else:
        size = width / per_mm(told[0]), height / per_mm(told[1])
    return sheet(*(size[::-1] if turned else size), where)


def _eight_bits(image: Image.Image) -> Image.Image:
    """Of whole numbers those of 16 bits, of others what there is from the least to the greatest."""
    low, high = (float(each) for each in image.getextrema())  # type: ignore[arg-type]
    if image.mode == "F":
        low, high = min(low, 0.0), max(high, 1.0)
    else:
        low, high = 0.0, 65535.0 if high > 255 or image.mode.startswith("I;16") else 255.0
    scale = 255.0 / (high - low)
    return image.convert("F").point(lambda value: value * scale - low * scale).convert("L")


def _grey(image: Image.Image) -> Image.Image:
    """Mode "L", or "1" as it is; what lets light through lies on white paper."""
    if image.mode in ("1", "L"):
        return image
    if image.mode.startswith(("I", "F")):
        return _eight_bits(image)
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
        # By its name Pillow would map it into memory, and turn one that is stored turned wrongly.
        file = open(path, "rb")  # noqa: SIM115 (for as long as the picture is)
        try:
            self._image: Any = Image.open(file, formats=FORMATS)
        except UnidentifiedImageError as error:  # whose own words are of Python's file
            raise InputError(f"{called(path)}: {DAMAGED}: no picture can be made of it") from error
        self._frames: list[int] = []
        self.sheets: list[Sheet] = []
        for frame in self._all():
            self._frames.append(frame)
            self.sheets.append(_size(self._image, f"{called(path)}, page {len(self._frames)}"))
            check_pages(path, len(self._frames))
        check_pages(path, len(self._frames))

    def _all(self) -> Iterator[int]:
        """Those that are pages; the picture stands at each. A PNG's or JPEG's further ones are none."""
        if self._image.format != "TIFF":
            yield 0
            return
        for frame in range(2 * limits.PAGES + 2):
            try:
                self._image.seek(frame)
            except EOFError:
                return
            kind = self._image.tag_v2.get(_SUBFILE, 0)
            if not (isinstance(kind, int) and kind & _NO_PAGE):
                yield frame
        check_pages(self._path, limits.PAGES + 1)

    def drawn(self, page: int, width: int, height: int) -> Drawn:
        self._image.seek(self._frames[page])
        self._image.load()
        tiff = self._image.format == "TIFF"
        image = _grey(self._image if tiff else ImageOps.exif_transpose(self._image))
        larger = width >= image.width and height >= image.height
        if image.mode == "1" and larger:  # rows and columns as they are, some twice
            return Drawn(image.resize((width, height), Image.Resampling.NEAREST), None)
        areas = grey_areas(image)
        way = Image.Resampling.BICUBIC if larger else Image.Resampling.BOX
        return Drawn(image.convert("L").resize((width, height), way), areas)
