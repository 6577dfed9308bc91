"""A machine without hardware, without PortAudio and other libraries, and without permission on a device."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("permissions of POSIX", allow_module_level=True)

MISSING = {
    "sounddevice.py": "raise OSError('PortAudio library not found')",
    "serial/__init__.py": "raise ImportError('No module named serial')",
    "usb/__init__.py": "raise ImportError('No module named usb')",
}
"""As the packages themselves fail, or are not there."""
SIMULATED = """[[board]]
name = "s"
driver = "sim"
[[line]]
port = "s/1"
script = "hotline.ivr.yaml"
"""
NOT_EVEN_ROOT = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.getuid() == 0 else []


def shadow(folder: Path, *names: str) -> Path:
    """A folder for PYTHONPATH in which these cannot be imported."""
    for name in names:
        path = folder / "shadow" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(MISSING[name] + "\n")
    return folder / "shadow"


class Bare:
    """Commands on one data folder."""

    def __init__(self, root: Path, *missing: str) -> None:
        self.root = root / "data"
        self._env = {**os.environ, "PYTHONPATH": str(shadow(root, *missing))}

    def configure(self, *boards: str) -> None:
        self.root.mkdir()
        (self.root / "station.toml").write_text("\n".join(boards))

    def start(self, *words: str) -> subprocess.Popen[str]:
        command = [*NOT_EVEN_ROOT, sys.executable, "-P", "-m", "ctidrv.cli", *words, "--data", str(self.root)]
        return subprocess.Popen(
            command, env=self._env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def run(self, *words: str) -> tuple[int, list[dict[str, Any]], str]:
        with self.start(*words, "--json") as it:
            out, errors = it.communicate(timeout=60)
        assert "Traceback" not in errors
        return it.returncode, [json.loads(line) for line in out.splitlines()], errors

    def found(self) -> tuple[int, dict[str, dict[str, Any]]]:
        code, rows, _ = self.run("doctor")
        return code, {row["check"]: row for row in rows}


def modem(name: str, device: Path) -> str:
    line = f'[[line]]\nport = "{name}/1"\nscript = "hotline.ivr.yaml"\n'
    return f'[[board]]\nname = "{name}"\ndriver = "v253"\ndevice = "{device}"\n{line}'


def test_bare_machine_lists_its_simulated_line_and_nothing_is_wrong_with_it(tmp_path: Path) -> None:
    bare = Bare(tmp_path, *MISSING)
    code, rows, errors = bare.run("ports")
    assert (code, errors) == (0, "")
    assert [row["id"] for row in rows if row["type"] == "port"] == ["sim/1"]
    assert {"sim", "v253", "soundcard", "usbgw"} <= {row["name"] for row in rows if row["type"] == "driver"}
    code, found = bare.found()
    assert code == 0
    assert found["sound"]["state"] == "note"
    assert "libportaudio2" in found["sound"]["found"]


@pytest.mark.parametrize(
    ("board", "missing", "words"),
    [
        ('"soundcard"', "sounddevice.py", "libportaudio2"),
        ('"v253"\ndevice = "/dev/none"', "serial/__init__.py", "pip install 'ctidrv[modem]'"),
        ('"usbgw"\ndevice = "auto"', "usb/__init__.py", "pip install 'ctidrv[usb]'"),
    ],
)
def test_board_without_what_its_driver_needs_is_refused_with_the_name_of_the_package(
    tmp_path: Path, board: str, missing: str, words: str
) -> None:
    bare = Bare(tmp_path, missing)
    bare.configure(f'[[board]]\nname = "b"\ndriver = {board}\n', SIMULATED)
    code, _, errors = bare.run("station")
    assert (code, len(errors.splitlines())) == (1, 1)
    assert words in errors
    assert bare.run("ports")[0] == 0
    code, found = bare.found()
    assert code == 1
    assert found["board b"]["state"] == "finding"
    assert words in found["board b"]["found"]


def test_card_whose_nodes_are_not_there_is_refused_with_what_helps(tmp_path: Path) -> None:
    bare = Bare(tmp_path)
    bare.configure(f'[[board]]\nname = "b"\ndriver = "dahdi"\nnodes = "{tmp_path}/dahdi"\n', SIMULATED)
    code, _, errors = bare.run("station")
    assert (code, len(errors.splitlines())) == (1, 1)
    assert f"{tmp_path}/dahdi" in errors
    code, found = bare.found()
    assert code == 1
    assert "no card is plugged in" in found["board b: cards"]["advice"]


def test_station_runs_without_the_modem_that_may_not_be_opened_and_says_why(tmp_path: Path) -> None:
    bare = Bare(tmp_path)
    locked = tmp_path / "ttyACM0"
    locked.touch()
    if NOT_EVEN_ROOT:
        os.chown(locked, 1, 1)
        locked.chmod(0o600)
    else:
        locked.chmod(0)
    bare.configure(modem("locked", locked), modem("away", tmp_path / "none" / "ttyACM7"))
    with bare.start("station") as station:
        try:
            end = time.monotonic() + 30
            while not (bare.root / "station.json").exists() and time.monotonic() < end:
                time.sleep(0.1)
            code, rows, _ = bare.run("ports")
            assert code == 0
            assert {row["slips"] for row in rows if row["type"] == "port"} == {0}
            trouble = {row["id"]: row["trouble"] for row in rows if row["type"] == "port"}
            assert "not allowed: " in trouble["locked/1"]
            assert "there is no such port: plug the modem in" in trouble["away/1"]
            code, found = bare.found()
            assert code == 1
            assert found["board locked: now"]["found"] == trouble["locked/1"]
            assert "may not be opened by" in found["board locked: device"]["found"]
            assert "is not there" in found["board away: device"]["found"]
        finally:
            station.terminate()
            errors = station.communicate(timeout=30)[1]
    assert station.returncode == 0
    assert "Traceback" not in errors
