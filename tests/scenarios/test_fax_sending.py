"""The queue's faxes on the station's lines, to fax machines and others of the simulated exchange: real
modems, in virtual time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from ctidrv.apps.fax.document import open_document
from ctidrv.apps.fax.keep import write_tiff
from ctidrv.apps.fax.page import PageRows
from ctidrv.service.fax_desk import NewFax
from ctidrv.units import seconds
from hwsim.fax_telephone import FaxTelephone, FaxTold

pytest.importorskip("PIL", reason="pillow is not installed")

NUMBER = "5550001"


def page(seed: int, rows: int = 150) -> PageRows:
    dice = random.Random(seed)
    lines = [dice.choice([bytes(216), dice.randbytes(8) * 27, b"\xff" * 216]) for _ in range(rows)]
    return PageRows(b"".join(lines), 1728, 204, 196)


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "letter.tif"
    write_tiff(path, [page(1), page(2, 500), page(3)])
    return path


def drawn(document: Path, number: int) -> bytes:
    with open_document([document]) as opened:
        return opened.rows(number, 1728, 204, 196).rows


class FaxOffice:
    """`office` of test_outbound, and fax machines that answer at NUMBER, one call each."""

    def __init__(self, office: Any) -> None:
        self.office = office
        self.station = office.rig.station
        self.clock = office.clock

    async def send(self, document: Path, **more: Any) -> str:
        (job,) = await self.station.fax_desk.send(NewFax(document, [NUMBER], **more))
        return str(job)

    async def answers(self, **settings: Any) -> FaxTold:
        """A fax machine takes one call."""
        phone = self.office.rig.board.caller(NUMBER)
        await phone.is_rung(within=seconds(120))
        await self.clock.sleep(seconds(2))
        await phone.lift()
        told = await FaxTelephone(phone, calling=False, **settings).talks()
        await phone.hang_up()
        return told

    def row(self, job: str) -> dict[str, Any]:
        row = self.station.store.faxes.job(job)
        assert row is not None
        return dict(row)

    def states(self, job: str) -> list[str]:
        return [each["state"] for each in self.row(job)["page_states"]]

    async def until(self, job: str, so: Callable[[dict[str, Any]], bool], within: float = 300) -> None:
        end = self.clock.now() + seconds(within)
        while not so(self.row(job)):
            assert self.clock.now() < end, self.row(job)
            await self.clock.sleep(seconds(0.5))


@pytest.fixture
def faxes(make_office: Any) -> FaxOffice:
    return FaxOffice(make_office("US"))


def play(faxes: FaxOffice, scene: Awaitable[None], limit: int = 1200) -> None:
    faxes.office.play(scene, limit=limit)


def test_a_document_arrives_bit_for_bit_and_every_page_is_confirmed(faxes: FaxOffice, document: Path) -> None:
    told: list[FaxTold] = []
    jobs: list[str] = []

    async def scene() -> None:
        jobs.append(await faxes.send(document))
        told.append(await faxes.answers(ident="555 0001"))
        await faxes.until(jobs[0], lambda row: row["state"] == "sent")

    play(faxes, scene())
    assert [event.data for event in told[0].taken] == [drawn(document, number) for number in range(3)]
    assert all(event.clean for event in told[0].taken)
    row = faxes.row(jobs[0])
    assert [each["state"] for each in row["page_states"]] == ["confirmed"] * 3
    assert {each["bit_rate"] for each in row["page_states"]} == {14400}
    (made,) = row["call_rows"]
    assert (made["confirmed"], made["cause"], made["ident"], made["bit_rate"]) == (
        3,
        "sent",
        "555 0001",
        14400,
    )
    call = faxes.station.store.call(made["call"])
    assert (call["direction"], call["number"], call["outcome"]) == ("out", NUMBER, "answered")
    assert call["recordings"][0]["state"] == "closed"


def test_a_call_that_is_lost_in_page_2_is_made_again_for_the_pages_that_are_not_confirmed(
    faxes: FaxOffice, document: Path
) -> None:
    told: list[FaxTold] = []
    seen: list[list[str]] = []

    async def lost() -> None:
        phone = faxes.office.rig.board.caller(NUMBER)
        await phone.is_rung()
        await phone.lift()
        machine = FaxTelephone(phone, calling=False)
        talking = asyncio.ensure_future(machine.talks())
        while ">MCF" not in machine.told.frames:
            await phone.silence(800)
        await phone.silence(seconds(3))
        await phone.hang_up()
        await talking

    async def scene() -> None:
        job = await faxes.send(document)
        await lost()
        await faxes.until(job, lambda row: row["cause"] == "broken-off")
        seen.append(faxes.states(job))
        told.append(await faxes.answers())
        await faxes.until(job, lambda row: row["state"] == "sent")
        seen.append(faxes.states(job))

    play(faxes, scene())
    assert seen[0][0] == "confirmed"
    assert seen[0][1:] in (["not-confirmed", "not-sent"], ["not-sent", "not-sent"])
    assert seen[1] == ["confirmed"] * 3
    assert [event.data for event in told[0].taken] == [drawn(document, number) for number in (1, 2)]


def test_a_person_who_answers_is_no_fax_and_is_not_rung_up_at_once_again(
    faxes: FaxOffice, document: Path
) -> None:
    jobs: list[str] = []

    async def scene() -> None:
        jobs.append(await faxes.send(document))
        await faxes.office.person(stays=60)
        await faxes.until(jobs[0], lambda row: row["cause"] == "no-fax")
        await faxes.clock.sleep(seconds(300))
        await faxes.station.fax_desk.stop(jobs[0])

    play(faxes, scene())
    row = faxes.row(jobs[0])
    assert (row["state"], row["calls"]) == ("stopped", 1)
    assert faxes.states(jobs[0]) == ["not-sent"] * 3


@pytest.mark.parametrize(
    ("number", "cause"), [("1700", "busy"), ("1701", "congestion"), ("5559999", "wrong-number")]
)
def test_who_is_not_reached_is_told_by_cause(
    faxes: FaxOffice, document: Path, number: str, cause: str
) -> None:
    jobs: list[str] = []

    async def scene() -> None:
        jobs.extend(await faxes.station.fax_desk.send(NewFax(document, [number], tries=1)))
        await faxes.until(jobs[0], lambda row: row["state"] == "failed")

    play(faxes, scene())
    assert faxes.row(jobs[0])["cause"] == cause


def test_a_fax_that_is_stopped_hangs_up(faxes: FaxOffice, document: Path) -> None:
    told: list[FaxTold] = []
    jobs: list[str] = []

    async def scene() -> None:
        jobs.append(await faxes.send(document))
        machine = asyncio.ensure_future(faxes.answers())
        await faxes.until(jobs[0], lambda row: row["confirmed"] == 1)
        await faxes.station.fax_desk.stop(jobs[0])
        told.append(await machine)

    play(faxes, scene())
    assert faxes.row(jobs[0])["state"] == "stopped"
    assert faxes.states(jobs[0])[0] == "confirmed"
    assert "confirmed" not in faxes.states(jobs[0])[1:]
    assert told[0].result != "ok"
    call = faxes.row(jobs[0])["call_rows"][0]["call"]
    assert faxes.station.store.call(call)["cause"] == "local-operator"
