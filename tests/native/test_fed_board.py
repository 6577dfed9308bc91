"""A board that a driver's thread feeds, beneath a media engine."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from ctidrv.clock import SampleClock
from ctidrv.errors import NativeError, UsageError
from ctidrv.events import (
    Alarm,
    CallerIdSeen,
    Dialled,
    DigitDown,
    Flash,
    PortEvent,
    RemoteGone,
    RingOn,
    Seized,
)
from ctidrv.media.engine import MediaEngine
from ctidrv.media.recorder import Kept
from ctidrv.native.cid import encode_mdmf
from ctidrv.native.ear import ALL
from ctidrv.native.fed_board import FLASH, HOOK, FedBoard
from ctidrv.native.fed_sound import FedSound
from ctidrv.native.levels import level
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import Part, dtmf, render, tone
from ctidrv.ports.api import Able, BoardInfo, Kind, PortInfo
from ctidrv.units import PortId, ms, seconds

TONE = render(tone([Part((1004.0,), -10.0, 1000)]), seconds(1))


class Fed:
    """A board of one port, FXO where nothing else is said, at a device that the test plays."""

    def __init__(self, kind: Kind = Kind.FXO, **caps: Able) -> None:
        self.info = BoardInfo("fed", "fed", "a device's board")
        self.ports = [PortInfo(PortId("fed/1"), kind, "line", caps, echo_ms=0)]
        self.fed = FedBoard(clock_ns=lambda: self.now_ns)
        self.port = self.fed.ports[0]
        self.now_ns = 0

    def open(self) -> None: ...

    def close(self) -> None: ...

    def native(self) -> Any:
        return self.fed.native

    def pump(self) -> None: ...


@pytest.fixture
def board() -> Fed:
    return Fed()


@pytest.fixture
def engine(board: Fed) -> Iterator[MediaEngine]:
    made = MediaEngine([board], SampleClock(), inline=True)
    yield made
    made.close()


def _events(engine: MediaEngine) -> list[PortEvent]:
    seen: list[PortEvent] = []
    engine.channels[0].subscribe(seen.append)
    return seen


def test_it_is_gone_until_its_device_is_there_and_tells_so(board: Fed, engine: MediaEngine) -> None:
    seen = _events(engine)
    engine.step()
    board.fed.gone(False)
    engine.step()
    board.fed.gone(True)
    engine.step()
    assert [event.raised for event in seen if isinstance(event, Alarm)] == [True, False, True]
    assert board.port.status().gone


def test_hook_goes_to_the_device_and_its_answer_comes_back(board: Fed, engine: MediaEngine) -> None:
    seen = _events(engine)
    board.fed.gone(False)
    engine.step()
    engine.channels[0].seize()
    engine.channels[0].flash(ms(100))
    engine.step()
    assert list(board.port.commands()) == [(HOOK, 1), (FLASH, 800)]
    board.port.seized()
    board.port.dialled(False)
    engine.step()
    told = [event for event in seen if isinstance(event, Seized | Dialled)]
    assert told == [Seized(told[0].at, PortId("fed/1")), Dialled(told[0].at, PortId("fed/1"), False)]


def test_what_the_hardware_hears_is_told_as_if_the_ear_had_heard_it(board: Fed, engine: MediaEngine) -> None:
    seen = _events(engine)
    board.fed.gone(False)
    board.port.ring_on(2)
    board.port.caller_id(encode_mdmf(number="5551234", name="Ann Lee", when="11291030"))
    board.port.digit_down("7")
    board.port.remote_gone("remote-loop-break", 0.9)
    engine.step()
    ring, caller, digit, gone = (
        next(event for event in seen if isinstance(event, kind))
        for kind in (RingOn, CallerIdSeen, DigitDown, RemoteGone)
    )
    assert ring.pattern == 2
    assert (caller.standard, caller.kind, caller.number) == ("hardware", "call", "5551234")
    assert (caller.name, caller.datetime, caller.checksum_ok) == ("Ann Lee", "11291030", True)
    assert (digit.digit, digit.source) == ("7", "hardware")
    assert (gone.cause, gone.confidence) == ("remote-loop-break", 0.9)


@pytest.mark.parametrize(
    ("kind", "dtmf_hw", "told"),
    [
        (Kind.FXS, Able.YES, [("5", "hardware")]),
        (Kind.HANDSET, Able.YES, [("5", "hardware")]),
        (Kind.FXS, Able.NO, [("5", "hardware"), ("5", "dtmf")]),
        (Kind.FXO, Able.YES, [("5", "hardware"), ("5", "dtmf")]),
    ],
)
def test_a_telephone_whose_keys_the_board_tells_is_not_listened_to_for_them(
    kind: Kind, dtmf_hw: Able, told: list[tuple[str, str]]
) -> None:
    board = Fed(kind, dtmf_hw=dtmf_hw)
    engine = MediaEngine([board], SampleClock(), inline=True)
    seen = _events(engine)
    board.fed.gone(False)
    board.port.serve(rx=True, tx=False)
    engine.channels[0].listen(ALL)
    board.port.digit_down("5")
    sound = dtmf("5", on_ms=100) + Pcm.silence(2000)
    for at in range(0, len(sound), 160):
        board.now_ns += 20_000_000
        board.port.push(sound[at : at + 160].bytes)
        engine.step()
    engine.close()
    assert [(each.digit, each.source) for each in seen if isinstance(each, DigitDown)] == told


def test_a_port_of_a_telephone_tells_a_flash_and_an_alarm_of_its_own(board: Fed, engine: MediaEngine) -> None:
    seen = _events(engine)
    board.fed.gone(False)
    engine.step()
    board.port.flash(2400)
    board.port.alarm(True)
    board.port.alarm(False)
    engine.step()
    assert [each.length for each in seen if isinstance(each, Flash)] == [2400]
    assert [each.raised for each in seen if isinstance(each, Alarm)] == [True, False]


def test_a_sound_card_of_pythons_own_feeds_a_port_both_ways(board: Fed, engine: MediaEngine) -> None:
    sound, kept = FedSound(board.fed), Kept()
    board.fed.gone(False)
    board.port.serve(rx=True, tx=True)
    engine.channels[0].play(TONE)
    engine.channels[0].record_sample(kept)
    heard = b""
    for at in range(0, 8000, 160):
        heard += sound.run(TONE[at : at + 160].bytes)
        engine.step()
    assert level(Pcm.from_bytes(heard)[-2000:]) == pytest.approx(-10.0, abs=0.1)
    assert level(Pcm.from_bytes(bytes(kept.data))[-2000:]) == pytest.approx(-10.0, abs=0.1)


def test_a_damaged_message_of_the_hardware_gives_no_number(board: Fed, engine: MediaEngine) -> None:
    seen = _events(engine)
    board.fed.gone(False)
    message = bytearray(encode_mdmf(number="5551234"))
    message[-2] ^= 1
    board.port.caller_id(bytes(message))
    engine.step()
    (caller,) = (event for event in seen if isinstance(event, CallerIdSeen))
    assert (caller.number, caller.checksum_ok) == (None, False)


def test_sound_goes_through_both_ways_with_its_level(board: Fed, engine: MediaEngine) -> None:
    board.fed.gone(False)
    board.port.serve(rx=True, tx=True)
    sent, kept = bytearray(), Kept()
    engine.step()
    engine.channels[0].play(TONE)
    engine.channels[0].record_sample(kept)
    for tick in range(60):
        board.now_ns += 20_000_000
        board.port.push(TONE[160 * (tick % 50) :][:160].bytes)
        sent += board.port.pull(160)
        engine.step()
    engine.close()
    board.now_ns += 20_000_000
    for heard in (Pcm.from_bytes(bytes(sent)), Pcm.from_bytes(bytes(kept.data))):
        assert level(heard[2000:7000]) == pytest.approx(-10.0, abs=0.1)
    status = board.port.status()
    assert (status.rx_slips, status.tx_slips) == (0, 0)
    assert status.serves_rx
    assert status.serves_tx


def test_a_device_without_a_clock_takes_what_was_sent_as_it_is(board: Fed, engine: MediaEngine) -> None:
    board.fed.gone(False)
    board.port.serve(rx=False, tx=True)
    engine.channels[0].play(TONE)
    taken = b""
    for _ in range(55):
        engine.step()
        taken += board.port.take()
    assert taken[: len(TONE.bytes)] == TONE.bytes
    assert not any(taken[len(TONE.bytes) :])
    assert not board.port.status().serves_rx


def test_what_no_device_can_say_is_refused(board: Fed) -> None:
    with pytest.raises(UsageError, match="remote-busy-tone"):
        board.port.remote_gone("bored", 0.5)
    with pytest.raises(UsageError, match="1 to 260"):
        board.port.caller_id(bytes(261))
    with pytest.raises(NativeError, match="at most 8000"):
        board.port.push(bytes(16_002))
    with pytest.raises(NativeError, match="65 ports"):
        FedBoard(65)


def test_a_thread_that_serves_a_device_holds_up_no_tick() -> None:
    """Live, by a thread of its own: a second of tone comes back by a device that is a loop of wire."""
    board = Fed()
    fed = FedBoard()
    board.fed, board.port = fed, fed.ports[0]
    over = threading.Event()

    def device() -> None:
        fed.ports[0].serve(rx=True, tx=True)
        fed.gone(False)
        begun, done = time.monotonic(), 0
        while not over.is_set():
            time.sleep(0.008)
            due = int((time.monotonic() - begun) * 8000) - done
            fed.ports[0].push(fed.ports[0].pull(min(due, 4000)))
            done += due

    async def scene() -> tuple[Pcm, int]:
        clock, kept = SampleClock(), Kept()
        engine = MediaEngine([board], clock, inline=False)
        thread = threading.Thread(target=device)
        thread.start()
        engine.start_live(asyncio.get_running_loop())
        await clock.sleep(ms(200))
        recording = engine.channels[0].record_sample(kept)
        await engine.channels[0].play(TONE).done()
        await clock.sleep(ms(300))
        await recording.stop()
        over.set()
        thread.join()
        engine.close()
        return Pcm.from_bytes(bytes(kept.data)), engine.stats().slips

    heard, _ = asyncio.run(scene())
    assert level(heard[3000:8000]) == pytest.approx(-10.0, abs=1.0)
