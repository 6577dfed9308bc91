"""Faxes at a station's line whose board is a voice modem in half duplex: by the modem's own Class 1. Its
stand-in is at the simulated exchange, in real time."""

from __future__ import annotations

import asyncio
import contextlib
import random
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("a pseudo-terminal is POSIX only", allow_module_level=True)

from test_fax_receiving import pages_of

from ctidrv.apps.fax.document import open_document
from ctidrv.apps.fax.keep import write_tiff
from ctidrv.apps.fax.page import PageRows
from ctidrv.config import BoardConfig, LineConfig, StationConfig
from ctidrv.folder import DataFolder
from ctidrv.service.daemon import Station
from ctidrv.service.fax_desk import NewFax
from ctidrv.units import PortId, seconds
from hwsim.devices.v253.stand_in import ModemStandIn
from hwsim.fax_telephone import FaxPage, FaxTelephone, FaxTold

pytest.importorskip("PIL", reason="pillow is not installed")

LINE = PortId("modem/1")
WITHIN_S = 240.0


def rows(seed: int, count: int = 120) -> bytes:
    dice = random.Random(seed)
    return b"".join(dice.choice([bytes(216), dice.randbytes(8) * 27, b"\xff" * 216]) for _ in range(count))


class Office:
    """A station of one voice modem."""

    def __init__(self, modem: ModemStandIn, station: Station) -> None:
        self.modem, self.station = modem, station

    async def far(self, scene: Any) -> Any:
        """Something at the exchange, on the stand-in's thread."""
        return await asyncio.to_thread(self.modem.time.wait, scene, WITHIN_S)

    async def idle(self) -> None:
        async with asyncio.timeout(60):
            while self.station.lines[LINE].controller.state.word != "idle":
                await self.station.clock.sleep(seconds(0.1))

    async def job(self, job: str) -> dict[str, Any]:
        """Its row."""
        await self.station.store.committed()
        row = self.station.store.faxes.job(job)
        assert row is not None
        return dict(row)

    def calls(self) -> list[dict[str, Any]]:
        return [self.station.store.call(row["id"]) or row for row in self.station.store.calls(limit=9)]


@contextlib.asynccontextmanager
async def office(folder: Path, persona: str) -> AsyncIterator[Office]:
    link = folder / "ttyACM0"
    board = BoardConfig("modem", "v253", {"device": str(link), "duplex": "half"})
    config = StationConfig(boards=(board,), lines=(LineConfig(LINE, "hotline.ivr.yaml"),))
    with ModemStandIn(link, persona=persona, board={"caller_id_when": "before-ring"}) as modem:
        station = Station(DataFolder(folder / "data"), config)
        station.open()
        try:
            station.start()
            made = Office(modem, station)
            await made.idle()
            yield made
            await station.stop()
        finally:
            station.close()


async def answers(modem: ModemStandIn) -> FaxTold:
    phone = modem.line.board.phones[0]
    await phone.is_rung(within=seconds(60))
    await phone.lift()
    told = await FaxTelephone(phone, calling=False, ident="555 0001").talks()
    await phone.hang_up()
    return told


async def calls(modem: ModemStandIn, pages: list[bytes]) -> FaxTold:
    phone = await modem.people.call("5550199")
    machine = FaxTelephone(phone, calling=True, pages=[FaxPage(each, 1728, "fine") for each in pages])
    told = await machine.talks()
    await phone.hang_up()
    return told


def test_a_fax_of_the_queue_goes_by_the_modems_class_1_row_by_row_and_the_line_is_a_voice_line_behind_it(
    tmp_path: Path,
) -> None:
    document = tmp_path / "letter.tif"
    write_tiff(document, [PageRows(rows(1), 1728, 204, 196), PageRows(rows(2), 1728, 204, 196)])

    async def scene() -> None:
        async with office(tmp_path, "usr5637") as at:
            number = at.modem.line.board.phones[0].number
            machine = asyncio.ensure_future(at.far(answers(at.modem)))
            (job,) = await at.station.fax_desk.send(NewFax(document, [number], tries=1))
            told = await machine
            await at.idle()
            row = await at.job(job)
            assert row["state"] == "sent", (row, at.modem.told[-20:])
            with open_document([document]) as opened:
                wanted = [opened.rows(page, 1728, 204, 196).rows for page in range(2)]
            assert [event.data for event in told.taken] == wanted
            assert row["call_rows"][0]["ident"] == "555 0001"
            (call,) = at.calls()
            assert (call["direction"], call["outcome"]) == ("out", "answered")
            # and a caller is answered by the menu
            await at.far(at.modem.people.call("5550123"))
            await at.far(at.modem.people.answered())
            await at.far(at.modem.people.hang_up())
            await at.idle()

    asyncio.run(scene())


def test_a_fax_that_comes_is_taken_by_class_1_row_by_row_at_a_rate_that_the_modem_has(
    tmp_path: Path,
) -> None:
    pages = [rows(3), rows(4)]

    async def scene() -> None:
        async with office(tmp_path, "generic") as at:
            station = at.station
            reception = station.receptions.begin(LINE, "front-desk", "a test")
            told = await at.far(calls(at.modem, pages))
            assert told.sent == ["confirmed", "confirmed"], (told, at.modem.told[-20:])
            found = [row async for row in station.receptions.rows(reception)]
            assert found[-1]["ok"], found
            row = station.store.faxes.received_one(found[-1]["fax"])
            assert row is not None
            assert pages_of(row["path"]) == pages
            await at.idle()
            (call,) = at.calls()
            assert (call["direction"], call["outcome"], call["number"]) == ("in", "answered", "5550199")
            assert (found[-1]["modem"], found[-1]["bit_rate"]) == ("v29", 9600)

    asyncio.run(scene())


@contextlib.asynccontextmanager
async def page_under_way(folder: Path) -> AsyncIterator[tuple[Office, str, asyncio.Future[FaxTold]]]:
    """A fax of one long page, to a machine, when its page goes out."""
    document = folder / "letter.tif"
    write_tiff(document, [PageRows(rows(1, 1500), 1728, 204, 196)])
    async with office(folder, "usr5637") as at:
        machine = asyncio.ensure_future(at.far(answers(at.modem)))
        number = at.modem.line.board.phones[0].number
        (job,) = await at.station.fax_desk.send(NewFax(document, [number], tries=1))
        async with asyncio.timeout(60):
            while (await at.job(job))["page_states"][0]["state"] != "sending":
                await at.station.clock.sleep(seconds(0.2))
        yield at, job, machine


def test_a_fax_that_is_stopped_hangs_up(tmp_path: Path) -> None:
    async def scene() -> None:
        async with page_under_way(tmp_path) as (at, job, machine):
            await at.station.fax_desk.stop(job)
            await at.idle()
            assert (await at.job(job))["state"] == "stopped"
            assert not at.modem.line.off_hook
            assert (await machine).result != "ok"
            assert at.station.boards["modem"].trouble is None  # type: ignore[attr-defined]

    asyncio.run(scene())


def test_a_modem_that_is_pulled_out_within_a_page_ends_the_fax_and_is_back(tmp_path: Path) -> None:
    async def scene() -> None:
        async with page_under_way(tmp_path) as (at, job, machine):
            await asyncio.to_thread(at.modem.vanish, 1.0, renamed=False)
            async with asyncio.timeout(30):
                while (row := await at.job(job))["state"] != "failed":
                    await at.station.clock.sleep(seconds(0.2))
            assert row["cause"] == "broken-off"
            assert row["page_states"][0]["state"] == "not-confirmed"
            await at.idle()
            assert (await machine).result != "ok"

    asyncio.run(scene())
