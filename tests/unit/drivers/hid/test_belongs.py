"""Which HID device is the headset whose sound is used."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ctidrv.drivers.hid.belongs import belonging
from ctidrv.drivers.hid.door import HidInfo

JABRA = HidInfo("/dev/hidraw0", "Jabra EVOLVE 20 MS", 0x0B0E, 0x0300)
POLY = HidInfo("/dev/hidraw1", "Poly BT700", 0x047F, 0x02E6)


def name(
    wanted: str, *sounds: str, found: tuple[HidInfo, ...] = (JABRA, POLY), root: Path = Path("/no")
) -> str:
    info = belonging(found, wanted, sounds, root)
    return "none" if info is None else info.name.split()[0]


@pytest.mark.parametrize(
    ("wanted", "sounds", "expected"),
    [
        ("auto", ["Jabra EVOLVE 20 MS: USB Audio (hw:1,0)"], "Jabra"),
        ("auto", ["Headset (Poly BT700)", "Headset Earphone (Poly BT700)"], "Poly"),
        ("auto", ["Microphone (2- Jabra EVOLVE 20 MS)"], "Jabra"),
        ("auto", ["HDA Intel: ALC255 (hw:0,0)"], "none"),
        ("auto", ["pulse", "pulse"], "none"),  # which of the two, nobody says
        ("none", ["Jabra EVOLVE 20 MS"], "none"),
        ("poly", ["Jabra EVOLVE 20 MS"], "Poly"),
        ("hidraw0", ["pulse"], "Jabra"),
        ("Yealink", ["Jabra EVOLVE 20 MS"], "none"),
    ],
)
def test_by_name(wanted: str, sounds: list[str], expected: str) -> None:
    assert name(wanted, *sounds) == expected


def test_the_only_one_is_taken_where_the_sound_system_names_no_device() -> None:
    assert name("auto", "pulse", "default", found=(POLY,)) == "Poly"
    assert name("auto", "HDA Intel: ALC255 (hw:0,0)", found=(POLY,)) == "none"
    assert name("auto", "pulse", found=()) == "none"


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_by_the_usb_device_that_both_are_of(tmp_path: Path) -> None:
    usb = tmp_path / "sys/devices/usb1"
    for port, card, hidraw in (("1-1", "card1", "hidraw1"), ("1-2", "card2", "hidraw0")):
        for place, kind, node in (("1.0", "sound", card), ("1.3/0003", "hidraw", hidraw)):
            (usb / port / f"{port}:{place}").mkdir(parents=True)
            (usb / port / "idVendor").write_text("0b0e\n")
            link = tmp_path / "sys/class" / kind / node / "device"
            link.parent.mkdir(parents=True)
            link.symlink_to(usb / port / f"{port}:{place}")
    assert name("auto", "USB Audio Device: - (hw:2,0)", root=tmp_path) == "Jabra"
    assert name("auto", "USB Audio Device: - (hw:1,0)", root=tmp_path) == "Poly"
    assert name("auto", "USB Audio Device: - (hw:7,0)", root=tmp_path) == "none"
