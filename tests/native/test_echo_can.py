"""The echo canceller on the shipped prompts, against an echo that numpy makes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ctidrv.errors import CtiError, UsageError
from ctidrv.media.wav import read_wav
from ctidrv.native.echo_can import EchoCanceller
from ctidrv.native.pcm import Pcm

PROMPTS = Path(__file__).parents[2] / "ivr_scripts/prompts"


def _levels(language: str, return_loss_db: float) -> np.ndarray:
    """How far the echo of the prompts is taken down, in dB, half second by half second."""
    names = ("main-menu", "opening-hours", "welcome")
    sent = sum((read_wav(PROMPTS / language / f"{name}.wav").channels[0] for name in names), Pcm())
    dice = np.random.default_rng(5)
    path = np.concatenate([np.zeros(16), dice.normal(size=80) * np.exp(-np.arange(80) / 12)])
    path *= 10 ** (-return_loss_db / 20) / np.sqrt(np.sum(path**2))
    samples = np.frombuffer(sent.bytes, "<i2").astype(float)
    echo = np.convolve(samples, path)[: len(samples)]
    noise = dice.normal(0, 9, len(samples))  # -65 dBm0
    came = Pcm.from_bytes(np.rint(echo + noise).astype("<i2").tobytes())
    left = np.frombuffer(EchoCanceller().run(sent, came).bytes, "<i2") - noise
    halves = len(samples) // 4000

    def power(x: np.ndarray) -> np.ndarray:
        return np.mean(x[: halves * 4000].reshape(halves, 4000) ** 2, axis=1)

    return 10 * np.log10(power(echo) / power(left))


@pytest.mark.parametrize("return_loss_db", [6.0, 14.0])
@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_g168_test_2_the_echo_of_our_prompts_is_20_db_down_within_a_second(
    language: str, return_loss_db: float
) -> None:
    taken = _levels(language, return_loss_db)
    assert np.mean(taken[2:]) >= 25
    assert np.mean(taken[2:8]) >= 25
    assert np.min(taken[2:]) >= 15  # half a second with sounds that were not heard before, or with none


def test_lengths_that_differ_and_taps_there_are_not_are_refused() -> None:
    with pytest.raises(UsageError, match="3 samples were sent, 4 came"):
        EchoCanceller().run(Pcm([1, 2, 3]), Pcm([1, 2, 3, 4]))
    with pytest.raises(CtiError, match="echo canceller of 100 taps"):
        EchoCanceller(100)


def test_after_a_reset_it_is_as_new() -> None:
    dice = np.random.default_rng(2)
    sent = Pcm.from_bytes(dice.normal(0, 2000, 8000).astype("<i2").tobytes())
    used, fresh = EchoCanceller(), EchoCanceller()
    first = used.run(sent, sent)
    assert first.peak() > 1000
    used.reset()
    assert used.run(sent, sent).bytes == fresh.run(sent, sent).bytes == first.bytes
