"""The driver of DAHDI cards at nodes of FUSE, in a process of its own, in real time."""

from __future__ import annotations

import json
import subprocess
import sys
from array import array
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("DAHDI's nodes are Linux only", allow_module_level=True)

from ctidrv.events import DigitDown
from ctidrv.native.ear import DTMF, Ear
from ctidrv.native.levels import level
from ctidrv.native.pcm import Pcm
from ctidrv.ports.conformance.judge import SENT_DBM0, beep, longest
from ctidrv.units import PortId, ms, seconds
from hwsim.devices.dahdi.stand_in import DahdiStandIn

AT_THE_END = SENT_DBM0 - 6.0
"""Two lines of the simulated exchange are between them."""
pytestmark = pytest.mark.timeout(300)


class Program:
    """`dahdi_answers.py`, and what it has told."""

    def __init__(self, nodes: Path, heard: Path) -> None:
        command = [sys.executable, str(Path(__file__).with_name("dahdi_answers.py")), str(nodes), str(heard)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.rows: list[dict[str, Any]] = []

    def until(self, what: str) -> dict[str, Any]:
        assert self.process.stdout is not None
        while not self.rows or self.rows[-1]["what"] != what:
            line = self.process.stdout.readline()
            assert line, self.rows[-5:]
            self.rows.append(json.loads(line))
        return self.rows[-1]


def test_a_whole_call_between_two_processes(fuse: None, tmp_path: Path) -> None:
    board = {"caller_id_when": "before-ring", "clearing": ["loop-break"]}
    with DahdiStandIn(tmp_path / "nodes", fxo=1, fxs=1, board=board) as card:
        program = Program(tmp_path / "nodes", tmp_path / "heard")
        try:
            (port,) = program.until("ready")["ports"]
            assert "channel 1" in port
            assert "FXO port (to the exchange), fxsks" in port
            card.order("call 5551234 ANN LEE")
            shown = program.until("CallerIdSeen")
            assert (shown["number"], shown["name"]) == ("5551234", "ANN LEE")
            program.until("has said it")
            caller = card.people[0].answered(within=seconds(10))
            phone = card.time.wait(caller)
            card.time.wait(phone.silence(seconds(0.6)))
            card.time.do(phone.collect)
            said, gaps = longest(Pcm(phone.heard[-seconds(3.2) :]), AT_THE_END - 10)
            assert len(said) == pytest.approx(seconds(1.5), abs=ms(40))
            gaps_there = gaps
            assert level(said[800:-800]) == pytest.approx(AT_THE_END, abs=1.0)
            card.time.wait(phone.speak(beep(1.0, 620.0)))
            card.time.wait(phone.silence(seconds(0.4)))
            card.time.wait(phone.press("159#"))
            program.until("has keyed it")
            told = [row["digit"] for row in program.rows if row["what"] == "DigitDown"]
            assert "".join(told)[:4] == "159#"  # its own 7 may come back to it
            card.time.wait(phone.silence(seconds(0.4)))
            card.time.do(phone.collect)
            keyed = Ear((PortId("phone"),), DTMF).hear(Pcm(phone.heard[-seconds(0.8) :]))
            digits = [each.digit for each in keyed if isinstance(each, DigitDown)]
            assert digits[-1] == "7"  # behind his own keys, which the line returns
            card.order("hangup")
            assert program.until("RemoteGone")["cause"] == "remote-loop-break"
            ends = program.until("ends")
        finally:
            program.process.kill()
            program.process.communicate()
    assert ends["trouble"] is None
    samples = array("h")
    samples.frombytes((tmp_path / "heard").read_bytes())
    came, gaps = longest(Pcm(samples), AT_THE_END - 5)
    assert len(came) == pytest.approx(seconds(1.0), abs=ms(40))
    # A computer that was busy makes a gap, and the driver counts it.
    assert gaps == 0 or ends["status"]["rx_slips"]
    assert gaps_there == 0 or ends["status"]["tx_slips"]
    assert level(came[800:-800]) == pytest.approx(AT_THE_END, abs=1.0)
    assert not (tmp_path / "nodes").exists()
