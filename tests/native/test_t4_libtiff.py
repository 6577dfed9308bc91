"""Fax pages beside libtiff, through Pillow: each reads what the other writes, and both write the same."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from PIL import Image

from ctidrv.native import t4

sys.path.append(str(Path(__file__).parent))

import page_set

PHOTOMETRIC, ROWS_PER_STRIP, STRIP, STRIP_BYTES, T4_OPTIONS = 262, 278, 273, 279, 292
COMPRESSION = {"mh": ("group3", 0), "mr": ("group3", 1), "mmr": ("group4", None)}
LIBTIFF_K = 2
"""What libtiff takes where the resolution is not said."""
ROWS_WRITTEN = 700
"""Of a page: Pillow takes a second for three times as many."""
RTC_BYTES = 10
"""That we write and libtiff does not: nine and a fraction."""


def written_by_libtiff(image: Image.Image, coding: str) -> bytes:
    """The coded page, one strip, the highest bit first."""
    compression, options = COMPRESSION[coding]
    tags = {PHOTOMETRIC: 0} | ({} if options is None else {T4_OPTIONS: options})
    file = io.BytesIO()
    image.save(file, "TIFF", compression=compression, tiffinfo=tags, strip_size=1 << 30)
    with Image.open(file) as written:
        ((start,), (size,)) = written.tag_v2[STRIP], written.tag_v2[STRIP_BYTES]
    return file.getvalue()[start : start + size]


def read_by_libtiff(coded: bytes, coding: str, width: int, rows: int) -> bytes:
    """Rows as the core has them, of a TIFF file made by hand round the coded page."""
    group, options = (4, None) if coding == "mmr" else (3, COMPRESSION[coding][1])
    tags = {256: width, 257: rows, 258: 1, 259: group, PHOTOMETRIC: 0, ROWS_PER_STRIP: rows}
    tags |= {} if options is None else {T4_OPTIONS: options}
    count = len(tags) + 2
    tags |= {STRIP: 8 + 2 + 12 * count + 4, STRIP_BYTES: len(coded)}
    entries = b"".join(
        tag.to_bytes(2, "little") + b"\4\0\1\0\0\0" + value.to_bytes(4, "little")
        for tag, value in sorted(tags.items())
    )
    head = b"II*\0\x08\0\0\0" + count.to_bytes(2, "little") + entries + bytes(4)
    with Image.open(io.BytesIO(head + coded)) as image:
        return page_set.packed(image)


@pytest.mark.parametrize("name", page_set.PAGES)
@pytest.mark.parametrize("coding", t4.CODINGS)
def test_pages_of_libtiff_are_read_and_ours_are_the_same_bits(coding: str, name: str) -> None:
    image = page_set.page(name).crop((0, 0, page_set.WIDTH, ROWS_WRITTEN))
    rows, theirs = page_set.packed(image), written_by_libtiff(image, coding)
    read = t4.Decoder(coding, image.width, msb_first=True).page(theirs)
    assert read.rows == rows
    assert not any(read.damage)
    assert read.report.end == ("whole" if coding == "mmr" else "missing")
    ours = t4.Encoder(coding, image.width, k=LIBTIFF_K, msb_first=True).page(rows)
    if coding == "mmr":
        assert ours == theirs
    else:
        assert ours[: len(theirs) - 1] == theirs[:-1]
        assert len(ours) - len(theirs) in (RTC_BYTES - 1, RTC_BYTES)


@pytest.mark.parametrize("width", [1, 9, 1728, 2048, 2432, 2592, 3072, 3456, 3648, 4096, 4864])
@pytest.mark.parametrize("coding", t4.CODINGS)
def test_our_pages_of_every_width_are_read_by_libtiff(coding: str, width: int) -> None:
    rows = page_set.packed(page_set.page("table").resize((width, 200)))
    plain = t4.Encoder(coding, width, k=4, msb_first=True).page(rows)
    assert read_by_libtiff(plain, coding, width, 200) == rows
    if coding != "mmr":
        filled = t4.Encoder(coding, width, k=4, min_row_bits=288, aligned=True, msb_first=True).page(rows)
        assert read_by_libtiff(filled, coding, width, 200) == rows


@pytest.mark.parametrize("name", page_set.PAGES)
@pytest.mark.parametrize("coding", t4.CODINGS)
def test_our_pages_are_read_by_libtiff(coding: str, name: str) -> None:
    image = page_set.page(name)
    rows = page_set.packed(image)
    coded = t4.Encoder(coding, image.width, k=4, msb_first=True).page(rows)
    assert read_by_libtiff(coded, coding, image.width, image.height) == rows
