"""``ctidrv calls dial`` with a station in real time: progress, refusals, and kill -9 while it dials."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ctidrv.errors import ServiceError
from ctidrv.service.client import StationClient

CONFIG = """\
[office]
country = "GB"
[[board]]
name = "sim"
driver = "sim"
country = "GB"
lines = 1
phones = 1
[board.exchange.plan]
"1700" = "busy"
[[line]]
port = "sim/1"
script = "hotline.ivr.yaml"
"""
WORDS = str(Path(__file__).parents[2] / "hw-sim/hwsim/voices/ann-lee.wav")


def command(*arguments: str, data: Path) -> list[str]:
    return [sys.executable, "-P", "-m", "ctidrv.cli", *arguments, "--data", str(data)]


def ran(*arguments: str, data: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments, data=data), capture_output=True, text=True, check=False, timeout=90
    )


def until(found: Callable[[], Any], what: str, seconds: float = 60.0) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if got := found():
            return got
        time.sleep(0.05)
    raise AssertionError(f"this did not happen within {seconds} s: {what}")


def reached(data: Path) -> bool:
    try:
        StationClient.discover(data).close()
    except ServiceError:
        return False
    return True


@pytest.fixture
def station(tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    data = tmp_path / "data"
    data.mkdir()
    (data / "station.toml").write_text(CONFIG, encoding="utf-8")
    started = subprocess.Popen(
        command("station", data=data), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True
    )
    try:
        until(lambda: reached(data), "the station answers")
        yield data, started
    finally:
        started.kill()
        started.communicate()


def test_dial_tells_the_progress_refuses_in_one_line_and_a_kill_leaves_a_row_that_says_so(
    station: Any,
) -> None:
    data, process = station
    abroad = ran("calls", "dial", "+8613800138000", "--play", WORDS, data=data)
    assert abroad.returncode == 1
    assert "calls abroad are not on the list" in abroad.stderr
    assert abroad.stderr.count("\n") == 1
    assert ran("calls", "dial", "1700", data=data).returncode == 2  # who is to talk?
    busy = ran("calls", "dial", "1700", "--play", WORDS, "--json", data=data)
    assert (busy.returncode, busy.stderr) == (1, "")
    told = [json.loads(line) for line in busy.stdout.splitlines()]
    assert [event["type"] for event in told if "recording" not in event["type"]] == [
        "call.offered",
        "call.dialled",
        "call.clearing",
        "call.ended",
    ]
    assert (told[-1]["cause"], told[-1]["outcome"]) == ("called-busy", "busy")
    with StationClient.discover(data) as client:
        until(lambda: client.ports()[0]["state"] == "idle", "the line is idle")
        with subprocess.Popen(
            command("calls", "dial", "5550001", "--play", WORDS, data=data),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as dialling:
            until(lambda: client.ports()[0]["state"] == "dialling", "the line dials")
            os.kill(process.pid, signal.SIGKILL)
            _, said = dialling.communicate(timeout=30)
    assert dialling.returncode == 1
    assert said.count("\n") == 1
    again = subprocess.Popen(command("station", data=data), stdout=subprocess.DEVNULL)
    try:
        until(lambda: reached(data), "the station answers again")
        with StationClient.discover(data) as client:
            row = client.calls()[0]
            assert (row["direction"], row["number"], row["state"]) == ("out", "5550001", "ended")
            assert (row["cause"], row["outcome"]) == ("station-restart", "interrupted")
            assert row["answered"] is None
            assert client.ports()[0]["state"] == "idle"
    finally:
        again.terminate()
        again.wait(30)
