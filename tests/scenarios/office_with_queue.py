"""A station in virtual time whose callers wait in a queue for operators, and what its journal has to say.

    office_with_queue.py FOLDER

makes one who talks and three who wait, on FOLDER, and kills itself (SIGKILL) in the middle of it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from office_of_seats import ANSWER, HELLO, Office

from ctidrv.apps.ivr import load
from ctidrv.apps.ivr.places import spoken_place
from ctidrv.apps.ivr.shipped import shipped_folder
from ctidrv.callcontrol.call import Call
from ctidrv.callcontrol.queueing import Served, Waited
from ctidrv.config import QueueConfig
from ctidrv.units import Samples, ms, seconds

SCRIPT = shipped_folder() / "queue.ivr.yaml"
PROMPTS = load(SCRIPT).prompts
OFFICE = QueueConfig("office", ("operators",), announce=5)
AT_ONCE = 0.1
"""Seconds."""


class QueueOffice(Office):
    """Each call is answered and waits in the queue `office`; the first three seats serve it."""

    def __init__(self, folder: Path, *country: str, queue: QueueConfig = OFFICE, **more: Any) -> None:
        super().__init__(folder, *country, **{"groups": ("operators",), "queues": [queue], **more})
        self.served = Served(lambda place: spoken_place(PROMPTS, "en-US", place), language="en-US")
        self.waited: list[Waited] = []

    async def _serve(self, call: Call) -> None:
        recording = self.station.recorder.start(call)
        self.connected.append(call)
        try:
            await call.answer(after_rings=1)
            self.waited.append(await self.station.queues.enter(call, "office", self.served))
            await call.hang_up()
            await call.ended()
        finally:
            await recording.finish()

    def places(self) -> list[tuple[str, int]]:
        """Who waits, as the API tells it."""
        (row,) = self.station.queue_rows()
        return [(waiting["number"], waiting["position"]) for waiting in row["waiting"]]

    def journal(self, *types: str) -> list[dict[str, Any]]:
        """All that happened, in order."""
        events = self.station.store.events_since(0, 1_000_000)
        return [event for event in events if not types or event["type"] in types]

    # What people do.

    async def rush(self, callers: int, spacing: float, talks: Sequence[float], *, times: int = 1) -> None:
        """So many callers come, so many seconds apart, each so many times; operator i talks for `talks[i]`
        seconds."""
        serving = [asyncio.ensure_future(self._works(i, talk)) for i, talk in enumerate(talks)]
        await asyncio.gather(*(self._calls(line, seconds(line * spacing), times) for line in range(callers)))
        for each in serving:
            each.cancel()
        await asyncio.gather(*serving, return_exceptions=True)

    async def _calls(self, line: int, after: Samples, times: int) -> None:
        await self.clock.sleep(after)
        for _ in range(times):
            ann = await self.caller(f"2125550{line:03d}", None, line)
            await ann.hears_tone("busy", within=seconds(300))
            await ann.hang_up()
            self.board.give_back(ann)
            await self.clock.sleep(seconds(9))

    async def _works(self, index: int, talk: float) -> None:
        operator = self.operators[index]
        while True:
            await operator.answer(after=seconds(0.4), within=seconds(600))
            await self.until(lambda: self.seat(index) == "talking")
            until = self.clock.now() + seconds(talk)
            while self.clock.now() < until:
                await operator.speak(ANSWER[:8000])
            await operator.hang_up()


def replay(events: Sequence[dict[str, Any]], seats: Sequence[str]) -> tuple[list[str], int]:
    """What is not first in, first out to the longest-idle seat, at once; and how often one was chosen of
    several.

    From the events alone: who had nothing to do since when, and who was offered what."""
    found: list[str] = []
    state: dict[str, str] = {}
    since: dict[str, float] = {}
    turned: dict[str, float] = {}  # when that was last told: in the moment of the offer it was too late
    rests: dict[str, float] = {}  # until when a seat is not rung again
    waiting: dict[str, str | None] = {}  # in their order, and who is rung for each
    chosen, before = 0, 0.0
    for event in events:
        kind, seat = event["type"], event.get("seat")
        idle = [max(before, rests.get(name, 0)) for name in seats if state.get(name) == "ready"]
        if None in waiting.values() and idle and event["at"] > min(idle) + AT_ONCE:
            found.append(f"from {min(idle):.2f} s on nobody is rung for {waiting}, and ready are {state}")
        before = event["at"]
        if kind == "seat.state":
            if event["state"] == "ready" and state.get(seat) != "ringing":
                since[seat] = event["at"]
            state[seat], turned[seat] = event["state"], event["at"]
        elif kind == "call.seat" and event["state"] == "left":
            if event["cause"] in ("no-answer", "not-reached"):
                since[seat], rests[seat] = event["at"], event["at"] + 5
            if event["call"] in waiting:
                waiting[event["call"]] = None
        elif kind == "queue.entered":
            waiting[event["call"]] = None
            if event["position"] != len(waiting):
                found.append(f"{event['call']} entered in place {event['position']} of {len(waiting)}")
        elif kind == "queue.left" and event["call"] in waiting:
            del waiting[event["call"]]
        elif kind == "queue.offered":
            first = next((call for call, rings in waiting.items() if rings is None), None)
            if first != event["call"]:
                found.append(f"{event['call']} was offered to {seat} before {first}")
            waiting[event["call"]] = seat
            told = [name for name in seats if turned[name] < event["at"] or name == seat]
            free = [name for name in told if state[name] == "ready"]
            ready = {name: since[name] for name in free if event["at"] > rests.get(name, 0) - 1e-6}
            if seat not in ready or ready[seat] > min(ready.values()):
                found.append(f"{event['call']} was offered to {seat}, and ready are {ready}")
            chosen += len(set(ready.values())) > 1
    return found, chosen


def main() -> None:
    office = QueueOffice(Path(sys.argv[1]), lines=4)

    async def scene() -> None:
        first, _ = await office.talking()
        for line in (1, 2, 3):
            await office.caller(line=line)
        await office.until(lambda: len(office.places()) == 3)
        await office.clock.sleep(seconds(3))
        await first.speak(HELLO)
        await office.clock.sleep(ms(100))
        await office.station.store.committed()
        os.kill(os.getpid(), signal.SIGKILL)

    office.play(scene())


if __name__ == "__main__":
    main()
