"""A fax modem in a port's tick from Python: it is driven behind the ticks, and says what a fax line says."""

from __future__ import annotations

import pytest

from ctidrv.errors import NativeError, UsageError
from ctidrv.native import ffi
from ctidrv.native.fax_driven import DrivenFaxLine
from ctidrv.native.fax_line import AFTER_CARRIER, FaxLine, FaxTurn, Said
from ctidrv.native.pcm import Pcm

TICK = 160
DIS = bytes.fromhex("ff138000eef8c48001")


class Port:
    """What the engine does with it."""

    def __init__(self, line: DrivenFaxLine) -> None:
        self.line, self.terminal = line, line.native
        self._tx = ffi.new("int16_t[]", TICK)

    def tick(self, rx: Pcm) -> Pcm:
        assert self.terminal.run(self.terminal.ctx, rx.ptr, self._tx, TICK) == 1
        return Pcm.from_bytes(bytes(ffi.buffer(self._tx, 2 * TICK)))


def asked(line: FaxLine | DrivenFaxLine, rx: Pcm) -> tuple[Pcm, list[Said]]:
    tx, said = Pcm(), []
    while True:
        part, event = line.run(rx[len(tx) :])
        tx += part
        if event is None:
            return tx, said
        said.append(event)


def call(driven: DrivenFaxLine, other: FaxLine, seconds: float) -> tuple[list[Said], list[Said], int]:
    """What each says, a tick apart; and how much the driver has heard."""
    port, heard = Port(driven), 0
    said: tuple[list[Said], list[Said]] = ([], [])
    for_port = Pcm.silence(TICK)
    for _ in range(int(seconds * 8000) // TICK):
        for_other = port.tick(for_port)
        rx = driven.heard()
        heard += len(rx)
        tx, events = asked(driven, rx)
        assert len(tx) == len(rx)
        said[0].extend(events)
        for_port, events = asked(other, for_other)
        said[1].extend(events)
    return *said, heard


def kinds(said: list[Said]) -> list[str]:
    return [event.heard.kind if event.heard is not None else event.kind for event in said]


def test_frames_that_it_sends_are_heard_by_a_fax_line() -> None:
    driven, other = DrivenFaxLine(level=-10), FaxLine()
    other.turn(FaxTurn("listen"))
    driven.turn(FaxTurn("frames", silence=AFTER_CARRIER))
    driven.frame(DIS)
    driven.end()
    assert driven.waiting == len(DIS)
    sent, heard, samples = call(driven, other, 2.5)
    assert kinds(sent) == ["sent"]
    assert kinds(heard) == ["carrier", "flags", "frame", "end"]
    assert heard[2].heard is not None
    assert heard[2].heard.octets == DIS
    assert samples == int(2.5 * 8000)
    assert driven.waiting == 0


def test_a_page_that_a_fax_line_sends_is_told_octet_by_octet() -> None:
    driven, other = DrivenFaxLine(), FaxLine()
    page = bytes(range(256)) * 3
    driven.turn(FaxTurn("listen", "v29", 9600))
    other.turn(FaxTurn("data", "v29", 9600, silence=AFTER_CARRIER))
    assert other.put(page) == len(page)
    other.end()
    said, _, _ = call(driven, other, 3)
    data = b"".join(event.heard.octets for event in said if event.heard and event.heard.kind == "octets")
    assert page in data
    assert kinds(said)[-1] == "end"


def test_it_takes_as_much_as_there_is_room_for() -> None:
    driven = DrivenFaxLine()
    driven.turn(FaxTurn("data", "v17", 14_400))
    taken = driven.put(bytes(4000))
    assert taken == driven.waiting == 1024
    assert driven.room == 0
    with pytest.raises(NativeError):
        driven.frame(DIS)
    driven.turn(FaxTurn("frames"))  # what waits is nothing to it
    assert driven.waiting == 0
    driven.frame(DIS)


def test_what_no_modem_does_is_refused() -> None:
    with pytest.raises(UsageError, match="'sing': the turns of a fax line are"):
        DrivenFaxLine().turn(FaxTurn("sing"))  # type: ignore[arg-type]
    with pytest.raises(NativeError):
        DrivenFaxLine(level=3)
