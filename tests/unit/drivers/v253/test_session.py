"""A session at a modem that is a script: what it answers, and how it goes wrong."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import pytest

from ctidrv.drivers.v253 import finder, voice_modem, watch
from ctidrv.drivers.v253.board import V253Board, open_board
from ctidrv.drivers.v253.link import LinkGone
from ctidrv.drivers.v253.session import Session
from ctidrv.drivers.v253.table import WAITS_S, State
from ctidrv.drivers.v253.voice_modem import Wanted
from ctidrv.errors import InputError, PortError
from ctidrv.native import ffi, lib
from ctidrv.native.fed_board import HOOK, FedBoard
from ctidrv.ports.api import DriverContext

# Dialogues as users have posted them.
CX93010 = {
    "ATI0": ["56000"],
    "ATE0V1Q0I0": ["56000"],
    "AT+FCLASS=?": ["0,1,1.0,2,8"],
    "AT+VSM=?": [
        '0,"SIGNED PCM",8,0,8000,0,0',
        '1,"UNSIGNED PCM",8,0,8000,0,0',
        '129,"IMA ADPCM",4,0,8000,0,0',
        '131,"Mu-Law",8,0,8000,0,0',
    ],
    "AT+VCDT=?": None,
    "AT+VTR": None,
}
USR = {
    "ATI0": ["5601"],
    "ATE0V1Q0I0": ["5601"],
    "AT+FCLASS=?": ["0,1,8"],
    "AT+VSM=?": ['128,"8-BIT LINEAR",(7200,8000,11025)', '129,"16-BIT LINEAR",(7200,8000)'],
    "AT+VCDT=?": None,
    "AT+VSD=128,0": [],
}


class Scripted:
    """A modem that obeys. `answers`: lines before the OK; None: ERROR. `mute`, `late`, `gone`: its faults."""

    def __init__(self, answers: Mapping[str, list[str] | None] = CX93010) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.mute = self.gone = False
        self.opened = self.closed = 0
        self._came = bytearray()
        self._out = bytearray()
        self._news = threading.Condition()
        self._errors: list[str] = []
        self.streams = False

    def open(self, device: str) -> Scripted:
        if self.gone:
            raise PortError(f"{device}: there is no such port")
        self.opened += 1
        self._came.clear()
        self._out.clear()
        self.streams = False
        return self

    def fail_once(self, command: str) -> None:
        self._errors.append(command)

    def say(self, data: bytes) -> None:
        with self._news:
            self._out += data
            self._news.notify()

    # What a session does.

    def read(self, wait: float) -> bytes:
        with self._news:
            if self.gone:
                raise LinkGone("pulled out")
            self._news.wait_for(lambda: self._out or self.gone, wait)
            data = bytes(self._out)
            self._out.clear()
            return data

    def write(self, data: bytes) -> int:
        if self.gone:
            raise LinkGone("pulled out")
        if self.mute:
            return len(data)
        self._came += data
        if self.streams:
            if re.search(rb"\x10[\x03!^]", self._came):
                self.streams = False
                self._came.clear()
                self.say(b"\x10\x03\r\nOK\r\n")
            return len(data)
        while (end := self._came.find(b"\r")) >= 0:
            line = self._came[:end].decode("latin-1")
            del self._came[: end + 1]
            if "AT" in line:
                self._obey(line[line.index("AT") :])
        return len(data)

    def _obey(self, command: str) -> None:
        self.asked.append(command)
        if command in self._errors:
            self._errors.remove(command)
            self.say(b"\r\nERROR\r\n")
            return
        lines = self.answers.get(command, [])
        if command in ("AT+VRX", "AT+VTX", "AT+VTR") and lines is not None:
            self.streams = True
            self.say(b"\r\nCONNECT\r\n")
            return
        for text in lines or []:
            self.say(f"\r\n{text}\r\n".encode())
        self.say(b"\r\nERROR\r\n" if lines is None else b"\r\nOK\r\n")

    def close(self) -> None:
        self.closed += 1


class Tick:
    """What the engine does, by hand: commands in, events out."""

    def __init__(self, fed: FedBoard) -> None:
        self.native = fed.native
        self._at = 0
        self._tx, self._rx = ffi.new("int16_t[160]"), ffi.new("int16_t[160]")
        self._events = ffi.new("cti_event[64]")
        self.told: list[tuple[int, int]] = []
        self.gone = True

    def __call__(self) -> None:
        self._at += 160
        count = self.native.exchange(self.native.ctx, self._at, self._tx, self._rx, 160, self._events, 64)
        self.gone = count < 0
        self.told += [(self._events[i].kind, self._events[i].value) for i in range(max(0, count))]

    def until(self, true: Callable[[], bool], within: float = 8.0) -> None:
        end = time.monotonic() + within
        while not true():
            assert time.monotonic() < end, self.told
            self()
            time.sleep(0.005)

    def hook(self, off: bool) -> None:
        self.native.control(self.native.ctx, 0, HOOK, int(off))

    def count(self, kind: int) -> int:
        return sum(each == kind for each, _ in self.told)


class OnePlace:
    """A modem that is where it was."""

    def candidates(self) -> Iterator[str]:
        yield "COM3"

    def seen(self, at: str) -> None: ...


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything ten times as fast."""
    quick = MappingProxyType({state: wait / 10 for state, wait in WAITS_S.items()})
    monkeypatch.setattr(watch, "WAITS_S", quick)
    for name, value in (("CHECK_S", 0.5), ("MUTE_S", 0.5)):
        monkeypatch.setattr(watch, name, value)
    for name, value in (("RETRY_S", 0.05), ("UNFIT_S", 0.3)):
        monkeypatch.setattr(finder, name, value)
    monkeypatch.setattr(voice_modem, "GAP_S", 0.0)


Start = Callable[..., tuple[Session, Tick]]


@pytest.fixture
def start() -> Iterator[Start]:
    made: list[Session] = []

    def begin(modem: Scripted, **wanted: Any) -> tuple[Session, Tick]:
        fed = FedBoard()
        search: Any = OnePlace()
        session = Session("modem", Wanted("COM3", **wanted), fed, open_link=modem.open, search=search)
        made.append(session)
        session.start()
        return session, Tick(fed)

    yield begin
    for each in made:
        each.close()
        assert not each.is_alive()


@pytest.mark.parametrize(
    ("answers", "persona", "number", "coding"),
    [
        (CX93010, "cx930xx", 131, "ulaw"),
        (USR, "usr5637", 128, "unsigned"),
        ({"AT+FCLASS=?": ["0,8"]}, "", 0, ""),
    ],
    ids=["conexant", "usr", "nothing"],
)
def test_a_modem_is_told_by_what_it_answers(
    start: Start, answers: dict[str, Any], persona: str, number: int, coding: str
) -> None:
    session, _ = start(Scripted(answers))
    assert session.settled.wait(5)
    if not persona:
        assert session.modem.trouble is not None
        assert "no voice format" in session.modem.trouble
        return
    assert session.modem.trouble is None
    assert session.modem.identity is not None
    assert session.modem.identity.persona.name == persona
    assert (session.modem.identity.format.number, session.modem.identity.format.coding.name) == (
        number,
        coding,
    )


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({**CX93010, "AT+FCLASS=?": ["0,1,1.0,2"]}, "no voice: of its classes, 0,1,1.0,2"),
        ({**CX93010, "AT+FCLASS=8": None}, "firmware is too old"),
        ({**CX93010, "AT+VSM=131,8000": None}, "the voice format that it names"),
    ],
)
def test_a_modem_that_will_not_do_is_named_with_the_reason_and_left_alone(
    start: Start, answers: dict[str, Any], words: str
) -> None:
    modem = Scripted(answers)
    session, tick = start(modem)
    assert session.settled.wait(5)
    assert words in str(session.modem.trouble)
    tick()
    assert tick.gone


def test_without_a_command_for_caller_id_it_works_and_says_so(start: Start) -> None:
    session, tick = start(Scripted({**CX93010, "AT+VCID=1": None, "AT-SCID=1;+VCID=1": None}))
    assert session.settled.wait(5)
    assert "caller ID" in str(session.modem.trouble)
    tick()
    assert not tick.gone


def _call(tick: Tick) -> None:
    tick.hook(True)
    tick.until(lambda: tick.count(lib.CTI_EV_SEIZED) == 1)


def test_a_half_duplex_modem_takes_a_call_and_a_hang_up_however_often_it_is_ordered(start: Start) -> None:
    modem = Scripted()
    session, tick = start(modem)
    tick.until(lambda: not tick.gone)
    modem.say(b"\r\nRING\r\n\r\nDATE = 1129\r\nTIME = 0302\r\nNMBR = 5551234\r\nNAME = ANN\r\n")
    tick.until(lambda: tick.count(lib.CTI_EV_CALLER_ID) == 1)
    assert tick.count(lib.CTI_EV_RING_ON) == 1
    _call(tick)
    assert session.modem.duplex is False
    for _ in range(3):
        tick.hook(False)
    tick.until(lambda: tick.count(lib.CTI_EV_RELEASED) >= 1)
    tick.hook(False)
    tick.until(lambda: tick.count(lib.CTI_EV_RELEASED) >= 2)
    assert "AT+VLS=0" in modem.asked


def test_a_hang_up_while_the_line_is_being_taken_is_obeyed(start: Start) -> None:
    modem = Scripted()
    _, tick = start(modem)
    tick.until(lambda: not tick.gone)
    tick.hook(True)
    tick.hook(False)
    tick.until(lambda: tick.count(lib.CTI_EV_RELEASED) == 1)
    assert tick.count(lib.CTI_EV_SEIZED) == 0
    assert modem.asked[-1] == "AT+VLS=0"


def test_one_error_is_asked_again(start: Start) -> None:
    modem = Scripted()
    modem.fail_once("AT+VLS=1")
    _, tick = start(modem)
    tick.until(lambda: not tick.gone)
    _call(tick)
    assert modem.asked.count("AT+VLS=1") == 2


def test_a_modem_that_freezes_in_a_call_is_gone_and_then_back_on_hook(start: Start) -> None:
    modem = Scripted()
    session, tick = start(modem)
    tick.until(lambda: not tick.gone)
    _call(tick)
    modem.mute = True
    tick.until(lambda: tick.gone)
    assert session.modem.trouble is not None
    assert modem.closed >= 1
    modem.mute = False
    tick.until(lambda: not tick.gone)
    assert session.modem.state is State.IDLE
    tick.told.clear()
    _call(tick)


def test_an_idle_modem_that_freezes_is_found_out(start: Start) -> None:
    modem = Scripted()
    session, tick = start(modem)
    tick.until(lambda: not tick.gone)
    modem.mute = True
    tick.until(lambda: tick.gone)
    assert "does not answer" in str(session.modem.trouble)
    modem.mute = False
    tick.until(lambda: not tick.gone)


def test_a_late_connect_of_a_call_that_froze_is_not_taken_for_the_modems_being_awake(start: Start) -> None:
    modem = Scripted()
    session, tick = start(modem)
    tick.until(lambda: not tick.gone)
    modem.mute = True
    tick.until(lambda: session.modem.state is State.WAKING)
    time.sleep(0.35)  # the AT is written
    modem.mute = False
    lost = session.modem.lost
    modem.say(b"\r\nCONNECT\r\n\r\nOK\r\n")
    tick.until(lambda: session.modem.state is State.ASKING)
    modem.say(b"\r\nOK\r\n\r\nOK\r\n")
    tick.until(lambda: not tick.gone)
    assert (session.modem.lost, session.modem.trouble) == (lost, None)
    assert modem.asked.count("ATZ") == 1  # it was known again


def test_babble_is_a_reason_to_begin_again(start: Start) -> None:
    modem = Scripted()
    session, tick = start(modem)
    tick.until(lambda: not tick.gone)
    lost = session.modem.lost
    for _ in range(60):
        modem.say(b"nonsense of all kinds, " * 4 + b"\r\n")
    tick.until(lambda: session.modem.lost > lost)
    tick.until(lambda: not tick.gone)


def test_one_pulled_out_is_gone_at_once_and_taken_again_without_all_the_questions(start: Start) -> None:
    modem = Scripted()
    _, tick = start(modem)
    tick.until(lambda: not tick.gone)
    modem.gone = True
    tick.until(lambda: tick.gone)
    modem.asked.clear()
    modem.gone = False
    tick.until(lambda: not tick.gone)
    assert "AT+VSM=?" not in modem.asked
    assert any("+VCID=1" in line for line in modem.asked)
    assert len(modem.asked) <= 6, modem.asked


def test_digits_and_a_loop_break_of_codes_that_nobody_sent_end_no_call(start: Start) -> None:
    """Lost bytes make them while there is sound."""
    modem = Scripted()
    _, tick = start(modem, coding="unsigned", duplex="half")
    modem.answers = {**CX93010}
    tick.until(lambda: not tick.gone)
    _call(tick)
    for _ in range(20):
        modem.say(b"\x20\xe0" * 200 + b"\x10l\x105\x10b" + b"\x20\xe0" * 200)
        tick()
        time.sleep(0.02)
    assert tick.count(lib.CTI_EV_REMOTE_GONE) == 0
    assert tick.count(lib.CTI_EV_DIGIT_DOWN) == 0


def _context(live: bool = True) -> DriverContext:
    context: Any = DriverContext
    return context(clock=None, data=None, seed=1, live=live)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("settings", "live", "words"),
    [
        ({}, True, "device"),
        ({"device": "COM3", "persona": "hayes"}, True, "cx930xx"),
        ({"device": "COM3", "format": "mp3"}, True, "ulaw"),
        ({"device": "COM3", "speed": 9600}, True, "speed: there is no such key"),
        ({"device": "COM3"}, False, "real time"),
    ],
)
def test_wrong_settings_are_named(settings: dict[str, Any], live: bool, words: str) -> None:
    with pytest.raises(InputError, match=words):
        open_board("modem", settings, _context(live))


def test_a_board_whose_modem_is_not_there_opens_and_says_what_is_wrong() -> None:
    board: V253Board = open_board("modem", {"device": "/dev/ttyACM-none"}, _context())
    board.open()
    try:
        assert "plug the modem in" in str(board.trouble)
        assert [port.id for port in board.ports] == ["modem/1"]
    finally:
        board.close()
        board.close()
