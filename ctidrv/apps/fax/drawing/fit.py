"""A page on the paper of a fax machine: as large as it is where it has room, else smaller."""

from __future__ import annotations

from PIL import Image

from ctidrv.apps.fax.drawing.source import Source
from ctidrv.apps.fax.drawing.tone import to_bits
from ctidrv.apps.fax.page import MOST_ROWS, per_mm
from ctidrv.errors import InputError


def fitted(source: Source, page: int, width: int, x_dpi: int, y_dpi: int, where: str) -> Image.Image:
    """The page in rows of `width` pixels, mode "1", in the middle where it is narrower. InputError: it is
    too long."""
    sheet, x_mm, y_mm = source.sheets[page], per_mm(x_dpi), per_mm(y_dpi)
    paper = width / x_mm
    turned = source.turns and sheet.width > paper and sheet.width > sheet.height
    w_mm, h_mm = (sheet.height, sheet.width) if turned else sheet
    scale = min(1.0, paper / w_mm)
    w = min(width, max(1, round(w_mm * scale * x_mm)))
    h = max(1, round(h_mm * scale * y_mm))
    if h > MOST_ROWS:
        raise InputError(f"{where}: {h} rows; a fax page has {MOST_ROWS} at the most: cut it into pages")
    image, areas = source.drawn(page, h, w) if turned else source.drawn(page, w, h)
    if turned:
        image = image.transpose(Image.Transpose.ROTATE_90)
        areas = areas and areas.transpose(Image.Transpose.ROTATE_90)
    bits = to_bits(image, areas)
    if w == width:
        return bits
    paper_of_fax = Image.new("1", (width, h), 255)
    paper_of_fax.paste(bits, ((width - w) // 2, 0))
    return paper_of_fax
