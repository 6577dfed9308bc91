"""Pages and files of faxes by the API: what is seen of them, and what is said where nothing is."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest

from ctidrv.apps.fax.keep import write_tiff
from ctidrv.apps.fax.page import PageRows
from ctidrv.apps.fax.records import ReceivedFax
from ctidrv.errors import InputError, ServiceError

Image = pytest.importorskip("PIL.Image", reason="pillow is not installed")
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def bars(*tops: int, y_dpi: int = 196) -> PageRows:
    """A sheet with a black bar of ten rows from each of these on."""
    rows = [bytes(216)] * 400
    for top in tops:
        rows[top : top + 10] = [b"\xff" * 216] * 10
    return PageRows(b"".join(rows), 1728, 204, y_dpi)


def ink(png: bytes) -> tuple[tuple[int, int], list[int]]:
    """The size of a picture, and the rows in whose middle it is black."""
    image = Image.open(io.BytesIO(png)).convert("L")
    middle = image.width // 2
    return image.size, [row for row in range(image.height) if image.getpixel((middle, row)) < 128]


@pytest.fixture
def came(served, folder) -> Path:
    """A fax of two pages; the second one has half as many rows an inch."""
    path = folder.received_fax(START, "r1")
    path.parent.mkdir(parents=True)
    write_tiff(path, [bars(100), bars(50, y_dpi=98)])
    served.station.store.faxes.put_received(
        ReceivedFax("r1", "office", "sim/1", START, str(path), "ab" * 32, 2, 0)
    )
    served.station.store.writer.flush(10)
    return path


@pytest.fixture
def queued(served, client, tmp_path):
    """A text of three pages, one of them its cover page."""
    served.call_soon(lambda: served.station.fax_desk.start(()))
    letter = tmp_path / "letter.txt"
    letter.write_text("first\x0c\n", encoding="utf-8")
    due = "2099-01-01T00:00:00Z"
    (row,) = client.send_fax(letter, ["2125550123"], due=due, cover={"to": "李梅", "subject": "价目"})
    yield row["id"]
    served.run(served.station.fax_desk.close())


def test_each_page_that_came_is_a_picture_with_the_aspect_of_its_paper(client, came):
    assert ink(client.received_page("r1", 1)) == ((1728, 400), list(range(100, 110)))
    assert ink(client.received_page("r1", 2)) == ((1728, 800), list(range(100, 120)))


def test_who_looks_at_a_page_has_read_the_fax_and_that_is_written_down(served, client, came):
    client.received_page("r1", 1)
    row = served.station.store.faxes.received_one("r1")
    assert (row["state"], [fact["kind"] for fact in row["facts"]]) == ("read", ["made", "read"])


def test_a_fax_that_came_is_had_as_tiff_as_it_is_and_as_pdf_of_the_same_pages(client, came):
    assert client.received_document("r1") == came.read_bytes()
    document = pypdfium2.PdfDocument(client.received_document("r1", "pdf"))
    assert len(document) == 2
    assert document[0].get_width() == pytest.approx(215 / 25.4 * 72, abs=1)


def test_a_page_that_a_fax_has_not_is_said_and_nobody_has_read_it(served, client, came):
    with pytest.raises(ServiceError, match="fax r1 has no page 3"):
        client.received_page("r1", 3)
    with pytest.raises(InputError, match="page"):
        client.received_page("r1", 0)
    assert served.station.store.faxes.received_one("r1")["state"] == "new"


def test_a_file_that_is_damaged_or_gone_is_said_and_nobody_has_read_it(served, client, came):
    came.write_bytes(came.read_bytes()[:8] + b"\xff" * 100)
    with pytest.raises(ServiceError, match="fax r1 has no page 1"):
        client.received_page("r1", 1)
    came.unlink()
    for ask in (lambda: client.received_page("r1", 1), lambda: client.received_document("r1", "pdf")):
        with pytest.raises(ServiceError, match="the file of fax r1 is missing"):
            ask()
    assert served.station.store.faxes.received_one("r1")["state"] == "new"


def test_a_fax_that_is_sent_is_seen_page_by_page_behind_its_cover_page(client, queued):
    cover, first = ink(client.fax_page(queued, 1)), ink(client.fax_page(queued, 2))
    assert cover[0] == first[0] == (1728, 2287)
    assert cover[1], "the cover page has a rule across"
    with pytest.raises(ServiceError, match=f"fax {queued} has no page 9"):
        client.fax_page(queued, 9)


def test_a_fax_that_is_sent_is_had_as_tiff_and_as_pdf(client, queued):
    with Image.open(io.BytesIO(client.fax_document(queued))) as file:
        pages = file.n_frames
    assert len(pypdfium2.PdfDocument(client.fax_document(queued, "pdf"))) == pages >= 2


@pytest.mark.parametrize("ask", ["fax_page", "received_page"])
def test_a_page_of_a_fax_that_is_not_there_is_said(client, ask):
    with pytest.raises(ServiceError, match=r"no (received )?fax 'none'"):
        getattr(client, ask)("none", 1)
