"""The page set as files: read, sent by each coding of T.4, kept, and read by libtiff; row by row the same."""

from __future__ import annotations

import io
from pathlib import Path

import page_files
import page_set
import pytest
from fax_pages import WIDTH, darkness, ink, picture
from PIL import Image

from ctidrv.apps.fax.document import Document, Worker
from ctidrv.apps.fax.keep import tiff
from ctidrv.apps.fax.page import PageRows
from ctidrv.native import t4

FAXES = page_files.faxes()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return page_files.write(tmp_path_factory.mktemp("set"))


def over_the_line(page: PageRows, coding: str) -> PageRows:
    """Coded as on the line, and decoded with nothing damaged."""
    coded = t4.Encoder(coding, page.width, k=4, min_row_bits=96).page(page.rows)
    read = t4.Decoder(coding, page.width).page(coded)
    assert read.report.clean
    return PageRows(read.rows, page.width, page.x_dpi, page.y_dpi, read.damage)


@pytest.mark.parametrize("name", FAXES)
def test_fax_file_arrives_as_it_is_row_by_row(name: str, files: dict[str, Path], worker: Worker) -> None:
    document = Document([files[name]], worker)
    assert len(document.pages) == len(FAXES[name])
    sent = []
    for number, (sheet, image) in enumerate(zip(document.pages, FAXES[name], strict=True)):
        y_dpi = 98 if abs(image.height / sheet.height - 3.85) < 0.1 else 196
        sent.append(document.rows(number, image.width, 204, y_dpi))
        assert sent[-1].rows == page_set.packed(image)
    for coding in t4.CODINGS:
        arrived = [over_the_line(page, coding) for page in sent]
        with Image.open(io.BytesIO(tiff(arrived))) as kept:
            assert kept.n_frames == len(sent)
            for number, image in enumerate(FAXES[name]):
                kept.seek(number)
                assert page_set.packed(kept) == page_set.packed(image)
                assert kept.info["dpi"] == (204, sent[number].y_dpi)


@pytest.mark.parametrize("y_dpi", [98, 196])
def test_mixed_sizes_all_fit_a_narrow_machine(files: dict[str, Path], worker: Worker, y_dpi: int) -> None:
    document = Document([files["mixed"]], worker)
    for number, sheet in enumerate(document.pages):
        page = document.rows(number, WIDTH, 204, y_dpi)
        scale = min(1.0, 215 / sheet.width)
        assert page.size_mm == pytest.approx((215, sheet.height * scale), abs=0.3)
        left, top, right, bottom = ink(page)
        assert 0 <= left < right <= 215.01
        assert 0 <= top < bottom <= page.size_mm[1] + 0.01


def test_scan_of_the_table_is_the_table(files: dict[str, Path], worker: Worker) -> None:
    page = Document([files["scan"]], worker).rows(0, WIDTH, 204, 196)
    assert page.rows == page_set.packed(page_set.page("table"))


@pytest.mark.parametrize(
    ("name", "least", "most"), [("grey", 0.35, 0.7), ("pdf", 0.03, 0.15), ("letter", 0.02, 0.15)]
)
def test_other_files_have_their_ink(
    files: dict[str, Path], worker: Worker, name: str, least: float, most: float
) -> None:
    page = Document([files[name]], worker).rows(0, WIDTH, 204, 196)
    left, top, right, bottom = (
        round(each * by) for each, by in zip(ink(page), (8.037, 7.7) * 2, strict=True)
    )
    assert least < darkness(picture(page).crop((left, top, right, bottom))) < most
