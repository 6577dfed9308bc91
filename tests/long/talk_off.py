"""Hours of voices that the digit receiver was not tuned on:

    python tests/long/talk_off.py [--minutes 240] [--seed N] [--out FILE]

Pieces of about a minute or two (`tests/bench/dtmf_sounds.py`): espeak-ng reads numbers and words of no
language in twelve voices of twelve languages, none of which thresholds were looked at on, 200…3400 Hz, peaks
at -3, -9 and -15 dB of full scale by turns. Every piece is heard by itself, with the detector of digits.

False: digits heard, of which none was sent; any is a finding, and exit 1. Two processes.
"""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import figures
from line_sounds import RATE, dtmf_sounds

from ctidrv.events import DigitDown
from ctidrv.native.ear import DTMF, Ear


def run(job: tuple[int, int]) -> tuple[str, int, list[str]]:
    """One piece, by seed and number: its voice, its samples, what was heard in it."""
    seed, number = job
    voice = dtmf_sounds.HELD_OUT[number % len(dtmf_sounds.HELD_OUT)]
    piece = dtmf_sounds.spoken(voice, seed * 100_000 + number, -6.0 * (number % 3))
    downs = [event for event in Ear(detectors=DTMF).hear(piece) if isinstance(event, DigitDown)]
    return voice, len(piece), [f"{voice}: piece {number}: {down.digit} at {down.start}" for down in downs]


def report(pieces: list[tuple[str, int, list[str]]], seed: int, took: float) -> dict[str, Any]:
    false = [each for _, _, heard in pieces for each in heard]
    minutes: Counter[str] = Counter()
    for voice, length, _ in pieces:
        minutes[voice] += length / RATE / 60
    return {
        "run": "talk_off",
        "seed": seed,
        "commit": figures.commit(),
        "wall_s": round(took, 1),
        "hours": round(sum(length for _, length, _ in pieces) / RATE / 3600, 3),
        "false": len(false),
        "minutes_of": {voice: round(length, 1) for voice, length in sorted(minutes.items())},
        "false_digits": false,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=240.0, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="where the figures go")
    args = parser.parse_args()
    if shutil.which("espeak-ng") is None or shutil.which("sox") is None:
        print("talk_off: espeak-ng and sox make the voices; install both")
        return 2
    begun, pieces, samples = time.monotonic(), [], 0
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        number = 0
        while samples < args.minutes * 60 * RATE:
            for piece in pool.map(run, [(args.seed, number + each) for each in range(2)]):
                pieces.append(piece)
                samples += piece[1]
            number += 2
    told = report(pieces, args.seed, time.monotonic() - begun)
    for each in told["false_digits"]:
        print(f"FINDING {each}")
    figures.write(told, args.out, without=("false_digits",))
    return 1 if told["false"] else 0


if __name__ == "__main__":
    sys.exit(main())
