"""`ctidrv sim bench`: the measured call is a whole call, and every line has it."""

from __future__ import annotations

import json

import pytest

from ctidrv.cli import main
from hwsim.rig.bench import measure


def test_every_line_talks_listens_and_is_recorded():
    made = measure(2)
    assert made.lines == 2
    assert made.line_seconds > 2 * 60
    assert 2 * 40 < made.recorded_s < made.line_seconds
    assert made.cpu_s > 0


def test_the_report_has_one_line_and_sixteen(capsys):
    assert main(["sim", "bench", "--seconds", "20", "--repeat", "1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["sixteen_lines"]["line_seconds"] == pytest.approx(
        16 * told["one_line"]["line_seconds"], rel=0.2
    )
    for name in ("one_line", "sixteen_lines"):
        assert told[name]["line_seconds_per_second"] > 0
        assert told[name]["python_kib_per_line"] > 0


def test_a_call_of_no_length_is_refused(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["sim", "bench", "--seconds", "0"])
    assert "a measured call lasts 20 to 3600 s" in capsys.readouterr().err
