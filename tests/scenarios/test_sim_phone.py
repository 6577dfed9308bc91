"""`ctidrv sim phone`: someone at a terminal (a pty) picks up, dials, hears, is rung, leaves, in real time."""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ctidrv import cli
from hwsim.commands.sim_phone import status
from hwsim.rig.desk import Shown

CTIDRV = (sys.executable, "-P", "-m", "ctidrv.cli")
WITHIN_S = 200
pytestmark = pytest.mark.timeout(400)


class Terminal:
    """The command at a pty of 24 lines; `said` is all that it wrote."""

    def __init__(self, *arguments: str) -> None:
        import pty

        self._own, other = pty.openpty()
        self.said = ""
        self._seen = 0
        self._program = subprocess.Popen(
            [*CTIDRV, "sim", "phone", *arguments],
            stdin=other,
            stdout=other,
            stderr=other,
            start_new_session=True,
        )
        os.close(other)

    def types(self, keys: str) -> None:
        os.write(self._own, keys.encode())

    def until(self, pattern: str) -> str:
        """Waits for it in what is written after the last thing that was waited for."""
        end = time.monotonic() + WITHIN_S
        while (found := re.search(pattern, self.said[self._seen :])) is None:
            assert time.monotonic() < end, f"no {pattern!r} in {self.said[-400:]!r}"
            assert self._read(1.0), f"no {pattern!r} in {self.said[-400:]!r}"
        self._seen += found.end()
        return found[0]

    def _read(self, within: float) -> bool:
        if not select.select([self._own], [], [], within)[0]:
            return True
        with contextlib.suppress(OSError):
            if came := os.read(self._own, 4096):
                self.said += came.decode()
                return True
        return False

    def signal(self, number: signal.Signals) -> None:
        self._program.send_signal(number)

    def end(self) -> int:
        while self._read(1.0) and self._program.poll() is None:
            pass
        return self._program.wait(WITHIN_S)

    def close(self) -> None:
        self._program.kill()
        self._program.wait()
        os.close(self._own)


@pytest.fixture
def sim_phone(tmp_path: Path) -> Iterator[Any]:
    made: list[Terminal] = []

    def make(*arguments: str) -> Terminal:
        made.append(Terminal("--data", str(tmp_path / "data"), *arguments))
        return made[-1]

    yield make
    for terminal in made:
        terminal.close()


def test_a_person_picks_up_dials_hears_the_menu_presses_and_hangs_up(sim_phone, tmp_path, capsys):
    phone = sim_phone("--number", "5551234")
    phone.until(r"keys: h hook")
    phone.until(r"\[on hook \]")
    phone.types(" ")
    phone.until(r"\[off hook\] .*#+ .*dial tone")
    phone.types("8001")
    phone.until("the line rings: a call is opened")
    phone.until(r"caller +hears ringback tone")
    phone.until(r"\[off hook\].*ringback tone +8001")
    phone.until(r"\[off hook\] +\[#+ *\] +-\d\d dBm0  a voice")
    phone.types("1")
    phone.until("key 1 heard in the middle of 'welcome'")
    phone.types("h")
    phone.until(r"\[on hook \]")
    phone.types("q")
    assert phone.end() == 0
    assert "the call is over: answered" in phone.said
    assert cli.main(["calls", "list", "--json", "--data", str(tmp_path / "data")]) == 0
    call = json.loads(capsys.readouterr().out)
    assert (call["number"], call["state"]) == ("5551234", "ended")


def test_his_telephone_rings_he_answers_and_hears_who_it_is_and_ctrl_c_leaves(sim_phone):
    phone = sim_phone()
    phone.until("keys")
    phone.types("r")
    phone.until(r"\[on hook \] RING")
    phone.types("h")
    phone.until(r"\[off hook\].*a voice")
    phone.signal(signal.SIGINT)
    phone.until("hangs up")
    assert phone.end() == 0


def test_keys_of_a_pipe_are_done_one_after_the_other_and_its_end_leaves(tmp_path):
    done = subprocess.run(
        [*CTIDRV, "sim", "phone", "--data", str(tmp_path / "data")],
        input="5xh.5v",
        capture_output=True,
        text=True,
        check=False,
        timeout=WITHIN_S,
    )
    assert (done.returncode, done.stderr) == (0, "")
    deeds = re.findall(r"caller   (\w+ \w+)", done.stdout)
    assert deeds[:4] == ["has the", "lifts the", "presses 5", "speaks 6"]
    assert "\x1b" not in done.stdout
    assert "\nyou have left, " in done.stdout


@pytest.mark.parametrize("number", ["", "12a", "1" * 21])
def test_a_number_that_is_none_is_one_line_and_nothing_is_made(number, tmp_path, capsys):
    assert cli.main(["sim", "phone", "--number", number, "--data", str(tmp_path / "data")]) == 2
    assert "a telephone number has 1 to 20 digits" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("shown", "line"),
    [
        (Shown(False, True, -100.0, "", ""), "[on hook ] RING [                    ]"),
        (
            Shown(True, False, -15.2, "dial tone", "80"),
            "[off hook]      [###############     ]  -15 dBm0  dial tone      80",
        ),
        (
            Shown(True, False, 2.0, "a voice", ""),
            "[off hook]      [####################]    2 dBm0  a voice",
        ),
    ],
)
def test_the_telephone_in_one_line(shown, line):
    assert status(shown).rstrip() == line
