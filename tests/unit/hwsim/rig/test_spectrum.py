"""The spectrogram's figures against numpy's transform, and a sine at the level and place that it has."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from hwsim.rig.picture.spectrum import BINS, FLOOR_DBM0, FRAME, both_levels, columns, transform

HZ = 8000 / FRAME


def sine(hz: float, dbm0: float, samples: int) -> list[int]:
    peak = 16140 * math.sqrt(2) * 10 ** (dbm0 / 20)
    return [round(peak * math.sin(2 * math.pi * hz * n / 8000)) for n in range(samples)]


@pytest.mark.parametrize("size", [1, 2, 8, FRAME])
def test_the_transform_is_numpys(size):
    chance = random.Random(4)
    values = [complex(chance.gauss(0, 1), chance.gauss(0, 1)) for _ in range(size)]
    assert np.allclose(transform(values), np.fft.fft(values), atol=1e-9)


def test_two_directions_in_one_transform_are_those_of_two():
    chance = random.Random(9)
    one, other = ([chance.randrange(-9000, 9000) for _ in range(FRAME)] for _ in range(2))
    window = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(FRAME) + 0.5) / FRAME)
    for levels, sound in zip(both_levels(one, other), (one, other), strict=True):
        size = np.abs(np.fft.rfft(np.array(sound) * window))[:BINS]
        assert np.allclose(levels, 20 * np.log10(size * math.sqrt(2) / (window.sum() * 16140)), atol=1e-6)


@pytest.mark.parametrize("dbm0", [0.0, -20.0, -43.0])
def test_a_sine_reads_its_own_level_at_its_own_frequency_and_not_in_the_other_direction(dbm0):
    said, heard = both_levels(sine(40 * HZ, dbm0, FRAME), [0] * FRAME)
    assert max(range(BINS), key=said.__getitem__) == 40
    assert said[40] == pytest.approx(dbm0, abs=0.1)
    assert max(heard) < FLOOR_DBM0 - 10


def test_a_column_shows_the_sound_of_its_own_time_and_a_wide_one_a_short_sound_too():
    sound = [0] * 8000 + sine(1000, -10, 800) + [0] * 8000
    silence = [0] * len(sound)
    narrow = columns(sound, silence, list(range(0, 16800, 100)))[0]
    loud = [number for number, column in enumerate(narrow) if column[32] > -16]
    assert loud[0] * 100 == pytest.approx(8000, abs=150)
    assert loud[-1] * 100 == pytest.approx(8700, abs=150)
    wide = columns(sound, silence, [6000, 7500, 9000, 10500])[0]
    assert [column[32] > -20 for column in wide] == [False, True, False]
