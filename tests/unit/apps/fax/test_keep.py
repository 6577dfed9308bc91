"""Received pages as files: what other programs read in them."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from pathlib import Path

import page_set
import pypdfium2
import pytest
from PIL import Image

from ctidrv.apps.fax.keep import tiff, write_pdf, write_tiff
from ctidrv.apps.fax.page import PageRows
from ctidrv.apps.fax.tiff import TiffWriter, longest_run, read_pages
from ctidrv.errors import InputError, StoreError, UsageError

RESOLUTIONS = [(204, 98), (204, 196), (204, 391), (200, 200), (300, 300), (400, 400)]


def drawn(image: Image.Image, x_dpi: int = 204, y_dpi: int = 196, damage: bytes = b"") -> PageRows:
    return PageRows(page_set.packed(image), image.width, x_dpi, y_dpi, damage)


MIXED = [
    drawn(image, 204, 98 if image.height in (page_set.STANDARD, 300) else 196)
    for image in page_set.mixed_sizes()
]


def test_tiff_of_mixed_pages_is_read_by_libtiff_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "in.tif"
    told = write_tiff(path, MIXED)
    assert told == hashlib.sha256(path.read_bytes()).hexdigest()
    with Image.open(path) as file:
        assert file.n_frames == len(MIXED)
        for number, page in enumerate(MIXED):
            file.seek(number)
            assert page_set.packed(file) == page.rows
            assert file.width == page.width


@pytest.mark.parametrize(("x_dpi", "y_dpi"), RESOLUTIONS)
def test_tiff_says_resolution_one_strip_group_4_and_white_is_nought(x_dpi: int, y_dpi: int) -> None:
    page = drawn(page_set.text(rows=300), x_dpi, y_dpi)
    with Image.open(io.BytesIO(tiff([page]))) as file:
        tags = dict(file.tag_v2)
        assert file.info["dpi"] == (x_dpi, y_dpi)
    assert (tags[259], tags[262], tags[266]) == (4, 0, 1)
    assert (tags[278], len(tags[273]), len(tags[279])) == (300, 1, 1)
    assert (tags[282], tags[283], tags[296]) == (x_dpi, y_dpi, 2)
    assert (tags[326], tags[327], tags[328]) == (0, 0, 0)


def test_pages_are_read_back_row_by_row_from_the_tiff_of_ours(tmp_path: Path) -> None:
    write_tiff(path := tmp_path / "in.tif", MIXED)
    with open(path, "rb") as file:
        assert list(read_pages(file, "in.tif")) == MIXED


@pytest.mark.parametrize("place", [0.3, 0.6, 0.9])
def test_a_file_that_was_changed_is_said_to_be_damaged_and_names_its_page(
    tmp_path: Path, place: float
) -> None:
    data = bytearray(tiff([drawn(page_set.text(rows=300))]))
    at = round(place * 600)
    data[at : at + 4] = bytes(each ^ 0xFF for each in data[at : at + 4])
    (tmp_path / "in.tif").write_bytes(data)
    with (
        open(tmp_path / "in.tif", "rb") as file,
        pytest.raises(InputError, match=r"^r1\.tif, page 1: the file is damaged"),
    ):
        list(read_pages(file, "r1.tif"))


def test_a_file_of_another_program_is_no_fax_page_of_ours(tmp_path: Path) -> None:
    page_set.text(rows=300).save(tmp_path / "in.tif", compression="tiff_lzw")
    with open(tmp_path / "in.tif", "rb") as file, pytest.raises(InputError, match=r"in\.tif, page 1: is"):
        list(read_pages(file, "in.tif"))


def test_damaged_rows_are_told_in_the_tiff() -> None:
    damage = bytearray(300)
    damage[10:13] = b"\3\3\1"
    damage[200] = 9
    page = drawn(page_set.text(rows=300), damage=bytes(damage))
    with Image.open(io.BytesIO(tiff([page]))) as file:
        assert [file.tag_v2[tag] for tag in (326, 327, 328)] == [4, 1, 3]


def test_longest_run_of_damage() -> None:
    assert [longest_run(each) for each in (b"", b"\0\0", b"\1\0\2\3\0", b"\1\1\1")] == [0, 0, 2, 3]


def test_file_is_readable_after_each_page(tmp_path: Path) -> None:
    path = tmp_path / "growing.tif"
    with open(path, "w+b") as out:
        writer = TiffWriter(out)
        for number, page in enumerate(MIXED, 1):
            writer.add(page, sync=True)
            with Image.open(path) as file:
                assert file.n_frames == number
                file.seek(number - 1)
                assert page_set.packed(file) == page.rows
    assert path.read_bytes() == tiff(MIXED)


def test_file_cut_within_a_page_has_the_pages_before() -> None:
    whole, two = tiff(MIXED[:3]), tiff(MIXED[:2])
    cut = bytearray(whole[: len(two) + 1000])
    cut[: len(two)] = two
    with Image.open(io.BytesIO(cut)) as file:
        assert file.n_frames == 2
        file.seek(1)
        assert page_set.packed(file) == MIXED[1].rows


def test_pdf_has_the_pages_in_their_size_and_pixel_by_pixel(tmp_path: Path) -> None:
    path = tmp_path / "in.pdf"
    told = write_pdf(path, MIXED)
    assert told == hashlib.sha256(path.read_bytes()).hexdigest()
    with pypdfium2.PdfDocument(path) as file:
        assert len(file) == len(MIXED)
        for sheet, page in zip(file, MIXED, strict=True):
            assert sheet.get_size() == pytest.approx([mm * 72 / 25.4 for mm in page.size_mm], abs=0.01)
            picture = next(iter(sheet.get_objects())).get_bitmap().to_pil()
            assert page_set.packed(picture.convert("1")) == page.rows
    write_pdf(path, MIXED)
    assert told == hashlib.sha256(path.read_bytes()).hexdigest()


def test_standard_page_is_as_high_as_a_fine_one() -> None:
    fine, standard = drawn(page_set.text(rows=1960)), drawn(page_set.text(rows=980), 204, 98)
    assert fine.size_mm == pytest.approx(standard.size_mm)
    assert fine.size_mm == pytest.approx((215, 254.5), abs=0.1)


def test_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "in.tif"
    write_tiff(path, MIXED[:1])
    before = path.read_bytes()
    (tmp_path / "in.tif.new").mkdir()
    with pytest.raises(StoreError, match=r"in\.tif: cannot be written"):
        write_tiff(path, MIXED)
    assert path.read_bytes() == before
    with pytest.raises(StoreError, match="cannot be written"):
        write_tiff(tmp_path / "no" / "in.tif", MIXED)


def test_no_pages_and_pages_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no pages"):
        write_pdf(tmp_path / "in.pdf", [])
    for wrong in [(b"", 1728, 204, 98), (b"\0" * 215, 1728, 204, 98), (b"\0" * 216, 1728, 0, 98)]:
        with pytest.raises(UsageError, match="a fax page of"):
            PageRows(*wrong)
    with pytest.raises(UsageError, match="the damage of 2"):
        PageRows(bytes(216), 1728, 204, 98, b"\0\0")


def test_files_are_kept_without_the_packages_that_draw() -> None:
    program = (
        "import sys\nfor name in ('PIL', 'pypdfium2'): sys.modules[name] = None\n"
        "from ctidrv.apps.fax import document, keep, page\n"
        "print(len(keep.tiff([page.PageRows(bytes(216), 1728, 204, 98)])))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 250
