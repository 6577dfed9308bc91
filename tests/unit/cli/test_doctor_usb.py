"""``ctidrv doctor`` and USB telephones, on a copy of the kernel's files."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from ctidrv.cli import doctor_devices, doctor_usb
from ctidrv.config import BoardConfig
from ctidrv.drivers import devices as devices_module
from ctidrv.errors import PortError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no /sys there")


def plug(root: Path, place: str = "1-2", *, serial: str | None = None) -> Path:
    """A telephone box; its node."""
    folder = root / "sys/bus/usb/devices" / place
    folder.mkdir(parents=True)
    files = {"idVendor": "6993", "idProduct": "b001", "busnum": "1", "devnum": "7", "serial": serial}
    for name, text in files.items():
        if text:
            (folder / name).write_text(f"{text}\n")
    node = root / "dev/bus/usb/001/007"
    node.parent.mkdir(parents=True, exist_ok=True)
    node.write_text("")
    return node


def examined(monkeypatch: pytest.MonkeyPatch, root: Path, **settings: Any) -> list[tuple[str, str, str]]:
    monkeypatch.setattr(doctor_devices, "ROOT", root)
    (root / "sys/bus/usb").mkdir(parents=True, exist_ok=True)
    boards = [BoardConfig("box", "usbgw", settings)] if settings else []
    found = doctor_devices.examine_devices(boards)
    return [(each.state, each.found, each.advice or "") for each in found]


@pytest.mark.parametrize("device", ["auto", "6993:B001", "1-2", "A1"])
def test_one_that_a_board_means_can_be_opened(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, device: str
) -> None:
    plug(tmp_path, serial="A1")
    (only,) = examined(monkeypatch, tmp_path, device=device)
    assert only == ("ok", "Yealink USB phone or telephone box at 1-2 can be opened", "")


def test_one_that_no_board_means_comes_with_the_lines_for_station_toml(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plug(tmp_path)
    (only,) = examined(monkeypatch, tmp_path)
    assert only[:2] == ("note", "Yealink USB phone or telephone box: no board of this station is it")
    assert only[2] == 'add a [[board]] with driver = "usbgw" and device = "1-2" to station.toml'


def test_one_that_is_not_there_is_a_finding_that_names_what_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plug(tmp_path)
    board, unused = examined(monkeypatch, tmp_path, device="1-3")
    assert board == (
        "finding",
        "device 1-3: no such USB telephone is plugged in",
        "plug it in, or correct `device`: there is one at 1-2",
    )
    assert unused[0] == "note"


def test_one_that_may_not_be_opened_is_a_finding_with_the_udev_rules(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    node = plug(tmp_path)
    node.chmod(0o600)
    may = os.access
    monkeypatch.setattr(devices_module.os, "access", lambda path, mode: path != node and may(path, mode))
    (only,) = examined(monkeypatch, tmp_path, device="auto")
    assert only[0] == "finding"
    assert "may not be opened by" in only[1]
    assert only[2] == "install the udev rules: ctidrv doctor --system-files DIR"


def test_without_libusb_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def missing() -> None:
        raise PortError("USB telephones need the package pyusb: pip install 'ctidrv[usb]'")

    monkeypatch.setattr(doctor_usb, "libusb", missing)
    plug(tmp_path)
    (unused,) = examined(monkeypatch, tmp_path)
    assert unused[2].startswith("USB telephones need the package pyusb: pip install 'ctidrv[usb]'; then add")
