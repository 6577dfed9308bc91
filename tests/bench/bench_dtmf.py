"""Every digit row of the receiver's table: ours, libspandsp's and multimon-ng's on the same audio.

``python tests/bench/bench_dtmf.py [--quick] [--seed N] [--json] [--only ROW]``: a table, or one line of JSON
with seed, commit and figures. The rows and signals are those of ``ctidrv selftest``
(ctidrv/native/dtmf_trials.py); here ADPCM, speech, digits over speech and recorded material come on top. What
is not installed is named on standard error, and its row left out.
--quick: about a tenth of it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dtmf_others
import dtmf_sounds as sounds
import numpy as np

from ctidrv.native import dtmf_signals as signals
from ctidrv.native import dtmf_trials as trials
from ctidrv.native.dtmf_trials import Figures, Hear
from ctidrv.native.pcm import Pcm
from ctidrv.units import RATE

SPEECH_LEVEL = -20.0


def _levelled(pcm: Pcm) -> list[float]:
    """The speech at SPEECH_LEVEL, active."""
    gain = 10 ** ((SPEECH_LEVEL - sounds.active_level(pcm)) / 20)
    made: list[float] = (gain * np.frombuffer(pcm.bytes, dtype="<i2")).tolist()
    return made


def _coders() -> dict[str, Callable[[Pcm], Pcm]]:
    found = dtmf_others.coders()
    if not found:
        print("ADPCM: neither sox nor libspandsp is installed", file=sys.stderr)
    return found


def _coded(hear: Hear, through: Callable[[Pcm], Pcm], count: int, seed: int) -> Figures:
    """Digits of 50 ms at -10 dBm0, and at -25 and 1.5 % off, that are heard through a coder."""
    figures: Figures = {}
    for name, level, off in (("heard", -10.0, 0.0), ("heard_weak_and_1.5_percent_off", -25.0, 0.015)):
        signal = trials.keyed(signals.Dice(seed), count, level=level, off=off)
        score = trials.score(signal.sent, hear(through(signal.pcm(-60.0))))
        figures |= {name: score.percent, f"extra_{name}": float(score.extra)}
    return figures


def rows(quick: bool, seed: int, tuning: bool) -> dict[str, Callable[[Hear], Figures]]:
    """Each row's name and measurement."""
    count, calls = (100, 40) if quick else (1000, 400)
    minutes = 3 if quick else 60
    voices = sounds.TUNED_ON if tuning else sounds.HELD_OUT
    made: dict[str, Callable[[Hear], Figures]] = {
        name: lambda hear, row=row: row(hear, count, seed)
        for name, row in {
            "frequency": trials.frequency,
            "twist": trials.twist,
            "level": trials.level,
            "duration": trials.duration,
            "holes": trials.holes,
            "gap": trials.gap,
            "noise": trials.noise,
            "dial tone": trials.dial_tone,
            "hum": trials.hum,
            "echo": trials.echo,
            "latency": trials.latency,
        }.items()
    }
    made["realistic line"] = lambda hear: trials.line(hear, calls, seed, trials.REALISTIC)
    made["hard line"] = lambda hear: trials.line(hear, calls, seed, trials.HARD)
    for coder, through in _coders().items():
        made[f"through {coder}"] = lambda hear, through=through: _coded(hear, through, count, seed)
    spoken = list(sounds.synthetic_speech(voices, minutes, seed))
    if spoken:
        under = [_levelled(each) for each in spoken[: 3 if quick else 10]]
        made["over speech"] = lambda hear: trials.over_sound(hear, under, SPEECH_LEVEL, seed)
        made["talk-off synthetic speech"] = lambda hear: trials.talk_off(hear, spoken)
    folders = {"talk-off recorded speech": sounds.RECORDED, "talk-off recorded music": sounds.MUSIC}
    folders |= {f"talk-off {name}": folder for name, folder in sounds.OTHER_SPEAKERS.items()}
    for name, folder in folders.items():
        found = list(sounds.recorded(folder, 60 if quick else 10_000)) if folder.is_dir() else []
        if found:
            made[name] = lambda hear, found=found: trials.talk_off(hear, found)
        else:
            print(f"{name}: nothing in {folder} (tests/AUDIO.md)", file=sys.stderr)
    dice, long = signals.Dice(seed), (60 if quick else 600) * RATE
    stress = [trials.whole(signals.harmonic_stress(dice, long, -12.0))]
    chords = [trials.whole(signals.music(dice, long, -14.0))]
    made["talk-off harmonic stress"] = lambda hear: trials.talk_off(hear, stress)
    made["talk-off synthetic music"] = lambda hear: trials.talk_off(hear, chords)
    return made


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def main() -> int:
    parser = argparse.ArgumentParser(description="a digit receiver's table, ours beside others")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--only", action="append", metavar="ROW", help="rows whose name holds this; several times"
    )
    parser.add_argument("--ours", action="store_true", help="no other receivers")
    parser.add_argument("--tuning", action="store_true", help="speech by the voices that were tuned on")
    args = parser.parse_args()
    others = {} if args.ours else {"spandsp": dtmf_others.spandsp(), "multimon-ng": dtmf_others.multimon()}
    receivers: dict[str, Hear] = {"ours": trials.ours, **{k: v for k, v in others.items() if v is not None}}
    results: dict[str, dict[str, Any]] = {}
    if not args.json:
        print(f"{'':58}" + "".join(f"{name:>13}" for name in receivers))
    for row, measure in rows(args.quick, args.seed, args.tuning).items():
        if args.only and not any(each in row for each in args.only):
            continue
        results[row] = {name: measure(hear) for name, hear in receivers.items()}
        if not args.json:
            for figure in results[row]["ours"]:
                print(
                    f"{row + ': ' + figure.replace('_', ' '):58}"
                    + "".join(f"{_shown(results[row][name][figure]):>13}" for name in receivers),
                    flush=True,
                )
    if args.json:
        here = Path(__file__).parent
        commit = subprocess.run(["git", "-C", here, "rev-parse", "HEAD"], capture_output=True, text=True)
        print(
            json.dumps(
                {
                    "seed": args.seed,
                    "quick": args.quick,
                    "commit": commit.stdout.strip() or None,
                    "receivers": list(receivers),
                    "rows": results,
                }
            )
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
