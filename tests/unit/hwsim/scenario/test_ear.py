"""What a telephone heard is named: which prompts, where, and how much of each."""

from __future__ import annotations

import random
from array import array

import pytest

from ctidrv.apps.ivr.shipped import shipped_folder
from ctidrv.media.wav import read_wav
from ctidrv.native import g711
from ctidrv.native.pcm import Pcm
from ctidrv.units import ms, seconds
from hwsim.scenario.ear import OTHER, identify, other_sounds
from hwsim.scenario.sounds import white_noise

PROMPTS = {
    path.stem: read_wav(path).channels[0] for path in (shipped_folder() / "prompts" / "en-US").glob("*.wav")
}


def line(*parts, seed=1, gain=0.5):
    """Prompts (or cuts of them), half a second apart, through a lossy, noisy, A-law line."""
    clean = Pcm.silence(4000)
    for part in parts:
        clean = clean + part + Pcm.silence(4000)
    chance = random.Random(seed)
    noisy = Pcm(array("h", (round(gain * clean[i] + chance.gauss(0, 12)) for i in range(len(clean)))))
    return g711.decode(g711.encode(noisy, "alaw"), "alaw")


def test_prompts_are_named_in_their_order_each_as_often_as_it_was_heard():
    names = ["welcome", "main-menu", "not-a-choice", "main-menu", "goodbye"]
    found = identify(line(*(PROMPTS[name] for name in names)), PROMPTS)
    assert [piece.name for piece in found] == names
    begin = 4000
    for piece, name in zip(found, names, strict=True):
        assert piece.whole
        assert piece.begin == pytest.approx(begin, abs=2)
        assert piece.end - piece.begin == len(PROMPTS[name])
        begin += len(PROMPTS[name]) + 4000


@pytest.mark.parametrize("length", [1.5, 3.0, 6.0])
def test_a_prompt_that_was_cut_short_is_named_with_about_how_much_of_it_was_heard(length):
    heard = line(PROMPTS["main-menu"][: seconds(length)], PROMPTS["not-a-choice"])
    first, second = identify(heard, PROMPTS)
    assert (first.name, first.whole) == ("main-menu", False)
    assert first.end - first.begin == pytest.approx(seconds(length), rel=0.15)
    assert (second.name, second.whole) == ("not-a-choice", True)


def test_a_voice_that_is_no_prompt_is_not_given_a_name():
    unknown = {name: PROMPTS[name] for name in ("welcome", "goodbye")}
    assert identify(line(PROMPTS["main-menu"], PROMPTS["opening-hours"]), unknown) == []


def test_other_sounds_are_neither_the_prompts_nor_what_he_says_himself_nor_the_noise_of_the_line():
    noise = white_noise(seconds(1), -20, random.Random(2))
    heard = line(noise, PROMPTS["welcome"])
    said = Pcm.silence(len(heard))
    (welcome,) = identify(heard, PROMPTS)
    (other,) = other_sounds(heard, said, [(welcome.begin, welcome.end)])
    assert other.name == OTHER
    assert (other.begin, other.end) == (pytest.approx(4000, abs=ms(100)), pytest.approx(12000, abs=ms(100)))
    assert other_sounds(heard, heard, [(welcome.begin, welcome.end)]) == []
