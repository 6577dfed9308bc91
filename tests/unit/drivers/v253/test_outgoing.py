"""What is written to a modem in a turn: orders before sound, and audio one way at a time."""

from __future__ import annotations

import pytest

from ctidrv.drivers.v253.formats import CODINGS
from ctidrv.drivers.v253.outgoing import Outgoing
from ctidrv.drivers.v253.sound import HOLD, Sound
from ctidrv.drivers.v253.table import Input, State
from ctidrv.drivers.v253.voice_modem import VoiceModem, Wanted
from ctidrv.native import ffi
from ctidrv.native.fed_board import FedBoard


class Takes:
    """A port that takes so many bytes of each write."""

    def __init__(self) -> None:
        self.most = 10_000
        self.data = b""

    def read(self, wait: float) -> bytes:
        return b""

    def write(self, data: bytes) -> int:
        taken = data[: self.most]
        self.data += taken
        return len(taken)

    def close(self) -> None: ...


class Bench:
    """A modem in a call; `seen`: what went to the table."""

    def __init__(self, state: State, duplex: str) -> None:
        self.fed, self.link, self.seen = FedBoard(), Takes(), list[Input]()
        port = self.fed.ports[0]
        self.modem = modem = VoiceModem("modem", Wanted("COM3", duplex=duplex), port, lambda: None)
        modem.state, modem.connection.link = state, self.link
        modem.sound = self.sound = Sound(port, CODINGS["unsigned"])
        self.outgoing = Outgoing(modem, self.seen.append)
        self._at = 0
        self.fed.gone(False)
        port.serve(rx=True, tx=True)

    def say(self, value: int, ticks: int = 1) -> None:
        """What the engine sends."""
        tx, rx, events = (
            ffi.new("int16_t[160]", 160 * [value]),
            ffi.new("int16_t[160]"),
            ffi.new("cti_event[8]"),
        )
        for _ in range(ticks):
            self._at += 160
            native = self.fed.native
            assert native.exchange(native.ctx, self._at, tx, rx, 160, events, 8) >= 0


def test_an_order_takes_the_place_of_sound_and_completes_a_byte_that_was_cut() -> None:
    bench = Bench(State.DUPLEX, "full")
    bench.sound.out += b"\x10\x10\x80"
    bench.link.most = 1
    bench.outgoing.send(1.0)
    assert bench.link.data == b"\x10"
    bench.link.most = 10_000
    bench.modem.connection.end_audio(b"\x10\x03")
    bench.outgoing.send(1.0)
    assert bench.link.data == b"\x10" + b"\x10" + b"\x10\x03"
    assert not bench.sound.out


@pytest.mark.parametrize(("state", "written"), [(State.DUPLEX, b"\x80"), (State.RECORD, b"")])
def test_sound_goes_out_only_to_a_modem_that_plays(state: State, written: bytes) -> None:
    bench = Bench(state, "full")
    bench.sound.out += b"\x80"
    bench.outgoing.send(1.0)
    assert bench.link.data == written


def test_a_half_duplex_modem_that_records_is_to_play_once_there_is_sound_and_no_digit() -> None:
    bench = Bench(State.RECORD, "half")
    bench.outgoing.send(1.0)
    assert bench.seen == []
    bench.modem.hearing.code("/", 1.0, off_hook=True, heard=True)
    bench.say(1000)
    bench.outgoing.send(1.0)
    assert bench.seen == []
    bench.modem.hearing.code("~", 1.1, off_hook=True, heard=True)
    bench.outgoing.send(1.1)
    assert bench.seen == [Input.SOUND]


def test_a_half_duplex_modem_that_plays_is_to_record_behind_silence() -> None:
    bench = Bench(State.PLAY, "half")
    bench.sound.begin(1.0)
    bench.say(1000)
    bench.outgoing.send(1.1)
    assert bench.link.data.count(b"\x84") == 160
    assert bench.seen == []
    bench.say(0, ticks=HOLD // 160)
    bench.outgoing.send(9.0)
    assert bench.seen == [], "the modem has not been given all of it"
    for _ in range(5):
        bench.outgoing.send(9.0)
    assert set(bench.seen) == {Input.SILENCE}
