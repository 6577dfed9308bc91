"""What on a page is print, and what is grey or dots."""

from __future__ import annotations

import page_set
import pytest
from PIL import Image

from ctidrv.apps.fax.drawing.tone import grey_areas, to_bits

SCALES = [(1728, 2156), (1728, 1078), (1226, 1530)]


@pytest.mark.parametrize("name", ["text", "table", "chinese", "white", "black"])
@pytest.mark.parametrize("size", SCALES)
def test_print_has_no_grey_areas_in_any_size(name: str, size: tuple[int, int]) -> None:
    small = page_set.page(name).convert("L").resize(size, Image.Resampling.BOX)
    assert grey_areas(page_set.page(name)) is None
    assert grey_areas(small) is None


@pytest.mark.parametrize("size", SCALES)
def test_photograph_is_grey_all_over_in_any_size(size: tuple[int, int]) -> None:
    small = page_set.page("photograph").convert("L").resize(size, Image.Resampling.BOX)
    for image in (page_set.page("photograph"), small):
        areas = grey_areas(image)
        assert areas is not None
        assert areas.histogram()[255] > 0.7 * areas.width * areas.height


def test_photograph_in_a_letter_becomes_dots_and_the_letter_stays_print() -> None:
    page = page_set.page("text").convert("L")
    photograph = Image.linear_gradient("L").resize((600, 400))
    page.paste(photograph, (200, 1200))
    areas = grey_areas(page)
    assert areas is not None
    left, top, right, bottom = areas.getbbox() or (0, 0, 0, 0)
    assert (left * 8, top * 8) == pytest.approx((200, 1230), abs=32)
    assert (right * 8, bottom * 8) == pytest.approx((800, 1580), abs=40)
    bits = to_bits(page, areas)
    assert bits.crop((0, 0, 1728, 1180)).tobytes() == page_set.page("text").crop((0, 0, 1728, 1180)).tobytes()
    dots = bits.convert("L").crop((200, 1200, 800, 1600)).resize((1, 4), Image.Resampling.BOX)
    assert list(dots.tobytes()) == pytest.approx([28, 94, 160, 230], abs=16)
