"""A simulated operator: somebody at the board's own telephone (an FXS port) or headset (HANDSET)."""

from __future__ import annotations

from typing import Any

from ctidrv.clock import SampleClock, Timer
from ctidrv.events import CallerIdSeen
from ctidrv.native import lib
from ctidrv.native.ear import CALLER_ID, Ear
from ctidrv.native.pcm import Pcm
from ctidrv.ports.dialling import Dialling
from ctidrv.units import PortId, Samples, seconds, to_seconds
from hwsim.plant import AnyPlant
from hwsim.telephone import Telephone

RUNG_NO_MORE = seconds(8)
"""Longer than the silence of any country's ringing: then nobody rings any more."""


class Operator(Telephone):
    """At a port of the board. He knows no exchange: who rings him, and what he hears, is the board's."""

    def __init__(
        self,
        plant: AnyPlant,
        clock: SampleClock,
        index: int,
        port: PortId,
        dialling: Dialling,
        *,
        display: bool,
        before_ring: bool = False,
    ) -> None:
        super().__init__(plant, clock, index, dialling)
        self.port = port
        self.shown: list[CallerIdSeen] = []
        """What its display has shown, the latest behind."""
        self.unanswered: list[int] = []
        """How often it rang, each time that he let it."""
        self.display = display
        """It shows who calls, from the first ring on."""
        self.before_ring = before_ring
        """The country tells who calls before the first ring: the display listens all the time on hook."""
        self._reads: Ear | None = None
        self._rung_last: Timer | None = None
        if before_ring:
            self._begin_to_read()

    @property
    def who(self) -> str:
        return f"the operator at {self.port}"

    # Verbs.

    async def answer(
        self, *, rings: int = 1, after: Samples = Samples(0), within: Samples = seconds(30)
    ) -> None:
        """Waits until his telephone has rung so often, then so long, and lifts. NotHeard when it does not."""
        deadline = self.clock.now() + within
        while self.rings < rings:
            if self.clock.now() >= deadline:
                raise self.missed(f"ring {rings}", within)
            await self.something(deadline)
        await self.clock.sleep(after)
        await self.lift()

    async def ignore(self, *, within: Samples = seconds(120)) -> int:
        """Lets it ring until nobody rings any more (RUNG_NO_MORE); how often it did. NotHeard when it did not
        ring at all, or did not stop."""
        deadline = self.clock.now() + within
        before = len(self.unanswered)
        await self.is_rung(within=within)
        while len(self.unanswered) == before:
            if self.clock.now() >= deadline:
                raise self.missed("an end of the ringing", within)
            await self.something(deadline)
        return self.unanswered[-1]

    async def dial(
        self, number: str, *, how: str = "dtmf", tone: str | None = "dial", within: Samples = seconds(5)
    ) -> None:
        """Lifts, waits for a tone (None: for nothing), and keys the number, or turns the dial."""
        await self.lift()
        if tone is not None:
            await self.hears_tone(tone, within=within)
        if how == "pulse":
            await self.turn_dial(number)
        else:
            await self.press(number, what="dials")

    async def forget_off_hook(self, lasts: Samples) -> None:
        """Leaves the handset beside the telephone for so long, then puts it down. What sounds in it meanwhile
        he does not look for."""
        await self.lift()
        self.note("goes away", f"with the handset off its rest, for {to_seconds(lasts):g} s")
        await self.clock.sleep(lasts)
        await self.hang_up()

    async def lift(self) -> None:
        """As `Telephone.lift`; the display reads no more."""
        if not self._off_hook:
            self._no_longer_rung()
        await super().lift()

    async def hang_up(self) -> None:
        """As `Telephone.hang_up`."""
        await super().hang_up()
        if self.before_ring and not self._off_hook:
            self._begin_to_read()

    # From the board, after each tick.

    def feed(self, event: Any) -> None:
        """As `Telephone.feed`."""
        super().feed(event)
        if event.kind == lib.CTI_EV_RING_ON:
            if self._rung_last is not None:
                self._rung_last.cancel()
            self._rung_last = self.clock.call_after(RUNG_NO_MORE, self._given_up)
            self._begin_to_read()

    def collect(self) -> None:
        """As `Listener.collect`; on hook the display takes it."""
        super().collect()
        if self._reads is None:
            return
        heard = Pcm.from_bytes(self._plant.phone_frames(self.index)[1])
        for event in self._reads.hear(heard):
            if isinstance(event, CallerIdSeen):
                self.shown.append(event)
                self.note("reads", event.number or event.reason or "a damaged number")
                self._wake()

    # Within.

    def _begin_to_read(self) -> None:
        if self.display and self._reads is None:
            self._plant.phone_frames(self.index)
            self._plant.phone_record(self.index, True)
            self._reads = Ear((self.port,), CALLER_ID)

    def _given_up(self) -> None:
        """Nobody rings any more."""
        self.unanswered.append(self.rings)
        self.note("lets it ring", f"{self.rings} times")
        self.rings = 0
        self._no_longer_rung()
        if self.before_ring:
            self._begin_to_read()
        self._wake()

    def _no_longer_rung(self) -> None:
        if self._rung_last is not None:
            self._rung_last.cancel()
        self._rung_last = None
        if self._reads is not None:
            self.collect()
            self._reads = None
            self._plant.phone_record(self.index, False)
