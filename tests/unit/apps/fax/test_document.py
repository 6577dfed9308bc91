"""Files to fax pages: what stands on the page, and what is said of a file that cannot be faxed."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy
import page_set
import pytest
from fax_pages import WIDTH, darkness, fax_tiff, ink, one, pdf, picture
from PIL import Image

from ctidrv.apps.fax.document import Document, Header, Worker, open_document
from ctidrv.apps.fax.keep import write_tiff
from ctidrv.apps.fax.page import PageRows
from ctidrv.errors import InputError, UsageError


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("paper")


@pytest.fixture(scope="module")
def received(paper: Path) -> Iterator[Document]:
    """Fine pages of print and of dots, and a wide one."""
    images = [page_set.page("text"), page_set.page("photograph"), page_set.table(page_set.A3, page_set.FINE)]
    with open_document([fax_tiff(paper / "received.tif", *images)]) as document:
        yield document


def test_fax_for_the_same_machine_is_sent_as_it_is(received: Document) -> None:
    for number, name in enumerate(("text", "photograph")):
        assert received.rows(number, WIDTH, 204, 196).rows == page_set.packed(page_set.page(name))
    wide = received.rows(2, page_set.A3, 204, 196)
    assert wide.rows == page_set.packed(page_set.table(page_set.A3, page_set.FINE))


def test_fine_page_for_a_machine_that_has_standard_only_keeps_its_size_and_ink(received: Document) -> None:
    for number, within in ((0, 0.35), (1, 0.03)):
        fine, standard = (received.rows(number, WIDTH, 204, rows) for rows in (196, 98))
        assert standard.count == fine.count / 2
        assert ink(standard) == pytest.approx(ink(fine), abs=0.6)
        assert darkness(picture(standard)) == pytest.approx(darkness(picture(fine)), rel=within)


def test_standard_page_for_a_fine_machine_has_each_row_twice(paper: Path) -> None:
    image = page_set.text(rows=300)
    page = one(fax_tiff(paper / "standard.tif", image, y_dpi=98))
    assert page.rows == page_set.packed(image.resize((WIDTH, 600), Image.Resampling.NEAREST))


def test_wide_page_on_narrow_paper_is_smaller_both_ways(received: Document) -> None:
    wide, narrow = received.rows(2, page_set.A3, 204, 196), received.rows(2, WIDTH, 204, 196)
    scale = WIDTH / page_set.A3
    assert narrow.count == round(wide.count * scale)
    assert ink(narrow) == pytest.approx([mm * scale for mm in ink(wide)], abs=0.5)


@pytest.mark.parametrize(("width", "x_dpi", "y_dpi"), [(1728, 200, 200), (2592, 300, 300), (3456, 400, 400)])
def test_page_at_inch_resolutions_keeps_its_size(
    received: Document, width: int, x_dpi: int, y_dpi: int
) -> None:
    page, fine = received.rows(0, width, x_dpi, y_dpi), received.rows(0, WIDTH, 204, 196)
    middle = (page.size_mm[0] - fine.size_mm[0]) / 2
    left, top, right, bottom = ink(fine)
    assert ink(page) == pytest.approx((left + middle, top, right + middle, bottom), abs=0.4)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_scan_of_any_kind_keeps_its_size_in_mm(paper: Path, kind: str) -> None:
    scan = Image.new("L", (1200, 1500), 255)
    scan.paste(0, (300, 150, 900, 1350))  # at 150 an inch: 101.6 by 203.2 mm
    path = paper / f"scan.{kind.lower()}"
    scan.save(path, kind, dpi=(150, 150))
    page = one(path)
    left, top, right, bottom = ink(page)
    assert (right - left, bottom - top) == pytest.approx((101.6, 203.2), abs=0.5)
    assert left == pytest.approx(215 - right, abs=0.5)
    assert top == pytest.approx(25.4, abs=0.5)


def test_grey_photograph_becomes_dots_as_dark_as_it_is(paper: Path) -> None:
    grey = Image.linear_gradient("L").resize((800, 1000))
    grey.save(paper / "grey.png")
    page = picture(one(paper / "grey.png"))
    sides = [page.crop((100, top, 1628, top + 200)) for top in (100, 900, 1600)]
    dark = [darkness(side) for side in sides]
    assert dark == sorted(dark, reverse=True)
    assert dark[1] == pytest.approx(0.5, abs=0.12)


def test_grey_print_is_sharp(paper: Path) -> None:
    path = paper / "print.png"
    page_set.page("text").convert("L").resize((3456, 4312)).save(path, dpi=(400, 400))
    black = numpy.asarray(picture(one(path, 1728, 200, 200))) == 0
    beside = sum(numpy.roll(black, by, (0, 1)) for by in ((0, 1), (0, -1), (1, 0), (-1, 0)))
    assert black.sum() > 100_000
    assert (black & (beside == 0)).sum() < 100


def test_picture_with_a_clear_ground_lies_on_white(paper: Path) -> None:
    image = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    image.paste((200, 0, 0, 255), (100, 100, 200, 200))
    image.save(paper / "clear.png")
    assert darkness(picture(one(paper / "clear.png"))) == pytest.approx(1 / 16 * 190**2 / 215 / 190, abs=0.01)


def test_sixteen_bits_are_seen_as_eight(paper: Path) -> None:
    image = Image.new("I;16", (400, 400), 65535)
    image.paste(9000, (0, 0, 400, 200))
    image.save(paper / "deep.png", dpi=(100, 100))
    page = picture(one(paper / "deep.png"))
    assert darkness(page.crop((500, 0, 1200, 300))) > 0.85
    assert darkness(page.crop((500, 500, 1200, 700))) == 0


@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "PNG"])
@pytest.mark.parametrize("turned", [1, 3, 6, 8])
def test_picture_that_a_camera_held_otherwise_is_upright(paper: Path, kind: str, turned: int) -> None:
    upright = Image.new("L", (800, 1000), 255)
    upright.paste(0, (0, 0, 400, 100))
    back = {
        1: None,
        3: Image.Transpose.ROTATE_180,
        6: Image.Transpose.ROTATE_90,
        8: Image.Transpose.ROTATE_270,
    }
    way = back[turned]
    held = upright if way is None else upright.transpose(way)
    told = Image.Exif()
    told[274] = turned
    path = paper / f"held-{turned}.{kind.lower()}"
    options = {"tiffinfo": {274: turned}} if kind == "TIFF" else {"exif": told}
    held.save(path, kind, dpi=(100, 100), **options)
    page = one(path)
    middle = (215 - 203.2) / 2
    assert ink(page) == pytest.approx((middle, 0, middle + 101.6, 25.4), abs=0.6)
    assert page.size_mm[1] == pytest.approx(254, abs=0.5)


def test_small_pictures_beside_pages_are_no_pages(paper: Path) -> None:
    """A scanner's previews, and the further pictures of a JPEG or PNG."""
    page, small = page_set.text(rows=300).convert("L"), Image.new("L", (90, 120))
    small.encoderinfo = {"tiffinfo": {254: 1}}
    page.save(paper / "preview.tif", save_all=True, append_images=[small, page], dpi=(204, 98))
    page.save(paper / "moving.png", save_all=True, append_images=[page, page])
    page.save(paper / "pair.jpg", "MPO", save_all=True, append_images=[page])
    for name, pages in (("preview.tif", 2), ("moving.png", 1), ("pair.jpg", 1)):
        with open_document([paper / name]) as document:
            assert len(document.pages) == pages, name


def test_files_of_one_fax_follow_one_another(paper: Path) -> None:
    first, second = fax_tiff(paper / "1.tif", page_set.text(rows=300)), paper / "2.png"
    page_set.text(rows=400).save(second, dpi=(204, 204))
    with open_document([first, second, first]) as document:
        assert [round(each.height) for each in document.pages] == [39, 50, 39]
        assert document.rows(2, WIDTH, 204, 196) == document.rows(0, WIDTH, 204, 196)
        with pytest.raises(UsageError, match=r"1\.tif and 2 more: has 3 pages"):
            document.rows(3, WIDTH, 204, 196)


def _odd_files() -> dict[str, bytes]:
    return {
        "is empty": b"",
        "is no TIFF, PDF, PNG, JPEG or text": bytes(range(256)),
        "is damaged, or is not what it says": b"\x89PNG\r\n\x1a\n and no more",
        "page 1: is damaged|odd\\.tif: is damaged": b"II*\0\x08\0\0\0\1\0",
    }


@pytest.mark.parametrize("said", _odd_files())
def test_file_that_cannot_be_faxed_is_named_with_what_is_wrong(paper: Path, said: str) -> None:
    path = paper / "odd.tif"
    path.write_bytes(_odd_files()[said])
    with pytest.raises(InputError, match=said) as error:
        open_document([path])
    assert "odd.tif" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"MM\0*\0"], ids=["png", "jpeg", "tiff"]
)
def test_a_picture_of_which_only_the_beginning_is_there_is_told_without_python_s_words(
    paper: Path, data: bytes
) -> None:
    (paper / "short.png").write_bytes(data)
    with pytest.raises(InputError, match=r"^short\.png: is damaged, or is not what it says: ") as error:
        open_document([paper / "short.png"])
    assert "<" not in str(error.value)
    assert str(paper) not in str(error.value)


def test_what_is_no_file_is_told_apart_from_what_is_not_there(paper: Path) -> None:
    with pytest.raises(InputError, match=r"^missing\.txt: there is no such file$"):
        open_document([paper / "missing.txt"])
    (paper / "adir").mkdir()
    with pytest.raises(InputError, match=r"^adir: is a folder: name a file in it$"):
        open_document([paper / "adir"])


def test_a_sender_of_many_lines_or_without_end_stands_in_one_line_of_its_width(paper: Path) -> None:
    def drawn(sender: str) -> bytes:
        header = Header(datetime(2026, 3, 2, 9, 0, tzinfo=UTC), sender)
        with open_document([fax_tiff(paper / "a.tif", page_set.text(rows=300))]) as document:
            return document.rows(0, WIDTH, 204, 196, header).rows

    assert drawn("Lotus\nTea\u2028Office") == drawn("Lotus Tea Office")
    assert drawn("Tea " * 125) == drawn("Tea " * 1250)


def test_cut_tiff_says_which_page(paper: Path) -> None:
    whole = fax_tiff(paper / "whole.tif", page_set.text(rows=300), page_set.text(rows=300)).read_bytes()
    cut = paper / "cut.tif"
    cut.write_bytes(whole[:-2000])
    with pytest.raises(InputError, match=r"cut\.tif: is damaged"):
        open_document([cut])


def test_huge_picture_is_refused_before_it_is_unpacked(paper: Path) -> None:
    path = paper / "huge.png"
    Image.new("1", (1, 1)).save(path)
    file = path.read_bytes()
    head = b"IHDR" + struct.pack(">II", 60_000, 60_000) + file[24:29]
    path.write_bytes(file[:12] + head + struct.pack(">I", zlib.crc32(head)) + file[33:])
    with pytest.raises(
        InputError, match=r"huge\.png, page 1: a picture of 60000 by 60000 pixels; at most 80 million"
    ):
        open_document([path])


def test_tiff_of_ten_thousand_pages_is_refused(paper: Path) -> None:
    path = paper / "many.tif"
    blank = PageRows(bytes(216), WIDTH, 204, 98)
    write_tiff(path, [blank] * 10_000)
    with pytest.raises(InputError, match=r"many\.tif: has more than 999 pages: split it"):
        open_document([path])


def test_too_long_a_page_is_refused(paper: Path) -> None:
    path = paper / "roll.png"
    Image.new("L", (200, 39_000), 255).save(path, dpi=(200, 200))
    with open_document([path]) as document, pytest.raises(InputError, match=r"roll\.png: .* rows; .* 20000"):
        document.rows(0, 2592, 300, 300)


def test_fault_of_the_worker_itself_is_called_one() -> None:
    worker = Worker()
    with pytest.raises(InputError, match=r"a\.pdf: cannot be drawn, by a fault of ctidrv: report it"):
        worker.ask("a.pdf", do="nothing")
    with pytest.raises(InputError, match=r"a\.pdf: cannot be drawn"):
        worker.ask("a.pdf", do="open", files=[])


def test_worker_that_dies_of_a_page_is_an_error_of_the_page(paper: Path) -> None:
    with open_document([fax_tiff(paper / "died.tif", page_set.text(rows=300))]) as document:
        os.kill(document._worker.pid, signal.SIGTERM)
        with pytest.raises(InputError, match=r"died\.tif, page 1: cannot be drawn: it is damaged, or"):
            document.rows(0, WIDTH, 204, 196)


def test_page_that_takes_too_long_is_given_up(paper: Path) -> None:
    with pytest.raises(InputError, match=r"slow\.tif: cannot be drawn within 0\.01 s"):
        open_document([fax_tiff(paper / "slow.tif", page_set.text(rows=300))], seconds=0.01)


def test_missing_package_is_named_with_what_to_install(
    paper: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = fax_tiff(paper / "lacking.tif", page_set.text(rows=300))
    (tmp_path / "PIL.py").write_text("raise ImportError('none', name='PIL')", "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(InputError, match=r"to fax a document, PIL is needed: pip install 'ctidrv\[fax\]'"):
        open_document([path])


def test_program_of_the_page_runs(tmp_path: Path) -> None:
    page = (Path(__file__).parents[4] / "docs" / "reference" / "fax-files.md").read_text("utf-8")
    (tmp_path / "letter.pdf").write_bytes(pdf("50 50 100 100 re f"))
    program = page.split("```python\n")[1].split("```")[0]
    subprocess.run([sys.executable, "-P", "-c", program], cwd=tmp_path, check=True, timeout=60)
    assert one(tmp_path / "as-sent.tif") == one(tmp_path / "letter.pdf")


@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="the system does not tell limits")
def test_worker_has_little_memory_and_writes_nothing(paper: Path) -> None:
    with open_document([fax_tiff(paper / "small.tif", page_set.text(rows=300))]) as document:
        limits = Path(f"/proc/{document._worker.pid}/limits").read_text(encoding="ascii")
    told = {line[:25].strip(): line[26:46].strip() for line in limits.splitlines()}
    assert told["Max address space"] == str(1 << 30)
    assert told["Max file size"] == told["Max core file size"] == "0"
