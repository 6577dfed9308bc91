"""A simulated card, the driver at it, and the engine, in virtual time: the card ticks before we do."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, TypeVar

from ctidrv.clock import SampleClock
from ctidrv.drivers.dahdi import settings
from ctidrv.drivers.dahdi.board import DahdiBoard
from ctidrv.events import PortEvent
from ctidrv.media.channel import Channel
from ctidrv.media.engine import MediaEngine
from ctidrv.media.recorder import Kept
from ctidrv.media.virtual import run_virtual
from ctidrv.native.pcm import Pcm
from ctidrv.ports.regions import load_region, progress_config
from ctidrv.units import TICK, Samples, seconds
from hwsim.devices.dahdi.card import CardOnLines
from hwsim.devices.dahdi.door import CardDoor
from hwsim.devices.people import People

T = TypeVar("T")
E = TypeVar("E", bound=PortEvent)
START = datetime(2027, 3, 8, 10, 30, tzinfo=UTC)


class OnCard:
    """An engine's time, and that of the card beneath it; of `ctidrv.media.virtual`."""

    def __init__(self, engine: MediaEngine, there: CardOnLines) -> None:
        self.clock = engine.clock
        self.ppm = 0.0
        """The card's clock is so much too fast."""
        self._engine, self._there = engine, there
        self._ahead = 0.0

    def step(self) -> None:
        self._ahead += 1 + self.ppm / 1e6
        while self._ahead >= 1:
            self._ahead -= 1
            self._there.card.tick(self.clock.now())
            self._there.board.pump()
        self._engine.step()

    def idle(self, until: float) -> None:
        """Every tick is made: a card does not rest."""


class Bench:
    """`seen`: what each port has told."""

    def __init__(
        self,
        *,
        fxo: int = 1,
        fxs: int = 1,
        country: str = "US",
        given: dict[str, Any] | None = None,
        exchange: dict[str, Any] | None = None,
        **card: Any,
    ) -> None:
        clock = SampleClock(START)
        self.there = CardOnLines(
            {"country": country, **(exchange or {})}, fxo=fxo, fxs=fxs, seed=5, clock=clock, **card
        )
        self.card = self.there.card
        self.board = DahdiBoard(
            "card", settings.read("card", given or {}), clock, open_door=lambda: CardDoor(self.card)
        )
        self.board.open()
        self.engine = MediaEngine([self.board], clock, inline=True)
        self.time = OnCard(self.engine, self.there)
        self.clock = clock
        self.seen: dict[str, list[PortEvent]] = {}
        for channel in self.engine.channels:
            self.engine.progress(channel.info.id, progress_config(load_region(country)))
            self.seen[channel.info.id] = told = []
            channel.subscribe(told.append)
        self.people = People(self.there.board, self.there.number(1), lambda *_: None, lambda name: Pcm())
        self.operators = self.there.board.operators

    def channel(self, number: int) -> Channel:
        return self.engine.channels[number - 1]

    def of(self, number: int, kind: type[E]) -> list[E]:
        return [event for event in self.seen[f"card/{number}"] if isinstance(event, kind)]

    async def until(
        self,
        number: int,
        kind: type[E],
        within: float = 15,
        since: int = 0,
        such: Callable[[E], bool] = lambda _: True,
    ) -> E:
        """The first such event of a port from its `since`-th on, now or soon."""
        told = self.seen[f"card/{number}"]
        end = self.clock.now() + seconds(within)
        while True:
            for event in told[since:]:
                if isinstance(event, kind) and such(event):
                    return event
            assert self.clock.now() < end, f"no {kind.__name__} in {within} s: {self.board.trouble}; {told}"
            await self.clock.sleep(TICK)

    async def heard_for(self, number: int, length: float) -> Pcm:
        """What comes at our end meanwhile."""
        kept = Kept()
        recording = self.channel(number).record_sample(kept)
        await self.clock.sleep(seconds(length))
        await recording.stop()
        await self.clock.sleep(Samples(2 * TICK))
        return Pcm.from_bytes(bytes(kept.data))

    def run(self, main: Coroutine[Any, Any, T], limit: float = 300) -> T:
        return run_virtual(main, self.time, limit=seconds(limit))

    def close(self) -> None:
        self.engine.close()
        self.board.close()
        self.there.close()
