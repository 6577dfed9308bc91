"""Grey to black and white: print stays sharp, and photographs and shadings become dots."""

from __future__ import annotations

from PIL import Image, ImageChops, ImageFilter

_BLOCK = 8
_INK, _PAPER = 32, 232
"""Print has one or the other in any block of 8 by 8 pixels."""
_LONELY = 0.12
"""How far the pixels of a block differ, in the mean, from each of their neighbours left, right and above,
where dots stand for grey. Strokes of print have neighbours."""
_BLACK = 168
"""Print is black up to here: a line of half a pixel's width is kept."""
_WHITE, _DARK = 240, 24
"""Where there are dots, what is lighter or darker has none in it."""


def grey_areas(image: Image.Image) -> Image.Image | None:
    """Where grey is, or dots that stand for it: 255 in mode "L", a pixel for each block of 8 by 8; None where
    there is none of 24 by 24 pixels or more. `image`: mode "L" or "1", as it is before it is scaled."""
    plain = image.convert("L")
    extremes = plain.point(lambda value: 0 if _INK < value < _PAPER else 255).reduce(_BLOCK)
    grey = extremes.point(lambda value: 255 if value == 0 else 0)
    left, right, above = (
        ImageChops.difference(plain, ImageChops.offset(plain, *by)) for by in ((1, 0), (-1, 0), (0, 1))
    )
    lonely = ImageChops.darker(ImageChops.darker(left, right), above).reduce(_BLOCK)
    dots = lonely.point(lambda value: 255 if value > _LONELY * 255 else 0)
    areas = ImageChops.lighter(grey, dots).filter(ImageFilter.MinFilter(3)).filter(ImageFilter.MaxFilter(5))
    return areas if areas.getbbox() else None


def _stretched(value: float) -> float:
    return min(255.0, max(0.0, (value - _DARK) * 255 / (_WHITE - _DARK)))


def to_bits(image: Image.Image, areas: Image.Image | None) -> Image.Image:
    """Mode "1" of mode "L" (or of "1", which stays). `areas`: those of the same picture, in any size."""
    if image.mode == "1":
        return image
    bits = image.point(lambda value: 255 if value > _BLACK else 0).convert("1", dither=Image.Dither.NONE)
    if areas is not None:
        dots = image.point(_stretched).convert("1")  # Floyd and Steinberg's
        bits.paste(dots, mask=areas.resize(image.size, Image.Resampling.NEAREST).convert("1"))
    return bits
