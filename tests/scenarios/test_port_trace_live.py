"""`ctidrv ports trace` at a running station, whose simulated line is rung."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ctidrv.cli import main
from ctidrv.media.trace import load
from ctidrv.service.client import StationClient

CTIDRV = (sys.executable, "-P", "-m", "ctidrv.cli")
STATION = """
[office]
country = "US"
[[board]]
name = "sim"
driver = "sim"
lines = 2
phones = 1
[[line]]
port = "sim/1"
script = "hotline.ivr.yaml"
"""


class Office:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        (folder / "station.toml").write_text(STATION)
        self.station = self.begin("station", "--config", "station.toml", "--port", "0")
        assert self.station.stdout is not None
        assert self.station.stdout.readline().startswith("station at http://127.0.0.1:")

    def begin(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*CTIDRV, *words],
            cwd=self.folder,
            env={**os.environ, "CTIDRV_DATA": str(self.data)},
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def trace(self, *words: str) -> subprocess.Popen[str]:
        """A trace that has begun."""
        begun = self.begin("ports", "trace", *words)
        assert begun.stdout is not None
        begun.first = begun.stdout.readline()  # type: ignore[attr-defined]
        return begun

    def close(self) -> None:
        self.station.terminate()
        self.station.communicate(timeout=30)


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> Iterator[Office]:
    office = Office(tmp_path_factory.mktemp("office"))
    yield office
    office.close()


def of(rows: list[dict[str, Any]], type: str, key: str) -> list[Any]:
    return [row[key] for row in rows if row["type"] == type]


def test_a_call_is_traced_shown_and_replayed(office, capsys):
    tracing = office.trace("sim/1", "--call", "--json", "--output", "call.jsonl")
    caller = office.begin(
        *("sim", "call", "--number", "5551234", "--wait", "0.3", "--press", "2", "--hold", "9")
    )
    out = tracing.first
    while '"digit-up"' not in out:
        out += tracing.stdout.readline()
    with StationClient.discover(office.data) as station:
        station.hang_up(station.calls()[0]["id"])  # sooner than by the busy tone
    rest, err = tracing.communicate(timeout=60)
    caller.terminate()
    caller.communicate(timeout=30)
    assert (tracing.returncode, err) == (0, "")
    header, *rows = [json.loads(line) for line in (out + rest).splitlines()]
    assert (header["port"], header["kind"], header["driver"], header["country"]) == (
        "sim/1",
        "FXO",
        "sim",
        "US",
    )
    told = of(rows, "told", "told")
    assert told.count("caller-id-seen") == told.count("digit-down") == told.count("seized") == 1
    assert of(rows, "call", "event") == ["offered", "answered", "clearing", "ended"]
    assert rows[-1]["why"] == "the call is over"
    path = office.folder / "call.jsonl"
    trace = load(path)
    assert (trace.ended, trace.lost) == ("the call is over", 0)
    assert len(trace.rx) == trace.ticks * 160 > 8 * 8000
    for each in (path, path.with_suffix(".wav")):
        assert each.stat().st_mode & 0o077 == 0

    assert main(["ports", "trace", "--replay", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True
    assert main(["ports", "trace", "--show", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "caller ID (bell202, call): 5551234" in shown
    assert "digit 2 (dtmf)" in shown
    assert "order: go off hook" in shown


def test_an_interrupt_completes_the_file_and_a_kill_leaves_it_readable_and_the_port_free(office):
    killed = office.trace("sim/2", "--output", "killed.jsonl")
    assert killed.first.startswith("tracing sim/2 (FXO, sim)")
    with StationClient.discover(office.data) as station, station.trace("sim/1", audio=False) as rows:
        assert next(rows)["port"] == "sim/1"  # another port meanwhile
        for row in rows:
            if row["t"] >= 1.5:
                break
    killed.kill()
    _, warned = killed.communicate(timeout=30)
    assert "treat it as a recording" in warned
    trace = load(office.folder / "killed.jsonl")
    assert trace.ended is None
    assert trace.seconds > 0.5
    asked = office.trace("sim/2", "--no-audio", "--output", "asked.jsonl")  # the port is free again
    asked.send_signal(signal.SIGINT)
    out, _ = asked.communicate(timeout=30)
    assert asked.returncode == 0
    assert out.endswith("complete (asked)\n")
    assert load(office.folder / "asked.jsonl").ended == "asked"
    assert not (office.folder / "asked.wav").exists()


def test_who_traced_which_port_is_a_fact(office):
    with closing(sqlite3.connect(office.data / "ctidrv.db")) as connection:
        facts = connection.execute(
            "SELECT kind, actor, data FROM facts WHERE subject = 'port:sim/1' ORDER BY seq"
        ).fetchall()
    assert facts == [("traced", "token", '{"audio":true}'), ("traced", "token", '{"audio":false}')]


def test_what_cannot_be_traced_is_refused_in_one_line(office, capsys, tmp_path):
    assert main(["ports", "trace", "sim/9", "--data", str(office.data)]) == 1
    assert capsys.readouterr().err == "ctidrv: sim/9: no such port; there are sim/1, sim/2\n"
    assert main(["ports", "trace", "sim", "--data", str(office.data)]) == 2
    assert "BOARD/INDEX" in capsys.readouterr().err
    assert main(["ports", "trace"]) == 2
    assert "PORT to record one, or --show FILE" in capsys.readouterr().err
    assert main(["ports", "trace", "sim/1", "--data", str(tmp_path)]) == 1
    assert "no station runs" in capsys.readouterr().err
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{}\n")
    assert main(["ports", "trace", "--show", str(bad)]) == 2
    assert f"{bad}:1: a table with" in capsys.readouterr().err
