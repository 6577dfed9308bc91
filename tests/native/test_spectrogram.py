"""The spectrogram's figures against numpy's transform, and a sine at the level and place that it has."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from ctidrv.errors import NativeError
from ctidrv.native.pcm import Pcm
from ctidrv.native.spectrogram import BINS, FRAME, spectrogram

HZ = 8000 / FRAME


def pcm(values: npt.NDArray[np.floating]) -> Pcm:
    return Pcm(np.round(values).astype(np.int16).tobytes())


def sine(hz: float, dbm0: float, samples: int) -> npt.NDArray[np.float64]:
    peak = 16140 * math.sqrt(2) * 10 ** (dbm0 / 20)
    return np.asarray(peak * np.sin(2 * np.pi * hz * np.arange(samples) / 8000))


def levels(sound: Pcm, edges: list[int], most: int = 6) -> npt.NDArray[np.float32]:
    return np.array(spectrogram(sound, edges, most).tolist())


def test_a_frame_has_the_levels_of_numpys_transform() -> None:
    values = np.random.default_rng(4).normal(0, 3000, FRAME).round()
    window = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(FRAME) + 0.5) / FRAME)
    size = np.abs(np.fft.rfft(values * window))[:BINS]
    expected = 20 * np.log10(size * math.sqrt(2) / (window.sum() * 16140))
    assert np.allclose(levels(pcm(values), [0, FRAME])[0], expected, atol=0.01)


@pytest.mark.parametrize("dbm0", [0.0, -20.0, -43.0])
def test_a_sine_reads_its_own_level_at_its_own_frequency(dbm0: float) -> None:
    column = levels(pcm(sine(40 * HZ, dbm0, FRAME)), [0, FRAME])[0]
    assert int(np.argmax(column)) == 40
    assert column[40] == pytest.approx(dbm0, abs=0.1)


def test_silence_and_what_lies_outside_the_sound_is_silent() -> None:
    assert set(levels(Pcm.silence(FRAME), [-9000, -4000, 0, FRAME, 9000]).flat) == {-100.0}
    assert levels(Pcm.silence(0), [0, 10]).shape == (1, BINS)


def test_a_column_shows_the_sound_of_its_own_time_and_a_wide_one_a_short_sound_too() -> None:
    sound = pcm(np.concatenate([np.zeros(8000), sine(1000, -10, 800), np.zeros(8000)]))
    narrow = levels(sound, list(range(0, 16800, 100)))
    loud = np.flatnonzero(narrow[:, 32] > -16)
    assert loud[0] * 100 == pytest.approx(8000, abs=150)
    assert loud[-1] * 100 == pytest.approx(8700, abs=150)
    wide = levels(sound, [6000, 7500, 9000, 10500])
    assert [bool(column[32] > -20) for column in wide] == [False, True, False]


def test_edges_that_go_back_and_columns_of_no_frame_are_refused() -> None:
    with pytest.raises(NativeError):
        spectrogram(Pcm.silence(FRAME), [100, 0], 6)
    with pytest.raises(NativeError):
        spectrogram(Pcm.silence(FRAME), [0, 100], 0)
    assert len(spectrogram(Pcm.silence(FRAME), [5], 6)) == 0
