"""Fax pages as pictures."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from PIL import Image

from ctidrv.picture.fax_page import thumbnail_png

sys.path.append(str(Path(__file__).parents[2] / "native"))

import page_set


def opened(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as image:
        return image.convert("L")


@pytest.mark.parametrize(("rows", "y_dpi"), [(page_set.FINE, 196), (page_set.STANDARD, 98), (4312, 391)])
def test_thumbnail_has_the_papers_aspect_and_its_grey(rows: int, y_dpi: int) -> None:
    page = page_set.page("photograph").resize((page_set.WIDTH, rows), Image.Resampling.NEAREST)
    small = opened(thumbnail_png(page_set.packed(page), page.width, (204, y_dpi)))
    assert small.size == (216, pytest.approx(280.5, abs=1))
    wanted = page.convert("L").resize(small.size, Image.Resampling.BOX)
    for box in ((0, 0, 60, 60), (100, 100, 160, 160), (20, 200, 200, 270)):
        grey, as_it_is = (
            each.crop(box).resize((1, 1), Image.Resampling.BOX).getpixel((0, 0)) for each in (small, wanted)
        )
        assert grey == pytest.approx(as_it_is, abs=12)


def test_page_of_one_row_and_an_odd_width_has_a_thumbnail() -> None:
    assert opened(thumbnail_png(b"\xff\x80", 9, (204, 98))).size == (2, 1)
    assert opened(thumbnail_png(bytes(4) + b"\xff" * 4, 32, (200, 25))).size == (4, 2)
