"""Every country's tones off their figures and in noise (tests/bench/bench_progress.py, another seed)."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[1] / "bench"))

from bench_progress import LEVEL, noisy, ours, played, right

from ctidrv.ports.regions import load_region


@pytest.mark.parametrize(
    ("pace_off", "snr_db", "least"), [(0.0, None, 99), (0.1, None, 98), (0.0, 20.0, 98), (0.0, 10.0, 97)]
)
def test_tones_of_countries_are_told(pace_off: float, snr_db: float | None, least: float) -> None:
    row = right(ours, seed=77, share=0.1, pace_off=pace_off, snr_db=snr_db)
    assert row.figure >= least, row.wrong


def test_noise_is_as_far_below_both_frequencies_as_it_says() -> None:
    sound = played(load_region("us"), "dial", 1.0, random.Random(1))
    loud = np.frombuffer(sound.bytes, "<i2").astype(float)
    quiet = np.frombuffer(noisy(sound, 2, 10.0, np.random.default_rng(1)).bytes, "<i2").astype(float) - loud
    tone = loud[8000:32000]
    assert 10 * np.log10(np.mean(tone**2) / np.mean(quiet**2)) == pytest.approx(10.0, abs=0.2)
    assert 20 * np.log10(np.sqrt(np.mean(tone**2)) / 16140) == pytest.approx(LEVEL + 3.01, abs=0.2)


def test_dial_tone_in_noise_is_not_the_second_dial_tone_25_hz_above_it() -> None:
    """Noise may make a second line, but not of the side of the first."""
    region = load_region("hu")
    assert region.tones["dial2"].hz == (425, 450)
    sound = played(region, "dial", 1.0, random.Random(2))
    told = [ours(region, noisy(sound, 1, 10.0, np.random.default_rng(seed)), False) for seed in range(20)]
    assert told == [["dial"]] * 20
