"""What the far end of a connected call sends for minutes: talk, music, ringback, a conference, silence.

A `FarEnd` gives stretch after stretch, each with its kind, from its seed. Levels are those sent into the far
telephone; the exchange's coding and two lines' loss come on top.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import line_sounds as sounds
import numpy as np
from line_sounds import RATE, Sound

from ctidrv.native.tones import render
from ctidrv.ports.regions import known_regions, load_region, tone_spec

LONGEST_SILENCE_S = 30.0
"""With the pauses of talk to either side below the 45 s after which silence itself is a hang-up
(ctidrv/callcontrol/profile.py)."""
STRETCH_S = (8.0, 45.0)
WEIGHTS = {"speech": 30, "three-way": 24, "music": 26, "ringback": 12, "prompt": 4, "silence": 4}


class FarEnd:
    """At a line of this country; the same people talk in all that it gives."""

    def __init__(self, dice: random.Random, country: str) -> None:
        self._dice = dice
        self._country = country
        self._talkers = [sounds.Talker(dice), sounds.Talker(dice)]
        self._prompts = sounds.prompts()
        self._last = ""
        self._kinds: dict[str, Callable[[float], tuple[str, Sound]]] = {
            "speech": self._speech,
            "three-way": self._three_way,
            "music": self._music,
            "ringback": self._ringback,
            "prompt": self._prompt,
            "silence": self._silence,
        }

    def stretch(self) -> tuple[str, Sound]:
        """The next kind of sound, and some seconds of it."""
        quiet = self._last == "silence"  # not twice in a row
        kinds = [kind for kind in WEIGHTS if not (quiet and kind == "silence")]
        kind = self._last = self._dice.choices(kinds, [WEIGHTS[kind] for kind in kinds])[0]
        return self._kinds[kind](self._dice.uniform(*STRETCH_S))

    def _talk(self, talker: sounds.Talker, length: float, dbm0: float) -> Sound:
        """Talk with pauses, some of them long."""
        out, at = sounds.seconds(length), 0.0
        while at < length:
            lasts = min(self._dice.uniform(0.5, 12), length - at)
            words = sounds.telephone_band(talker.take(lasts))
            begin = round(at * RATE)
            out[begin : begin + len(words)] = words[: len(out) - begin]
            at += lasts + self._dice.choice((0.2, 0.6, 1.5, 4, 12)) * self._dice.random()
        return sounds.at_level(out, dbm0)

    def _speech(self, length: float) -> tuple[str, Sound]:
        talker = self._dice.choice(self._talkers)
        return f"speech {talker.voice}", self._talk(talker, length, self._dice.uniform(-34, -8))

    def _three_way(self, length: float) -> tuple[str, Sound]:
        """Two who talk to us and to each other; now and then one of us is told that a call waits."""
        both = [self._talk(talker, length, self._dice.uniform(-30, -10)) for talker in self._talkers]
        mixed = both[0] + both[1]
        kind = f"three-way {' '.join(talker.voice for talker in self._talkers)}"
        if self._dice.random() < 0.5:
            beep = self._tone(self._country, "call_waiting", length, self._dice.uniform(-12, 0))
            mixed[: len(beep)] += beep
            kind += " call waiting"
        return kind, mixed

    def _music(self, length: float) -> tuple[str, Sound]:
        kind, made = sounds.music(self._dice, length)
        if kind == "hold music":
            sounds.patience(self._dice, made, self._talkers[0])
        return kind, sounds.at_level(made, self._dice.uniform(-34, -12))

    def _ringback(self, length: float) -> tuple[str, Sound]:
        """While he connects us on: his country's, or that of the one abroad who is called."""
        country = self._country if self._dice.random() < 0.7 else self._dice.choice(known_regions())
        return f"ringback {country}", self._tone(country, "ringback", length, self._dice.uniform(-18, 3))

    def _prompt(self, length: float) -> tuple[str, Sound]:
        """A machine of his talks to us."""
        said = [sounds.samples_of(self._dice.choice(self._prompts)) for _ in range(8)]
        whole = np.concatenate(said)[: round(length * RATE)]
        return "prompt", sounds.at_level(whole, self._dice.uniform(-28, -10))

    def _silence(self, length: float) -> tuple[str, Sound]:
        return "silence", sounds.seconds(min(LONGEST_SILENCE_S, length))

    def _tone(self, country: str, name: str, length: float, db: float) -> Sound:
        made = render(tone_spec(load_region(country), name), round(length * RATE))
        return sounds.samples_of(made) * 10 ** (db / 20)
