"""A piece of the soak (tests/long/soak.py), with another seed, on fewer lines that are busier."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import pytest

from ctidrv.apps.ivr.shipped import shipped_folder
from ctidrv.units import seconds
from hwsim.load.read import parse_population

sys.path.insert(0, str(Path(__file__).parents[1] / "long"))
import soak


@pytest.mark.timeout(600)
def test_a_piece_of_a_week_leaves_every_row_its_recording_or_the_fact_of_its_deletion(tmp_path):
    shipped = shipped_folder() / soak.OFFICE
    text = shipped.read_text("utf-8").replace("busy: 25 ", "busy: 90 ")
    run = soak.Run(
        parse_population(text, shipped).on(lines=4, seed=77),
        seconds(540),
        timedelta(minutes=2),
        every=seconds(30),
        settled=seconds(240),
    )
    told = soak.soak(run, tmp_path / "station", tmp_path / "soak.json")
    assert told["findings"] == []
    assert told["whole"]
    total = told["load"]["total"]
    assert total["calls"] == told["planned"] > 25
    assert told["recordings_kept"] + told["recordings_deleted"] == total["answered"] > 15
    assert told["recordings_deleted"] > 8
    assert max(look["recordings"] for look in told["hours"]) < total["answered"]
    assert told["busy_line_s"] > 600
