"""A program of ours at the nodes of a card: the driver and a live engine, which take one call.

    dahdi_answers.py NODES HEARD.raw

It answers, says 1004 Hz for 1.5 s, waits for ``#``, keys a 7, and hangs up when the other side is gone. Each
event of the line is a line of JSON; what came is kept, raw 16-bit samples.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import sys
from pathlib import Path
from typing import TypeVar

from ctidrv.clock import SampleClock
from ctidrv.drivers.dahdi.board import DahdiBoard, open_board
from ctidrv.events import CallerIdSeen, DigitDown, PortEvent, Released, RemoteGone, RingOn, Seized
from ctidrv.media.engine import MediaEngine
from ctidrv.media.recorder import Kept
from ctidrv.native import lib
from ctidrv.native.tones import Part, dtmf, render, tone
from ctidrv.ports.api import DriverContext
from ctidrv.units import seconds

E = TypeVar("E", bound=PortEvent)
WITHIN_S = 40


def tell(what: str, **more: object) -> None:
    print(json.dumps({"what": what, **more}, default=str), flush=True)


class Told:
    def __init__(self) -> None:
        self._events: list[PortEvent] = []
        self._news = asyncio.Event()

    def take(self, event: PortEvent) -> None:
        tell(type(event).__name__, **dataclasses.asdict(event))
        self._events.append(event)
        self._news.set()

    async def until(self, kind: type[E], digit: str | None = None) -> E:
        async with asyncio.timeout(WITHIN_S):
            while True:
                for event in self._events:
                    if isinstance(event, kind) and (digit is None or getattr(event, "digit", "") == digit):
                        return event
                self._news.clear()
                await self._news.wait()


async def take_one_call(board: DahdiBoard, engine: MediaEngine, heard: Path) -> None:
    channel, told, kept = engine.channels[0], Told(), Kept()
    channel.subscribe(told.take)
    channel.listen(lib.CTI_EAR_CALLER_ID)
    engine.start_live(asyncio.get_running_loop())
    tell("ready", ports=[port.label for port in board.ports])
    await told.until(RingOn)
    await told.until(CallerIdSeen)
    channel.seize()
    await told.until(Seized)
    channel.listen(lib.CTI_EAR_ALL)
    await asyncio.sleep(0.5)  # ringback is over at the other end
    recording = channel.record_sample(kept)
    await channel.play(render(tone([Part((1004.0,), -10.0, 1000)], loop=True), seconds(1.5))).done()
    tell("has said it")
    await told.until(DigitDown, "#")
    await channel.play(dtmf("7")).done()
    tell("has keyed it")
    await told.until(RemoteGone)
    await recording.stop()
    channel.release()
    await told.until(Released)
    await asyncio.sleep(0.1)
    await asyncio.to_thread(heard.write_bytes, bytes(kept.data))
    status = board.status()
    tell("ends", trouble=board.trouble, status=dataclasses.asdict(status))


async def main(nodes: str, heard: Path) -> None:
    clock = SampleClock()
    board = open_board(
        "card", {"nodes": nodes, "channels": "1"}, DriverContext(clock, heard.parent, 1, live=True)
    )
    board.open()
    engine = MediaEngine([board], clock, inline=False)
    try:
        await take_one_call(board, engine, heard)
    finally:
        engine.close()
        board.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
