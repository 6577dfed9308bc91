"""The page set as files that people send: ``python tests/native/page_files.py FOLDER`` writes them."""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence
from pathlib import Path

import page_set
from PIL import Image

WHITE_IS_NOUGHT = {262: 0}
FINE_DPI, STANDARD_DPI = (204, 196), (204, 98)
_LETTER = (
    "敬启者：\n\n贵公司本月十日来函收悉，所订货物已于昨日发出，预计星期五到达，请查收后回传确认单。\n\n"
    "The order of the tenth was sent on time and will be with you by Friday.\n"
)


def _fax(
    path: Path, images: Sequence[Image.Image], coding: str, options: int = 0, *, dark: bool = True
) -> Path:
    """A TIFF by libtiff. `dark`: a nought is black, as Pillow likes it; turning that round takes it half a
    second a page."""
    dpi = [FINE_DPI if each.height >= page_set.FINE else STANDARD_DPI for each in images]
    first, *others = (each.copy() for each in images)
    for each, resolution in zip((first, *others), dpi, strict=True):
        each.encoderinfo = {"dpi": resolution}
    tags = ({} if dark else WHITE_IS_NOUGHT) | ({292: options} if coding == "group3" else {})
    more = {"save_all": True, "append_images": others, "dpi": dpi[0]}
    first.save(path, "TIFF", compression=coding, tiffinfo=tags, **more)
    return path


@functools.cache
def faxes() -> dict[str, list[Image.Image]]:
    """The page set by the names of its files, as `write` makes them."""
    return {
        **{name: [page_set.page(name)] for name in ("text", "table", "photograph", "chinese", "long")},
        "twelve": page_set.document(12),
        "mixed": page_set.mixed_sizes(),
    }


def write(folder: Path) -> dict[str, Path]:
    """The faxes of `faxes`, and other files: scan, grey, pdf, letter."""
    one = {name: pages[0] for name, pages in faxes().items() if len(pages) == 1}
    letter = folder / "letter.txt"
    letter.write_text(_LETTER * 9, "utf-8")
    scan = folder / "scan.png"
    one["table"].convert("L").save(scan, dpi=(204, 196))
    grey = folder / "photograph.jpg"
    one["photograph"].convert("L").resize((1500, 1100), Image.Resampling.BOX).save(grey, "JPEG")
    pdf = folder / "text.pdf"
    one["text"].save(pdf, "PDF", resolution=204)
    return {
        "text": _fax(folder / "text.tif", [one["text"]], "group4", dark=False),
        "table": _fax(folder / "table.tif", [one["table"]], "group3", dark=False),
        "photograph": _fax(folder / "photograph.tif", [one["photograph"]], "group4"),
        "chinese": _fax(folder / "chinese.tif", [one["chinese"]], "group3", 1),
        "long": _fax(folder / "long.tif", [one["long"]], "group4"),
        "twelve": _fax(folder / "twelve.tif", faxes()["twelve"], "group3", 1),
        "mixed": _fax(folder / "mixed.tif", faxes()["mixed"], "group4"),
        "scan": scan,
        "grey": grey,
        "pdf": pdf,
        "letter": letter,
    }


if __name__ == "__main__":
    for made in write(Path(sys.argv[1])).values():
        print(made)
