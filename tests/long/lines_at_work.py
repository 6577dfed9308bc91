"""Lines with call control behind them, each at a simulated exchange of its own, in virtual time.

What the station does with a call but for recorder and rows: sound goes through the exchange, its coding, the
two-wire line with loss, noise and echo, the tick with its echo canceller and all detectors, and call control.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ctidrv.callcontrol.call import Call
from ctidrv.callcontrol.fxo import State
from ctidrv.callcontrol.ids import Ids
from ctidrv.callcontrol.journal import CallEvent, Journal
from ctidrv.callcontrol.line import LineController
from ctidrv.callcontrol.profile import LineProfile
from ctidrv.clock import SampleClock
from ctidrv.events import PortEvent
from ctidrv.media.engine import MediaEngine
from ctidrv.media.virtual import run_virtual
from ctidrv.ports.api import DriverContext
from ctidrv.ports.regions import SIGNALS, load_region, progress_config
from ctidrv.units import TICK, Samples, seconds
from hwsim.board import SimBoard, open_board

Serve = Callable[["LineAtWork", Call], Awaitable[None]]


@dataclass
class LineAtWork:
    """A line, its exchange with one telephone, and what was told."""

    board: SimBoard
    country: str
    number: int
    """Its place among the lines."""
    line: LineController = field(init=False)
    log: list[CallEvent] = field(default_factory=list)
    """The journal's entries, this line's."""
    told: list[PortEvent] = field(default_factory=list)
    """The port's events; whoever reads them may clear them."""

    @property
    def clock(self) -> SampleClock:
        return self.board.clock

    async def until(self, ready: Callable[[], bool], within: Samples) -> bool:
        """Waits for so long at the most; whether it was so."""
        end = self.clock.now() + within
        while not ready():
            if self.clock.now() >= end:
                return False
            await self.clock.sleep(TICK)
        return True

    async def rings_and_is_answered(self, caller: Any, number: str = "8001") -> bool:
        """The caller dials, whatever dial tone there is; whether the call was answered."""
        self.log.clear()
        self.told.clear()
        await caller.lift()
        await self.clock.sleep(seconds(0.5))
        await caller.press(number)
        return await self.until(lambda: self.first("call.answered") is not None, seconds(30))

    def first(self, type: str) -> CallEvent | None:
        return next((entry for entry in self.log if entry.type == type), None)

    async def until_idle(self) -> None:
        await self.until(lambda: self.line.state is State.IDLE, seconds(60))


class LinesAtWork:
    """One engine over boards of one line each; `settings` are the boards'."""

    def __init__(
        self, folder: Path, settings: Sequence[Mapping[str, Any]], serve: Serve, *, seed: int
    ) -> None:
        self.clock = SampleClock(datetime(2027, 3, 8, 10, tzinfo=UTC))
        context = DriverContext(self.clock, folder, seed, live=False)
        usual = {"lines": 1, "phones": 1}
        boards = [
            open_board(f"sim{index}", {**usual, **each}, context) for index, each in enumerate(settings)
        ]
        self.engine = MediaEngine(boards, self.clock, inline=True)
        journal, ids = Journal(self.clock), Ids(seed)
        self.lines = [
            LineAtWork(board, each["country"], number)
            for number, (board, each) in enumerate(zip(boards, settings, strict=True))
        ]
        pairs = list(zip(self.engine.channels, self.lines, strict=True))
        by_port = {channel.info.id: each for channel, each in pairs}
        journal.subscribe(lambda entry: by_port[entry.port].log.append(entry))
        for channel, each in pairs:
            region = load_region(each.country)
            self.engine.progress(channel.info.id, progress_config(region))
            channel.subscribe(each.told.append)
            each.line = LineController(
                channel, self.clock, journal, ids, LineProfile.for_region(region, SIGNALS),
                lambda call, each=each: serve(each, call),
            )  # fmt: skip

    def run(self, scene: Callable[[LineAtWork], Coroutine[Any, Any, None]], limit: Samples) -> None:
        """`scene` on all lines at once; OutOfTime when that takes longer."""

        async def main() -> None:
            for each in self.lines:
                each.board.open()
                each.line.start()
            async with asyncio.TaskGroup() as group:
                for each in self.lines:
                    group.create_task(scene(each))
            for each in self.lines:
                await each.line.stop()

        try:
            run_virtual(main(), self.engine, limit=int(limit))
        finally:
            self.engine.close()
            for each in self.lines:
                each.board.close()
