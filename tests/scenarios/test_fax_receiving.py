"""Faxes that come to a menu, and that a caller fetches from one: real modems over the simulated exchange, in
virtual time."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ctidrv.apps.fax.document import Header, open_document
from ctidrv.apps.fax.keep import write_tiff
from ctidrv.apps.fax.page import PageRows
from ctidrv.config import FaxConfig
from ctidrv.folder import DataFolder
from ctidrv.units import ms, seconds
from hwsim.fax_telephone import FaxPage, FaxTelephone
from hwsim.rig.station import START, Rig, one_board

Image = pytest.importorskip("PIL.Image", reason="pillow is not installed")

FAX = """\
  fax:
    - fax_receive: {box: office, into: came}
  fetch:
    - fax_send: {file: price-list.tif, header: Lotus Tea, into: fetched}
"""


def rows(seed: int, count: int = 120) -> bytes:
    dice = random.Random(seed)
    return b"".join(dice.choice([bytes(216), dice.randbytes(8) * 27, b"\xff" * 216]) for _ in range(count))


class FaxLine:
    """A station whose menu takes faxes (CNG, or key 1) and gives one (key 2)."""

    def __init__(self, project: Path, folder: Path, **fax: Any) -> None:
        script = project / "code.ivr.yaml"
        text = script.read_text(encoding="utf-8")
        text = text.replace("start: door\n", "start: door\non_fax_tone: fax\n")
        text = text.replace('choices: {"*": code}', 'choices: {"*": code, "1": fax, "2": fetch}')
        script.write_text(text + FAX, encoding="utf-8")
        write_tiff(project / "price-list.tif", [PageRows(rows(9), 1728, 204, 196)])
        self.document = project / "price-list.tif"
        config = replace(one_board(script), fax=FaxConfig(ident="555 8001", **fax))
        self.folder = DataFolder(folder)
        self.rig = Rig(self.folder, config)
        self.store = self.rig.station.store

    def play(self, scene: Callable[[Any], Awaitable[None]]) -> None:
        async def whole() -> None:
            await self.rig.clock.sleep(ms(500))
            phone = self.rig.board.caller("5550199")
            await phone.dial(self.rig.first_number)
            await scene(phone)
            await phone.hang_up()
            await self.rig.comes_to_rest()

        self.rig.run(whole(), seconds(600))

    def events(self, type: str) -> list[dict[str, Any]]:
        (call,) = self.rig.calls()
        return [event for event in call["events"] if event["type"] == type]


@pytest.fixture
def fax_line(code_project: Path, tmp_path: Path) -> Any:
    made: list[FaxLine] = []

    def make(**fax: Any) -> FaxLine:
        made.append(FaxLine(code_project, tmp_path / "data", **fax))
        return made[-1]

    yield make
    for line in made:
        line.rig.close()


def pages_of(path: str) -> list[bytes]:
    """Black is 1."""
    found = []
    with Image.open(path) as image:
        for number in range(image.n_frames):
            image.seek(number)
            found.append(bytes(255 - each for each in image.convert("1").tobytes()))
    return found


def test_a_fax_machine_that_calls_a_menu_is_received_into_a_box(fax_line: Any) -> None:
    line, told = fax_line(), []
    pages = [rows(1), rows(2)]

    async def scene(phone: Any) -> None:
        machine = FaxTelephone(phone, calling=True, pages=[FaxPage(each, 1728, "fine") for each in pages])
        told.append(await machine.talks())

    line.play(scene)
    assert (told[0].sent, told[0].result) == (["confirmed", "confirmed"], "ok")
    (row,) = line.store.faxes.received(limit=9)
    assert (row["box"], row["number"], row["ident"], row["pages"], row["bad_rows"], row["whole"]) == (
        "office",
        "5550199",
        "555 0199",
        2,
        0,
        True,
    )
    assert pages_of(row["path"]) == pages
    assert hashlib.sha256(Path(row["path"]).read_bytes()).hexdigest() == row["sha256"]
    assert [(each["fax"], each["page"], each["box"]) for each in line.events("fax.coming")] == [
        (row["id"], 1, "office"),
        (row["id"], 2, "office"),
    ]
    (came,) = line.events("fax.received")
    assert (came["fax"], came["box"]) == (row["id"], "office")
    (call,) = line.rig.calls()
    assert row["call"] == call["id"]
    assert call["recordings"][0]["state"] == "closed"
    assert line.store.check() == []


def test_a_fax_that_is_cut_off_is_kept_as_what_it_is(fax_line: Any) -> None:
    line = fax_line()

    async def scene(phone: Any) -> None:
        pages = [FaxPage(rows(1)), FaxPage(rows(2, 1100))]
        machine = FaxTelephone(phone, calling=True, pages=pages)
        talking = asyncio.ensure_future(machine.talks())
        while not machine.told.sent:
            await phone.silence(800)
        await phone.silence(seconds(3))
        await phone.hang_up()
        await talking

    line.play(scene)
    (row,) = line.store.faxes.received(limit=9)
    assert row["whole"] is False
    assert pages_of(row["path"])[0] == rows(1)
    assert line.events("call.faxed")[0]["result"] != "ok"


def test_a_fax_from_a_number_on_the_junk_list_goes_into_its_box(fax_line: Any) -> None:
    line = fax_line(junk=("55501",))

    async def scene(phone: Any) -> None:
        await FaxTelephone(phone, calling=True, pages=[FaxPage(rows(1))]).talks()

    line.play(scene)
    assert [row["box"] for row in line.store.faxes.received(limit=9)] == ["junk"]


def test_a_caller_fetches_a_document_with_his_fax_machine(fax_line: Any) -> None:
    line, told = fax_line(), []

    async def scene(phone: Any) -> None:
        await line.rig.clock.sleep(seconds(6))
        await phone.press("2")
        told.append(await FaxTelephone(phone, calling=False).talks())

    line.play(scene)
    (taken,) = told[0].taken
    assert (told[0].result, taken.clean) == ("ok", True)
    above = Header(START, "Lotus Tea", "5550199")
    with open_document([line.document]) as document:
        assert taken.data == document.rows(0, 1728, 204, 196, above).rows
    (faxed,) = line.events("call.faxed")
    assert (faxed["direction"], faxed["result"], faxed["pages"]) == ("out", "ok", 1)


def test_a_caller_who_is_no_fax_leaves_nothing(fax_line: Any) -> None:
    line = fax_line()

    async def scene(phone: Any) -> None:
        await line.rig.clock.sleep(seconds(6))
        await phone.press("1")
        await line.rig.clock.sleep(seconds(70))

    line.play(scene)
    assert line.store.faxes.received(limit=9) == []
    assert line.events("call.faxed")[0]["result"] in ("no-fax", "silent", "line-lost")
