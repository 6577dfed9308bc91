"""The sounds that a scenario names: prompts of the script under test, voices of callers, files."""

from __future__ import annotations

import random
from array import array
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from ctidrv.native.dtmf_signals import Dice
from ctidrv.native.fax import fax_tone
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import Part, render, tone
from ctidrv.units import Samples, ms
from hwsim.scenario.verbs import Hear

VOICES = Path(__file__).parents[1] / "voices"
BEEP_HZ, BEEP_DBM0, BEEP_MS = 1000, -14.0, 500
CNG_MS = 36_000


class Sounds(Protocol):
    """Where a person finds what he waits for and what he says. `voice` and `wanted` raise InputError."""

    def wanted(self, hear: Hear) -> Sequence[tuple[str, Mapping[str, Pcm]]]:
        """One after the other: how it is called, and what it may sound like, by name."""
        ...

    def voice(self, name: str) -> Pcm: ...

    def known(self) -> Mapping[str, Pcm]:
        """Every prompt that might be heard, by name."""
        ...


def beep() -> Pcm:
    """An answering machine's."""
    return render(tone([Part((BEEP_HZ,), BEEP_DBM0, BEEP_MS)]), ms(BEEP_MS))


def fax_calling() -> Pcm:
    """CNG of a fax machine that calls, for 36 s (ITU-T T.30 4.1)."""
    return fax_tone("cng", ms=CNG_MS)


MADE: Mapping[str, Callable[[], Pcm]] = {"beep": beep, "fax-calling": fax_calling}
"""Voices that are reckoned, by name; the others are files."""


def shipped_voices() -> list[str]:
    return sorted([*MADE, *(path.stem for path in VOICES.glob("*.wav"))])


def white_noise(length: Samples, level_dbm0: float, chance: random.Random) -> Pcm:
    """So many samples, of this power."""
    samples = array("h", bytes(2 * length))
    Dice(chance.getrandbits(64)).noise(level_dbm0, samples)
    return Pcm(samples)
