"""A looped line, measured through the engine: two lines of the simulated exchange that called each other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ctidrv.cli import main

FOLDER = """
[[board]]
name = "sim"
driver = "sim"
lines = 3
{more}
[[line]]
port = "sim/1"
script = "hotline.ivr.yaml"
"""


def folder(path: Path, more: str = "") -> str:
    path.mkdir(exist_ok=True)
    (path / "station.toml").write_text(FOLDER.format(more=more))
    return str(path)


def ran(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any], str]:
    capsys.readouterr()
    code = main(["selftest", *words, "--json"])
    out, err = capsys.readouterr()
    return code, json.loads(out) if out else {}, err


def test_line_is_measured_as_it_was_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Loss at both ends, 12 dB of return loss, -60 dBm0 of noise; the exchange's law is in between."""
    data = folder(tmp_path / "data", "loss_db = 4\nreturn_loss_db = 12\nnoise_dbm0 = -60")
    code, report, err = ran(capsys, "--line", "sim/1,sim/2", "--dial", "8002", "--data", data)
    assert (code, err) == (0, "")
    line = report["rows"]["line"]
    assert line["loss_db"] == pytest.approx(8, abs=0.2)
    assert line["echo_return_loss_db"] == pytest.approx(12, abs=0.3)
    assert line["noise_dbm0"] == pytest.approx(-60, abs=0.7)
    assert 0 <= line["delay_ms"] <= 40
    assert line["speech_to_distortion_db"] > 25
    digits = {name: row for name, row in report["rows"].items() if name.startswith("digits")}
    assert len(digits) == 5
    for row in digits.values():
        assert row["heard_percent"] == 100
        assert row["false"] == 0
        assert 15 < row["latency_median_ms"] < 45


def test_a_line_that_loses_too_much_hears_fewer_digits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = folder(tmp_path / "data", "loss_db = 13\nnoise_dbm0 = -40")
    _, report, _ = ran(capsys, "--line", "sim/1,sim/2", "--dial", "8002", "--data", data)
    assert report["rows"]["line"]["loss_db"] == pytest.approx(26, abs=0.5)
    assert report["rows"]["digits of -25 dBm0"]["heard_percent"] < 50


def test_same_seed_gives_the_same_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = folder(tmp_path / "data")
    words = ("--line", "sim/2,sim/3", "--dial", "8003", "--data", data)
    assert ran(capsys, *words)[1]["rows"] == ran(capsys, *words)[1]["rows"]


@pytest.mark.parametrize(
    ("line", "dial", "code", "why"),
    [
        ("sim/1,", "8002", 2, "two ports, such as sim/1,sim/2"),
        ("sim/1", None, 1, "sim/1: hears -1"),
        ("sim/1", "8002", 1, "a line alone must be silent"),
        ("sim/1,sim/1", "8002", 2, "two ports, such as sim/1,sim/2"),
        ("lab/1,lab/2", "8002", 1, "no such board; there are sim"),
        ("sim/1,sim/9", "8002", 1, "sim/9: no such port; there are sim/1"),
        ("sim/1,sim/2", "8003", 1, "sim/2: did not ring after 8003 was dialled within 20 s"),
        ("sim/1,sim/2", None, 1, "sim/2 does not hear what sim/1 sends: are the two connected?"),
        ("sim/1,sim/2", "80x", 2, "digits are 0-9"),
    ],
)
def test_ports_that_are_not_connected_are_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, dial: str | None, code: int, why: str
) -> None:
    words = ("--line", line, *(() if dial is None else ("--dial", dial)))
    result, _, err = ran(capsys, *words, "--data", folder(tmp_path / "data"))
    assert result == code
    assert why in err
    assert err.count("\n") == 1


def test_line_is_not_measured_while_a_station_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from ctidrv.folder import DataFolder
    from ctidrv.service.lock import StationLock

    data = folder(tmp_path / "data")
    lock = StationLock(DataFolder(Path(data)))
    lock.acquire()
    try:
        code, _, err = ran(capsys, "--line", "sim/1,sim/2", "--dial", "8002", "--data", data)
    finally:
        lock.release()
    assert code == 1
    assert "a station runs on" in err
