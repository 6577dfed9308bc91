"""Files for the tests of fax pages, and what is seen on a page."""

from __future__ import annotations

import functools
from pathlib import Path

import page_set
from PIL import Image

from ctidrv.apps.fax.document import Document, Header, Worker
from ctidrv.apps.fax.keep import write_tiff
from ctidrv.apps.fax.page import PageRows

WIDTH = page_set.WIDTH


def fax_tiff(path: Path, *images: Image.Image, x_dpi: int = 204, y_dpi: int = 196) -> Path:
    write_tiff(path, [PageRows(page_set.packed(each), each.width, x_dpi, y_dpi) for each in images])
    return path


def pdf(*contents: str, box: str = "0 0 595 842", more: str = "") -> bytes:
    """A PDF with a page for each content stream. Fonts: H is Helvetica, C Chinese, neither in the file."""
    kids = " ".join(f"{10 + 2 * at} 0 R" for at in range(len(contents)))
    objects = {
        1: f"<</Type/Catalog/Pages 2 0 R{more}>>",
        2: f"<</Type/Pages/Kids[{kids}]/Count {len(contents)}>>",
        3: "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        4: "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[5 0 R]>>",
        5: "<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/FontDescriptor 6 0 R"
        "/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>>>",
        6: "<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]"
        "/ItalicAngle 0/Ascent 880/Descent -120/StemV 93>>",
    }
    for at, content in enumerate(contents):
        objects[10 + 2 * at] = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents {11 + 2 * at} 0 R"
            "/Resources<</Font<</H 3 0 R/C 4 0 R>>>>>>"
        )
        objects[11 + 2 * at] = f"<</Length {len(content)}>>\nstream\n{content}\nendstream"
    body = "".join(f"{number} 0 obj\n{each}\nendobj\n" for number, each in objects.items())
    return f"%PDF-1.4\n{body}trailer\n<</Root 1 0 R/Size {max(objects) + 1}>>\n%%EOF\n".encode("latin-1")


def hexed(text: str) -> str:
    """A string of font C."""
    return f"<{text.encode('utf-16-be').hex()}>"


def picture(page: PageRows) -> Image.Image:
    return page_set.unpacked(page.rows, page.width).convert("L")


def darkness(image: Image.Image) -> float:
    """The part of it that is black."""
    histogram = image.convert("L").histogram()
    return sum(histogram[:128]) / sum(histogram)


def ink(page: PageRows) -> tuple[float, float, float, float]:
    """The box round all that is black, in mm."""
    left, top, right, bottom = picture(page).point(lambda value: 255 - value).getbbox() or (0, 0, 0, 0)
    x, y = (side / of for side, of in zip(page.size_mm, (page.width, page.count), strict=True))
    return left * x, top * y, right * x, bottom * y


def one(
    path: Path, width: int = WIDTH, x_dpi: int = 204, y_dpi: int = 196, header: Header | None = None
) -> PageRows:
    """The first page."""
    return Document([path], usual()).rows(0, width, x_dpi, y_dpi, header)


@functools.cache
def usual() -> Worker:
    """A worker for all documents that do it no harm."""
    return Worker()
