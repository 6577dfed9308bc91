"""kill -9 of the station in the middle of a call and of its recording; the next start puts it right.

Real processes in real time: a station, a simulated caller, a second station.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from ctidrv.errors import ServiceError
from ctidrv.service.client import StationClient

T = TypeVar("T")
SPEECH_S = 3.0


def until(found: Callable[[], T | None], what: str, seconds: float = 30.0) -> T:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if got := found():
            return got
        time.sleep(0.02)
    raise AssertionError(f"this did not happen within {seconds} s: {what}")


def ctidrv(*arguments: str, data: Path) -> list[str]:
    return [sys.executable, "-P", "-m", "ctidrv.cli", *arguments, "--data", str(data)]


@contextmanager
def process(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def rows(*arguments: str, data: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        ctidrv(*arguments, "--json", data=data), capture_output=True, text=True, encoding="utf-8", check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def reached(data: Path) -> StationClient | None:
    try:
        return StationClient.discover(data)
    except ServiceError:
        return None


def on_disk(data: Path) -> list[Path]:
    """Recordings that hold at least so much speech time already (44 bytes of header, 32,000 a second)."""
    return [path for path in data.rglob("recordings/*/*/*/*.wav") if path.stat().st_size > 32_000 * SPEECH_S]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 on this system")
def test_killed_station_leaves_an_idle_line_a_playable_recording_and_the_call(tmp_path):
    soundfile = pytest.importorskip("soundfile", reason="soundfile is not installed")
    with process(ctidrv("station", data=tmp_path)) as station:
        client = until(lambda: reached(tmp_path), "the station answers")
        client.add_customer("Ann Lee", ["(212) 555-0123"])
        client.close()
        caller = ctidrv("sim", "call", "--number", "2125550123", "--hold", "60", data=tmp_path)
        with process(caller):
            until(lambda: on_disk(tmp_path), f"{SPEECH_S} s of the call are recorded", 40)
            (wav,) = on_disk(tmp_path)
            seen = wav.stat().st_size
            station.send_signal(signal.SIGKILL)
            assert station.wait(10) == -signal.SIGKILL
    # As the kill left it: playable by others, nothing of what was on the disk is missing.
    with soundfile.SoundFile(wav) as file:
        assert file.channels == 2
        assert file.frames * 4 >= seen - 44 - 32_000
    (left,) = rows("calls", "list", data=tmp_path)
    assert left["state"] != "ended"
    assert (tmp_path / "station.json").exists()
    assert reached(tmp_path) is None

    with process(ctidrv("station", "--json", data=tmp_path)) as station:
        client = until(lambda: reached(tmp_path), "the second station answers")
        with client:
            assert [port["state"] for port in client.ports()] == ["idle"]
            call = client.call(left["id"])
            (recording,) = call["recordings"]
            audio = client.recording_audio(recording["id"])
        station.send_signal(signal.SIGTERM)
        ready = json.loads(station.communicate(timeout=20)[0].splitlines()[0])
        assert station.returncode == 0
    assert ready["repaired"] == {"calls": 1, "recordings": 1, "messages": 0}
    assert (call["state"], call["cause"], call["outcome"]) == ("ended", "station-restart", "interrupted")
    assert (call["number"], call["customer_name"]) == ("2125550123", "Ann Lee")
    assert call["ended"] is not None
    assert recording["state"] == "repaired"
    assert recording["seconds"] * 32_000 >= seen - 44 - 32_000
    assert audio == wav.read_bytes()
    with wave.open(str(wav), "rb") as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8000)
        assert file.getnframes() / 8000 == recording["seconds"]
    (listed,) = rows("recordings", "list", data=tmp_path)
    assert {"call", "path", "sha256", "seconds", "started"} <= set(listed)
    assert (listed["path"], listed["call"]) == (str(wav), call["id"])
    assert all(result["ok"] for result in rows("recordings", "verify", data=tmp_path))
    assert not (tmp_path / "station.json").exists()
    assert rows("db", "check", data=tmp_path)[0]["findings"] == []


def test_station_stops_cleanly_and_refuses_a_second_one(tmp_path):
    with process(ctidrv("station", data=tmp_path)) as station:
        client = until(lambda: reached(tmp_path), "the station answers")
        state = json.loads((tmp_path / "station.json").read_text("utf-8"))
        assert set(state) == {"url", "pid", "version"}
        assert state["pid"] == station.pid
        if os.name == "posix":
            for name in ("station.json", "token"):
                assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
        second = subprocess.run(ctidrv("station", data=tmp_path), capture_output=True, text=True, check=False)
        assert second.returncode == 1
        assert second.stderr.splitlines() == [
            f"ctidrv: a station runs on {tmp_path} already (process {station.pid}): use it, or stop it first"
        ]
        port = state["url"].rpartition(":")[2]
        elsewhere = tmp_path / "elsewhere"
        taken = subprocess.run(
            ctidrv("station", "--port", port, data=elsewhere), capture_output=True, text=True, check=False
        )
        assert taken.returncode == 1
        assert taken.stderr.splitlines() == [
            f"ctidrv: port {port} on 127.0.0.1 is in use by another program: choose another with --port"
        ]
        assert not elsewhere.exists()
        assert [row["state"] for row in rows("ports", data=tmp_path) if row["type"] == "port"] == ["idle"]
        with client:
            told = client.station()
            assert sum(told["lateness"]) >= told["engine"]["ticks"] > 0
        station.send_signal(signal.SIGINT if os.name == "posix" else signal.CTRL_BREAK_EVENT)
        station.communicate(timeout=20)
        assert station.returncode == 0
    assert not (tmp_path / "station.json").exists()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 on this system")
def test_hundredth_of_the_long_kill_run_finds_nothing(tmp_path):
    pytest.importorskip("soundfile", reason="soundfile is not installed")
    script = Path(__file__).parents[1] / "long" / "kill_station.py"
    figures = tmp_path / "figures.json"
    options = ["--kills", "1", "--seed", "103", "--latest", "8", "--out", str(figures)]
    run = subprocess.run(
        [sys.executable, str(script), *options], capture_output=True, text=True, timeout=100, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    told = json.loads(figures.read_text("utf-8"))
    assert (told["kills"], told["findings"]) == (1, 0)
    assert told["calls_told"] >= 1
    assert told["repaired"]["calls"] >= 1
