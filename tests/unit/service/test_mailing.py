"""Faxes by e-mail, from the store to a real server: what stands in them, and that none is lost."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

sys.path.append(str(Path(__file__).parents[1] / "apps" / "mail"))

from post_office import PostOffice, free_port, opened

from ctidrv.apps.fax.boxes import FaxBoxes
from ctidrv.apps.fax.keep import write_tiff
from ctidrv.apps.fax.page import PageRows
from ctidrv.apps.fax.records import CoverNote, FaxJob, FaxPage, JobState, PageState, ReceivedFax
from ctidrv.apps.mail import outbox as outboxes
from ctidrv.callcontrol.journal import CallEvent, Journal
from ctidrv.clock import SampleClock
from ctidrv.config import FaxBoxConfig, FaxConfig, MailConfig, Office, StationConfig
from ctidrv.errors import InputError
from ctidrv.folder import DataFolder
from ctidrv.service.fax_papers import FaxPapers
from ctidrv.service.faxes import cover_maker
from ctidrv.service.mailing import PASSWORD, mail_server, make_outbox
from ctidrv.store import Store
from ctidrv.units import PortId, seconds

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OFFICE = Office("CN", "Asia/Shanghai", "莲花茶业", "zh-CN")
BOXES = (
    FaxBoxConfig("office", "desk@example.com", "tiff", "en"),
    FaxBoxConfig("orders", "orders@example.com"),
    FaxBoxConfig("quiet"),
)


class House:
    """A data folder whose station sends e-mail to a port."""

    def __init__(self, root: Path, port: int) -> None:
        self.folder = DataFolder(root)
        self.config = StationConfig(
            OFFICE,
            fax=FaxConfig(junk=("0190",)),
            mail=MailConfig("127.0.0.1", "fax@example.com", port, "none"),
            fax_boxes=BOXES,
        )
        self.store = Store.open(self.folder, inline=False, country="CN", wall=lambda: START)
        self.clock = SampleClock(START)
        self.journal = Journal(self.clock)
        self.told: list[CallEvent] = []
        self.journal.subscribe(self.told.append)
        self.boxes = FaxBoxes(self.store.faxes, self.journal, ("0190",), self.config.fax_address)

    def came(self, id: str = "r1", box: str = "office", **more: Any) -> ReceivedFax:
        """A fax of two pages is filed."""
        path = self.folder.received_fax(START, id)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_tiff(path, [PageRows(b"\x0f" * 216 * 100, 1728, 204, 196)] * 2)
        known: dict[str, Any] = {"bad_rows": 0, "number": "01066554433", "ident": "+86 10 66554433", **more}
        fax = ReceivedFax(id, box, "sim/1", START, str(path), "ab" * 32, 2, **known)
        self.boxes.put(fax)
        return fax

    def run(self, scene: Callable[[Any], Coroutine[Any, Any, None]]) -> None:
        """With an outbox that is open meanwhile."""

        async def whole() -> None:
            made = make_outbox(
                self.config, self.store, self.journal, self.clock, FaxPapers(cover_maker(self.config))
            )
            assert made is not None
            made.start()
            try:
                await scene(made)
            finally:
                await made.close()

        asyncio.run(whole())

    def mailed(self) -> list[tuple[str, str]]:
        return [(each.data["fax"], each.data["state"]) for each in self.told if each.type == "fax.mail"]


async def quiet(outbox: Any) -> None:
    while outbox._task is not None:
        await asyncio.wait({outbox._task})


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


@pytest.fixture
def house(tmp_path: Path, office: PostOffice) -> Iterator[House]:
    with opened(office) as port:
        made = House(tmp_path / "data", port)
        yield made
        made.store.close()


def test_a_fax_in_a_box_goes_to_its_address_as_it_is_configured(house: House, office: PostOffice) -> None:
    house.came()
    house.came("r2", "orders", whole=False, bad_rows=12)
    house.came("r3", "quiet")
    house.came("r4", "junk")
    house.run(quiet)
    assert [rcpt for _, (rcpt,) in office.envelopes] == ["desk@example.com", "orders@example.com"]
    english, chinese = office.taken
    assert english["Subject"] == "Fax from 01066554433, pages: 2"
    assert str(english["From"]) == "莲花茶业 <fax@example.com>"
    body = english.get_body()
    assert body is not None
    assert body.get_content().splitlines() == [
        "Box: office",
        "From: 01066554433",
        "Calls itself: +86 10 66554433",
        "Time: 2026-03-02 17:00 +0800",
        "Pages: 2",
        "Number of the fax: r1",
    ]
    (tiff,) = english.iter_attachments()
    assert (tiff.get_filename(), tiff.get_content_type()) == ("r1.tif", "image/tiff")
    assert tiff.get_content() == house.folder.received_fax(START, "r1").read_bytes()
    assert chinese["Subject"] == "来自 01066554433 的传真，2 页"
    body = chinese.get_body()
    assert body is not None
    assert body.get_content().splitlines()[-3:] == ["损坏的行数：12", "连接中断，可能缺页。", "传真编号：r2"]
    (pdf,) = chinese.iter_attachments()
    assert pdf.get_filename() == "r2.pdf"
    assert len(pypdfium2.PdfDocument(io.BytesIO(pdf.get_content()))) == 2
    assert house.mailed() == [("r1", "sent"), ("r2", "sent")]
    assert house.store.faxes.received_one("r1")["mail"]["state"] == "sent"
    assert house.store.faxes.received_one("r1")["state"] == "new", "a robot reads no fax"


@pytest.mark.parametrize(
    "hostile", ["x\r\nBcc: all@example.com", "=?utf-8?q?a=0ABcc=3A_all?=", "\x00\x1b[2J"]
)
def test_a_machine_that_calls_itself_something_hostile_adds_no_header(
    house: House, office: PostOffice, hostile: str
) -> None:
    house.came(number=None, ident=hostile)
    house.run(quiet)
    (message,) = office.taken
    assert message["Bcc"] is None
    assert message["Subject"].startswith("Fax from ")
    assert office.envelopes == [("fax@example.com", ["desk@example.com"])]


def job(house: House, id: str = "f1", **more: Any) -> FaxJob:
    path = house.folder.sent_fax(START, id, ".txt")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("first page", encoding="utf-8")
    given = {"cover": CoverNote("李梅"), "mail_to": "li@example.com", "batch": id, **more}
    return FaxJob(
        id, path=str(path), name="信\r\nBcc: x.txt", sha256="ab" * 32, pages=2, number="95588", e164=None,
        created=START, due=START, **given,
    )  # fmt: skip


def end(house: House, fax: FaxJob, state: JobState, **more: Any) -> None:
    house.store.faxes.put_job(fax)
    house.store.faxes.put_page(FaxPage(fax.id, 1, PageState.CONFIRMED, 14400, START))
    house.store.faxes.put_job(replace(fax, state=state, ended=START, **more))
    house.journal.emit("fax.job", PortId("sim/1"), job=fax.id, state=state.value)


def test_who_sent_a_fax_is_told_how_it_ended_with_its_pages(house: House, office: PostOffice) -> None:
    pytest.importorskip("PIL", reason="pillow is not installed")
    end(house, job(house), JobState.FAILED, cause="busy", detail="486")
    house.run(quiet)
    (message,) = office.taken
    assert message["To"] == "li@example.com"
    assert message["Subject"] == "发往 95588 的传真：未能发送"
    body = message.get_body()
    assert body is not None
    assert body.get_content().splitlines() == [
        "文档：信 Bcc: x.txt",
        "时间：2026-03-02 17:00 +0800",
        "对方已确认的页数：1/2",
        "原因：对方占线 (486)",
        "传真编号：f1",
    ]
    (pdf,) = message.iter_attachments()
    assert len(pypdfium2.PdfDocument(io.BytesIO(pdf.get_content()))) == 2


def test_one_of_many_is_told_without_the_pages(house: House, office: PostOffice) -> None:
    end(house, job(house, "f1-0001", batch="f1"), JobState.SENT, cause="sent")
    house.run(quiet)
    (message,) = office.taken
    assert message["Subject"] == "发往 95588 的传真：已发送"
    assert list(message.iter_attachments()) == []


def test_a_letter_goes_also_where_the_pages_are_gone_and_says_so(house: House, office: PostOffice) -> None:
    Path(house.came("r2", "orders").path).write_bytes(b"II*\0 no pages")
    Path(house.came("r3").path).unlink()
    house.run(quiet)
    assert [list(message.iter_attachments()) for message in office.taken][1] == []
    body = office.taken[1].get_body()
    assert body is not None
    assert "The pages are not enclosed: " in body.get_content()
    assert house.mailed() == [("r2", "sent"), ("r3", "sent")]


def test_a_server_that_is_down_for_a_while_gets_every_fax_once(tmp_path: Path, office: PostOffice) -> None:
    port = free_port()
    house = House(tmp_path / "data", port)

    async def scene(outbox: Any) -> None:
        for number in range(3):
            house.came(f"r{number}")
        await quiet(outbox)
        row = await asyncio.to_thread(house.store.faxes.received_one, "r2")
        assert row is not None
        assert (row["mail"]["state"], row["mail"]["tries"]) == ("queued", 1)
        assert "Connection refused" in row["mail"]["error"]
        with opened(office, port=port):
            house.clock.advance(house.clock.now() + seconds(61))
            await quiet(outbox)

    house.run(scene)
    house.store.close()
    assert [message["Message-ID"].split(".")[0] for message in office.taken] == ["<r0", "<r1", "<r2"]
    assert house.mailed() == [(f"r{n}", "queued") for n in range(3)] + [(f"r{n}", "sent") for n in range(3)]


def test_a_station_that_stops_while_the_server_says_nothing_sends_it_after_the_restart(
    tmp_path: Path, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outboxes, "_ENDS_WITHIN_S", 0)
    office.may_take.clear()
    with opened(office) as port:
        house = House(tmp_path / "data", port)

        async def scene(outbox: Any) -> None:
            house.came()
            await asyncio.to_thread(office.has_data.wait, 10)

        house.run(scene)
        house.store.close()
        assert house.mailed() == []
    later = PostOffice()
    with opened(later) as port:
        again = House(tmp_path / "data", port)
        again.run(quiet)
        assert again.store.faxes.received_one("r1")["mail"]["state"] == "sent"
        again.store.close()
    assert [message["Message-ID"] for message in later.taken] == ["<r1.1@example.com>"]


def config(tmp_path: Path, **more: Any) -> tuple[StationConfig, MailConfig]:
    mail = MailConfig("mail.example.com", "fax@example.com", user="fax", where="station.toml:1", **more)
    return StationConfig(OFFICE, mail=mail, path=tmp_path / "station.toml"), mail


def test_a_password_is_read_beside_the_configuration_else_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text("from file\n", encoding="utf-8")
    monkeypatch.setenv(PASSWORD, "from environment")
    assert mail_server(*config(tmp_path, password_file="secret")).password == "from file"
    assert mail_server(*config(tmp_path)).password == "from environment"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "has no password: give password_file, or CTIDRV_MAIL_PASSWORD"),
        ({"password_file": "none"}, "cannot be read"),
        ({"password_file": "empty"}, "is empty"),
        ({"password_file": "binary"}, "cannot be read"),
    ],
)
def test_a_password_that_cannot_be_had_is_said_with_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], words: str
) -> None:
    monkeypatch.delenv(PASSWORD, raising=False)
    (tmp_path / "empty").touch()
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=words) as caught:
        mail_server(*config(tmp_path, **given))
    assert str(caught.value).startswith("station.toml:1: ")


def test_without_a_server_there_is_no_outbox(tmp_path: Path) -> None:
    with Store.open(DataFolder(tmp_path), inline=True) as store:
        clock = SampleClock(START)
        papers = FaxPapers(cover_maker(StationConfig()))
        assert make_outbox(StationConfig(), store, Journal(clock), clock, papers) is None
