"""A piece of the long run of clocks that differ (tests/long/headset_drift.py), with another seed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "long"))

import headset_drift
import numpy


@pytest.mark.parametrize("case", headset_drift.CASES)
def test_clocks_200_ppm_apart_lose_no_sample_that_is_not_counted(case: str) -> None:
    told = headset_drift.play(case, 200.0, 2, 72.0)
    assert told["findings"] == []
    assert told["slips"] == {"to_board": 0, "to_headset": 0}


def test_sample_that_is_lost_is_found() -> None:
    """The measure itself."""
    sound = headset_drift.PEAK * numpy.sin(2 * numpy.pi * 1000 / 8000 * numpy.arange(16_000))
    for lost in (8000, 8001, 9600, 9601):
        ear = headset_drift.Ear()
        short = numpy.delete(sound, lost)
        for at in range(0, len(short) - 160, 160):
            ear.hears(short[at : at + 160], at / 8000)
        assert 1 <= len(ear.jumps) <= 2, lost
