"""A fax modem at a line of the station, for a program: our Class 1 host in its place, over the simulated
exchange, in virtual time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from office_that_dials import HELLO, NUMBER

from ctidrv.config import FaxModemConfig
from ctidrv.drivers.class1.host import Class1Host
from ctidrv.errors import PortError
from ctidrv.native.t30 import Sheet, T30Config
from ctidrv.service.fax_modems import MOST_A_TICK, FaxModem
from ctidrv.units import TICK, PortId, seconds
from hwsim.fax_telephone import FaxPage, FaxTelephone, FaxTold
from tests.native.t30_pipe import Station, station

LINE = PortId("sim/1")
WIDTH = 1728


def rows(seed: int, count: int = 120) -> bytes:
    dice = random.Random(seed)
    return b"".join(dice.choice([bytes(216), dice.randbytes(8) * 27, b"\xff" * 216]) for _ in range(count))


class Port:
    """A serial port without one: `came` is what its program has not read yet."""

    def __init__(self, heard: Callable[[bytes], None], gone: Callable[[], None]) -> None:
        self.is_open = False
        self.link: Path | None = None
        self.came = bytearray()
        self.waits = bytearray()
        """Of the program, in the port."""
        self._heard, self._gone = heard, gone
        self._wants = True

    def place(self, link: Path) -> None:
        self.link = link

    def take(self) -> None:
        self.link, self.is_open = None, False

    def tick(self) -> None:
        while self._wants and self.waits:
            piece = bytes(self.waits[:MOST_A_TICK])
            del self.waits[:MOST_A_TICK]
            self._heard(piece)

    def write(self, data: bytes) -> bool:
        self.came += data
        return True

    def wants(self, more: bool) -> None:
        self._wants = more

    def close(self) -> None:
        self.is_open = False
        self.waits.clear()
        self._gone()


class Program:
    """At the fax modem of the first line of an `office`."""

    def __init__(self, office: Any) -> None:
        self.office = office
        self.station = office.rig.station
        self.clock = office.clock
        self.ports: list[Port] = []
        self.modem: FaxModem = self.station.fax_modem(FaxModemConfig(LINE, "ttyF0"), self._make)
        self.port = self.ports[0]
        self.trouble: str | None = None

    def _make(self, heard: Callable[[bytes], None], gone: Callable[[], None]) -> Port:
        self.ports.append(Port(heard, gone))
        return self.ports[-1]

    async def opens(self) -> None:
        """And has the line."""
        self.port.is_open = True
        await self.until(lambda: self.station.holds.of(LINE) is self.modem)

    def types(self, text: str) -> None:
        self.port.waits += text.encode() + b"\r"

    async def says(self, text: bytes, within: float = 60) -> None:
        await self.until(lambda: text in self.port.came, within)
        del self.port.came[: self.port.came.index(text) + len(text)]

    async def until(self, done: Callable[[], bool], within: float = 60) -> None:
        end = self.clock.now() + seconds(within)
        while not done():
            assert self.clock.now() < end, bytes(self.port.came)
            await self.clock.sleep(TICK)

    async def fax(self, number: str | None, machine: Station, within: float = 200) -> None:
        """Makes one fax call, or takes the one that rings."""
        self.port.came.clear()
        host = Class1Host(machine.t30, number, self._give)
        end = self.clock.now() + seconds(within)
        while not host.done:
            assert self.clock.now() < end
            data = bytes(self.port.came)
            self.port.came.clear()
            host.feed(data)
            host.tick(TICK)
            for event in machine.t30.events():
                machine.events.append(event)
                if event.kind == "page-wanted":
                    machine.t30.page(event.page, *machine.pages[event.page])
            await self.clock.sleep(TICK)
        self.trouble = host.trouble

    def _give(self, data: bytes) -> int:
        room = max(0, 4096 - len(self.port.waits))
        self.port.waits += data[:room]
        return len(data[:room])

    def play(self, scene: Any, *, limit: int = 600) -> None:
        async def whole() -> None:
            self.modem.place()
            self.modem.start()
            await scene
            await self.modem.close()

        self.office.play(whole(), limit=limit)


@pytest.fixture
def program(make_office: Any) -> Program:
    return Program(make_office("US", lines=2))


async def machine_answers(program: Program, **settings: Any) -> FaxTold:
    phone = program.office.rig.board.caller(NUMBER)
    await phone.is_rung(within=seconds(60))
    await program.clock.sleep(seconds(2))
    await phone.lift()
    told = await FaxTelephone(phone, calling=False, **settings).talks()
    await phone.hang_up()
    return told


def events(row: dict[str, Any], type: str) -> list[dict[str, Any]]:
    return [event for event in row["events"] if event["type"] == type]


@pytest.mark.parametrize("ecm", [True, False], ids=["ecm", "no-ecm"])
def test_a_program_sends_two_pages_row_by_row_and_the_call_has_its_row(program: Program, ecm: bool) -> None:
    pages, told = [rows(1), rows(2, 400)], []
    sheets = [Sheet(WIDTH, "fine")] * 2
    sender = station("caller", T30Config(True, sheets=sheets, ecm=ecm), [(each, WIDTH) for each in pages])

    async def scene() -> None:
        await program.opens()
        answering = asyncio.ensure_future(machine_answers(program, ident="555 0001"))
        await program.fax(f"T{NUMBER}", sender)
        told.append(await answering)

    program.play(scene())
    assert sender.result == "ok", program.trouble
    assert sender.sent_states == ["confirmed", "confirmed"]
    assert [event.data for event in told[0].taken] == pages
    assert all(event.clean for event in told[0].taken)
    row = program.office.row(NUMBER)
    assert (row["port"], row["outcome"], row["cause"]) == (LINE, "answered", "local-script")
    assert [leg["kind"] for leg in row["legs"]] == ["line", "called"]
    assert row["recordings"][0]["state"] == "closed"
    assert program.port.link is None


@pytest.mark.parametrize("ecm", [True, False], ids=["ecm", "no-ecm"])
def test_who_calls_rings_the_modem_with_caller_id_and_ata_takes_his_pages_row_by_row(
    program: Program, ecm: bool
) -> None:
    pages, told = [rows(3), rows(4)], []
    receiver = station("answerer", T30Config(False, ecm=ecm))

    async def scene() -> None:
        await program.opens()
        program.types("ATE0+VCID=1")
        phone = program.office.rig.board.caller("5550199")
        await phone.dial(program.office.rig.first_number)
        machine = FaxTelephone(phone, calling=True, pages=[FaxPage(each, WIDTH, "fine") for each in pages])
        calling = asyncio.ensure_future(machine.talks())
        await program.says(b"\r\nRING\r\n")
        await program.says(b"NMBR = 5550199")
        await program.says(b"\r\nRING\r\n")
        await program.fax(None, receiver)
        told.append(await calling)
        await phone.hang_up()

    program.play(scene())
    assert receiver.result == "ok", program.trouble
    assert [event.data for event in receiver.taken] == pages
    assert told[0].sent == ["confirmed", "confirmed"]
    row = program.office.row("5550199", direction="in")
    assert (row["outcome"], row["cause"]) == ("answered", "local-script")
    assert [leg["kind"] for leg in row["legs"]] == ["line", "fax"]
    assert events(row, "call.step") == []  # the menu never had it
    assert events(row, "call.fax") == []  # the modem's own tones are no news


def test_s0_answers_by_itself_behind_so_many_rings(program: Program) -> None:
    async def scene() -> None:
        await program.opens()
        program.types("ATE0+FCLASS=1;S0=2")
        phone = program.office.rig.board.caller("5550199")
        await phone.dial(program.office.rig.first_number)
        await program.says(b"\r\nRING\r\n\r\nRING\r\n", within=20)
        await program.says(b"\r\nCONNECT\r\n", within=20)
        program.types("\x10\x03")
        await phone.hang_up()
        await program.clock.sleep(seconds(5))
        program.types("ATH")
        await program.clock.sleep(seconds(2))

    program.play(scene())
    assert program.office.row("5550199", direction="in")["outcome"] == "answered"


@pytest.mark.parametrize(
    ("command", "says", "cause"),
    [
        ("ATDT1700", b"\r\nBUSY\r\n", "called-busy"),
        ("ATDT1701", b"\r\nBUSY\r\n", "congestion"),
        ("ATDP5559999", b"\r\nNO CARRIER\r\n", "number-unobtainable"),
        ("ATDT011442079460000", b"\r\nERROR\r\n", None),  # calls abroad are not on the list
        ("ATDT911", b"\r\nERROR\r\n", None),
        ("ATDT9,5550001", b"\r\nERROR\r\n", None),
        ("ATD", b"\r\nERROR\r\n", None),
        ("ATA", b"\r\nNO CARRIER\r\n", None),
    ],
)
def test_what_leads_nowhere_is_a_result_code_and_a_row_only_where_there_was_a_call(
    program: Program, command: str, says: bytes, cause: str | None
) -> None:
    async def scene() -> None:
        await program.opens()
        program.types("ATE0+FCLASS=1")
        await program.says(b"OK")
        program.types(command)
        await program.says(says)

    program.play(scene())
    assert [row["cause"] for row in program.office.rig.calls()] == ([] if cause is None else [cause])


def test_a_character_breaks_dialling_off_and_the_next_number_follows_at_once(program: Program) -> None:
    told: list[FaxTold] = []

    async def scene() -> None:
        program.office.rig.board.caller("5550002")
        await program.opens()
        program.types("ATE0+FCLASS=1")
        await program.says(b"OK")
        program.types("ATDT5550002")
        await program.clock.sleep(seconds(6))
        program.types(" ")
        await program.says(b"NO CARRIER")
        answering = asyncio.ensure_future(machine_answers(program))
        program.types(f"ATDT{NUMBER}")
        await program.says(b"CONNECT", within=60)
        program.types("ATH")
        told.append(await answering)

    program.play(scene())
    assert [row["outcome"] for row in program.office.rig.calls()] == ["cancelled", "answered"]


def test_a_caller_who_gives_up_is_told_by_the_rings_that_end_and_ata_finds_nobody(program: Program) -> None:
    async def scene() -> None:
        await program.opens()
        program.types("ATE0+FCLASS=1")
        ann = program.office.rig.board.caller("5550003")
        await ann.dial(program.office.rig.first_number)
        await program.says(b"RING")
        await program.says(b"RING")
        await ann.hang_up()
        await program.clock.sleep(seconds(15))
        program.port.came.clear()
        program.types("ATA")
        await program.says(b"NO CARRIER")
        program.types("ATS1?")
        await program.says(b"000")

    program.play(scene())
    assert program.office.row("5550003", direction="in")["outcome"] == "missed"


def test_without_a_program_the_lines_script_answers_and_a_program_that_closes_hangs_up(
    program: Program,
) -> None:
    async def scene() -> None:
        ann = program.office.rig.board.caller("5550003")
        await ann.dial(program.office.rig.first_number)
        await ann.answered(within=seconds(20))
        await ann.hang_up()
        await program.clock.sleep(seconds(5))
        await program.opens()
        program.types("AT&D0E0+FCLASS=1")
        await ann.dial(program.office.rig.first_number)
        await program.says(b"RING")
        program.types("ATA")
        await program.says(b"CONNECT", within=30)
        program.port.close()
        await program.clock.sleep(seconds(2))
        assert program.station.holds.of(LINE) is None
        await ann.hang_up()

    program.play(scene())
    menu, fax = program.office.rig.calls()
    assert [leg["kind"] for leg in menu["legs"]][:2] == ["line", "ivr"]
    assert [leg["kind"] for leg in fax["legs"]] == ["line", "fax"]
    assert (fax["outcome"], fax["cause"]) == ("answered", "local-script")


def test_the_line_is_the_programs_while_it_has_the_modem_open_but_for_an_emergency_call(
    program: Program,
) -> None:
    office, sent = program.office, []

    async def scene() -> None:
        office.rig.board.caller("5550002")
        await program.opens()
        assert program.station.ports()[0]["holder"] == program.modem.name
        with pytest.raises(PortError, match=r"sim/1 is in use by the fax modem .*ttyF0"):
            await office.dial("5550002", port=LINE)
        answering = asyncio.ensure_future(machine_answers(program))
        program.types("ATE0+FCLASS=1")
        await program.says(b"OK")
        program.types(f"ATDT{NUMBER}")
        await program.says(b"CONNECT", within=60)
        await program.says(b"OK\r\n", within=60)
        other = await office.dial("5550002")
        assert other.port == "sim/2"
        first = await office.dial("911")
        second = await office.dial("911")
        sent.extend([first.port, second.port])
        program.types("AT+FTS=1")
        await program.says(b"ERROR")  # it is on hook
        for call in (first, second):
            await call.hang_up()
        await answering

    program.play(scene())
    assert set(sent) == {"sim/1", "sim/2"}
    assert program.office.row(NUMBER)["cause"] == "freed-for-emergency"


def test_an_operator_takes_a_call_that_rings_the_modem_and_the_program_hears_no_more_of_it(
    program: Program,
) -> None:
    async def scene() -> None:
        await program.opens()
        program.types("ATE0+FCLASS=1")
        ann = program.office.rig.board.caller("5550003")
        await ann.dial(program.office.rig.first_number)
        await program.says(b"RING")
        call = program.station.lines[LINE].controller.call
        await program.station.answer(call.id)
        program.types("ATA")
        await program.says(b"NO CARRIER")
        await ann.speak(HELLO)
        await call.hang_up()
        await ann.hang_up()

    program.play(scene())
    (row,) = program.office.rig.calls()
    assert [event["by"] for event in events(row, "call.answered")] == ["operator"]


def test_who_waits_for_a_fax_is_not_robbed_by_a_program_that_opens_the_modem(
    program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        reception = program.station.receptions.begin(LINE, "front-desk", "somebody who waits")
        program.port.is_open = True
        program.types("ATE0+FCLASS=1")
        await program.says(b"OK")
        program.types(f"ATDT{NUMBER}")
        await program.says(b"NO DIALTONE")
        assert program.station.holds.of(LINE) is reception
        program.station.receptions.end(reception)
        await program.until(lambda: program.station.holds.of(LINE) is program.modem)

    program.play(scene())
    assert len([each for each in caplog.messages if "the program gets no calls until then" in each]) == 1


def test_whatever_a_program_writes_in_a_call_the_line_is_idle_when_it_has_gone(
    program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    dice = random.Random(11)
    commands = [b"AT+FTH=3\r", b"AT+FTM=145\r", b"AT+FRM=96\r", b"AT+FRH=3\r", b"ATD5550002\r", b"ATA\r"]
    commands += [b"\x10\x03", b"\x10\x18", b"\x13", b"\x11", b"AT+FTS=1\r", b"AT+FRS=1\r", b"ATO\r"]

    async def scene() -> None:
        await program.opens()
        program.types("ATE0&D0+FCLASS=1;S7=255")
        await program.says(b"OK")
        answering = asyncio.ensure_future(machine_answers(program))
        program.types(f"ATDT{NUMBER}")
        await program.says(b"CONNECT", within=60)
        for _ in range(300):
            program.port.waits += dice.choice(commands) + dice.randbytes(dice.choice((0, 0, 3, 700)))
            program.port.came.clear()
            await program.clock.sleep(seconds(0.1))
        program.port.close()
        await program.clock.sleep(seconds(3))
        assert program.station.lines[LINE].controller.state.word == "idle"
        assert program.station.holds.of(LINE) is None
        await program.opens()
        program.types("\x11ATZ")
        await program.says(b"OK")
        await answering

    program.play(scene())
    assert program.office.row(NUMBER)["outcome"] == "answered"
    assert 0 < len([each for each in caplog.messages if "on a line on hook, is dialled" in each]) <= 31


def test_bytes_without_end_are_taken_in_pieces_and_the_modem_answers_behind_them(program: Program) -> None:
    dice, took = random.Random(5), []

    async def scene() -> None:
        await program.opens()
        program.port.waits += dice.randbytes(60_000).replace(b"A", b"B").replace(b"a", b"b") + b"\x11\r"
        before = program.clock.now()
        await program.until(lambda: not program.port.waits)
        took.append((program.clock.now() - before) // TICK)
        program.types("ATE0")
        program.port.came.clear()
        program.types("AT+FCLASS=?")
        await program.says(b"0,1,1.0")

    program.play(scene())
    assert took[0] >= 60_000 // MOST_A_TICK - 1
    assert program.office.rig.calls() == []
