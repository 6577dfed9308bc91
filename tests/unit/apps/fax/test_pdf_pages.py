"""PDF files as fax pages, honest ones and others."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from fax_pages import WIDTH, darkness, fax_tiff, hexed, ink, one, pdf, picture
from page_set import text
from PIL import Image

from ctidrv.apps.fax.document import open_document
from ctidrv.apps.fax.drawing import fonts
from ctidrv.errors import InputError

MM = 72 / 25.4


def box(left: float, bottom: float, width: float, height: float) -> str:
    """In mm, black."""
    return "{} {} {} {} re f ".format(*(each * MM for each in (left, bottom, width, height)))


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[bytes], Path]:
    def save(data: bytes) -> Path:
        path = tmp_path / "a.pdf"
        path.write_bytes(data)
        return path

    return save


Save = Callable[[bytes], Path]


@pytest.mark.parametrize(
    ("width", "x_dpi", "y_dpi"), [(1728, 204, 98), (1728, 204, 391), (2432, 204, 196), (3456, 400, 400)]
)
def test_a4_page_stands_in_its_size_in_the_middle(saved: Save, width: int, x_dpi: int, y_dpi: int) -> None:
    page = one(saved(pdf(box(20, 50, 100, 200))), width, x_dpi, y_dpi)
    paper = page.size_mm[0]
    left = (paper - 209.9) / 2 + 20
    assert ink(page) == pytest.approx((left, 47, left + 100, 247), abs=0.4)
    assert page.size_mm[1] == pytest.approx(297, abs=0.5)


def test_page_that_lies_is_turned_and_not_made_small(saved: Save) -> None:
    page = one(saved(pdf(box(10, 10, 30, 150), box="0 0 842 595")))
    left, top, right, bottom = ink(page)
    assert (right - left, bottom - top) == pytest.approx((150, 30), abs=0.4)
    assert bottom == pytest.approx(287, abs=0.6)  # its left side is below
    assert page.size_mm[1] == pytest.approx(297, abs=0.5)


def test_wide_page_is_made_smaller(saved: Save) -> None:
    page = one(saved(pdf(box(0, 0, 297, 420), box="0 0 842 1191")))
    assert page.size_mm == pytest.approx((215, 304.1), abs=0.5)
    assert darkness(picture(page)) > 0.99


def test_hairline_is_there_in_every_resolution(saved: Save) -> None:
    path = saved(pdf("0.1 w 60 500.3 m 500 500.3 l S 100.7 100 m 100.7 400 l S"))
    for y_dpi in (98, 196, 391):
        left, top, right, bottom = ink(one(path, y_dpi=y_dpi))
        assert (right - left, bottom - top) == pytest.approx((440 / MM, 400.3 / MM), abs=0.6)


def test_chinese_text_whose_font_is_not_in_the_file_is_drawn(saved: Save) -> None:
    assert fonts._files(), "no font of the package and none of the system"
    page = one(saved(pdf(f"BT /C 40 Tf 60 700 Td {hexed('传真报价单')} Tj ET")))
    left, _, right, _ = ink(page)
    assert right - left == pytest.approx(5 * 40 / MM, abs=6)
    size, middle = 40 / MM * WIDTH / 215, picture(page)
    cuts = [round(left * WIDTH / 215 + at * size) for at in range(5)]
    characters = [middle.crop((cut, 0, cut + round(size), page.count)) for cut in cuts]
    assert all(darkness(each) > 0.003 for each in characters)
    assert len({each.tobytes() for each in characters}) == 5


def test_filled_form_shows_what_is_in_it(saved: Save) -> None:
    form = "/AcroForm<</Fields[20 0 R]/DR<</Font<</H 3 0 R>>>>/DA(/H 0 Tf 0 g)>>"
    data = pdf("", more=form).replace(b"/MediaBox", b"/Annots[20 0 R]/MediaBox")
    field = (
        b"20 0 obj\n<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(Hill and Dale)/Rect[100 500 400 540]"
        b"/F 4/P 10 0 R/DA(/H 20 Tf 0 g)>>\nendobj\n"
    )
    page = one(saved(data.replace(b"trailer", field + b"trailer")))
    left, top, right, bottom = ink(page)
    assert right - left > 30
    assert 297 - 540 / MM < top < bottom < 297 - 500 / MM


def test_something_before_the_pdf_does_no_harm(saved: Save) -> None:
    assert one(saved(b"\n\n" + pdf(box(20, 50, 100, 200)))) == one(saved(pdf(box(20, 50, 100, 200))))


def test_pdf_and_tiff_are_one_fax(saved: Save, tmp_path: Path) -> None:
    path = saved(pdf(box(20, 50, 100, 200), box(20, 50, 10, 10)))
    with open_document([path, fax_tiff(tmp_path / "b.tif", text(rows=300))]) as document:
        assert [round(sheet.height) for sheet in document.pages] == [297, 297, 39]
        assert ink(document.rows(1, WIDTH, 204, 196))[2] == pytest.approx(32.5, abs=0.5)


def encrypted() -> bytes:
    """Its password is nobody's: the owner's and the user's entries are no hash of any."""
    lock = "/Filter/Standard/V 1/R 2/P -44/O <{0}>/U <{0}>".format("5a" * 32)
    ids = "/ID[<00><00>]"
    return pdf(box(0, 0, 9, 9)).replace(b"<</Root 1 0 R", f"<</Encrypt<<{lock}>>{ids}/Root 1 0 R".encode())


def packed_bomb() -> bytes:
    """600 bytes that become 1.5 GB."""
    packer = zlib.compressobj(9, wbits=-15)
    piece = packer.compress(b" " * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    data = zlib.compress(zlib.compress(b"\x78\xda" + piece * 1500 + b"\3\0", 9), 9)
    head = b"<</Filter[%s]/Length %d>>" % (b"/FlateDecode" * 3, len(data))
    content = pdf("X").replace(b"<</Length 1>>", head)
    return content.replace(b"stream\nX\n", b"stream\n" + data + b"\n", 1)


def drawn_for_ever() -> bytes:
    """Tiles of a ten-thousandth of a point."""
    tile = (
        b"20 0 obj\n<</PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep 0.0001/YStep 0.0001"
        b"/Resources<<>>/Length 12>>\nstream\n0 0 1 1 re f\nendstream\nendobj\n"
    )
    data = pdf("/Pattern cs /P scn 0 0 595 842 re f").replace(b"/Font<<", b"/Pattern<</P 20 0 R>>/Font<<")
    return data.replace(b"trailer", tile + b"trailer")


def huge_picture() -> bytes:
    image = (
        b"20 0 obj\n<</Subtype/Image/Width 60000/Height 60000/BitsPerComponent 1/ColorSpace/DeviceGray"
        b"/Length 1>>\nstream\n0\nendstream\nendobj\n"
    )
    data = pdf("500 0 0 500 0 0 cm /X Do").replace(b"/Font<<", b"/XObject<</X 20 0 R>>/Font<<")
    return data.replace(b"trailer", image + b"trailer")


def no_page() -> bytes:
    """With its table of objects, so that it need not be put in order first."""
    file, places = b"%PDF-1.4\n", []
    for number, each in enumerate((b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"), 1):
        places.append(b"%010d 00000 n \n" % len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"xref\n0 3\n0000000000 65535 f \n" + b"".join(places)
    return file + table + b"trailer\n<</Root 1 0 R/Size 3>>\nstartxref\n%d\n%%%%EOF\n" % len(file)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "encrypted": (encrypted, r"a\.pdf: is locked with a password: print it to a PDF without one"),
    "bomb": (packed_bomb, r"a\.pdf, page 1: cannot be drawn: it is damaged, or needs too much memory"),
    "tiles": (drawn_for_ever, r"a\.pdf(, page 1)?: cannot be drawn within 2 s"),
    "picture": (huge_picture, r"a\.pdf, page 1: a picture of 60000 by 60000 pixels; at most 80 million"),
    "paper": (lambda: pdf("", box="0 0 90000 90000"), r"a\.pdf, page 1: 3.* mm; a page has up to 5000 mm"),
    "no page": (no_page, r"^a\.pdf: has no pages: there is nothing to send$"),
    "no page, nor table": (lambda: pdf(), r"a\.pdf: is damaged, or is not what it says"),
    "loop": (
        lambda: pdf("").replace(b"/Kids[10 0 R]/Count 1", b"/Kids[2 0 R 2 0 R]/Count 100000"),
        r"a\.pdf: has more than 999 pages: split it",
    ),
    "ten thousand pages": (
        lambda: pdf("").replace(b"/Kids[10 0 R]/Count 1", b"/Kids[" + b"10 0 R " * 10_000 + b"]/Count 10000"),
        r"a\.pdf: has more than 999 pages: split it",
    ),
    "head only": (lambda: b"%PDF-1.7\n", r"a\.pdf: is damaged, or is not what it says"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pdf_is_one_clear_error(saved: Save, name: str) -> None:
    make, said = HOSTILE[name]
    path = saved(make())
    with (
        pytest.raises(InputError, match=said) as error,
        open_document([path], seconds=2 if name == "tiles" else 40) as document,
    ):
        document.rows(0, WIDTH, 204, 196)
    assert "\n" not in str(error.value)


def test_picture_in_a_pdf_is_made_of_dots(saved: Save, tmp_path: Path) -> None:
    picture_file = tmp_path / "b.pdf"
    Image.linear_gradient("L").resize((800, 800)).save(picture_file, "PDF", resolution=100)
    page = picture(one(picture_file))
    _, top, _, bottom = page.point(lambda value: 255 - value).getbbox() or (0, 0, 0, 0)
    step = (bottom - top) // 4
    dark = [darkness(page.crop((100, top + at * step, 1600, top + (at + 1) * step))) for at in range(4)]
    assert dark == sorted(dark, reverse=True)
    assert dark[0] - dark[3] > 0.6
