"""udev's rules and the systemd unit, as their own programs read them where they are installed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ctidrv.drivers.known import HEADSET_VENDORS, KNOWN
from ctidrv.drivers.system_files import RULES, UNIT, systemd_unit, udev_rules, write


def test_every_modem_is_kept_from_modem_manager_and_every_usb_device_has_a_rule() -> None:
    rules = udev_rules()
    for known in KNOWN:
        lines = [line for line in rules.splitlines() if known.vendor in line and known.product in line]
        assert bool(lines) == (known.driver in ("v253", "usbgw")), known
        assert all('GROUP="dialout"' in line for line in lines)
        assert (known.driver == "v253") == any('ENV{ID_MM_DEVICE_IGNORE}="1"' in line for line in lines)


def test_a_headsets_keys_are_its_users_and_a_keyboards_are_nobodys() -> None:
    rules = [line for line in udev_rules().splitlines() if "uaccess" in line]
    assert len(rules) == len(HEADSET_VENDORS)
    for vendor, line in zip(HEADSET_VENDORS, rules, strict=True):
        assert f'SUBSYSTEM=="hidraw", ATTRS{{idVendor}}=="{vendor}"' in line
        assert 'ENV{ID_USB_INTERFACES}=="*:0101*"' in line
        assert 'ENV{ID_USB_INTERFACES}!="*:030101*"' in line
        assert "MODE" not in line
        assert "GROUP" not in line
    assert RULES < "73-seat-late.rules"


def test_every_rule_is_of_udevs_form() -> None:
    pair = r'[A-Z]+(\{\w+\})?(==|!=|=|\+=)"[^"]*"'
    for line in udev_rules().splitlines():
        assert line.startswith("#") or re.fullmatch(rf"{pair}(, {pair})*", line), line


def test_both_files_are_written_and_name_this_program_and_its_data(tmp_path: Path) -> None:
    made = write(tmp_path / "new", "anna", tmp_path / "data of mine")
    assert [path.name for path in made] == [RULES, UNIT]
    unit = made[1].read_text()
    assert "User=anna" in unit
    assert f'--data "{tmp_path}/data of mine"' in unit or sys.platform == "win32"


def test_signs_that_systemd_reads_otherwise_are_doubled() -> None:
    unit = systemd_unit("anna", Path("/srv/100% $x"), ["/opt/ctidrv"])
    assert 'ExecStart=/opt/ctidrv station --data "/srv/100%% $$x"' in unit


def test_systemd_finds_nothing_to_say_against_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    unit = tmp_path / UNIT
    unit.write_text(systemd_unit("root", tmp_path, ["/bin/true"]))
    ran = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, timeout=60, check=False
    )
    said = [line for line in ran.stderr.splitlines() if UNIT in line]
    assert said == []
