"""Who answers: a voice after ringback within half a second, and nothing else taken for one.

``python tests/bench/bench_answer.py [--quick] [--seed N] [--json]``: a table, or one line of JSON with seed,
commit and figures. Voices are of the held-out list (tests/bench/answer_sounds.py); --tuning takes the other.
No public system at hand reports a voice as such, so there is no column beside ours.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import answer_sounds as sounds

from ctidrv.callcontrol.answer import HUMAN, UNKNOWN, Answer, AnswerJudge
from ctidrv.events import VoiceOn
from ctidrv.native.ear import FAX, PROGRESS, VOICE, Ear
from ctidrv.native.pcm import Pcm
from ctidrv.units import Samples, seconds, to_seconds

IN_TIME = seconds(0.5)


def _voices(sound: Pcm) -> list[VoiceOn]:
    return [event for event in Ear(detectors=VOICE).hear(sound) if isinstance(event, VoiceOn)]


def voice_answer(trials: Iterable[sounds.Answer]) -> dict[str, Any]:
    """How many voices were told within half a second of their onset, and none before it."""
    late: list[float] = []
    count = in_time = early = 0
    for trial in trials:
        count += 1
        told = _voices(trial.sound)
        early += any(event.at <= trial.onset for event in told)
        after = next((event.at - trial.onset for event in told if event.at > trial.onset), None)
        if after is not None:
            late.append(to_seconds(after))
            in_time += after <= IN_TIME
    late.sort()
    return {
        "answers": count,
        "within_half_a_second_percent": round(100 * in_time / count, 2),
        "told_before_the_voice": early,
        "median_s": round(statistics.median(late), 3),
        "p95_s": round(late[int(0.95 * (len(late) - 1))], 3),
    }


def taken_for_voice(pieces: Iterable[sounds.NoVoice]) -> dict[str, Any]:
    """How many stretches of tones and signals were taken for voice, and which."""
    count, wrong = Counter[str](), Counter[str]()
    for piece in pieces:
        count[piece.what] += 1
        wrong[piece.what] += bool(_voices(piece.sound))
    total, bad = sum(count.values()), sum(wrong.values())
    which = {what: bad_ones for what, bad_ones in sorted(wrong.items()) if bad_ones}
    return {"signals": total, "taken_for_voice_percent": round(100 * bad / total, 2), "which": which}


def judged(trial: sounds.Greeting) -> list[Answer]:
    """What was told of one answer, in order."""
    judge = AnswerJudge(Samples(trial.answered))
    told: list[Answer] = []
    for event in Ear(detectors=VOICE | PROGRESS | FAX).hear(trial.sound):
        if event.at > trial.answered:
            told += judge.on_event(event)
    return told + judge.advance(len(trial.sound))


def who_answered(trials: Iterable[sounds.Greeting]) -> dict[str, Any]:
    """The first word on who answered, as a table of truth and verdict; and the beeps of the machines."""
    table: dict[str, Counter[str]] = {}
    beeps = found = 0
    offs: list[float] = []
    late: list[float] = []
    for trial in trials:
        told = judged(trial)
        who = told[0].who if told else UNKNOWN
        table.setdefault(trial.who, Counter())[who] += 1
        if who == HUMAN == trial.who:
            late.append(to_seconds(told[0].at - told[0].start))
        if trial.beep is not None:
            beeps += 1
            heard = next((each.beep for each in told if each.beep is not None), None)
            if heard is not None and abs(heard - trial.beep) <= IN_TIME:
                found += 1
                offs.append(abs(to_seconds(heard - trial.beep)))
    right = sum(row[truth] for truth, row in table.items())
    return {
        "answers": sum(row.total() for row in table.values()),
        "right_percent": round(100 * right / sum(row.total() for row in table.values()), 2),
        "verdicts": {truth: dict(row.most_common()) for truth, row in sorted(table.items())},
        "a_person_is_known_after_s_median": round(statistics.median(late), 2),
        "beeps_found_percent": round(100 * found / beeps, 2),
        "beep_off_by_ms_worst": round(1000 * max(offs)),
    }


def measure(quick: bool, seed: int, tuning: bool) -> dict[str, dict[str, Any]]:
    voices = sounds.TUNED_ON if tuning else sounds.HELD_OUT
    rounds = 5 if quick else 100
    signals = chain(sounds.country_tones(seed), sounds.other_signals(seed, rounds))
    return {
        "voice answer": voice_answer(sounds.answers(voices, 100 if quick else 2000, seed)),
        "tones and signals": taken_for_voice(signals),
        "who answered": who_answered(sounds.greetings(voices, 100 if quick else 1000, seed)),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="about a tenth")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--tuning", action="store_true", help="the voices that thresholds were looked at with"
    )
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    rows = measure(args.quick, args.seed, args.tuning)
    if args.json:
        git = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]
        commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
        print(json.dumps({"seed": args.seed, "commit": commit, "quick": args.quick, "rows": rows}))
        return 0
    for name, figures in rows.items():
        for figure, value in figures.items():
            print(f"{name + ': ' + figure.replace('_', ' '):60}{value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
