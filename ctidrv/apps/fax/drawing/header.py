"""The line above a fax page: when, from whom, to whom, which page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PIL import Image, ImageDraw

from ctidrv.apps.fax.drawing import fonts
from ctidrv.apps.fax.drawing.lettering import length, shortened, write
from ctidrv.apps.fax.page import MOST_ROWS, per_mm
from ctidrv.errors import InputError

_HIGH, _EM, _SIDE, _BETWEEN = 5.0, 3.2, 6.0, 1.5
"""The strip, the type and the margin in mm; at least so many em between two parts."""
_BLACK = 150
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
"""What would begin another line."""


def _strip(parts: Sequence[str], width: int, x_mm: float, y_mm: float) -> Image.Image:
    """When, who and which page: the outer ones whole, the middle one as far as there is room."""
    mm = max(x_mm, y_mm)
    wide = width / x_mm
    image = Image.new("L", (round(wide * mm), round(_HIGH * mm)), 255)
    draw, top = ImageDraw.Draw(image), (_HIGH - 1.25 * _EM) / 2 * mm
    when, who, which = parts
    room = (wide - 2 * _SIDE) / _EM - length(when) - length(which) - 2 * _BETWEEN
    write(draw, _SIDE * mm, top, when, _EM * mm)
    write(draw, (_SIDE + (length(when) + _BETWEEN) * _EM) * mm, top, shortened(who, room), _EM * mm)
    write(draw, (wide - _SIDE - length(which) * _EM) * mm, top, which, _EM * mm)
    small = image.resize((width, round(_HIGH * y_mm)), Image.Resampling.BOX)
    return small.point(lambda value: 255 if value > _BLACK else 0).convert("1", dither=Image.Dither.NONE)


def with_header(page: Image.Image, parts: Sequence[str], x_dpi: int, y_dpi: int, where: str) -> Image.Image:
    """The strip and below it the page, mode "1". White rows at the page's end make room for it."""
    told = [fonts.shown(_BREAKS.sub(" ", part)) for part in parts]
    strip = _strip(told, page.width, per_mm(x_dpi), per_mm(y_dpi))
    bounds = page.convert("L").point(lambda value: 255 - value).getbbox()
    used = max(bounds[3] if bounds else 0, page.height - strip.height)
    if strip.height + used > MOST_ROWS:
        raise InputError(f"{where}: no room above it for the header line: cut it into pages")
    made = Image.new("1", (page.width, strip.height + used), 255)
    made.paste(strip, (0, 0))
    made.paste(page.crop((0, 0, page.width, used)), (0, strip.height))
    return made
