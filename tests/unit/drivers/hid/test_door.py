"""hidapi's door: what is listed, what is said where something is missing, and what the commands say."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import Any

import pytest

from ctidrv import cli
from ctidrv.cli.doctor_headset import examine_headsets
from ctidrv.config import BoardConfig
from ctidrv.drivers.hid.door import Hidapi
from ctidrv.drivers.hid.survey import survey
from ctidrv.errors import PortError
from hwsim.devices.hid_headset import HidBus, HidHeadset
from hwsim.devices.hid_models import ION, MUTE_ONLY, PLANTRONICS, Model

BOARD = [BoardConfig("headset", "soundcard", {})]


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> HidBus:
    """In the place of the package."""
    made: Any = HidBus(HidHeadset(ION), HidHeadset(PLANTRONICS, number=1))
    for name in ("hid", "hidraw"):
        monkeypatch.setitem(sys.modules, name, made)
    return made  # type: ignore[no-any-return]


@pytest.fixture
def none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("hid", "hidraw"):
        monkeypatch.setitem(sys.modules, name, None)


def test_each_telephone_is_listed_once_with_what_it_has(bus: HidBus) -> None:
    ion, plantronics = survey()
    assert (ion.info.name, ion.info.vendor, ion.why) == ("Gigaset ION", 0x1E85, None)
    assert ion.keys == ("flash", "hook", "mute", "reject")
    assert ion.lamps == ("hold", "mute", "off-hook", "ring")
    assert plantronics.info.path != ion.info.path


def test_a_devices_name_cannot_write_on_a_terminal(bus: HidBus) -> None:
    bus.headsets = [HidHeadset(replace(ION, name="\x1b[2JHead\r\nset" + "t" * 200))]
    (found,) = survey()
    assert found.info.name.startswith("[2JHeadset")
    assert len(found.info.name) == 80


def test_the_package_as_it_is_installed_lists_what_there_is_and_opens_what_it_can() -> None:
    package = "hidraw" if sys.platform == "linux" else "hid"
    pytest.importorskip(package, reason="hidapi is not installed")
    for found in Hidapi().devices():
        assert found.path


def test_without_the_package_it_says_what_to_install(none: None) -> None:
    with pytest.raises(PortError, match=r"the package hidapi: pip install 'ctidrv\[soundcard\]'"):
        Hidapi().devices()


def test_one_that_is_no_use_says_why(bus: HidBus) -> None:
    bus.locked = True
    for found in survey():
        assert found.why is not None
        assert found.info.name in found.why
    bus.locked = False
    bus.headsets = [HidHeadset(Model("Speaker", 1, 2, b"\x05\x0b", {}, {}, {}))]
    assert survey()[0].why == (
        "Speaker: this device has neither a hook switch nor a mute key nor a lamp of a telephone"
    )


def test_doctor_tells_what_each_has_what_is_missing_and_nothing_where_no_headset_is_wanted(
    bus: HidBus,
) -> None:
    told = [(each.state, each.found) for each in examine_headsets(BOARD)]
    assert told[0] == ("ok", "Gigaset ION: flash, hook, mute, reject")
    bus.locked = True
    assert {each.state for each in examine_headsets(BOARD)} == {"note"}
    bus.headsets = []
    assert [each.found for each in examine_headsets(BOARD)] == ["no HID telephone is plugged in"]
    assert list(examine_headsets([BoardConfig("headset", "soundcard", {"hid": "none"})])) == []
    assert list(examine_headsets([BoardConfig("sim", "sim", {})])) == []


def test_doctor_names_the_package(none: None) -> None:
    (told,) = examine_headsets(BOARD)
    assert told.state == "note"
    assert "hidapi" in told.found


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """`headset list` on a computer without sound devices: its output and its errors."""
    monkeypatch.setattr("ctidrv.drivers.sound_devices.sound_devices", list)

    def run(*options: str) -> tuple[str, str]:
        assert cli.main(["headset", "list", *options]) == 0
        out, err = capsys.readouterr()
        return out, err

    return run


def test_headset_list_shows_keys_and_lamps(bus: HidBus, listed: Any) -> None:
    bus.headsets = [HidHeadset(MUTE_ONLY)]
    out, err = listed()
    assert out == "keys      -        046d:0a45     Mute cord: mute; lamps: mute\n"
    assert err == ""
    row = json.loads(listed("--json")[0])
    assert (row["type"], row["name"], row["keys"], row["why"]) == ("hid_device", "Mute cord", ["mute"], None)


def test_headset_list_without_the_package_names_it_and_is_no_failure(none: None, listed: Any) -> None:
    _, err = listed()
    assert "pip install 'ctidrv[soundcard]'" in err
