"""A client waits for a fax on a line: the line is its own, and what comes is told as it comes. Real modems
over the simulated exchange, in virtual time."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from office_that_dials import NUMBER
from test_fax_receiving import pages_of

from ctidrv.errors import PortError
from ctidrv.service.fax_desk import NewFax
from ctidrv.units import PortId, seconds
from hwsim.fax_telephone import FaxPage, FaxTelephone

pytest.importorskip("PIL", reason="pillow is not installed")

LINE = PortId("sim/1")
BOX, NAME = "front-desk", "ctidrv fax receive (process 7)"


def rows(seed: int, count: int = 120) -> bytes:
    dice = random.Random(seed)
    return b"".join(dice.choice([bytes(216), dice.randbytes(8) * 27, b"\xff" * 216]) for _ in range(count))


class Client:
    """Takes the rows until the last, or until it goes."""

    def __init__(self, station: Any) -> None:
        self._receptions = station.receptions
        self.reception = station.receptions.begin(LINE, BOX, NAME)
        self.rows: list[dict[str, Any]] = []
        self._flow = station.receptions.rows(self.reception)
        self.taking = asyncio.ensure_future(self._take())

    async def _take(self) -> None:
        async for row in self._flow:
            self.rows.append(row)

    async def goes(self) -> None:
        self.taking.cancel()
        await asyncio.gather(self.taking, return_exceptions=True)
        self._receptions.end(self.reception)

    @property
    def end(self) -> dict[str, Any]:
        assert self.rows[-1]["type"] == "end", self.rows
        return self.rows[-1]

    def told(self) -> list[str]:
        return [row["type"] for row in self.rows if row["type"] != "now"]


@pytest.fixture
def office(make_office: Any) -> Any:
    return make_office("US", lines=2)


async def faxes(office: Any, pages: list[bytes], number: str = NUMBER) -> Any:
    """A fax machine calls the first line."""
    phone = office.rig.board.caller(number)
    await phone.dial(office.rig.first_number)
    machine = FaxTelephone(phone, calling=True, pages=[FaxPage(each, 1728, "fine") for each in pages])
    told = await machine.talks()
    await phone.hang_up()
    return told


def test_the_next_call_is_taken_as_a_fax_and_told_page_by_page(office: Any) -> None:
    station, pages, clients, sent = office.rig.station, [rows(1), rows(2)], [], []

    async def scene() -> None:
        clients.append(Client(station))
        await office.clock.sleep(seconds(3))
        sent.append(await faxes(office, pages))
        await clients[0].taking

    office.play(scene())
    (client,) = clients
    assert sent[0].sent == ["confirmed", "confirmed"]
    assert client.told() == ["waiting", "call", "page", "page", "end"]
    assert [row["type"] for row in client.rows[:3]] == ["waiting", "now", "now"]  # it is alive
    assert [(row["page"], row["rows"], row["bad_rows"]) for row in client.rows if row["type"] == "page"] == [
        (1, 120, 0),
        (2, 120, 0),
    ]
    end = client.end
    assert (end["ok"], end["error"], end["pages"], end["bad_rows"]) == (True, None, 2, 0)
    assert (end["modem"], end["bit_rate"], end["ecm"], end["ident"]) == ("v17", 14_400, True, "555 0199")
    row = station.store.faxes.received_one(end["fax"])
    assert (row["box"], row["number"], row["port"]) == (BOX, NUMBER, LINE)
    assert pages_of(row["path"]) == pages
    (call,) = office.rig.calls()
    assert [leg["kind"] for leg in call["legs"]] == ["line", "fax"]
    assert [event["by"] for event in call["events"] if event["type"] == "call.answered"] == ["fax"]
    assert [
        event["holder"] for event in station.store.events_since(0, 1000) if event["type"] == "line.held"
    ] == [
        NAME,
        None,
    ]


def test_while_somebody_waits_the_line_is_his_and_everybody_is_told_so(office: Any) -> None:
    station = office.rig.station

    async def scene() -> None:
        office.rig.board.caller(NUMBER)
        client = Client(station)
        assert station.ports()[0]["holder"] == NAME
        with pytest.raises(PortError, match=r"sim/1 is in use by ctidrv fax receive \(process 7\)"):
            station.receptions.begin(LINE, "other", "another")
        with pytest.raises(PortError, match=r"sim/1 is in use by ctidrv fax receive"):
            await office.dial(port=LINE)
        assert (await office.dial()).port == "sim/2"  # who has no wish gets another line
        with pytest.raises(PortError, match="sim/9: no line is configured there"):
            station.receptions.begin(PortId("sim/9"), BOX, NAME)
        await office.clock.sleep(seconds(1))
        await client.goes()
        assert station.ports()[0]["holder"] is None
        assert client.told() == ["waiting"]
        assert (await office.dial(port=LINE)).port == LINE

    office.play(scene())


def test_a_fax_of_the_queue_waits_for_the_line_and_goes_when_it_is_free(office: Any, tmp_path: Any) -> None:
    (tmp_path / "letter.txt").write_text("to whom it concerns\n", encoding="utf-8")
    station, states = office.rig.station, []

    async def scene() -> None:
        phone = office.rig.board.caller(NUMBER)
        client = Client(station)
        (job,) = await station.fax_desk.send(NewFax(tmp_path / "letter.txt", [NUMBER], port=LINE, tries=1))
        await office.clock.sleep(seconds(30))
        states.append(station.store.faxes.job(job)["state"])
        await client.goes()
        await phone.is_rung(within=seconds(20))
        states.append(station.store.faxes.job(job)["state"])
        await station.fax_desk.stop(job)

    office.play(scene())
    assert states == ["queued", "sending"]


def test_a_caller_who_gives_up_is_waited_behind_and_the_one_after_the_fax_has_the_menu(office: Any) -> None:
    station, clients = office.rig.station, []

    async def scene() -> None:
        clients.append(Client(station))
        ann = office.rig.board.caller("5550003")
        await ann.dial(office.rig.first_number)
        await office.clock.sleep(seconds(1))
        await ann.hang_up()
        await office.clock.sleep(seconds(10))
        await faxes(office, [rows(1)])
        await clients[0].taking
        await ann.dial(office.rig.first_number)
        await ann.answered(within=seconds(20))
        await ann.hang_up()

    office.play(scene())
    assert clients[0].end["ok"]
    gave_up, fax, menu = office.rig.calls()
    assert (gave_up["outcome"], fax["outcome"], menu["outcome"]) == ("missed", "answered", "answered")
    assert [leg["kind"] for leg in menu["legs"]][:2] == ["line", "ivr"]


def test_a_caller_who_is_no_fax_is_told_as_none(office: Any) -> None:
    clients: list[Client] = []

    async def scene() -> None:
        clients.append(Client(office.rig.station))
        ann = office.rig.board.caller(NUMBER)
        await ann.dial(office.rig.first_number)
        await clients[0].taking
        await ann.hang_up()

    office.play(scene())
    end = clients[0].end
    assert (end["ok"], end["fax"], end["pages"]) == (False, None, 0)
    assert end["error"]


def test_a_client_that_goes_within_the_fax_leaves_what_came_in_the_box_and_hangs_up(office: Any) -> None:
    station, sent = office.rig.station, []

    async def scene() -> None:
        client = Client(station)
        sending = asyncio.ensure_future(faxes(office, [rows(1), rows(2, 1500)]))
        while "page" not in client.told():
            await office.clock.sleep(seconds(0.5))
        await office.clock.sleep(seconds(3))
        await client.goes()
        sent.append(await sending)

    office.play(scene())
    assert sent[0].sent[0] == "confirmed"
    assert sent[0].result != "ok"
    (row,) = station.store.faxes.received(limit=9)
    assert (row["whole"], pages_of(row["path"])[0]) == (False, rows(1))
    (call,) = office.rig.calls()
    assert (call["cause"], station.holds.of(LINE)) == ("local-script", None)


def test_a_caller_who_is_cut_off_is_told_with_what_had_come(office: Any) -> None:
    clients: list[Client] = []

    async def scene() -> None:
        clients.append(Client(office.rig.station))
        phone = office.rig.board.caller(NUMBER)
        await phone.dial(office.rig.first_number)
        machine = FaxTelephone(
            phone, calling=True, pages=[FaxPage(rows(1), 1728, "fine"), FaxPage(rows(2, 900))]
        )
        talking = asyncio.ensure_future(machine.talks())
        while not machine.told.sent:
            await phone.silence(800)
        await phone.silence(seconds(2))
        await phone.hang_up()
        await talking
        await clients[0].taking

    office.play(scene())
    end = clients[0].end
    assert (end["ok"], end["pages"] >= 1) == (False, True)
    assert end["error"]
    assert end["fax"] is not None


def test_an_operator_who_takes_the_call_ends_the_wait(office: Any) -> None:
    station, clients = office.rig.station, []

    async def scene() -> None:
        clients.append(Client(station))
        ann = office.rig.board.caller(NUMBER)
        await ann.dial(office.rig.first_number)
        while "call" not in clients[0].told():
            await office.clock.sleep(seconds(0.5))
        (call,) = [line.controller.call for line in station.lines.values() if line.controller.call]
        await station.answer(call.id)
        await clients[0].taking
        await call.hang_up()
        await ann.hang_up()

    office.play(scene())
    assert clients[0].end["error"] == "the call was taken over"


def test_a_station_that_stops_says_so_to_who_waits(office: Any) -> None:
    station, clients = office.rig.station, []

    async def scene() -> None:
        clients.append(Client(station))
        await office.clock.sleep(seconds(1))
        station.receptions.stop()
        await clients[0].taking

    office.play(scene())
    assert (clients[0].end["ok"], clients[0].end["error"]) == (False, "the station stopped")
