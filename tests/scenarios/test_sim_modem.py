"""`ctidrv sim modem`: a program at the pseudo-terminal, who calls by orders or by a scenario."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ctidrv import cli
from ctidrv.apps.ivr import load
from ctidrv.apps.ivr.shipped import shipped_script
from hwsim.rig.sounds import ScriptSounds

if sys.platform == "win32":
    pytest.skip("a pseudo-terminal is POSIX only", allow_module_level=True)

import serial

from ctidrv.modem.dle import shield
from hwsim.devices.v253.formats import CODINGS

CTIDRV = (sys.executable, "-P", "-m", "ctidrv.cli")
WITHIN_S = 100
pytestmark = pytest.mark.timeout(300)

SCENARIO = """scenario: 1
script: hotline.ivr.yaml
limit: 60s
caller:
  - dial: "8001"
  - hear: {what}
  - press: "5"
"""


class SimModem:
    """`ctidrv sim modem` in a process of its own."""

    def __init__(self, folder: Path, *more: str) -> None:
        self.link = folder / "ttyACM0"
        self.errors = (folder / "errors").open("w+")
        command = [*CTIDRV, "sim", "modem", "--link", str(self.link), *more]
        pipe = subprocess.PIPE
        self.program = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=self.errors, text=True)
        self.said: list[str] = []

    def order(self, text: str) -> None:
        assert self.program.stdin is not None
        self.program.stdin.write(f"{text}\n")
        self.program.stdin.flush()

    def line(self) -> str:
        assert self.program.stdout is not None
        self.said.append(self.program.stdout.readline())
        assert self.said[-1], self.said[-5:]
        return self.said[-1]

    def row(self, **wanted: Any) -> dict[str, Any]:
        """The next JSON line that has these members."""
        while True:
            row: dict[str, Any] = json.loads(self.line())
            if wanted.items() <= row.items():
                return row

    def opened(self) -> serial.Serial:
        return serial.Serial(str(self.link), 115200, timeout=WITHIN_S, exclusive=True)

    def end(self) -> int:
        self.program.send_signal(signal.SIGINT)
        self.program.communicate(timeout=WITHIN_S)
        return self.program.returncode


@pytest.fixture
def made(tmp_path: Path) -> Iterator[list[SimModem]]:
    running: list[SimModem] = []
    yield running
    for each in running:
        each.program.kill()
        each.program.communicate()
        each.errors.close()


def send(port: serial.Serial, command: str, end: bytes = b"OK\r\n") -> bytes:
    port.write(command.encode() + b"\r")
    return bytes(port.read_until(end))


def test_orders_call_the_modem_press_keys_and_change_it(made: list[SimModem], tmp_path: Path) -> None:
    modem = SimModem(tmp_path, "--json", "--persona", "generic", "--vice", "no-name")
    made.append(modem)
    assert json.loads(modem.line()) == {"type": "ready", "link": str(modem.link)}
    with modem.opened() as port:
        send(port, "ATE0+FCLASS=8;+VCID=1")
        modem.order("call 5551234 ANN LEE")
        modem.order("press 7")
        assert port.read_until(b"RING\r\n").endswith(b"RING\r\n")
        report = port.read_until(b"NMBR = 5551234\r\n") + port.read_until(b"RING\r\n")
        assert b"NAME" not in report
        send(port, "AT+VLS=1")
        assert port.read_until(b"\x107").endswith(b"\x107")
        modem.row(type="caller", number="5551234", what="presses", detail="7")
        modem.order("hangup")
        modem.row(type="modem", what="tells", detail="DLE b")
        modem.order("dance")
        assert "no order; there are call, press, speak" in modem.row(type="error")["error"]
        modem.order("vanish 0.2")
        modem.row(type="modem", what="vanishes")
        assert modem.row(type="ready")["link"] == str(tmp_path / "ttyACM1")
    assert modem.end() == 0
    assert [each.name for each in tmp_path.iterdir()] == ["errors"]


def judged(modem: SimModem, plays: str) -> dict[str, Any]:
    """A program answers and plays this prompt: what the caller's scenario says of it."""
    modem.row(type="ready")
    prompt = ScriptSounds(load(shipped_script("hotline.ivr.yaml")), Path()).known()[plays]
    with modem.opened() as port:
        send(port, "ATE0+FCLASS=8;+VSM=1")
        port.read_until(b"RING\r\n")
        send(port, "AT+VLS=1")
        time.sleep(1.0)  # the caller listens for an answer
        send(port, "AT+VTX", b"CONNECT\r\n")
        port.write(shield(CODINGS["unsigned"].encode(prompt)) + b"\x10\x03")
        port.read_until(b"OK\r\n")
        told = modem.row(type="scenario")
    modem.program.communicate(timeout=WITHIN_S)
    return told


def test_a_scenario_s_caller_judges_by_ear_what_a_program_does_with_the_modem(
    made: list[SimModem], tmp_path: Path
) -> None:
    """One program plays the prompt that the caller waits for, another does not."""
    for plays in ("still-there", "goodbye"):
        folder = tmp_path / plays
        folder.mkdir()
        file = folder / "one.scenario.yaml"
        file.write_text(SCENARIO.format(what="{prompt: still-there, within: 4s}"))
        made.append(SimModem(folder, "--json", "--scenario", str(file)))
    with ThreadPoolExecutor() as pool:
        right, wrong = pool.map(judged, made, ("still-there", "goodbye"))
    assert [each.program.returncode for each in made] == [0, 1]
    assert (right["ok"], right["failures"]) == (True, [])
    (failure,) = wrong["failures"]
    assert failure["line"] == 6
    assert "waited 4 s for" in failure["message"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--vice", "haste"], "there is no such vice; there are late-ok"),
        (["--country", "XX"], "no country 'xx'"),
        (["--scenario", "nowhere.yaml"], "nowhere.yaml"),
    ],
)
def test_what_will_not_do_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert cli.main(["sim", "modem", "--link", str(tmp_path / "tty"), *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert words in said.err
    assert said.err.count("\n") == 1


def test_a_scenario_of_seats_is_the_station_s(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seats = SCENARIO.format(what="still-there") + 'seats: [{name: ann, number: "21"}]\n'
    (tmp_path / "one.scenario.yaml").write_text(seats)
    arguments = ["sim", "modem", "--link", str(tmp_path / "tty"), "--scenario"]
    assert cli.main([*arguments, str(tmp_path / "one.scenario.yaml")]) == 2
    assert "one.scenario.yaml:8" in (said := capsys.readouterr().err)
    assert "`seats` are of the station" in said
