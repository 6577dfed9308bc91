"""The serial port of a modem, at pseudo-terminals."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("a pseudo-terminal is POSIX only", allow_module_level=True)

from ctidrv.drivers.v253.link import SerialLink
from ctidrv.errors import PortError

HOLD = "import serial, sys; p = serial.Serial(sys.argv[1], exclusive=True); print(1, flush=True); input()"


def test_port_that_another_program_has_is_refused_with_its_name_and_process() -> None:
    master, slave = os.openpty()
    name = os.ttyname(slave)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "1\n"
        with pytest.raises(PortError) as told:
            SerialLink(name)
        holder.communicate("\n")
    assert f"{name}: " in str(told.value)
    assert f"(process {holder.pid}) has it: close that" in str(told.value)
    os.close(master)
    os.close(slave)


def test_port_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PortError, match="plug the modem in, or correct `device`"):
        SerialLink(str(tmp_path / "ttyACM0"))
