"""Finding a piece of audio: what the simulated callers and the demo judge by."""

from __future__ import annotations

import numpy as np
import pytest

from ctidrv.errors import NativeError
from ctidrv.native import compare, g711
from ctidrv.native.pcm import Pcm


def piece(seconds: float, seed: int) -> np.ndarray:
    """Noise in bands that come and go, as speech does; about -20 dBm0."""
    random = np.random.default_rng(seed)
    n = int(seconds * 8000)
    white = random.normal(0, 1, n)
    smooth = np.convolve(white, random.normal(0, 1, 12), "same")
    loudness = np.repeat(random.uniform(0, 1, n // 1200 + 1) ** 2, 1200)[:n]
    shaped = smooth * loudness
    return shaped / np.sqrt(np.mean(shaped**2)) * 1614


def pcm(x: np.ndarray) -> Pcm:
    return Pcm(np.clip(np.round(x), -32768, 32767).astype(int).tolist())


def test_a_piece_after_a_law_6_db_loss_and_noise_is_found_and_measured() -> None:
    needle = piece(3, 1)
    haystack = np.random.default_rng(2).normal(0, 16140 * 10 ** (-56 / 20), 80000)
    haystack[12345 : 12345 + len(needle)] += needle * 10 ** (-6 / 20)
    heard = g711.decode(g711.encode(pcm(haystack), "alaw"), "alaw")
    match = compare.find(pcm(needle), heard)
    assert match is not None
    assert match.offset == 12345
    assert match.gain_db == pytest.approx(-6, abs=0.05)
    assert match.snr_db == pytest.approx(30, abs=2.5)
    assert match.correlation > 0.99


@pytest.mark.parametrize("seed", range(5))
def test_another_piece_is_not_found(seed: int) -> None:
    assert compare.find(pcm(piece(2, seed)), pcm(piece(10, seed + 100))) is None


def test_the_right_one_of_two_like_pieces_is_found() -> None:
    needle = piece(1, 3)
    other = needle.copy()
    other[:4000] = piece(0.5, 4)
    haystack = np.concatenate([np.zeros(3000), other, np.zeros(3000), needle, np.zeros(3000)])
    match = compare.find(pcm(needle), pcm(haystack))
    assert match is not None
    assert match.offset == 14000


def test_too_short_a_piece_is_an_error() -> None:
    with pytest.raises(NativeError):
        compare.find(Pcm.silence(100), Pcm.silence(1000))
