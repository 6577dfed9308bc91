"""Call-progress tones: how many are told right, and what is told of speech and music, beside libspandsp.

``python tests/bench/bench_progress.py [--quick] [--seed N] [--json] [--wrong]``: a table, or one line of
JSON; with ``--wrong`` also which tones were not right. Each country's dial, ringback, busy and congestion
tone at its own figures, with its cadence 10 % off, and under white noise over 0-4 kHz, for four and a half
cycles (continuous: 4 s); both detectors have the country's own definitions, and hear the same audio. A tone
is right when it and no other is told. Noise 20 and 10 dB down is nearly the same to libspandsp: its pauses
must be quieter than -42 dBm0.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import dtmf_sounds as sounds
import numpy as np
from progress_others import TONES, Hear, spandsp

from ctidrv.events import ToneOn
from ctidrv.native import dtmf_signals as signals
from ctidrv.native.dtmf_trials import whole
from ctidrv.native.ear import PROGRESS, Ear
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import render
from ctidrv.ports.regions import Region, Tone, known_regions, load_region, progress_config, tone_spec
from ctidrv.units import RATE

LEVEL = -15.0
CYCLES = 4.5  # a hang-up tone is to be known within four
CONTINUOUS = 4 * RATE


@dataclass(frozen=True)
class Row:
    figure: float
    wrong: list[str]


def ours(region: Region, sound: Pcm, one_cycle: bool) -> list[str]:
    config = progress_config(region)
    for index in range(config.tones if one_cycle else 0):
        config.tone[index].cycles = 1
    ear = Ear(detectors=PROGRESS)
    ear.progress(config)
    return [event.tone for event in ear.hear(sound) if isinstance(event, ToneOn) and event.tone in TONES]


def played(region: Region, name: str, pace: float, dice: random.Random) -> Pcm:
    """Four and a half cycles of a tone, its loudest burst at LEVEL, with half a second of silence around."""
    tone = region.tones[name]
    ms = tuple(round(each * pace) for each in tone.ms)
    level = tuple(each - max(tone.level_dbm0) + LEVEL for each in tone.level_dbm0)
    sounded = replace(region, tones={name: replace(tone, ms=ms, level_dbm0=level)})
    length = round(CYCLES * sum(ms) / 1000 * RATE) if ms else CONTINUOUS
    begin = 4000 + dice.randrange(160)
    return Pcm.silence(begin) + render(tone_spec(sounded, name), length) + Pcm.silence(4000)


def noisy(sound: Pcm, frequencies: int, snr_db: float, noise: np.random.Generator) -> Pcm:
    """White over 0-4 kHz, so far below the power of all the tone's frequencies."""
    rms = 16140.0 * 10 ** ((LEVEL - snr_db) / 20) * frequencies**0.5
    x = np.frombuffer(sound.bytes, "<i2") + noise.normal(0, rms, len(sound))
    return Pcm.from_bytes(np.clip(np.rint(x), -32768, 32767).astype("<i2").tobytes())


def right(hear: Hear, seed: int, share: float, pace_off: float, snr_db: float | None) -> Row:
    """Percent of the tones, and which were not."""
    dice = random.Random(seed)
    noise = np.random.default_rng(seed)
    count, wrong = 0, []
    for code in known_regions():
        region = load_region(code)
        for name in TONES:
            pace = 1 + dice.choice((-1, 1)) * pace_off
            if dice.random() >= share:
                continue
            tone = region.tones[name]
            sound = played(region, name, pace, dice)
            if snr_db is not None:
                sound = noisy(sound, len(tone.hz), snr_db, noise)
            alike = {each for each in TONES if _same(region.tones[each], tone)}
            told = set(hear(region, sound, False))
            count += 1
            if not told or not told <= alike:
                wrong.append(f"{code} {name}: {' '.join(sorted(told)) or 'none'}")
    return Row(round(100 * (1 - len(wrong) / count), 1), wrong)


def _same(one: Tone, other: Tone) -> bool:
    return (one.hz, one.ms, one.turns) == (other.hz, other.ms, other.turns)


def false_reports(hear: Hear, pieces: list[Pcm], one_cycle: bool) -> Row:
    """An hour, with the definitions of a country in turn."""
    codes = ("us", "gb", "de", "cn", "fr", "jp")
    told = [
        f"{codes[i % 6]} {tone}"
        for i, each in enumerate(pieces)
        for tone in hear(load_region(codes[i % 6]), each, one_cycle)
    ]
    return Row(round(len(told) * 3600 * RATE / sum(map(len, pieces)), 2), told)


def figures(hear: Hear, quick: bool, seed: int, speech: list[Pcm], music: list[Pcm]) -> dict[str, Row]:
    share = 0.15 if quick else 1.0
    made = {
        "right at nominal, %": right(hear, seed, share, 0.0, None),
        "right at ±10 % cadence, %": right(hear, seed, share, 0.1, None),
        "right at SNR 20 dB, %": right(hear, seed, share, 0.0, 20.0),
        "right at SNR 10 dB, %": right(hear, seed, share, 0.0, 10.0),
    }
    for name, pieces in (("speech", speech), ("music", music)):
        if pieces:
            made[f"false an hour, {name}"] = false_reports(hear, pieces, False)
            made[f"false an hour, {name}, one cycle"] = false_reports(hear, pieces, True)
    return made


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--wrong", action="store_true")
    args = parser.parse_args()
    speech = list(sounds.synthetic_speech(sounds.HELD_OUT, 3 if args.quick else 60, args.seed))
    dice = signals.Dice(args.seed)
    music = [whole(signals.music(dice, 60 * RATE, -14.0)) for _ in range(3 if args.quick else 60)]
    hearers: dict[str, Hear | None] = {"ours": ours, "spandsp": spandsp()}
    told = {
        name: figures(hear, args.quick, args.seed, speech, music)
        for name, hear in hearers.items()
        if hear is not None
    }
    if args.json:
        commit = subprocess.run(
            ["git", "rev-parse", "HEAD"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=False,
        )
        plain = {name: {key: row.figure for key, row in rows.items()} for name, rows in told.items()}
        print(json.dumps({"seed": args.seed, "commit": commit.stdout.strip(), **plain}, ensure_ascii=False))
        return 0
    for key in told["ours"]:
        print(f"{key:36}" + "".join(f"{name} {rows[key].figure:8}   " for name, rows in told.items()))
        for name, rows in told.items() if args.wrong else ():
            print("".join(f"    {name}: {each}\n" for each in rows[key].wrong), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
