"""Call-progress tones: how many are told right, and what is told of speech and music, beside libspandsp.

``python tests/bench/bench_progress.py [--quick] [--seed N] [--json]``: a table, or one line of JSON. Each
country's dial, ringback, busy and congestion tone at its own figures, with its cadence 10 % off, and under
white noise over 0-4 kHz; both detectors have the country's own definitions, and hear the same audio.
libspandsp's is super_tone_rx: two frequencies a tone, times within 15 %. A tone is right when it and no other
is told.
"""

from __future__ import annotations

import argparse
import ctypes
import ctypes.util
import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dtmf_sounds as sounds
import numpy as np

from ctidrv.events import ToneOn
from ctidrv.native import dtmf_signals as signals
from ctidrv.native.dtmf_trials import whole
from ctidrv.native.ear import PROGRESS, Ear
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import Part, ToneSpec, render
from ctidrv.ports.regions import Region, Tone, known_regions, load_region, progress_config
from ctidrv.units import RATE

TONES = ("dial", "ringback", "busy", "congestion")
LEVEL = -15.0
Hear = Callable[[Region, Pcm, bool], list[str]]
_CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_int)


def ours(region: Region, sound: Pcm, one_cycle: bool) -> list[str]:
    config = progress_config(region)
    for index in range(config.tones if one_cycle else 0):
        config.tone[index].cycles = 1
    ear = Ear(detectors=PROGRESS)
    ear.progress(config)
    return [event.tone for event in ear.hear(sound) if isinstance(event, ToneOn) and event.tone in TONES]


def spandsp() -> Hear | None:
    """super_tone_rx, fed 20 ms at a time; it tells a tone after one cycle."""
    found = ctypes.util.find_library("spandsp")
    if found is None:
        return None
    lib: Any = ctypes.CDLL(found)
    lib.super_tone_rx_make_descriptor.restype = lib.super_tone_rx_init.restype = ctypes.c_void_p

    def hear(region: Region, sound: Pcm, one_cycle: bool) -> list[str]:
        desc = ctypes.c_void_p(lib.super_tone_rx_make_descriptor(None))
        names: list[str] = []
        for name in TONES:
            tone = region.tones[name]
            place = lib.super_tone_rx_add_tone(desc)
            names.append(name)
            first, second = int(tone.hz[0]), int(tone.hz[1]) if len(tone.hz) > 1 else 0
            if not tone.ms:
                lib.super_tone_rx_add_element(desc, place, first, second, 700, 0)
            for step, length in enumerate(tone.ms):
                pair = (first, second) if step % 2 == 0 else (0, 0)
                least, most = round(length * 0.85), round(length * 1.15)
                lib.super_tone_rx_add_element(desc, place, *pair, least, most)
        told: list[str] = []

        def report(_user: int, code: int, _level: int, _delay: int) -> None:
            if code >= 0:
                told.append(names[code])

        kept = _CALLBACK(report)
        state = ctypes.c_void_p(lib.super_tone_rx_init(None, desc, kept, None))
        data = sound.bytes
        for begin in range(0, len(data), 320):
            block = data[begin : begin + 320]
            lib.super_tone_rx(state, block, len(block) // 2)
        lib.super_tone_rx_free(state)
        lib.super_tone_rx_free_descriptor(desc)
        return told

    return hear


def _tone(tone: Tone, pace: float) -> Pcm:
    if not tone.ms:
        return render(ToneSpec([Part(tone.hz, LEVEL, None, tone.am_hz, tone.am_depth)], loop=False), 4 * RATE)
    parts = []
    for on, off in zip(tone.ms[::2], tone.ms[1::2], strict=True):
        parts += [Part(tone.hz, LEVEL, on * pace, tone.am_hz, tone.am_depth), Part(ms=off * pace)]
    return render(ToneSpec(parts, loop=True), round(max(4.0, 2.5 * pace * sum(tone.ms) / 1000) * RATE))


def right(hear: Hear, seed: int, share: float, pace_off: float, snr_db: float | None) -> float:
    """Percent of the tones."""
    dice = random.Random(seed)
    noise = np.random.default_rng(seed)
    good = count = 0
    for code in known_regions():
        region = load_region(code)
        for name in TONES:
            pace = 1 + dice.choice((-1, 1)) * pace_off
            if dice.random() >= share:
                continue
            sound = (
                Pcm.silence(4000 + dice.randrange(160)) + _tone(region.tones[name], pace) + Pcm.silence(4000)
            )
            if snr_db is not None:
                power = 16140.0**2 * 10 ** ((LEVEL - snr_db) / 10) * len(region.tones[name].hz)
                x = np.frombuffer(sound.bytes, "<i2") + noise.normal(0, power**0.5, len(sound))
                sound = Pcm.from_bytes(np.clip(np.rint(x), -32768, 32767).astype("<i2").tobytes())
            figures = (region.tones[name].hz, region.tones[name].ms)
            alike = {each for each in TONES if (region.tones[each].hz, region.tones[each].ms) == figures}
            told = set(hear(region, sound, False))
            count += 1
            good += bool(told) and told <= alike
    return round(100 * good / count, 1)


def false_reports(hear: Hear, pieces: list[Pcm], one_cycle: bool) -> float:
    """An hour, with the definitions of a country in turn."""
    codes = ("us", "gb", "de", "cn", "fr", "jp")
    told = sum(len(hear(load_region(codes[i % 6]), each, one_cycle)) for i, each in enumerate(pieces))
    return round(told * 3600 * RATE / sum(map(len, pieces)), 2)


def figures(hear: Hear, quick: bool, seed: int, speech: list[Pcm], music: list[Pcm]) -> dict[str, float]:
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
        print(json.dumps({"seed": args.seed, "commit": commit.stdout.strip(), **told}, ensure_ascii=False))
        return 0
    for row in told["ours"]:
        print(f"{row:36}" + "".join(f"{name} {each[row]:8}   " for name, each in told.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
