"""The fax modem at a line of the simulated exchange, in virtual time: our Class 1 host is its program."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from ctidrv.clock import SampleClock
from ctidrv.drivers.class1.host import Class1Host
from ctidrv.media.virtual import run_virtual
from ctidrv.modem.t31.modem import T31
from ctidrv.native.fax_line import FaxLine
from ctidrv.native.t30 import Sheet, T30Config
from ctidrv.units import TICK, seconds
from hwsim.devices.faxmodem.exchange_fax import ROWS, WIDTH, chart
from hwsim.devices.faxmodem.exchange_hook import ExchangeHook
from tests.native.t30_pipe import Station, station

LIMIT = seconds(300)


class Desk:
    """The modem, and a program that makes one fax call with it, or types commands."""

    def __init__(self, country: str = "US") -> None:
        self.clock = SampleClock(datetime(2027, 3, 8, 10, 30, tzinfo=UTC))
        self.notes: list[tuple[str, str, str]] = []
        self.hook = ExchangeHook(country, 3, lambda *note: self.notes.append(note), self.clock)
        self.came = bytearray()
        self.modem = T31(FaxLine(), self.hook, self._take)
        self.hook.modem = self.modem
        self.host: Class1Host | None = None
        self.station: Station | None = None
        self.trouble: str | None = None

    def _take(self, data: bytes) -> bool:
        self.came += data
        return True

    def _give(self, data: bytes) -> int:
        if not self.modem.takes_more:
            return 0
        self.modem.feed(data[:256])
        return len(data[:256])

    def step(self) -> None:
        self.hook.tick()
        if self.host is not None and self.station is not None:
            data = bytes(self.came)
            self.came.clear()
            self.host.feed(data)
            self.host.tick(TICK)
            for event in self.station.t30.events():
                self.station.events.append(event)
                if event.kind == "page-wanted":
                    self.station.t30.page(event.page, *self.station.pages[event.page])

    def idle(self, until: float) -> None:
        """Every tick is made."""

    async def until(self, done: Callable[[], bool], within: float = 120.0) -> None:
        end = self.clock.now() + seconds(within)
        while not done():
            assert self.clock.now() < end, (self.notes, bytes(self.came))
            await self.clock.sleep(TICK)

    async def fax(self, number: str | None, station: Station) -> None:
        self.station = station
        self.came.clear()
        self.host = Class1Host(station.t30, number, self._give)
        host = self.host
        await self.until(lambda: host.done)
        self.host, self.trouble = None, host.trouble


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.hook.close()


def test_atd_reaches_a_fax_machine_of_the_exchange_that_takes_the_page(desk: Desk) -> None:
    page = chart()
    sender = station("caller", T30Config(True, sheets=[Sheet(WIDTH)]), [(page.rows, WIDTH)])

    async def main() -> None:
        await desk.fax("T5550001", sender)
        await desk.until(lambda: any(what == "has faxed" for _, what, _ in desk.notes))

    run_virtual(main(), desk, limit=LIMIT)
    assert sender.result == "ok"
    assert sender.sent_states == ["confirmed"]
    assert ("5550001", "has faxed", f"ok; {ROWS} rows, 0 damaged") in desk.notes
    assert not desk.hook.off_hook


def test_call_rings_with_caller_id_and_ata_takes_the_page_of_the_machine(desk: Desk) -> None:
    receiver = station("answerer", T30Config(False))

    async def main() -> None:
        desk.modem.feed(b"ATE0+VCID=1\r")
        await desk.hook.obey("call 5557777")
        await desk.until(lambda: desk.came.count(b"\r\nRING\r\n") >= 2)
        assert b"NMBR = 5557777" in desk.came
        await desk.fax(None, receiver)
        await desk.until(lambda: any(what == "has faxed" for _, what, _ in desk.notes))

    run_virtual(main(), desk, limit=LIMIT)
    assert receiver.result == "ok", (desk.trouble, desk.notes)
    (taken,) = receiver.taken
    assert taken.clean
    assert taken.data == chart().rows


@pytest.mark.parametrize(("number", "says"), [("5559999999", b"BUSY"), ("5550001x", b"ERROR")])
def test_a_number_that_leads_nowhere_is_told(desk: Desk, number: str, says: bytes) -> None:
    async def main() -> None:
        desk.modem.feed(b"ATE0+FCLASS=1\rATDT" + number.encode() + b"\r")
        await desk.until(lambda: says in desk.came)

    run_virtual(main(), desk, limit=LIMIT)
    assert not desk.hook.off_hook


def test_an_order_that_is_none_is_told(desk: Desk) -> None:
    with pytest.raises(Exception, match="there are call, hangup"):
        run_virtual(desk.hook.obey("dance"), desk, limit=LIMIT)
