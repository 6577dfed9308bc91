"""Voices of espeak-ng after ringback are voice, soon; the network's tones and data never are."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "bench"))

import answer_sounds as sounds
from bench_answer import taken_for_voice, voice_answer, who_answered


def test_voice_after_ringback_is_told_within_half_a_second() -> None:
    figures = voice_answer(sounds.answers(sounds.HELD_OUT, 40, seed=77))
    assert figures["within_half_a_second_percent"] >= 95
    assert figures["told_before_the_voice"] == 0


def test_tones_of_countries_are_no_voice() -> None:
    figures = taken_for_voice(islice(sounds.country_tones(seed=77), 0, None, 7))
    assert figures["signals"] > 100
    assert figures["taken_for_voice_percent"] <= 1, figures["which"]


def test_digits_fax_data_and_beeps_are_no_voice() -> None:
    figures = taken_for_voice(sounds.other_signals(seed=77, rounds=4))
    assert figures["taken_for_voice_percent"] <= 1, figures["which"]


def test_persons_machines_and_fax_machines_are_told_apart() -> None:
    figures = who_answered(sounds.greetings(sounds.HELD_OUT, 60, seed=77))
    assert figures["right_percent"] >= 90, figures["verdicts"]
    assert figures["beeps_found_percent"] >= 95
    assert figures["beep_off_by_ms_worst"] <= 60
