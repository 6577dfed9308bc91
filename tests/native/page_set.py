"""Pages for the tests of fax, drawn when they are needed: black on white, mode "1", at 204 dots an inch.

`PAGES` names them; `page(name)` draws one, `document()` and `mixed_sizes()` several. `packed` gives a page's
rows as the core has them: the leftmost pixel in the highest bit, 1 is black.
"""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Callable
from pathlib import Path

import numpy
import pytest
from PIL import Image, ImageDraw, ImageFont

WIDTH, FINE, STANDARD = 1728, 2156, 1078
"""An A4 page: pixels, and rows of 196 and 98 an inch."""
B4, A3 = 2048, 2432
_CJK = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
_WORDS = re.findall(
    r"\w+",
    "the order of the tenth was sent on time and will be with you by friday please confirm the quantity"
    " price delivery address account number copies of all invoices are enclosed for your records yours",
)
_CHINESE = (
    "敬启者贵公司本月十日来函收悉所订货物已于昨日发出预计星期五到达请查收后回传确认单随函附上发票副本"
    "如有疑问请与我们联系电话传真号码见信头顺颂商祺"
)

Draw = ImageDraw.ImageDraw


def _blank(width: int, rows: int) -> tuple[Image.Image, Draw]:
    image = Image.new("1", (width, rows), 255)  # a 1 would be white too, but Pillow inverts it wrong
    return image, ImageDraw.Draw(image)


def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


def _lines(draw: Draw, width: int, rows: int, size: int, seed: int) -> None:
    """Lines of words, with a line between paragraphs left out."""
    dice, font = random.Random(seed), _font(size)
    for at, top in enumerate(range(100, rows - 100, int(size * 1.5))):
        if at % 7 != 6:
            text, right = "", width * (0.9 if at % 7 != 5 else 0.5)
            while 120 + font.getlength(text) < right - 120:
                text += dice.choice(_WORDS) + " "
            draw.text((120, top), text, fill=0, font=font)


def text(width: int = WIDTH, rows: int = FINE, seed: int = 1) -> Image.Image:
    """A letter."""
    image, draw = _blank(width, rows)
    draw.text((120, 40), "Messrs. Hill & Dale, 4 Mill Lane", fill=0, font=_font(44))
    _lines(draw, width, rows, 32, seed)
    return image


def table(width: int = WIDTH, rows: int = FINE, seed: int = 2) -> Image.Image:
    """A dense table with rules and small figures."""
    dice, font = random.Random(seed), _font(20)
    image, draw = _blank(width, rows)
    for top in range(80, rows - 80, 30):
        draw.line((60, top, width - 60, top), fill=0, width=2)
        for left in range(60, width - 160, 112):
            draw.text((left + 8, top + 5), f"{dice.randrange(10**6):,}", fill=0, font=font)
    for left in range(60, width - 50, 112):
        draw.line((left, 80, left, rows - 80), fill=0, width=2)
    return image


def photograph(width: int = WIDTH, rows: int = FINE, seed: int = 3) -> Image.Image:
    """A picture with slow and fast changes of grey, dithered."""
    dice = numpy.random.default_rng(seed)
    y, x = numpy.mgrid[0:rows, 0:width] / float(width)
    grey = (
        128
        + 60 * numpy.sin(5 * x + 3 * y)
        + 40 * numpy.cos(17 * x * y)
        - 90 * (numpy.hypot(x - 0.6, y - 0.5) < 0.2)
    )
    grey += dice.normal(0.0, 6.0, grey.shape)
    return Image.fromarray(grey.clip(0, 255).astype(numpy.uint8)).convert("1")


def chinese(width: int = WIDTH, rows: int = FINE, seed: int = 4) -> Image.Image:
    """A letter in Chinese. Skips the test where the system has no font for it."""
    if not Path(_CJK).exists():
        pytest.skip(f"{_CJK} is missing (package fonts-noto-cjk)")
    dice, font = random.Random(seed), ImageFont.truetype(_CJK, 36)
    image, draw = _blank(width, rows)
    for top in range(100, rows - 140, 58):
        draw.text((120, top), "".join(dice.choices(_CHINESE, k=(width - 240) // 36)), fill=0, font=font)
    return image


def white(width: int = WIDTH, rows: int = FINE) -> Image.Image:
    return _blank(width, rows)[0]


def black(width: int = WIDTH, rows: int = FINE) -> Image.Image:
    return Image.new("1", (width, rows), 0)


def checkerboard(width: int = WIDTH, rows: int = FINE) -> Image.Image:
    """Of single pixels: the longest code that a row can have."""
    y, x = numpy.mgrid[0:rows, 0:width]
    return Image.fromarray((x + y) % 2 == 1)


def long(width: int = WIDTH, rows: int = 3 * FINE) -> Image.Image:
    """A letter on paper of 84 cm."""
    return text(width, rows, seed=5)


PAGES: dict[str, Callable[..., Image.Image]] = {
    "text": text,
    "table": table,
    "photograph": photograph,
    "chinese": chinese,
    "white": white,
    "black": black,
    "checkerboard": checkerboard,
    "long": long,
}


@functools.cache
def page(name: str) -> Image.Image:
    """One of `PAGES`, in fine resolution, an A4 page's width. Not to be drawn on: others get the same."""
    return PAGES[name]()


def document(pages: int = 12, rows: int = STANDARD) -> list[Image.Image]:
    """A letter of so many pages, in standard resolution."""
    return [text(rows=rows, seed=100 + number) for number in range(pages)]


@functools.cache
def mixed_sizes() -> list[Image.Image]:
    """Pages of A4, B4 and A3, of standard and fine resolution, and a short one."""
    return [
        text(WIDTH, FINE),
        table(B4, STANDARD),
        text(A3, FINE),
        photograph(WIDTH, STANDARD),
        text(WIDTH, 300),
    ]


def packed(image: Image.Image) -> bytes:
    """The rows as the core has them (cti/t4.h)."""
    return image.tobytes("raw", "1;I")


def unpacked(rows: bytes, width: int) -> Image.Image:
    """The other way."""
    return Image.frombytes("1", (width, len(rows) // ((width + 7) // 8)), rows, "raw", "1;I")
