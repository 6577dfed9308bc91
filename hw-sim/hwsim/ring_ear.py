"""Whether a telephone that rings at the other end has been answered, by what its caller hears of the ringing.

Ringback that goes on has bursts and pauses of the country's length. An answer cuts a burst short, or lets the
next one never come. A refusal's tone has short bursts too, so a short one counts once the silence after it is
longer than any pause of those.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ctidrv.native.levels import level
from ctidrv.native.pcm import Pcm
from ctidrv.units import TICK, Samples, ms

SOUND_DBM0 = -45.0
"""What is louder is some sound, 20 dB over the noise of a common line."""
WHOLE = 0.9
"""A burst of so much of its length may be a whole one."""
SLACK, OVER = 1.1, ms(100)
"""A pause is over after so many times its length, and so much."""


class RingEar:
    """`ringback`, and each of `refusals`: on, off, on, off … in ms. `feed` takes all that is heard."""

    def __init__(self, ringback: Sequence[int], refusals: Iterable[Sequence[int]]) -> None:
        bursts, pauses = list(ringback[0::2]), sorted(ringback[1::2])
        self._burst = ms(WHOLE * min(bursts, default=0))
        self._pause = _over(pauses[-1:])
        others = [pause for cadence in refusals for pause in cadence[1::2]]
        self._short = min(self._pause, _over([*pauses[:-1], *others]))
        self._sound = self._silence = 0
        self._rest = Pcm.silence(0)

    @property
    def is_over(self) -> bool:
        """Something rang, and rings no more."""
        if not self._sound or not self._pause:
            return False
        return self._silence > (self._pause if self._sound >= self._burst else self._short)

    def feed(self, heard: Pcm) -> None:
        sound = self._rest + heard
        whole = len(sound) // TICK * TICK
        for at in range(0, whole, TICK):
            if level(sound[at : at + TICK]) < SOUND_DBM0:
                self._silence += TICK
                continue
            if self._silence:
                self._sound = 0
            self._silence, self._sound = 0, self._sound + TICK
        self._rest = sound[whole:]


def _over(pauses: Sequence[int]) -> Samples:
    longest = max(pauses, default=0)
    return Samples(ms(SLACK * longest) + OVER) if longest else Samples(0)
