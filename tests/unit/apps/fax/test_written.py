"""Texts, cover pages and header lines: what is drawn by us."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy
import page_set
import pytest
from fax_pages import WIDTH, darkness, fax_tiff, ink, one, picture
from PIL import Image, ImageDraw

from ctidrv.apps.fax.document import Cover, Header, open_document
from ctidrv.apps.fax.drawing.cover import WORDS
from ctidrv.apps.fax.drawing.fonts import chain
from ctidrv.errors import InputError, UsageError

AT = datetime(2026, 11, 29, 13, 5, tzinfo=ZoneInfo("Asia/Shanghai"))
HEADER = Header(AT, "希尔贸易 +86 21 5555 1234", "+44 20 7946 0123", "zh")
COVER = Cover(AT, "王经理", "李梅", "+44 20 7946 0123", "", "十日订单", "请查收后回传确认单。", "zh")


def drawn(text: str, pixels: int) -> Image.Image:
    """As a font draws it."""
    font = chain(pixels)[0]
    image = Image.new("L", (round(font.getlength(text)) + 4, 2 * pixels), 255)
    ImageDraw.Draw(image).text((2, pixels // 3), text, fill=0, font=font)
    return image.crop(image.point(lambda value: 255 - value).getbbox())


def likeness(page: Image.Image, wanted: Image.Image) -> float:
    """The correlation of the best place; both are made small first."""
    big, small = (numpy.asarray(each.reduce(2), float) for each in (page, wanted))
    big, small = 255 - big, small.mean() - small
    shape = [a + b - 1 for a, b in zip(big.shape, small.shape, strict=True)]
    spectrum = numpy.fft.rfft2(big, shape) * numpy.conj(numpy.fft.rfft2(small, shape))
    best = float(numpy.fft.irfft2(spectrum, shape).max())
    return best / float((small * (255 - numpy.asarray(wanted.reduce(2), float))).sum())


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.txt"
    path.write_text("敬启者：\n\n贵公司本月十日来函收悉。\nYours, Ann Lee\n", "utf-8")
    return path


@pytest.mark.parametrize("y_dpi", [98, 196, 391])
def test_chinese_text_is_on_the_page(letter: Path, y_dpi: int) -> None:
    page = picture(one(letter, y_dpi=y_dpi)).resize((WIDTH, 2387))
    em = round(4 * 1728 / 215)
    assert likeness(page, drawn("贵公司本月十日来函收悉", em)) > 0.7
    assert likeness(page, drawn("Yours, Ann Lee", em)) > 0.65
    assert likeness(page, drawn("所订货物已于昨日发出到", em)) < 0.4


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16"])
def test_text_with_a_mark_is_read_by_it(letter: Path, tmp_path: Path, coding: str) -> None:
    marked = tmp_path / "marked.txt"
    marked.write_text(letter.read_text("utf-8"), coding)
    assert one(marked) == one(letter)


def test_long_text_goes_on_on_further_pages_and_a_form_feed_begins_one(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("\n".join(map(str, range(100))) + "\n\fend\n", "utf-8")
    with open_document([path]) as document:
        assert len(document.pages) == 4
        heights = [ink(document.rows(page, WIDTH, 204, 98))[3] for page in range(4)]
    assert heights == pytest.approx([275, 275, 61, 22], abs=5)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("已于昨日".encode("gb18030"), r"line 1: is no text in UTF-8: save it as UTF-8, or as PDF"),
        (b"one\ntwo \xff", r"line 2: is no text in UTF-8"),
        (b"one\n\ntwo\x1b[1m", r"line 3: a control character, '\\x1b': save it as plain text"),
        (b"one\0two", "is no TIFF, PDF, PNG, JPEG or text"),
        (b" \n\n", "has nothing in it to send"),
        ("thanks \U0001fae8".encode(), "no font here has \U0001fae8"),
        (b"a\n" * 60_000, "has more than 999 pages: split it"),
        (b"a" * 3_000_000, "more than 2 MiB of text: split it"),
    ],
)
def test_what_is_no_text_is_refused_with_its_line(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "odd.txt"
    path.write_bytes(data)
    with pytest.raises(InputError, match=rf"odd\.txt.*{said}"):
        open_document([path])


@pytest.mark.parametrize("language", WORDS)
def test_cover_page_says_who_when_and_how_many_pages(letter: Path, language: str) -> None:
    words = WORDS[language]
    with open_document([letter], cover=Cover(AT, "Mr. Wang", "Ann Lee", language=language)) as document:
        assert len(document.pages) == 2
        page = picture(document.rows(0, WIDTH, 204, 196)).resize((WIDTH, 2387))
    em = round(5 * 1728 / 215)
    for text in (
        words["to"],
        "Mr. Wang",
        "Ann Lee",
        "2026-11-29 13:05 +08:00",
        words["pages_value"].format(2),
    ):
        assert likeness(page, drawn(text, em)) > 0.75, text
    assert likeness(page, drawn(words["subject"], em)) < 0.75


def test_note_without_room_is_refused(letter: Path) -> None:
    cover = Cover(AT, "a", "b", note="line\n" * 60)
    with pytest.raises(InputError, match=r"cover page: the note is \d\d lines too long: make it a file"):
        open_document([letter], cover=cover)


@pytest.mark.parametrize(("x_dpi", "y_dpi", "width"), [(204, 98, 1728), (204, 196, 2432), (300, 300, 2592)])
def test_header_stands_above_the_page_and_covers_none_of_it(
    tmp_path: Path, x_dpi: int, y_dpi: int, width: int
) -> None:
    image = page_set.text(width, 900)
    path = fax_tiff(tmp_path / "in.tif", image, x_dpi=x_dpi, y_dpi=y_dpi)
    plain, headed = (one(path, width, x_dpi, y_dpi, header) for header in (None, HEADER))
    size = len(plain.rows) // plain.count
    strip = round(5 * {98: 3.85, 196: 7.7, 300: 300 / 25.4}[y_dpi])
    used = max(at for at in range(plain.count) if any(plain.rows[at * size : (at + 1) * size])) + 1
    assert headed.rows[strip * size :].startswith(plain.rows[: used * size])
    assert headed.count == max(plain.count, strip + used)
    above = picture(headed).crop((0, 0, width, strip))
    assert 0.01 < darkness(above) < 0.12
    mm = headed.size_mm[0] / width
    left, _, right, _ = above.point(lambda value: 255 - value).getbbox() or (0, 0, 0, 0)
    assert (left * mm, headed.size_mm[0] - right * mm) == pytest.approx((6, 6), abs=0.8)


def test_header_names_moment_sender_receiver_and_page(tmp_path: Path) -> None:
    path = fax_tiff(tmp_path / "in.tif", page_set.text(rows=300), page_set.text(rows=300))
    em = round(3.2 * 400 / 25.4)
    with open_document([path]) as document:
        strip = picture(document.rows(1, 3456, 400, 400, HEADER)).crop((0, 0, 3456, 79))
    for text in ("2026-11-29 13:05 +08:00", "希尔贸易 +86 21 5555 1234", "+44 20 7946 0123", "第 2/2 页"):
        assert likeness(strip, drawn(text, em)) > 0.9, text
    assert likeness(strip, drawn("2025-10-28 12:40 +09:30", em)) < 0.85


def test_header_too_long_for_its_line_is_cut_in_the_middle(tmp_path: Path) -> None:
    path = fax_tiff(tmp_path / "in.tif", page_set.text(rows=300))
    header = Header(AT, "Hill & Dale " * 30, "\U0001fae8")
    strip = picture(one(path, header=header)).crop((0, 0, WIDTH, 40)).resize((WIDTH, 42))
    assert likeness(strip, drawn("Page 1/1", round(3.2 * 1728 / 215))) > 0.7


def test_header_above_a_page_of_one_row(tmp_path: Path) -> None:
    for image in (Image.new("1", (WIDTH, 1), 255), Image.new("1", (WIDTH, 1), 0)):
        page = one(fax_tiff(tmp_path / "in.tif", image), header=HEADER)
        assert page.count == 38 + (image.getpixel((0, 0)) == 0)


def test_time_without_a_zone_and_unknown_languages_are_refused(letter: Path) -> None:
    with pytest.raises(UsageError, match="has a time zone"):
        one(letter, header=Header(datetime(2026, 1, 1), "Hill"))
    with pytest.raises(UsageError, match="headed in en or zh, not in 'de'"):
        Header(AT, "Hill", language="de")
    with pytest.raises(UsageError, match="not in 'de'"):
        Cover(AT, "Wang", "Hill", language="de")
