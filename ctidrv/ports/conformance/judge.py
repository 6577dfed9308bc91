"""What the kit goes by: sounds that show what was lost, and how they are measured."""

from __future__ import annotations

import cmath
import itertools
import math
import operator

from ctidrv.events import DigitDown
from ctidrv.native.ear import DTMF, Ear
from ctidrv.native.levels import level
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import Part, render, tone
from ctidrv.units import RATE, seconds

SENT_DBM0 = -10.0
LEVEL_DB = 1.0
"""A level may be off by so much."""
FAINT_DB = 10.0
"""So much below what is expected, it is no longer the sound."""
TRUE_HZ = 1804.0
"""A sample that is lost or doubled turns this by 81 degrees."""
MOST_TURN = 20.0
"""Degrees within 10 ms. Two clocks that differ by 500 ppm, made up for smoothly, turn it by 3."""
_BLOCK = 80
_FULL_SCALE, _FULL_DBM0 = 32767, 3.14
_JOINED = 20
"""Blocks of silence that are still a gap in a sound, and not its end."""


class Nonconformity(AssertionError):
    """What a driver does is not what the contract says."""

    def __init__(self, expected: str, came: str, contract: str = "") -> None:
        self.expected, self.came, self.contract = expected, came, contract
        by = f"; the contract: {contract}" if contract else ""
        super().__init__(f"expected {expected}; there came {came}{by}")


def expect(so: bool, expected: str, came: object) -> None:
    """Nonconformity unless it is so."""
    if not so:
        raise Nonconformity(expected, str(came) or "nothing")


def beep(length: float, hz: float = 1004.0) -> Pcm:
    """A steady tone of SENT_DBM0, so many seconds long."""
    return render(tone([Part((hz,), SENT_DBM0)]), seconds(length))


def longest(sound: Pcm, above_dbm0: float) -> tuple[Pcm, int]:
    """The longest stretch that is louder, gaps in it up to 200 ms included; and the samples of its gaps."""
    loud = [level(sound[at : at + _BLOCK]) > above_dbm0 for at in range(0, len(sound) - _BLOCK + 1, _BLOCK)]
    best: tuple[int, int] = (0, 0)
    begin: int | None = None
    quiet = 0
    for at, is_loud in enumerate([*loud, *[False] * (_JOINED + 1)]):
        if is_loud:
            begin, quiet = at if begin is None else begin, 0
            if at + 1 - begin > best[1] - best[0]:
                best = (begin, at + 1)
        elif begin is not None:
            quiet += 1
            if quiet > _JOINED:
                begin = None
    gaps = loud[best[0] : best[1]].count(False)
    return sound[best[0] * _BLOCK : best[1] * _BLOCK], gaps * _BLOCK


def is_over(sound: Pcm, above_dbm0: float) -> bool:
    """A stretch that is louder is in it, and the last quarter of a second is not."""
    tail = RATE // 4
    stretch, _ = longest(sound, above_dbm0)
    return len(stretch) > _BLOCK and len(sound) > tail and level(sound[-tail:]) <= above_dbm0


def expect_whole(sound: Pcm, length: float, dbm0: float, where: str) -> None:
    """A beep of so many seconds is in it, at its level and without a gap."""
    stretch, gaps = longest(sound, dbm0 - FAINT_DB)
    came = f"{len(stretch) / RATE:.2f} s with gaps of {1000 * gaps // RATE} ms"
    expect(
        abs(len(stretch) - seconds(length)) <= seconds(0.06) and gaps == 0,
        f"{where} a sound of {length:g} s without a gap",
        came,
    )
    loud = level(stretch[seconds(0.1) : -seconds(0.1)])
    expect(
        abs(loud - dbm0) <= LEVEL_DB,
        f"{where} {dbm0:.1f} dBm0, within {LEVEL_DB:g} dB",
        f"{loud:.1f} dBm0",
    )


def _at(sound: Pcm, hz: float) -> list[complex]:
    """What is in it at one frequency: amplitude and phase of each 10 ms, the phase that of a steady tone."""
    turn = cmath.exp(-2j * math.pi * hz / RATE)
    turns = list(itertools.accumulate(itertools.repeat(turn, len(sound)), operator.mul, initial=1 + 0j))
    samples = [sound[at] for at in range(len(sound))]
    return [
        2 / _BLOCK * sum(map(operator.mul, samples[at : at + _BLOCK], turns[at : at + _BLOCK]), 0j)
        for at in range(0, len(samples) - _BLOCK + 1, _BLOCK)
    ]


def lasts(sound: Pcm, hz: float, above_dbm0: float) -> float:
    """For how many seconds, without a gap of 10 ms, a tone of a multiple of 100 Hz is heard beside others."""
    least = _FULL_SCALE * 10 ** ((above_dbm0 - _FULL_DBM0) / 20)
    best = now = 0
    for found in _at(sound, hz):
        now = now + 1 if abs(found) > least else 0
        best = max(best, now)
    return best * _BLOCK / RATE


def most_turned(sound: Pcm, hz: float = TRUE_HZ) -> tuple[float, float]:
    """By how many degrees the tone's phase turns at the most within 10 ms, where it should not; and when, in
    seconds."""
    worst, when = 0.0, 0.0
    for index, (before, after) in enumerate(itertools.pairwise(_at(sound, hz)), 1):
        if before and after:
            turned = abs(math.degrees(cmath.phase(after / before)))
            if turned > worst:
                worst, when = turned, index * _BLOCK / RATE
    return worst, when


def digits_in(sound: Pcm) -> str:
    """The keys that are heard in it."""
    return "".join(event.digit for event in Ear(detectors=DTMF).hear(sound) if isinstance(event, DigitDown))
