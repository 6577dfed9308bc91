"""The headset's board without a sound system: its settings, and what is said where something is missing.
Whole calls, on a sound system without sound, are in tests/scenarios/test_headset.py.
"""

from __future__ import annotations

import sys
import types
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ctidrv.clock import SampleClock
from ctidrv.drivers.headset import Headset, HeadsetBoard, open_board
from ctidrv.drivers.sound_devices import choose, in_use, rescan, sound_devices
from ctidrv.errors import InputError, SoundMissing
from ctidrv.ports.api import Able, DriverContext, Kind


def context(tmp_path: Path, *, live: bool = True) -> DriverContext:
    return DriverContext(SampleClock(datetime(2026, 3, 2, tzinfo=UTC)), tmp_path, 7, live=live)


class FakeSound(types.ModuleType):
    """sounddevice with these devices: (name, inputs, outputs); the first of each kind is the system's own."""

    PortAudioError = type("PortAudioError", (Exception,), {})

    def __init__(self, *devices: tuple[str, int, int]) -> None:
        super().__init__("sounddevice")
        self.devices = [
            {"index": n, "name": name, "hostapi": 0, "max_input_channels": i, "max_output_channels": o}
            for n, (name, i, o) in enumerate(devices)
        ]
        self.begun = 0

    def query_hostapis(self) -> list[dict[str, str]]:
        return [{"name": "ALSA"}]

    def query_devices(self, kind: str | None = None) -> Any:
        if kind is None:
            return self.devices
        found = [device for device in self.devices if device[f"max_{kind}_channels"]]
        if not found:
            raise self.PortAudioError("Error querying device -1")
        return found[0]

    def _terminate(self) -> None:
        self.begun -= 1

    def _initialize(self) -> None:
        self.begun += 1


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> FakeSound:
    made = FakeSound(("HDA Intel", 2, 2), ("Jabra EVOLVE 20", 1, 2), ("HDMI", 0, 8))
    monkeypatch.setitem(sys.modules, "sounddevice", made)
    return made


def test_its_one_port_is_a_handset_that_is_lifted_by_order_and_has_no_echo(tmp_path: Path) -> None:
    board = open_board("headset", {"earpiece": "Jabra"}, context(tmp_path))
    (port,) = board.ports
    assert (port.id, port.kind, port.label, port.canceller_ms) == ("headset/1", Kind.HANDSET, "Jabra", 0)
    assert (port.able("lift"), port.able("full_duplex"), port.able("flash")) == (Able.YES, Able.YES, Able.NO)


def test_its_settings_are_read(tmp_path: Path) -> None:
    given = {"microphone": "a", "ring_on": "", "microphone_db": 3, "earpiece_db": -2.5, "latency_ms": 80}
    board = open_board("headset", given, context(tmp_path))
    assert board.headset == Headset("a", None, "", 3.0, -2.5, 80)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"microfone": "a"}, "microfone: there is no such key; there are microphone, earpiece"),
        ({"microphone": ""}, "microphone: a part of a device's name"),
        ({"earpiece": 3}, "earpiece: a part"),
        ({"microphone_db": 31}, "microphone_db: 31 is not from -30 to 30"),
        ({"earpiece_db": "loud"}, "earpiece_db: a number"),
        ({"earpiece_db": float("nan")}, "earpiece_db: a number"),
        ({"latency_ms": True}, "latency_ms: a number, from 30 to 400"),
    ],
)
def test_a_setting_that_will_not_do_is_named(tmp_path: Path, given: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match="board headset: ") as raised:
        open_board("headset", given, context(tmp_path))
    assert words in str(raised.value)


def test_virtual_time_has_no_headset(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="real time only"):
        open_board("headset", {}, context(tmp_path, live=False))


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(SoundMissing, match=r"pip install 'ctidrv\[soundcard\]'"):
        open_board("headset", {}, context(tmp_path))


def test_a_headset_that_is_not_there_is_looked_for_and_said(two: FakeSound) -> None:
    board = HeadsetBoard("headset", Headset(microphone="Plantronics"))
    board.open()
    try:
        assert board.trouble == (
            "no microphone is called 'Plantronics'; there are: HDA Intel, Jabra EVOLVE 20"
        )
        assert board.status().gone
    finally:
        board.close()
        board.close()


def test_a_headset_that_is_there_is_ready(two: FakeSound) -> None:
    board = HeadsetBoard("headset", Headset(microphone="jabra", earpiece="jabra"))
    board.open()
    try:
        assert board.trouble is None
        assert not board.status().gone
    finally:
        board.close()
    assert board.status().gone


def test_a_device_is_chosen_by_a_part_of_its_name_in_any_case_of_letters(two: FakeSound) -> None:
    assert choose("input", "jabra").index == 1
    assert choose("output", "hdmi").index == 2
    assert choose("output", None).name == "HDA Intel"
    with pytest.raises(SoundMissing, match="no microphone is called 'hdmi'"):
        choose("input", "hdmi")


def test_without_devices_there_is_a_clear_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", FakeSound())
    assert sound_devices() == []
    with pytest.raises(SoundMissing, match="no loudspeaker found: plug one in"):
        choose("output", None)


def test_devices_are_looked_for_anew_only_while_no_stream_is_open(two: FakeSound) -> None:
    with in_use():
        assert not rescan()
    assert rescan()
    assert two.begun == 0


def test_devices_are_listed_with_the_systems_own(ctidrv_out: Any, two: FakeSound) -> None:
    assert ctidrv_out("headset", "list").splitlines() == [
        "input     yes      ALSA          HDA Intel",
        "input     -        ALSA          Jabra EVOLVE 20",
        "output    yes      ALSA          HDA Intel",
        "output    -        ALSA          Jabra EVOLVE 20",
        "output    -        ALSA          HDMI",
    ]


@pytest.fixture
def ctidrv_out(capsys: pytest.CaptureFixture[str]) -> Any:
    from ctidrv import cli

    def run(*arguments: str) -> str:
        assert cli.main(list(arguments)) == 0
        return capsys.readouterr().out

    return run
