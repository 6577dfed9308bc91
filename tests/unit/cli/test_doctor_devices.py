"""doctor's look at devices, where the kernel's files are a copy of them; and at the last calls of a line."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ctidrv.apps.records import CallRow
from ctidrv.cli import doctor_devices
from ctidrv.cli.doctor_lines import examine_lines
from ctidrv.config import BoardConfig
from ctidrv.config_file import load_config
from ctidrv.folder import DataFolder
from ctidrv.store import Store

posix = pytest.mark.skipif(sys.platform == "win32", reason="no /sys there")


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n")
    return path


def modem(root: Path) -> Path:
    write(root / "sys/bus/usb/devices/1-2/idVendor", "0572")
    write(root / "sys/bus/usb/devices/1-2/idProduct", "1321")
    (root / "sys/bus/usb/devices/1-2/1-2:1.0/tty/ttyACM0").mkdir(parents=True)
    return write(root / "dev/ttyACM0", "")


def examined(monkeypatch: pytest.MonkeyPatch, root: Path, *boards: BoardConfig) -> list[tuple[str, str, str]]:
    monkeypatch.setattr(doctor_devices, "ROOT", root)
    found = list(doctor_devices.examine_devices(boards))
    return [(each.check, each.state, f"{each.found} → {each.advice}") for each in found]


@posix
def test_without_devices_it_says_so_and_that_is_no_finding(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ((check, state, said),) = examined(monkeypatch, tmp_path)
    assert (check, state) == ("devices", "ok")
    assert "that ctidrv knows is plugged in" in said


@posix
def test_a_modem_that_no_board_is_comes_with_the_lines_for_station_toml(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    node = modem(tmp_path)
    ((check, state, said),) = examined(monkeypatch, tmp_path)
    assert (check, state) == ("device 1-2", "note")
    assert f'driver = "v253" with device = "{node}"' in said


@posix
def test_a_modem_that_a_board_is_can_be_opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    node = modem(tmp_path)
    board = BoardConfig("modem", "v253", {"device": str(node)})
    assert examined(monkeypatch, tmp_path, board) == [
        ("board modem: device", "ok", f"{node} can be opened → None")
    ]


@posix
def test_a_boards_device_that_modem_manager_has_open_is_a_finding_with_what_helps(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    node = modem(tmp_path)
    write(tmp_path / "proc/99/comm", "ModemManager")
    (tmp_path / "proc/99/fd").mkdir()
    (tmp_path / "proc/99/fd/7").symlink_to(node)
    board = BoardConfig("modem", "v253", {"device": str(node)})
    ((_, state, said),) = examined(monkeypatch, tmp_path, board)
    assert state == "finding"
    assert "is held by ModemManager (process 99)" in said
    assert "--system-files" in said
    os.unlink(tmp_path / "proc/99/fd/7")
    ((_, state, said),) = examined(monkeypatch, tmp_path, board)
    assert (state, "tries" in said) == ("note", True)


@posix
def test_a_card_without_its_driver_says_which_module_it_needs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(tmp_path / "sys/bus/pci/devices/0000:05:00.0/vendor", "0xd161")
    write(tmp_path / "sys/bus/pci/devices/0000:05:00.0/device", "0x2400")
    ((check, state, said),) = examined(monkeypatch, tmp_path)
    assert (check, state) == ("device 0000:05:00.0", "note")
    assert "sudo modprobe wctdm24xxp" in said
    board = BoardConfig("cards", "dahdi", {"nodes": str(tmp_path / "dev/dahdi")})
    ((check, state, said),) = examined(monkeypatch, tmp_path, board)
    assert (check, state) == ("board cards: cards", "finding")
    assert "sudo modprobe wctdm24xxp" in said


@posix
def test_a_modem_that_the_kernel_does_not_take_names_the_module(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(tmp_path / "sys/bus/usb/devices/1-2/idVendor", "0572")
    write(tmp_path / "sys/bus/usb/devices/1-2/idProduct", "1321")
    ((_, state, said),) = examined(monkeypatch, tmp_path)
    assert state == "note"
    assert "cdc_acm is not loaded → sudo modprobe cdc_acm" in said


def test_system_files_are_written_and_the_commands_that_install_them_printed(ctidrv, tmp_path):
    ran = ctidrv("doctor", "--system-files", str(tmp_path / "new"))
    assert ran.code == 0
    assert "sudo cp" in ran.out
    assert "/etc/udev/rules.d/" in ran.out
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"60-ctidrv.rules", "ctidrv.service"}


def test_system_files_that_cannot_be_written_are_a_clear_error(ctidrv, tmp_path):
    (tmp_path / "file").write_text("")
    ran = ctidrv("doctor", "--system-files", str(tmp_path / "file" / "new"))
    assert ran.code == 2
    assert "cannot be written" in ran.err


def looked_at(tmp_path: Path, *calls: dict[str, object]) -> list[tuple[str, str]]:
    folder = DataFolder(tmp_path)
    began = datetime(2026, 3, 2, 9, tzinfo=UTC)
    with Store.open(folder, inline=True) as store:
        for number, call in enumerate(calls):
            started = began + timedelta(minutes=number)
            row = CallRow(
                id=f"c{number:03}", port="sim/1", state="ended", started=started, ended=started, **call
            )  # type: ignore[arg-type]
            store.put_call(row)
    return [(each.state, each.found) for each in examine_lines(load_config(None, folder), folder)]


ANSWERED = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_a_line_without_calls_is_in_order(tmp_path: Path) -> None:
    assert looked_at(tmp_path) == [("ok", "none yet")]


def test_calls_out_that_found_no_dial_tone_are_a_finding(tmp_path: Path) -> None:
    out = {"direction": "out", "cause": "no-dial-tone", "number": "5550100"}
    assert looked_at(tmp_path, out, out) == [("finding", "the last 2 calls out found no dial tone")]
    good = {"direction": "out", "cause": "no-answer", "number": "5550100"}
    assert looked_at(tmp_path, out, out, good)[0][0] == "ok"


def test_a_line_that_never_brings_a_number_is_told_of(tmp_path: Path) -> None:
    bare = {"direction": "in", "cause": "caller-gave-up"}
    assert looked_at(tmp_path, *[bare] * 4)[0][0] == "ok"
    assert looked_at(tmp_path, *[bare] * 5) == [("note", "none of the last 5 calls in brought a number")]
    withheld = {**bare, "withheld": "private"}
    assert looked_at(tmp_path, *[bare] * 5, withheld)[0][0] == "ok"


def test_a_line_whose_callers_hang_up_unheard_is_told_of(tmp_path: Path) -> None:
    call = {"direction": "in", "number": "5550100", "answered": ANSWERED}
    silent, heard = {**call, "cause": "remote-silence"}, {**call, "cause": "remote-busy-tone"}
    assert looked_at(tmp_path, *[silent] * 3, *[heard] * 3)[0][0] == "ok"
    ((state, said),) = looked_at(tmp_path, *[silent] * 4, *[heard] * 3)
    assert (state, said) == ("note", "of the last 7 callers who hung up 4 were noticed by silence alone")
