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

import numpy
from office_of_seats import ANSWER, HELLO, Office

from ctidrv.apps.ivr import load
from ctidrv.apps.ivr.places import spoken_place
from ctidrv.apps.ivr.shipped import shipped_folder
from ctidrv.callcontrol.call import Call
from ctidrv.callcontrol.waited import Served, Waited
from ctidrv.config import QueueConfig
from ctidrv.native.pcm import Pcm
from ctidrv.units import Samples, ms, seconds

SCRIPT = shipped_folder() / "queue.ivr.yaml"
PROMPTS = load(SCRIPT).prompts
OFFICE = QueueConfig("office", ("operators",), announce=5)
QUIET_DBM0 = -55.0


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


# What tests do there.


def prompt(name: str, language: str = "en-US") -> Pcm:
    return PROMPTS.sound(language, name)


MUSIC = prompt("music/calm")


def with_menu(folder: Path, queue: QueueConfig = OFFICE, **more: Any) -> Office:
    """An office with `queue.ivr.yaml`."""
    return Office(folder, **{"groups": ("operators",), "script": SCRIPT.name, "queues": [queue], **more})


async def through_the_menu(
    office: Office, line: int = 0, key: str = "1", language: str = "en-US", heard: int | None = None
) -> Any:
    """A caller who has asked for an operator, and has heard so many samples of the words for who waits."""
    ann = await office.caller(f"212555010{line}", None, line)
    await ann.hears(prompt("welcome")[:8000])
    await ann.press(key)
    await ann.hears(prompt("reception-menu", language)[:8000])
    await ann.press("0")
    await ann.hears(prompt("please-wait", language)[:heard])
    return ann


async def nobody_ready(office: Office) -> None:
    """The only operator talks with somebody else: her telephone is off hook."""
    await office.operators[0].lift()
    await office.until(lambda: office.seat() == "in-use")


async def nobody_but_paused(office: QueueOffice, callers: int, paused: Sequence[str] = ()) -> list[Any]:
    """So many wait, and no operator wants a call."""
    for seat in paused:
        await office.station.pause_seat(seat, True)
    await nobody_ready(office)
    people = []
    for line in range(callers):
        people.append(await office.caller(f"212555010{line}", None, line))
        await office.until(lambda line=line: len(office.places()) == line + 1)
    await office.station.pause_seat("01", True)
    await office.operators[0].hang_up()
    await office.clock.sleep(seconds(2))
    return people


def while_waiting(office: Office, call: int) -> Pcm:
    """What was sent to a caller from his entering to his leaving."""
    since, until = (office.events(f"queue.{what}", call)[0] for what in ("entered", "left"))
    sent, _ = office.recording(call)
    begin = office.events("call.answered", call)[0]["at"]
    return sent[int((since["at"] - begin) * 8000) : int((until["at"] - begin) * 8000)]


def longest_quiet(sound: Pcm) -> float:
    """Seconds."""
    samples = numpy.frombuffer(sound.bytes, dtype="<i2").astype(float)
    whole = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    levels = 10 * numpy.log10((whole**2).mean(axis=1) + 1e-9) - 84.16
    longest = run = 0
    for level in levels:
        run = run + 1 if level < QUIET_DBM0 else 0
        longest = max(longest, run)
    return longest / 50


def said_places(office: Office, call: int) -> list[int]:
    """The places that a caller was told."""
    return [event["position"] for event in office.events("queue.said", call)]


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
