"""A simulated caller: somebody at a telephone of the exchange."""

from __future__ import annotations

import functools

from ctidrv.clock import SampleClock
from ctidrv.native.pcm import Pcm
from ctidrv.units import TICK, Samples, ms, seconds
from hwsim.exchange import Exchange, Line
from hwsim.line_faults import CROSS_TALK, MENDED
from hwsim.listener import NotHeard
from hwsim.plant import AnyPlant
from hwsim.ring_ear import RingEar
from hwsim.telephone import PAUSE_MS, Telephone

REFUSALS = ("busy", "congestion", "nu", "sit")


class Subscriber(Telephone):
    """A telephone of the exchange with somebody at it, who has a number and may call others."""

    def __init__(self, exchange: Exchange, plant: AnyPlant, clock: SampleClock, line: Line) -> None:
        super().__init__(plant, clock, line.index, exchange.dialling)
        self.line = line
        self._exchange = exchange

    @property
    def number(self) -> str:
        return self.line.number

    @property
    def who(self) -> str:
        return f"the caller {self.number}"

    def identify(self, number: str, name: str | None = None, *, withheld: bool = False) -> None:
        """The number and name that the exchange sends as caller ID. UsageError for what it cannot send."""
        self._exchange.renumber(self.line, number, name, withheld=withheld)

    async def dial(self, number: str, *, how: str = "dtmf", within: Samples = seconds(5)) -> None:
        """Lifts, waits for dial tone, and keys the number, or turns the dial (`how` is "pulse")."""
        await self.lift()
        await self.hears_tone("dial", within=within)
        if how == "pulse":
            await self.turn_dial(number)
        else:
            await self.press(number, what="dials")

    async def answered(self, *, within: Samples = seconds(60)) -> None:
        """Waits until somebody answers: he hears a voice, or the ringing that he heard is over, also when its
        first burst was cut short.

        Raises NotHeard at once for a tone of REFUSALS.
        """
        deadline = self.clock.now() + within
        rings = RingEar(self._exchange.cadence("ringback"), map(self._exchange.cadence, REFUSALS))
        # From his last key on, behind which the ringing may have begun at once.
        self.collect()
        fresh = max(0, len(self.heard) - ms(PAUSE_MS))
        track, listened = self._plant.track(self.index), self.clock.now() - ms(PAUSE_MS)
        rang = False
        while not self.voice and not rings.is_over and not (rang and "ringback" not in self.tones):
            rang = rang or "ringback" in self.tones
            self.collect()
            rings.feed(Pcm(self.heard[fresh:]) if track is None else track.heard(listened, self.clock.now()))
            fresh, listened = len(self.heard), self.clock.now()
            if self.clock.now() >= deadline or not self.tones.isdisjoint(REFUSALS):
                raise self.missed("an answer", within)
            # He listens on: that the ringing is over is no event.
            await self.something(self.clock.now() + TICK)
        self.note("is answered")

    def line_fault(
        self, what: str, number: str | None, other: str | None, down_db: float, lasts: Samples | None
    ) -> None:
        """Something happens to his line's pair, or another's (hwsim/line_faults.py). NotHeard where no line
        has the number."""
        line = self.line if number is None else self._line_of(number)
        self.note("sees", f"line {line.number}: {what}")
        if what == CROSS_TALK:
            heard = self._line_of(other or "")
            if heard is line:
                raise NotHeard(f"{self.who}: line {line.number} is not heard on itself")
            self._exchange.cross_talk(line, heard, down_db)
            mend = functools.partial(self._exchange.cross_talk, line, heard, None)
        else:
            self._exchange.fault(line, None if what == MENDED else what)
            mend = functools.partial(self._exchange.fault, line, None)
        if lasts is not None:
            self.clock.call_after(lasts, mend)

    def _line_of(self, number: str) -> Line:
        line = self._exchange.line_of(number)
        if line is None:
            raise NotHeard(f"{self.who}: no line has the number {number}")
        return line
