from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from ctidrv.errors import InputError
from ctidrv.media.learn_tone import learn
from ctidrv.media.wav import read_wav
from ctidrv.native.dtmf_signals import Dice, Signal, at_level, speech_like
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import Part, render, tone


def recording(*parts: Part, seconds: float, before: float = 0.0, seed: int = 1) -> Pcm:
    """The tone over and over, after so many seconds of what is like speech."""
    signal = Signal(Dice(seed), speech_like(Dice(seed), round(8000 * before), -18.0))
    sounding = Signal(
        Dice(seed), [float(each) for each in render(tone(parts, loop=True), round(8000 * seconds))]
    )
    return signal.pcm(-55) + sounding.pcm(-55)


@pytest.mark.parametrize(
    ("hz", "ms", "level"),
    [
        ((480.0, 620.0), (500, 500), -24.0),
        ((431.7,), (237, 391), -12.0),
        ((350.0, 440.0), (260, 240), -15.0),
        ((950.0,), (120, 90), -20.0),
    ],
)
def test_tone_after_speech_is_learnt(hz: tuple[float, ...], ms: tuple[int, int], level: float) -> None:
    found = learn(recording(Part(hz=hz, level=level, ms=ms[0]), Part(ms=ms[1]), seconds=6, before=4))
    assert found.hz == pytest.approx(hz, rel=0.01)
    assert found.ms == pytest.approx(ms, abs=10)
    assert found.level_dbm0 == pytest.approx(level, abs=1)
    assert found.cycles >= 3


def test_cadence_of_two_bursts_is_learnt() -> None:
    parts = (Part((425.0,), -10, 400), Part(ms=200), Part((425.0,), -10, 400), Part(ms=2000))
    found = learn(recording(*parts, seconds=13))
    assert sorted(found.ms) == pytest.approx([200, 400, 400, 2000], abs=10)


def test_tone_that_goes_on_is_steady() -> None:
    found = learn(recording(Part((350.0, 440.0), -13, 1000), seconds=5))
    assert found.ms == ()
    assert found.hz == pytest.approx((350, 440), rel=0.01)


def test_speech_alone_is_no_tone() -> None:
    with pytest.raises(InputError, match=r"no steady tone|do not repeat|no burst"):
        learn(Signal(Dice(2), speech_like(Dice(2), 8000 * 6, -15.0)).pcm())


@pytest.mark.parametrize("sound", [Pcm(), Pcm.silence(100), Pcm.silence(40000), Pcm([32767] * 9000)])
def test_nothing_to_learn_from_is_one_line(sound: Pcm) -> None:
    with pytest.raises(InputError):
        learn(sound)


def test_bursts_without_order_are_refused() -> None:
    order = random.Random(3)
    x: list[float] = []
    for _ in range(12):
        count = order.randrange(1200, 8000)
        x += [float(v) for v in render(tone([Part((425.0,), -10)]), count)] + [0.0] * order.randrange(
            1200, 8000
        )
    with pytest.raises(InputError, match="do not repeat"):
        learn(Signal(Dice(1), at_level(x, -14)).pcm())


@pytest.mark.parametrize(
    ("hz", "on", "off"), [((477,), 330, 410), ((613, 811), 90, 140), ((404, 446), 375, 355)]
)
def test_busy_tone_of_sox_is_learnt_within_one_percent(
    tmp_path: Path, hz: tuple[int, ...], on: int, off: int
) -> None:
    if shutil.which("sox") is None:
        pytest.skip("sox is not installed")
    burst, whole = tmp_path / "burst.wav", tmp_path / "whole.wav"
    make = ["sox", "-R", "-n", "-r", "8000", "-b", "16", "-c", "1", str(burst), "synth", str(on / 1000)]
    sines = [word for each in hz for word in ("sine", str(each))]
    if len(hz) == 2:
        sines = ["sine", str(hz[0]), "synth", str(on / 1000), "sine", "mix", str(hz[1])]
    subprocess.run([*make, *sines, "gain", "-12", "pad", "0", str(off / 1000)], check=True)
    subprocess.run(["sox", *[str(burst)] * 8, str(whole)], check=True)
    found = learn(read_wav(whole).channels[0])
    assert found.hz == pytest.approx(hz, rel=0.01)
    assert found.ms == pytest.approx((on, off), abs=8)  # two close lines beat: their edges are less sharp
