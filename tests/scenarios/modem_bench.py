"""A modem stand-in, the driver at its port, and a live engine: real time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, TypeVar

from ctidrv.clock import SampleClock
from ctidrv.drivers.v253.board import V253Board, open_board
from ctidrv.events import PortEvent
from ctidrv.media.channel import Channel
from ctidrv.media.engine import MediaEngine
from ctidrv.ports.api import DriverContext
from hwsim.devices.v253.stand_in import ModemStandIn

E = TypeVar("E", bound=PortEvent)

FAST = {"caller_id_when": "before-ring"}
"""The number comes before the first ring: nobody waits for the second."""


class Bench:
    """`seen`: what the port has told."""

    def __init__(self, modem: ModemStandIn, board: V253Board, engine: MediaEngine) -> None:
        self.modem, self.board, self.engine = modem, board, engine
        self.clock = engine.clock
        self.channel: Channel = engine.channels[0]
        self.seen: list[PortEvent] = []
        self._news = asyncio.Event()
        self.channel.subscribe(self._take)

    def _take(self, event: PortEvent) -> None:
        self.seen.append(event)
        self._news.set()

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.seen if isinstance(event, kind)]

    async def until(
        self, kind: type[E], within: float = 15, since: int = 0, such: Callable[[E], bool] = lambda _: True
    ) -> E:
        """The first such event from the `since`-th of all on, now or soon."""
        try:
            async with asyncio.timeout(within):
                while True:
                    for event in self.seen[since:]:
                        if isinstance(event, kind) and such(event):
                            return event
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            told = [f"{each.t} {each.who} {each.what} {each.detail}" for each in self.modem.told]
            raise AssertionError(
                f"no {kind.__name__} in {within} s; {self.board.trouble}; there was {self.seen}; {told}"
            ) from None

    async def far(self, do: Callable[..., Any], *args: Any, **more: Any) -> Any:
        """Something that the stand-in does, while everything else goes on."""
        return await asyncio.to_thread(do, *args, **more)


@contextlib.asynccontextmanager
async def bench(
    folder: Path, *, settings: dict[str, Any] | None = None, by_id: bool = False, **stand_in: Any
) -> AsyncIterator[Bench]:
    """`by_id`: the driver is given a name that stays when the port's changes."""
    link = folder / "ttyACM0"
    name = folder / "by-id-modem" if by_id else link
    stand_in.setdefault("board", FAST)
    with ModemStandIn(link, by_id=name if by_id else None, **stand_in) as modem:
        clock = SampleClock()
        context = DriverContext(clock, folder, 1, live=True)
        board = open_board("modem", {"device": str(name), **(settings or {})}, context)
        board.open()
        engine = MediaEngine([board], clock, inline=False)
        try:
            engine.start_live(asyncio.get_running_loop())
            yield Bench(modem, board, engine)
        finally:
            engine.close()
            board.close()
