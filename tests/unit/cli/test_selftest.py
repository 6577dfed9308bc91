from __future__ import annotations

import json

import pytest

from ctidrv.cli import main
from ctidrv.native import dtmf_trials as trials
from ctidrv.native.dtmf_signals import Dice, Signal, at_level, speech_like
from ctidrv.native.dtmf_trials import Heard, ours
from ctidrv.native.pcm import Pcm


def test_report_names_every_limit_of_q24(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["selftest", "--json", "--seed", "3"]) == 0
    report = json.loads(capsys.readouterr().out)
    rows = report["rows"]
    assert rows["frequency"]["heard_at_1.5_percent"] == 100
    assert rows["frequency"]["taken_at_3.5_percent_and_more"] == 0
    assert rows["twist"]["least_db"] <= -8
    assert rows["twist"]["most_db"] >= 4
    assert rows["level"]["least_dbm0"] <= -29
    assert rows["duration"]["shortest_heard_ms"] <= 40
    assert rows["holes"]["split_by_2_to_10_ms"] == 0
    assert rows["gap"]["shortest_ms"] <= 40
    assert rows["talk-off speech-like"]["false"] == 0
    assert rows["talk-off speech-like"]["hours"] > 0.016
    assert 15 < rows["latency"]["median_ms"] < 40


def test_a_deaf_receiver_has_no_limits() -> None:
    def deaf(pcm: Pcm) -> list[Heard]:
        return []

    assert trials.twist(deaf, 5, 1) == {"least_db": None, "most_db": None}
    assert trials.latency(deaf, 5, 1)["median_ms"] is None
    assert trials.line(deaf, 2, 1, trials.HARD)["calls_right"] == 0


def test_a_receiver_that_invents_digits_is_counted() -> None:
    def two_too_many(pcm: Pcm) -> list[Heard]:
        heard = ours(pcm)
        return [Heard("1", 10), *heard, Heard("5", len(pcm))]

    signal = trials.keyed(Dice(4), 20)
    counted = trials.score(signal.sent, two_too_many(signal.pcm()))
    assert (counted.sent, counted.heard, counted.extra) == (20, 20, 2)
    untimed = [Heard(each.digit, None) for each in two_too_many(signal.pcm())]
    assert trials.score(signal.sent, untimed).extra == 2


def test_digits_over_louder_speech_are_heard() -> None:
    dice = Dice(11)
    signal = Signal(dice)
    signal.pause(300)
    for digit in "159D7#A2*08B36C4" * 3:
        signal.digit(digit, 80, level=-20)
        signal.pause(120)
    signal.add(speech_like(dice, len(signal.x), -20.0))
    score = trials.score(signal.sent, ours(signal.pcm()))
    assert score.extra == 0
    assert score.heard >= 0.6 * score.sent


def test_short_digits_with_a_hole_are_heard_once() -> None:
    figures = trials.holes(ours, 100, 9)
    assert figures["heard_50_ms_with_hole_of_8_ms"] == pytest.approx(100, abs=3)
    assert figures["split_50_ms_with_hole_of_8_ms"] == 0


def test_speech_like_sound_has_the_level_asked_for() -> None:
    sound = speech_like(Dice(1), 8000, -20.0)
    assert at_level(sound, -20.0) == pytest.approx(sound)
