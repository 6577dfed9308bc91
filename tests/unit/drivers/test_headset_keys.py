"""The headset's board with the stand-in of a HID headset, and a sound system that plays nothing: what its
keys do to the port, and the port's orders to its lamps. In real time, a second or so.
"""

from __future__ import annotations

import sys
import time
import types
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ctidrv.drivers import headset
from ctidrv.drivers.headset import Headset, HeadsetBoard
from ctidrv.drivers.hid.door import Hidapi
from ctidrv.native import ffi, lib
from ctidrv.units import TICK
from hwsim.devices.hid_headset import HidBus, HidHeadset
from hwsim.devices.hid_models import ION, KEYPAD

WITHIN_S = 10.0


class Stream:
    """PortAudio's, that asks for nothing."""

    def __init__(self, *how: Any, **more: Any) -> None:
        self.active = False

    def start(self) -> None:
        self.active = True

    def abort(self) -> None:
        self.active = False

    def close(self) -> None:
        pass


class Sound(types.ModuleType):
    """sounddevice with one headset."""

    PortAudioError = type("PortAudioError", (Exception,), {})
    RawOutputStream = _StreamBase = Stream
    _ffi = types.SimpleNamespace(cast=lambda kind, address: address)

    def query_hostapis(self) -> list[dict[str, str]]:
        return [{"name": "ALSA"}]

    def query_devices(self, kind: str | None = None) -> Any:
        one = {"index": 0, "name": "ION", "hostapi": 0, "max_input_channels": 1, "max_output_channels": 1}
        return [one] if kind is None else one

    def _terminate(self) -> None:
        pass

    def _initialize(self) -> None:
        pass


class Desk:
    """A board, its headset, and the ticks of an engine."""

    def __init__(self, board: HeadsetBoard, headset: HidHeadset) -> None:
        self.board, self.headset = board, headset
        self.native = board.native()
        self.told: list[tuple[int, int]] = []
        self._audio = ffi.new("int16_t[]", TICK), ffi.new("int16_t[]", TICK)
        self._events = ffi.new("cti_event[]", 64)
        self._now = 0

    def order(self, what: int, value: int) -> None:
        assert self.native.control(self.native.ctx, 0, what, value) == 0

    def until(self, what: Callable[[], bool], words: str) -> None:
        end = time.monotonic() + WITHIN_S
        while not what():
            assert time.monotonic() < end, words
            tx, rx = self._audio
            count = self.native.exchange(self.native.ctx, self._now, tx, rx, TICK, self._events, 64)
            self.told += [(self._events[n].kind, self._events[n].value) for n in range(max(0, count))]
            self._now += TICK
            time.sleep(0.005)

    def tells(self, *told: tuple[int, int]) -> None:
        self.until(lambda: len(self.told) >= len(told), f"the port tells {told}")
        assert tuple(self.told) == told
        self.told.clear()

    def lit(self, *lamps: str) -> None:
        def so() -> bool:
            return {lamp for lamp, on in self.headset.lamps.items() if on} == set(lamps)

        self.until(so, f"{lamps} are lit, and no others: {self.headset.lamps}")

    def settle(self) -> None:
        """A device's answers to its lamps are over."""
        end = time.monotonic() + 0.3
        self.until(lambda: time.monotonic() > end, "time passes")


@pytest.fixture(params=[ION, KEYPAD], ids=lambda model: str(model.name))
def desk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setitem(sys.modules, "sounddevice", Sound("sounddevice"))
    headset = HidHeadset(request.param, live=True)
    part = request.param.name[:6]
    board = HeadsetBoard("headset", Headset(hid=part), Hidapi(HidBus(headset)))
    board.open()
    try:
        made = Desk(board, headset)
        made.until(lambda: board.keys.device is not None, f"its keys are found: {board.keys.trouble}")
        made.settle()
        yield made
    finally:
        board.close()


def test_a_device_that_was_lost_in_a_talk_and_is_back_loses_no_sound_while_nobody_talks(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(headset, "_LOOK_S", 0.05)
    board = desk.board
    desk.order(lib.CTI_LINE_HOOK, 1)
    desk.until(lambda: board._talk is not None, "it is lifted")
    board._talk._stream.active = False  # type: ignore[union-attr]
    desk.until(lambda: board.trouble is not None, "its device is gone")
    desk.until(lambda: board.trouble is None, "it is back")
    more_than_waits = desk._now + 100 * TICK
    desk.until(lambda: desk._now > more_than_waits, "time passes")
    assert (board.status().rx_slips, board.status().tx_slips) == (0, 0)


def test_rung_answered_muted_and_put_down_by_its_keys(desk: Desk) -> None:
    desk.order(lib.CTI_LINE_SHOW, lib.CTI_SHOW_RINGS)
    desk.order(lib.CTI_LINE_RING, 1)
    desk.lit("ring")
    desk.headset.press("hook")
    desk.tells((lib.CTI_EV_HOOK, 1))
    desk.order(lib.CTI_LINE_SHOW, 0)
    desk.lit("off-hook")
    desk.settle()
    desk.headset.press("mute")
    desk.tells((lib.CTI_EV_MUTED, 1))
    desk.lit("off-hook", "mute")
    desk.order(lib.CTI_LINE_SHOW, lib.CTI_SHOW_HELD)
    desk.lit("off-hook", "hold")
    desk.settle()
    desk.headset.press("flash")
    desk.tells((lib.CTI_EV_FLASH, 0))
    if desk.headset.model is KEYPAD:
        desk.headset.dial("7")
        desk.tells((lib.CTI_EV_DIGIT_DOWN, ord("7")), (lib.CTI_EV_DIGIT_UP, ord("7")))
    desk.headset.press("hook")
    desk.tells((lib.CTI_EV_HOOK, 0))
    desk.lit()


def test_reject_silences_the_bell_and_the_next_call_rings_again(desk: Desk) -> None:
    for _ in range(2):
        desk.order(lib.CTI_LINE_SHOW, lib.CTI_SHOW_RINGS)
        desk.order(lib.CTI_LINE_RING, 1)
        desk.lit("ring")
        desk.until(lambda: desk.board._ring is not None and desk.board._ring.on, "the bell rings")
        desk.headset.press("reject")
        desk.lit()
        desk.until(lambda: not (desk.board._ring and desk.board._ring.on), "the bell is silent")
        desk.order(lib.CTI_LINE_RING, 1)
        desk.settle()
        assert not desk.board._ring.on, "its next burst is none"
        desk.order(lib.CTI_LINE_SHOW, 0)
        desk.settle()
    assert desk.told == []


def test_lifted_by_order_and_unplugged_its_keys_are_not_in_the_way_of_the_call(desk: Desk) -> None:
    desk.order(lib.CTI_LINE_HOOK, 1)
    desk.tells((lib.CTI_EV_HOOK, 1))
    desk.lit("off-hook")
    desk.headset.vices.stalls_s = 1.0
    desk.order(lib.CTI_LINE_SHOW, lib.CTI_SHOW_MUTED)  # its writing takes long
    desk.settle()
    desk.order(lib.CTI_LINE_HOOK, 0)
    began = desk._now
    desk.tells((lib.CTI_EV_HOOK, 0))
    assert desk._now - began < 100 * TICK, "long before the device has taken its lamp"
    desk.headset.unplug()
    desk.until(lambda: desk.board.keys.device is None, "that it is gone is seen")
    desk.order(lib.CTI_LINE_HOOK, 1)
    desk.tells((lib.CTI_EV_HOOK, 1))
    assert desk.board.trouble is None
