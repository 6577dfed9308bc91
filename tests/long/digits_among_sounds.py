"""Digits with every detector at work and other sounds between them:

    python tests/long/digits_among_sounds.py [--strings 10000] [--seed N] [--out FILE]

Strings of 3 to 15 random digits: all sixteen keys, 50 to 120 ms on and off, the stronger tone at -20 to -8
dBm0, 25 to 45 dB over the line's noise, within 1 % of frequency and -4 to +3 dB of twist, by A-law or mu-law.
Between them, until 60 ms before a string and from 60 ms behind it on: call-progress tones of all countries,
caller-ID bursts, tones of fax machines, speech, recorded prompts and music. One ear hears all of it with all
detectors, another with that of digits alone.

Lost: a digit sent that was not heard, or another was. Different: an event of digits (key, times) that the two
ears do not share. Both have to be none, else exit 1. Extra: a digit heard that nobody sent, by the sound in
which it was heard; counted, and none is the aim. Two processes; about five minutes.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import figures
import line_sounds as sounds
import numpy as np
from line_sounds import RATE, RMS_0_DBM0, Sound

from ctidrv.events import DigitDown, DigitUp, PortEvent
from ctidrv.native import g711
from ctidrv.native.cid import encode_mdmf, fsk_burst
from ctidrv.native.ear import ALL, DTMF, Ear
from ctidrv.native.fax import fax_tone
from ctidrv.native.tones import render
from ctidrv.ports.regions import known_regions, load_region, progress_config, tone_spec
from ctidrv.units import ms

KEYS = "123A456B789C*0#D"
LOW = (697.0, 770.0, 852.0, 941.0)
HIGH = (1209.0, 1336.0, 1477.0, 1633.0)
CHUNK = 100
"""Strings that one pair of ears hears."""
NEAR_MS = 30
"""A digit is the one sent when its beginning is heard so near."""


@dataclass
class Made:
    """One string among its sounds: what was sent, and what was heard of it."""

    sound: Sound
    sent: list[tuple[int, str]]
    """First sample and key."""
    within: str
    """What was between the strings."""
    begin: int
    """Where the string's own time begins: until then it is the other sound's."""


@dataclass
class Heard:
    """Of one chunk."""

    digits: int = 0
    seconds: float = 0.0
    lost: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)
    extras: list[str] = field(default_factory=list)
    between_s: Counter[str] = field(default_factory=Counter)


# What is between the strings. Each gives some seconds of sound, level included.


class Between:
    """The sounds of one chunk; one voice speaks in all of it."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._talker = sounds.Talker(dice)
        self._prompts = sounds.prompts()
        self._countries = known_regions()

    def take(self) -> tuple[str, Sound]:
        """A kind and its sound."""
        weights = {self.tone: 5, self.speech: 5, self.music: 4, self.prompt: 2, self.burst: 2, self.fax: 1}
        kinds: list[Callable[[], tuple[str, Sound]]] = list(weights)
        return self._dice.choices(kinds, list(weights.values()))[0]()

    def tone(self) -> tuple[str, Sound]:
        region = load_region(self._dice.choice(self._countries))
        name = self._dice.choice(("busy", "busy", "congestion", "ringback", "dial"))
        made = sounds.samples_of(render(tone_spec(region, name), round(self._dice.uniform(1.5, 5) * RATE)))
        return f"{name} tone", made * 10 ** (self._dice.uniform(-12, 3) / 20)

    def speech(self) -> tuple[str, Sound]:
        words = sounds.telephone_band(self._talker.take(self._dice.uniform(1, 4)))
        return "speech", sounds.at_level(words, self._dice.uniform(-30, -10))

    def prompt(self) -> tuple[str, Sound]:
        whole = sounds.samples_of(self._dice.choice(self._prompts))[: 5 * RATE]
        return "prompt", sounds.at_level(whole, self._dice.uniform(-25, -10))

    def music(self) -> tuple[str, Sound]:
        kind, made = sounds.music(self._dice, self._dice.uniform(1.5, 4), MUSIC)
        return kind, sounds.at_level(made, self._dice.uniform(-30, -12))

    def burst(self) -> tuple[str, Sound]:
        number = "".join(self._dice.choices("0123456789", k=self._dice.randint(3, 15)))
        message = encode_mdmf(number=number, name="ANN LEE", when="03081000")
        standard, level = self._dice.choice(("bell202", "v23")), self._dice.uniform(-30, -10)
        return "caller ID", sounds.samples_of(fsk_burst(message, standard=standard, level=level))

    def fax(self) -> tuple[str, Sound]:
        kind = self._dice.choice(("cng", "ced", "ansam", "v21"))
        made = fax_tone(kind, ms=self._dice.uniform(500, 3000), level=self._dice.uniform(-30, -10))
        return kind, sounds.samples_of(made)


MUSIC = ("melody", "organ", "arpeggio", "beats")


def one(dice: random.Random, between: Between) -> Made:
    """A sound, then a string, on a line of its own noise and coding."""
    within, other = between.take()
    level, twist = dice.uniform(-20, -8), dice.uniform(-4, 3)
    off = (1 + dice.uniform(-0.01, 0.01), 1 + dice.uniform(-0.01, 0.01))
    pieces, at = [other, np.zeros(round(dice.uniform(0.06, 0.4) * RATE))], 0
    begin = sum(map(len, pieces))
    at, sent = begin, []
    for _ in range(dice.randint(3, 15)):
        key = dice.choice(KEYS)
        digit = _digit(dice, key, round(dice.uniform(0.05, 0.12) * RATE), level, twist, off)
        pause = np.zeros(round(dice.uniform(0.05, 0.12) * RATE))
        sent.append((at, key))
        pieces += [digit, pause]
        at += len(digit) + len(pause)
    pieces.append(np.zeros(round(dice.uniform(0.06, 0.4) * RATE)))
    sound = np.concatenate(pieces)
    both = level + 10 * np.log10(1 + 10 ** (-abs(twist) / 10))
    noise = RMS_0_DBM0 * 10 ** ((both - dice.uniform(25, 45)) / 20)
    return Made(sound + np.random.default_rng(dice.randrange(1 << 30)).normal(0, noise, len(sound)), sent,
                within, begin)  # fmt: skip


def _digit(
    dice: random.Random, key: str, length: int, level: float, twist: float, off: tuple[float, float]
) -> Sound:
    """`level` of the stronger tone; `twist`: the high one's over the low one's."""
    row, column = divmod(KEYS.index(key), 4)
    sound = np.zeros(length)
    at = np.arange(length) / RATE
    pair = ((LOW[row] * off[0], level - max(0.0, twist)), (HIGH[column] * off[1], level + min(0.0, twist)))
    for hz, dbm0 in pair:
        peak = RMS_0_DBM0 * np.sqrt(2) * 10 ** (dbm0 / 20)
        sound += peak * np.sin(2 * np.pi * (hz * at + dice.random()))
    return sound


def _digits(events: list[PortEvent]) -> list[DigitDown | DigitUp]:
    return [event for event in events if isinstance(event, DigitDown | DigitUp)]


def run(job: tuple[int, int, int]) -> Heard:
    """One chunk: seed, its number, how many strings."""
    seed, number, strings = job
    dice = random.Random(f"{seed}/{number}")
    between, law = Between(dice), dice.choice(g711.LAWS)
    made = [one(dice, between) for _ in range(strings)]
    audio = sounds.pcm(np.concatenate([each.sound for each in made]))
    audio = g711.decode(g711.encode(audio, law), law)
    whole, alone = Ear(detectors=ALL), Ear(detectors=DTMF)
    whole.progress(progress_config(load_region(dice.choice(known_regions()))))
    every, only = _digits(whole.hear(audio)), _digits(alone.hear(audio))
    heard = Heard(sum(len(each.sent) for each in made), len(audio) / RATE)
    missing = [event for event in only if event not in every]
    heard.different = [
        f"{number}: {event}" for event in missing + [each for each in every if each not in only]
    ]
    _compare(made, [event for event in every if isinstance(event, DigitDown)], number, heard)
    return heard


def _compare(made: list[Made], downs: list[DigitDown], number: int, heard: Heard) -> None:
    """What was lost of what was sent, and what was heard besides."""
    unclaimed = dict(enumerate(downs))
    at = 0
    for each in made:
        for start, key in each.sent:
            mine = [place for place, down in unclaimed.items() if abs(down.start - at - start) <= ms(NEAR_MS)]
            right = next((place for place in mine if unclaimed[place].digit == key), None)
            if right is not None:
                del unclaimed[right]
            else:
                took = "".join(unclaimed[place].digit for place in mine) or "nothing"
                heard.lost.append(f"{number}: {key} at {at + start} behind {each.within}: {took}")
        heard.between_s[each.within] += each.begin / RATE
        end = at + len(each.sound)
        for place in [place for place, down in unclaimed.items() if at <= down.start < end]:
            down = unclaimed.pop(place)
            where = each.within if down.start < at + each.begin else "a string"
            heard.extras.append(f"{where}: {number}: {down.digit} at {down.start}")
        at = end


def report(all_heard: list[Heard], strings: int, seed: int, took: float) -> dict[str, Any]:
    between: Counter[str] = Counter()
    for heard in all_heard:
        between.update(heard.between_s)
    lost = [each for heard in all_heard for each in heard.lost]
    different = [each for heard in all_heard for each in heard.different]
    extras = [each for heard in all_heard for each in heard.extras]
    return {
        "run": "digits_among_sounds",
        "seed": seed,
        "commit": figures.commit(),
        "wall_s": round(took, 1),
        "strings": strings,
        "digits": sum(heard.digits for heard in all_heard),
        "hours": round(sum(heard.seconds for heard in all_heard) / 3600, 2),
        "lost": len(lost),
        "different": len(different),
        "extras": len(extras),
        "extras_in": dict(Counter(each.split(":")[0] for each in extras)),
        "minutes_of": {kind: round(length / 60, 1) for kind, length in sorted(between.items())},
        "losses": lost,
        "differences": different,
        "extra_digits": extras,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--strings", type=int, default=10_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="where the figures go")
    args = parser.parse_args()
    begun = time.monotonic()
    jobs = [
        (args.seed, number, min(CHUNK, args.strings - at))
        for number, at in enumerate(range(0, args.strings, CHUNK))
    ]
    with multiprocessing.get_context("spawn").Pool(min(2, len(jobs))) as pool:
        all_heard = list(pool.imap(run, jobs))
    told = report(all_heard, args.strings, args.seed, time.monotonic() - begun)
    for each in (*told["losses"], *told["differences"]):
        print(f"FINDING {each}")
    figures.write(told, args.out, without=("losses", "differences", "extra_digits"))
    return 1 if told["lost"] or told["different"] else 0


if __name__ == "__main__":
    sys.exit(main())
