"""Caller ID in figures: by SNR and by line, beside others; the alerting tone over speech; talk-off.

    python tests/bench/bench_caller_id.py [--trials N] [--seed N] [--only PART]... [--speech FOLDER]...

PART: fsk (Bell 202 and V.23 by every condition, beside libspandsp and, in a tenth of the trials, minimodem),
others (J-CLIP and DTMF by SNR), alert, talk_off.

FOLDER: 8 kHz 16-bit mono WAV files of speech or music, in it or below. SNR is against white noise over
0 to 4 kHz; 0 dBm0 is rms 16,140. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import caller_id_others as others
import caller_id_sounds as sounds
import numpy
from caller_id_sounds import RMS_0_DBM0, Burst, pcm

from ctidrv.events import AlertSeen, CallerIdSeen
from ctidrv.native import cid
from ctidrv.native.ear import ALL, CALLER_ID, Ear
from ctidrv.native.pcm import Pcm

SNRS = (0, 2, 3, 4, 5, 6, 8, 10, 15, 20)
PARTS = ("fsk", "others", "alert", "talk_off")
CONDITIONS: dict[str, dict[str, Callable[[str, Any], Burst]]] = {
    "snr_db": {str(v): lambda s, _, v=v: Burst(s, snr=v) for v in (2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 20)},
    "level_dbm0": {str(v): lambda s, _, v=v: Burst(s, level=v) for v in (0, -10, -25, -40, -45, -48, -50)},
    "rate_percent": {
        str(v): lambda s, _, v=v: Burst(s, rate=v / 100, snr=25) for v in (-5, -4, -3, -2, 0, 2, 3, 4, 5)
    },
    "rate_percent_no_seizure": {
        str(v): lambda s, _, v=v: Burst(s, rate=v / 100, snr=25, seizure=0) for v in (-4, -2, 2, 4)
    },
    "twist_db": {
        str(v): lambda s, _, v=v: Burst(s, twist=v, snr=30)
        for v in (-18, -15, -12, -10, -6, 6, 10, 12, 15, 18)
    },
    "marks_between_bytes": {
        str(v): lambda s, _, v=v: Burst(s, stuffing=v, snr=20) for v in (0.3, 0.5, 1, 1.7, 2, 5, 10, 20)
    },
    "no_seizure_marks": {
        str(v): lambda s, _, v=v: Burst(s, seizure=0, marks=v, snr=20) for v in (20, 40, 80, 180)
    },
    "seizure_then_marks": {
        str(v): lambda s, _, v=v: Burst(s, marks=v, snr=20) for v in (0, 1, 2, 3, 5, 8, 10)
    },
    "line": {"easy": sounds.easy, "hard": sounds.hard},
}
"""What is varied -> its values -> such a burst, of a standard, by the dice."""


def samples(sound: Pcm) -> Any:
    return numpy.frombuffer(sound.bytes, dtype=numpy.int16).astype(float)


def padded(sound: Any, dice: Any) -> Any:
    return numpy.concatenate([numpy.zeros(int(dice.integers(1600, 2400))), sound, numpy.zeros(4000)])


def data(standard: str, dice: Any) -> tuple[Any, str, float]:
    """A random number's sound, the number, and the level of its signal in dBm0."""
    number = "".join(str(d) for d in dice.integers(0, 10, 10))
    if standard.startswith("dtmf"):
        form = standard.removeprefix("dtmf ")
        sound = cid.dtmf_sound(cid.encode_dtmf(number=number, form=form), level=-12.0)
        return samples(sound), number, -12.0 + 10 * numpy.log10(1 + 10**-0.2)
    sound = cid.fsk_burst(cid.encode_jclip(number=number), standard="jclip", seizure_bits=0)
    return samples(sound), number, -13.5


def by_snr(standard: str, trials: int, dice: Any) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for snr in SNRS:
        right = wrong = unclear = 0
        for _ in range(trials):
            sound, number, level = data(standard, dice)
            line = padded(sound, dice)
            line += dice.normal(0, RMS_0_DBM0 * 10 ** ((level - snr) / 20), len(line))
            found = [e for e in Ear(detectors=CALLER_ID).hear(pcm(line)) if isinstance(e, CallerIdSeen)]
            right += any(e.number == number for e in found)
            wrong += any(e.number not in (None, number) for e in found)
            unclear += not any(e.number for e in found) and any(e.checksum_ok is False for e in found)
        out[str(snr)] = {"right": right / trials, "unclear": unclear / trials, "wrong": wrong}
    return out


def by_condition(trials: int, dice: Any) -> dict[str, Any]:
    """For each condition and standard: each receiver's share of right numbers, and its wrong ones."""
    receivers = {"ours": others.ours(), "spandsp": others.spandsp(), "minimodem": others.minimodem()}
    out: dict[str, Any] = {}
    for condition, values in CONDITIONS.items():
        for value, make in values.items():
            for standard in sounds.TONES:
                cell: dict[str, Any] = {}
                for trial in range(trials):
                    number, name = sounds.number_of(dice), str(dice.choice(sounds.NAMES))
                    line = pcm(sounds.line_of(sounds.message(number, name), make(standard, dice), dice))
                    for who, hear in receivers.items():
                        if hear is None or (who == "minimodem" and trial % 10):
                            continue
                        found = hear(line, standard)
                        of = cell.setdefault(who, {"of": 0, "right": 0, "wrong": 0})
                        of["of"] += 1
                        of["right"] += number in found
                        of["wrong"] += any(each != number for each in found)
                for of in cell.values():
                    of["right"] = round(of["right"] / of["of"], 4)
                out.setdefault(condition, {}).setdefault(value, {})[standard] = cell
    return out


def tone_pair(ms: float, level: float, off: float = 0.0, twist: float = 0.0) -> Any:
    t = numpy.arange(round(8 * ms)) / 8000
    low, high = (RMS_0_DBM0 * 2**0.5 * 10 ** (each / 20) for each in (level, level + twist))
    return low * numpy.sin(2 * numpy.pi * 2130 * (1 + off) * t) + high * numpy.sin(
        2 * numpy.pi * 2750 * (1 + off) * t + 1
    )


def alerts(line: Any) -> int:
    return sum(isinstance(e, AlertSeen) for e in Ear(detectors=CALLER_ID).hear(pcm(line)))


def share(trials: int, dice: Any, sound: Any, under: Any) -> float:
    heard = 0
    for _ in range(trials):
        line = padded(sound(), dice)
        heard += alerts(line + under(len(line))) >= 1
    return heard / trials


def alert_figures(trials: int, dice: Any, talk: Any) -> dict[str, Any]:
    def quiet(n: int) -> Any:
        return dice.normal(0, RMS_0_DBM0 * 10 ** (-65 / 20), n)

    def noise(snr: float) -> Any:
        rms = RMS_0_DBM0 * 10 ** ((-20 + 3 - snr) / 20)
        return lambda n: dice.normal(0, rms, n)

    def speech(over: float) -> Any:
        def make(n: int) -> Any:
            while True:
                at = int(dice.integers(0, len(talk) - n))
                piece = talk[at : at + n]
                rms = float(numpy.sqrt(numpy.mean(piece**2)))
                if rms > 200:
                    return piece * (RMS_0_DBM0 * 10 ** ((-20 + 3 - over) / 20) / rms)

        return make

    out: dict[str, Any] = {
        "length_ms": {
            str(ms): share(trials, dice, lambda ms=ms: tone_pair(ms, -20), quiet)
            for ms in (40, 55, 65, 75, 80, 85, 100, 110, 130, 150)
        },
        "level_dbm0": {
            str(level): share(trials, dice, lambda level=level: tone_pair(80, level), quiet)
            for level in (-5, -14, -32, -36, -38, -45)
        },
        "off_percent": {
            str(off): share(trials, dice, lambda off=off: tone_pair(80, -20, off / 100), quiet)
            for off in (-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2)
        },
        "twist_db": {
            str(db): share(trials, dice, lambda db=db: tone_pair(80, -20, twist=db), quiet)
            for db in (-12, -8, -6, 0, 6, 8, 12)
        },
        "snr_db": {
            str(snr): share(trials, dice, lambda: tone_pair(80, -20), noise(snr)) for snr in (0, 3, 6, 10)
        },
    }
    if talk is not None:
        out["over_near_speech_db"] = {
            str(db): share(trials, dice, lambda: tone_pair(80, -20), speech(db)) for db in (-6, -3, 0, 3, 6)
        }
    return out


def recordings(folders: list[Path]) -> list[Any]:
    made = []
    for path in sorted(each for folder in folders for each in folder.rglob("*.wav")):
        with wave.open(str(path)) as file:
            if (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (8000, 2, 1):
                made.append(numpy.frombuffer(file.readframes(file.getnframes()), dtype=numpy.int16))
    return made


def talk_off(pieces: list[Any]) -> dict[str, Any]:
    """All detectors on; each recording at three levels."""
    ear = Ear(detectors=ALL)
    false = {"caller_id": 0, "alert": 0}
    for gain in (0.4, 1.0, 2.0):
        for piece in pieces:
            for event in ear.hear(pcm(piece * gain)) + ear.hear(Pcm.silence(1600)):
                false["caller_id"] += isinstance(event, CallerIdSeen)
                false["alert"] += isinstance(event, AlertSeen)
    return {"hours": round(ear.now / 8000 / 3600, 2), "false": false}


def main() -> None:
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--trials", type=int, default=100)
    read.add_argument("--seed", type=int, default=1)
    read.add_argument("--only", choices=PARTS, action="append", default=[])
    read.add_argument("--speech", type=Path, action="append", default=[])
    args = read.parse_args()
    began = time.monotonic()
    dice = numpy.random.default_rng(args.seed)
    pieces = recordings(args.speech)
    talk = numpy.concatenate(pieces).astype(float) if pieces else None
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    parts = {
        "fsk": lambda: by_condition(args.trials, dice),
        "others": lambda: {
            name: by_snr(name, args.trials, dice) for name in ("jclip", "dtmf A-C", "dtmf D-C", "dtmf #")
        },
        "alert": lambda: alert_figures(args.trials, dice, talk),
        "talk_off": lambda: talk_off(pieces) if pieces else None,
    }
    report: dict[str, Any] = {
        "seed": args.seed,
        "trials": args.trials,
        "commit": commit.stdout.strip() or None,
    }
    for name, run in parts.items():
        if name in (args.only or PARTS):
            report[name] = run()
    report["wall_s"] = round(time.monotonic() - began, 1)
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
