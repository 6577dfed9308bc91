"""What is plugged in, read from a copy of the kernel's files."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from ctidrv.drivers import devices as module
from ctidrv.drivers.devices import devices, held_by, modem_manager, trouble
from ctidrv.drivers.known import KNOWN, lookup

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no /sys there")


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n")


def usb(root: Path, place: str, vendor: str, product: str, node: str | None = None) -> None:
    write(root / f"sys/bus/usb/devices/{place}/idVendor", vendor)
    write(root / f"sys/bus/usb/devices/{place}/idProduct", product)
    if node:
        (root / f"sys/bus/usb/devices/{place}/{place}:1.0/tty/{node}").mkdir(parents=True)
        write(root / "dev" / node, "")


def process(root: Path, number: int, name: str, *opened: Path) -> None:
    write(root / f"proc/{number}/comm", name)
    (root / f"proc/{number}/fd").mkdir()
    for fd, path in enumerate(opened):
        (root / f"proc/{number}/fd/{fd}").symlink_to(path)


def test_a_modem_is_found_with_the_name_that_outlives_the_plug(tmp_path: Path) -> None:
    usb(tmp_path, "1-2", "0572", "1321", "ttyACM3")
    usb(tmp_path, "1-3", "046d", "c52b")
    by_id = tmp_path / "dev/serial/by-id/usb-Conexant_USB_Modem_24680246-if00"
    by_id.parent.mkdir(parents=True)
    by_id.symlink_to("../../ttyACM3")
    (found,) = devices(tmp_path)
    assert (found.known.name, found.known.driver) == ("Conexant CX930xx voice modem", "v253")
    assert (found.address, found.node) == ("1-2", by_id)


def test_a_modem_without_such_a_name_has_its_nodes_own(tmp_path: Path) -> None:
    usb(tmp_path, "1-2", "0BAF", "0303", "ttyACM0")
    assert [each.node for each in devices(tmp_path)] == [tmp_path / "dev/ttyACM0"]


def test_a_card_is_found_by_its_pci_number(tmp_path: Path) -> None:
    write(tmp_path / "sys/bus/pci/devices/0000:05:00.0/vendor", "0xe159")
    write(tmp_path / "sys/bus/pci/devices/0000:05:00.0/device", "0x0001")
    (found,) = devices(tmp_path)
    assert (found.known.driver, found.known.module, found.node) == ("dahdi", "wctdm", None)


def test_without_the_kernels_files_there_are_no_devices(tmp_path: Path) -> None:
    assert devices(tmp_path) == []


def test_a_number_means_one_model() -> None:
    numbers = [(known.bus, known.vendor, known.product) for known in KNOWN]
    assert len(set(numbers)) == len(numbers)
    assert all(lookup(*number) is not None for number in numbers)


def test_a_node_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    link = tmp_path / "dev/serial/by-id/usb-modem"
    write(link, "")
    found = trouble(tmp_path / "dev/ttyACM0", tmp_path)
    assert found is not None
    assert "is not there" in found.what
    assert str(link) in found.advice


def test_a_node_in_a_folder_that_cannot_be_looked_at_is_a_trouble(tmp_path: Path) -> None:
    """Closed to this user it would be EACCES; a test may be root, so another refusal stands for it."""
    node = tmp_path / ("x" * 300) / "ttyACM0"
    found = trouble(node, tmp_path)
    assert found is not None
    assert found.what.startswith(f"{node} cannot be looked at by ")
    assert not found.missing


def test_a_node_that_another_program_has_open_names_it(tmp_path: Path) -> None:
    node = tmp_path / "dev/ttyACM0"
    write(node, "")
    process(tmp_path, 17, "bash")
    process(tmp_path, 4711, "minicom", Path("/dev/null"), node)
    assert held_by(node, tmp_path) == ("minicom", 4711)
    found = trouble(node, tmp_path)
    assert found is not None
    assert (found.what, found.advice) == (f"{node} is held by minicom (process 4711)", "stop minicom")


def test_a_lock_file_of_one_who_lives_counts_and_one_left_behind_does_not(tmp_path: Path) -> None:
    node = tmp_path / "dev/ttyACM0"
    write(node, "")
    write(tmp_path / "run/lock/LCK..ttyACM0", "      4711")
    assert held_by(node, tmp_path) is None
    process(tmp_path, 4711, "vgetty")
    assert held_by(node, tmp_path) == ("vgetty", 4711)


def test_a_node_of_our_own_is_not_held(tmp_path: Path) -> None:
    node = tmp_path / "dev/ttyACM0"
    write(node, "")
    process(tmp_path, os.getpid(), "python", node)
    assert held_by(node, tmp_path) is None
    assert trouble(node, tmp_path) is None


def test_modem_manager_is_told_of_until_udev_says_that_it_keeps_away(tmp_path: Path) -> None:
    node = tmp_path / "dev/ttyACM0"
    write(node, "")
    assert not modem_manager(node, tmp_path)
    process(tmp_path, 99, "ModemManager")
    assert modem_manager(node, tmp_path)
    number = node.stat().st_rdev
    write(
        tmp_path / f"run/udev/data/c{os.major(number)}:{os.minor(number)}",
        "I:1\nE:ID_MM_DEVICE_IGNORE=1\nG:systemd",
    )
    assert not modem_manager(node, tmp_path)


@pytest.mark.parametrize(
    ("mode", "advice"), [(0o660, "usermod -aG"), (0o600, "ctidrv doctor --system-files")]
)
def test_a_node_that_may_not_be_opened_says_which_group_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, advice: str
) -> None:
    node = tmp_path / "ttyACM0"
    write(node, "")
    node.chmod(mode)
    monkeypatch.setattr(module.os, "access", lambda path, how: False)
    monkeypatch.setattr(module, "_group", lambda number: "dialout")
    found = trouble(node, tmp_path)
    assert found is not None
    assert "it belongs to group dialout" in found.what
    assert advice in found.advice
