"""A station's line and a fax machine of the simulated exchange, through call control, in virtual time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any

import pytest

from ctidrv.callcontrol.call import Call
from ctidrv.errors import CallEnded
from ctidrv.media.fax import FaxTerminal
from ctidrv.native.t30 import Sheet, T30Config, T30Event
from hwsim.fax_telephone import VICES, FaxPage, FaxTelephone, FaxTold

ManagedLine = Callable[..., Any]
WIDTH = 1728


def page(seed: int, rows: int = 120) -> bytes:
    dice = random.Random(seed)
    return b"".join(dice.choice([bytes(216), dice.randbytes(8) * 27, b"\xff" * 216]) for _ in range(rows))


class Station:
    """What the station's end of a call does, and what it was told."""

    def __init__(self, config: T30Config, pages: list[bytes]) -> None:
        self.pages = pages
        self.taken: list[T30Event] = []
        self.sent: list[str | None] = []
        self.terminal = FaxTerminal(config, self._on)
        self.end: Any = None

    def _on(self, terminal: FaxTerminal, event: T30Event) -> None:
        if event.kind == "page-wanted":
            terminal.page(event.page, self.pages[event.page], WIDTH)
        elif event.kind == "page-taken":
            self.taken.append(event)
        elif event.kind == "page-sent":
            self.sent.append(event.what)

    async def serve(self, call: Call) -> None:
        await call.answer(after_rings=1)
        try:
            self.end = await call.hand_over(self.terminal)
        except CallEnded as error:
            self.end = error
        await call.hang_up()


def receiving(**changes: Any) -> Station:
    return Station(T30Config(calling=False, ident="555 8001", **changes), [])


def sending(*pages: bytes) -> Station:
    sheets = [Sheet(WIDTH, "standard") for _ in pages]
    return Station(T30Config(calling=False, receives=False, sheets=sheets), [*pages])


def fax_call(line: Any, station: Station, pages: list[bytes], **settings: Any) -> FaxTold:
    """Somebody's fax machine calls the line."""
    line.serve = station.serve
    told: list[FaxTold] = []

    async def scene() -> None:
        phone = line.board.caller()
        await phone.dial("8001")
        machine = FaxTelephone(phone, calling=True, pages=[FaxPage(rows) for rows in pages], **settings)
        told.append(await machine.talks())
        await phone.hang_up()

    line.play(scene(), limit=600)
    return told[0]


@pytest.mark.parametrize("ecm", [True, False])
def test_a_fax_machine_that_calls_a_line_is_received_bit_for_bit(
    managed_line: ManagedLine, ecm: bool
) -> None:
    pages = [page(1), page(2)]
    station = receiving(ecm=ecm)
    line = managed_line("US")
    told = fax_call(line, station, pages)
    assert told.sent == ["confirmed", "confirmed"]
    assert (told.result, station.terminal.result) == ("ok", "ok")
    assert [event.data for event in station.taken] == pages
    assert all(event.clean for event in station.taken)
    assert station.terminal.link is not None
    assert station.terminal.link.ident == "555 0199"
    assert station.end.reason == "ended"
    assert line.said("call.digit") == []  # nothing in the data was taken for a key
    assert line.recordings[-1].state == "closed"


def test_a_line_that_is_lost_within_a_page_is_told_and_what_came_is_kept(managed_line: ManagedLine) -> None:
    station = receiving(ecm=False)
    line = managed_line("US", clearing=["loop-break"])
    line.serve = station.serve

    async def scene() -> None:
        phone = line.board.caller()
        await phone.dial("8001")
        machine = FaxTelephone(phone, calling=True, pages=[FaxPage(page(3, 1100))])
        talking = asyncio.ensure_future(machine.talks())
        while "<CFR" not in machine.told.frames:
            await phone.silence(800)
        await phone.silence(8000 * 4)
        await phone.hang_up()
        await talking

    line.play(scene())
    assert isinstance(station.end, CallEnded)
    assert station.terminal.result == "line-lost"
    (cut,) = station.taken
    assert cut.what == "cut"
    assert not cut.clean
    assert 0 < cut.rows < 1100
    assert page(3, 1100).startswith(cut.data[: 216 * (cut.rows - 1)])


GOOD = {"late", "deaf", "cuts", "old", "small-frames"}


@pytest.mark.parametrize("vice", sorted(VICES))
def test_a_fax_machine_with_a_vice_gets_its_page_through_or_is_told_honestly(
    managed_line: ManagedLine, vice: str
) -> None:
    rows = page(5, 60)
    station = receiving()
    told = fax_call(managed_line("US"), station, [rows], vices=[vice])
    good = [event for event in station.taken if event.clean]
    if vice in GOOD:
        assert (told.sent[-1], told.result, station.terminal.result) == ("confirmed", "ok", "ok")
    elif vice == "refuses":  # of what comes to it; this one sends
        assert told.sent == ["confirmed"]
    else:
        assert station.terminal.result != "ok"
        assert "confirmed" not in told.sent
    assert all(event.data == rows for event in good)
    if told.sent[-1:] == ["confirmed"]:
        assert len(good) == 1
