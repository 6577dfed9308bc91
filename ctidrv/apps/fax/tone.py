"""Grey to black and white: print stays sharp, and photographs become dots."""

from __future__ import annotations

from PIL import Image, ImageChops

_BLOCK = 8
_INK, _PAPER = 32, 232
"""Print has one or the other in any block of 8 by 8 pixels."""
_LONELY = 0.12
"""How far the pixels of a block differ, in the mean, from each of their neighbours left, right and above,
where dots stand for grey. Strokes of print have neighbours."""
_PART = 0.01
"""Of the page: from so many blocks of grey or of dots on it is made of dots."""
_BLACK = 168
"""Print is black up to here: a line of half a pixel's width is kept."""
_WHITE, _DARK = 240, 24
"""On a page of dots, what is lighter or darker has none in it."""


def _blocks(image: Image.Image, low: float, high: float) -> int:
    """Those whose mean is within."""
    histogram: list[int] = image.reduce(_BLOCK).histogram()
    return sum(histogram[int(low) : int(high) + 1])


def is_photograph(image: Image.Image) -> bool:
    """Whether there are areas of grey, or of dots that stand for it. `image`: mode "L" or "1", as it is
    before it is made larger or smaller."""
    plain = image.convert("L")
    enough = _PART * plain.width * plain.height / _BLOCK**2
    print_or_paper = plain.point(lambda value: 0 if _INK < value < _PAPER else 255)
    if _blocks(print_or_paper, 0, 0) > enough:
        return True
    left, right, above = (
        ImageChops.difference(plain, ImageChops.offset(plain, *by)) for by in ((1, 0), (-1, 0), (0, 1))
    )
    return _blocks(ImageChops.darker(ImageChops.darker(left, right), above), _LONELY * 255, 255) > enough


def _stretched(value: float) -> float:
    return min(255.0, max(0.0, (value - _DARK) * 255 / (_WHITE - _DARK)))


def to_bits(image: Image.Image, photograph: bool) -> Image.Image:
    """Mode "1" of mode "L" (or of "1", which stays)."""
    if image.mode == "1":
        return image
    if photograph:
        return image.point(_stretched).convert("1")  # Floyd and Steinberg's
    return image.point(lambda value: 255 if value > _BLACK else 0).convert("1", dither=Image.Dither.NONE)
