"""The board: its settings, and what is said where pyusb, libusb, the device or a permission is missing."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ctidrv.clock import SampleClock
from ctidrv.drivers.usbgw import door
from ctidrv.drivers.usbgw.board import GatewayBoard, open_board
from ctidrv.drivers.usbgw.door import Found
from ctidrv.drivers.usbgw.session import Wanted
from ctidrv.drivers.usbgw.sound import sound_name
from ctidrv.drivers.usbgw.talk import Levels
from ctidrv.errors import InputError, PortError
from ctidrv.native import lib
from ctidrv.native.engine import NativeEngine
from ctidrv.ports.api import CAPABILITIES, DriverContext, Kind
from hwsim.devices.usbgw.backend import Backend
from hwsim.devices.usbgw.stand_in import GatewayStandIn


def context(tmp_path: Path, *, live: bool = True) -> DriverContext:
    return DriverContext(SampleClock(datetime(2026, 3, 2, tzinfo=UTC)), tmp_path, 7, live=live)


def test_its_settings_are_read(tmp_path: Path) -> None:
    given = {"device": "1-2.3", "model": "b2k", "microphone": "a", "earpiece_db": -2.5, "line": "ignore"}
    board = open_board("box", given, context(tmp_path))
    assert board._wanted == Wanted("1-2.3", "b2k", "a", "auto", Levels(0, -2.5), False)
    assert [port.kind for port in board.ports] == [Kind.FXS, Kind.MONITOR]
    assert open_board("box", {}, context(tmp_path)).ports == ()
    for port in board.ports:
        assert set(port.caps) == set(CAPABILITIES)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"devise": "a"}, "devise: there is no such key; there are device, model, microphone"),
        ({"device": ""}, "device: which one"),
        ({"device": "a b"}, "device: which one"),
        ({"device": 3}, "device: which one"),
        ({"model": "b4k"}, "model: 'b4k' is none of auto, p1k"),
        ({"line": True}, "line: True is none of telephone, ignore"),
        ({"microphone": ""}, "microphone: a part of a sound device's name"),
        ({"microphone_db": 31}, "microphone_db: 31 is not from -30 to 30"),
        ({"latency_ms": "long"}, "latency_ms: a number, from 30 to 400"),
    ],
)
def test_a_setting_that_will_not_do_is_named(tmp_path: Path, given: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match="board box: ") as raised:
        open_board("box", given, context(tmp_path))
    assert words in str(raised.value)


def test_virtual_time_has_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="real time only"):
        open_board("box", {}, context(tmp_path, live=False))


def test_without_pyusb_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "usb", None)
    monkeypatch.setitem(sys.modules, "usb.core", None)
    with pytest.raises(PortError, match=r"pip install 'ctidrv\[usb\]'"):
        open_board("box", {}, context(tmp_path))


def test_without_libusb_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import usb.backend.libusb1

    monkeypatch.setitem(sys.modules, "libusb_package", None)
    monkeypatch.setattr(usb.backend.libusb1, "get_backend", lambda: None)
    with pytest.raises(PortError, match=r"libusb is not installed: pip install 'ctidrv\[usb\]'"):
        open_board("box", {}, context(tmp_path))


def test_the_bundled_libusb_is_found_and_lists_what_there_is() -> None:
    assert all(isinstance(each, Found) for each in door.find("auto", door.libusb()))


def test_a_model_to_be_asked_that_is_not_there_is_an_error_with_both_ways_out() -> None:
    board = GatewayBoard("box", Wanted(), backend=Backend(), threaded=False)
    with pytest.raises(PortError) as raised:
        board.open()
    assert str(raised.value) == (
        "board box: no USB telephone is plugged in: plug one in, or correct `device` (ctidrv doctor); "
        "where `model` is named the station starts without it"
    )
    board.close()


def test_a_named_model_that_is_not_there_is_looked_for(bench: Callable[..., Any]) -> None:
    at = bench("b2k", opened=False, wanted=Wanted(model="b2k"))
    at.device.unplug()
    at.open().go(3)
    assert "no USB telephone is plugged in" in at.board.trouble
    assert at.board.status().gone
    at.device.plug()
    at.go(2.5)
    assert at.board.trouble is None
    assert not at.board.status().gone


def test_without_permission_it_names_the_udev_rules(bench: Callable[..., Any]) -> None:
    at = bench("b2k", opened=False, wanted=Wanted(model="b2k"))
    at.device.device.allowed = False
    at.open()
    assert at.board.trouble == (
        "USB device 6993:b001 at 1-2: not allowed: install the udev rules "
        "(ctidrv doctor --system-files DIR), then plug it in again"
    )
    at.device.device.allowed = True
    at.go(2.5)
    assert at.board.trouble is None


def test_on_windows_without_winusb_it_names_that_driver(
    bench: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_supported(*_: object) -> None:
        raise NotImplementedError("Operation not supported or unimplemented on this platform")

    at = bench("b2k", opened=False, wanted=Wanted(model="b2k"))
    monkeypatch.setattr(at.device.backend, "open_device", not_supported)
    at.open()
    assert "give its HID interface the driver WinUSB, by the program Zadig" in at.board.trouble


def test_on_windows_nothing_has_to_be_detached(
    bench: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_supported(*_: object) -> None:
        raise NotImplementedError("Operation not supported or unimplemented on this platform")

    at = bench("b2k", opened=False, wanted=Wanted(model="b2k"))
    at.device.device.kernel_driver = False
    monkeypatch.setattr(at.device.backend, "is_kernel_driver_active", not_supported)
    at.open()
    assert at.board.trouble is None


def test_one_that_another_program_has_is_told_and_taken_when_it_is_free(bench: Callable[..., Any]) -> None:
    at = bench("b2k", opened=False, wanted=Wanted(model="b2k"))
    at.device.device.kernel_driver, at.device.device.claimed = False, True
    at.open()
    assert at.board.trouble.startswith("USB device 6993:b001 at 1-2: another program has it")
    at.device.device.claimed = False
    at.go(2.5)
    assert at.board.trouble is None


def test_another_model_than_the_named_one_is_told(bench: Callable[..., Any]) -> None:
    at = bench("p1k", opened=False, wanted=Wanted(model="b2k")).open()
    assert at.board.trouble.endswith("it is a Yealink P1K telephone, not a Yealink B2K box: correct `model`")
    other = bench("kip1000", opened=False, wanted=Wanted(model="b2k")).open()
    assert other.board.trouble.endswith("it is no Yealink B2K box")


def test_an_unknown_version_is_told(bench: Callable[..., Any]) -> None:
    at = bench("b2k", opened=False)
    at.firmware.version = 0x0999
    with pytest.raises(PortError, match="version 0999: no telephone of Yealink's that is known"):
        at.open()


@pytest.mark.parametrize(
    ("device", "place"), [("auto", "1-2"), ("1-4.1", "1-4.1"), ("S2", "1-4.1"), ("6993:B001", "1-2")]
)
def test_of_two_the_one_that_is_meant_is_taken(device: str, place: str) -> None:
    backend = Backend()
    first = GatewayStandIn("p1k", backend=backend, serial="S1")
    second = GatewayStandIn("p1k", backend=backend, serial="S2", ports=(4, 1))
    board = GatewayBoard("box", Wanted(device), backend=backend, sounds=first.sounds, threaded=False)
    board.open()
    try:
        taken = [each.device.claimed for each in (first, second)]
        assert taken == [place == "1-2", place == "1-4.1"]
        other = GatewayBoard("other", Wanted(), backend=backend, sounds=first.sounds, threaded=False)
        other.open()
        assert first.device.claimed
        assert second.device.claimed
        other.close()
    finally:
        board.close()
    assert first.device.kernel_driver
    assert second.device.kernel_driver


def test_the_kernels_driver_gets_its_interface_back(bench: Callable[..., Any]) -> None:
    at = bench("b2k")
    assert not at.device.device.kernel_driver
    at.board.close()
    assert at.device.device.kernel_driver
    at.board.close()


def test_its_sound_card_is_the_one_that_the_kernel_made_of_it(tmp_path: Path) -> None:
    found = Found(0x6993, 0xB001, "1-2.3", None, "VOIP USB Phone", None)
    assert sound_name(found, tmp_path) == "VOIP USB Phone"
    (tmp_path / "sys/bus/usb/devices/1-2.3/1-2.3:1.0/sound/card2").mkdir(parents=True)
    assert sound_name(found, tmp_path) == "(hw:2,"


def test_its_own_thread_serves_it_and_ends_with_the_board() -> None:
    device = GatewayStandIn("b2k")
    board = GatewayBoard("box", Wanted(), backend=device.backend, sounds=device.sounds)
    board.open()
    try:
        engine = NativeEngine(2, 1)
        engine.add_board(board.native())
        engine.line(0, lib.CTI_LINE_RING, 1)
        engine.tick()
        until(lambda: device.firmware.bell)
        device.unplug()
        until(lambda: board.trouble == "it was unplugged")
    finally:
        board.close()
    assert not [each for each in threading.enumerate() if each.name == "ctidrv-usb-box"]


def until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not what():
        assert time.monotonic() < end
        time.sleep(0.005)
