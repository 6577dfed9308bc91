"""The bench of the fax receivers (tests/bench/bench_fax_receivers.py): it measures receivers that receive."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from ctidrv.native.pcm import Pcm
from tests.native import spandsp_fax

sys.path.append(str(Path(__file__).parents[1] / "bench"))

import bench_fax_receivers as bench

# What a valgrind counts of four seconds and of six.
COUNTS = """#!/bin/sh
case "$*" in
  *"--toggle-collect=cti_fax_modem_rx_run"*"ours 4") n=30000000;;
  *"--toggle-collect=cti_fax_modem_rx_run"*"ours 6") n=46000000;;
  *"peer 4") n=500000000;; *"hollow 4") n=470000000;;
  *"peer 6") n=612000000;; *"hollow 6") n=570000000;;
esac
echo "==1== Collected : $n" >&2
"""


@pytest.mark.parametrize("name", bench.RECEIVERS)
def test_carrier_is_received_from_its_training_to_the_last_second(name: str) -> None:
    seconds = bench.BEGIN + 2
    said = bench.heard(name, bench.carrier(name, seconds))
    assert bench.received(said)
    _, rate = bench.RECEIVERS[name]
    assert said["bits"] >= 0.7 * rate * seconds  # less training, or check sequences and flags


def test_carrier_that_ended_or_never_came_is_not_counted() -> None:
    sound = bench.carrier("v17-14400", bench.BEGIN)
    assert not bench.received(bench.heard("v17-14400", sound + Pcm.silence(16_000)))
    assert not bench.received(bench.heard("v17-14400", Pcm.silence(16_000)))


@pytest.mark.parametrize("name", [name for name in bench.RECEIVERS if name != "v21-300"])
def test_carrier_is_received_by_spandsp(name: str) -> None:
    modem, rate = bench.RECEIVERS[name]
    receiver = spandsp_fax.PageReceiver(spandsp_fax.load(), modem, rate)
    bits = receiver.hear(bench.carrier(name, bench.BEGIN + 2))
    assert len(bits) >= 0.7 * rate * (bench.BEGIN + 2)


def _valgrind(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    program = folder / "valgrind"
    program.write_text(script)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    monkeypatch.setattr(sys, "argv", ["bench_fax_receivers.py", *arguments])


def test_figures_are_what_the_seconds_behind_the_fourth_cost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _valgrind(tmp_path, COUNTS, monkeypatch, "--seconds", "2", "--receiver", "v17-14400", "--json")
    monkeypatch.setattr(bench, "find_library", lambda name: "libspandsp.so.2")
    assert bench.main() == 0
    said = json.loads(capsys.readouterr().out)["million_a_second"]
    assert said == {"v17-14400": {"ours": 8.0, "spandsp": 6.0}}


def test_without_spandsp_ours_alone_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _valgrind(tmp_path, COUNTS, monkeypatch, "--seconds", "2")
    monkeypatch.setattr(bench, "find_library", lambda name: None)
    assert bench.main() == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    assert rows == [[name, "8.00", "-"] for name in bench.RECEIVERS]


def test_without_valgrind_its_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["bench_fax_receivers.py"])
    with pytest.raises(SystemExit, match="install the package valgrind"):
        bench.main()


def test_process_that_fails_gives_no_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _valgrind(tmp_path, COUNTS + "exit 1\n", monkeypatch)
    with pytest.raises(SystemExit, match="v17-14400, ours: valgrind could not count"):
        bench.main()
