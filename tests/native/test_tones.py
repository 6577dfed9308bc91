"""Tones and levels against numpy's spectrum."""

from __future__ import annotations

import numpy as np
import pytest

from ctidrv.errors import NativeError, UsageError
from ctidrv.native.levels import SILENCE_DBM0, LevelMeter, level, peak_level
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import Part, dtmf, render, tone

REFERENCE_RMS = 16140.0  # of a 0 dBm0 sine


def samples(sound: Pcm) -> np.ndarray:
    return np.frombuffer(sound.bytes, dtype="<i2").astype(float)


def line_level(sound: np.ndarray, hz: float) -> float:
    """The level of one frequency (whole cycles in the sound), in dBm0."""
    n = np.arange(len(sound))
    amplitude = 2 * abs(np.dot(sound, np.exp(-2j * np.pi * hz * n / 8000))) / len(sound)
    return float(20 * np.log10(amplitude / np.sqrt(2) / REFERENCE_RMS))


def test_both_frequencies_of_dial_tone_have_the_level_asked_for() -> None:
    sound = samples(render(tone([Part(hz=(350, 440), level=-13)]), 16000))[8000:]
    assert line_level(sound, 350) == pytest.approx(-13, abs=0.05)
    assert line_level(sound, 440) == pytest.approx(-13, abs=0.05)
    assert 10 * np.log10(np.mean(sound**2)) - 20 * np.log10(REFERENCE_RMS) == pytest.approx(-9.99, abs=0.05)


def test_nothing_else_is_in_a_tone() -> None:
    sound = samples(render(tone([Part(hz=(1000,), level=0)]), 16000))[8000:]
    spectrum = np.abs(np.fft.rfft(sound)) ** 2
    spectrum[1000] = 0
    assert 10 * np.log10(spectrum.sum() / (np.abs(np.fft.rfft(sound)) ** 2).sum()) < -85


def test_a_cadence_repeats_with_loop_and_ends_without() -> None:
    parts = [Part(hz=(480, 620), ms=500), Part(ms=500)]
    looped = samples(render(tone(parts, loop=True), 24000)).reshape(3, 2, 4000)
    assert (np.abs(looped[:, 0]).max(axis=1) > 8000).all()
    assert (looped[:, 1] == 0).all()
    assert len(render(tone(parts), 24000)) == 8000


@pytest.mark.parametrize("digit", "0123456789*#ABCD")
def test_q23_a_digit_has_its_row_and_column(digit: str) -> None:
    keys = "123A456B789C*0#D"
    row, column = divmod(keys.index(digit), 4)
    sound = samples(dtmf(digit, on_ms=1000, off_ms=0, level=-8, twist=2))
    low = [line_level(sound, hz) for hz in (697, 770, 852, 941)]
    high = [line_level(sound, hz) for hz in (1209, 1336, 1477, 1633)]
    assert low[row] == pytest.approx(-10, abs=0.1)
    assert high[column] == pytest.approx(-8, abs=0.1)
    assert sum(value > -40 for value in low + high) == 2


def test_what_is_no_digit_is_named() -> None:
    with pytest.raises(UsageError, match="12é"):
        dtmf("12é")
    with pytest.raises(UsageError):
        dtmf("")


def test_too_many_parts_or_frequencies_are_refused() -> None:
    with pytest.raises(UsageError):
        tone([Part()] * 17)
    with pytest.raises(UsageError):
        tone([Part(hz=(1, 2, 3, 4, 5))])
    with pytest.raises(NativeError):
        render(tone([Part(hz=(9000,))]), 10)


def test_level_is_that_of_the_rms() -> None:
    n = np.arange(8000)
    sine = np.round(16140 * np.sqrt(2) * 0.1 * np.sin(2 * np.pi * 1000 * n / 8000)).astype(int)
    assert level(Pcm(sine.tolist())) == pytest.approx(-20, abs=0.01)
    assert peak_level(Pcm([32767, 0])) == pytest.approx(3.14, abs=0.01)
    assert level(Pcm.silence(100)) == SILENCE_DBM0
    assert level(Pcm()) == SILENCE_DBM0


def test_the_running_meter_settles_and_forgets_its_peak_when_taken() -> None:
    meter = LevelMeter()
    meter.feed(render(tone([Part(hz=(1000,), level=-20)]), 8000))
    assert meter.dbm0 == pytest.approx(-20, abs=0.1)
    assert meter.take_peak() == pytest.approx(-20, abs=0.1)
    assert meter.take_peak() == SILENCE_DBM0
    with pytest.raises(NativeError):
        LevelMeter(0)
