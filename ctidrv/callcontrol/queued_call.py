"""One call that waits in a queue. Its caller hears words that come first, music, and his place when due."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ctidrv.callcontrol.queue import Order, Rules, Words
from ctidrv.callcontrol.waited import Left, Served, Spoken
from ctidrv.clock import SampleClock, Timer
from ctidrv.units import Samples, seconds, to_seconds

if TYPE_CHECKING:
    from ctidrv.callcontrol.call import Call
    from ctidrv.callcontrol.plays import Played
    from ctidrv.media.channel import Sound

_MUSIC_FIRST = seconds(2)
"""Who enters hears music at once, and his place so much later."""


@dataclass(frozen=True, slots=True)
class Queue:
    """One of a station's. `music`: what callers hear in it."""

    rules: Rules
    order: Order
    music: Sequence[Sound]


class QueuedCall:
    """`hear` is what its caller hears. `seat`, `waits` and `leaving` are the business of who rings seats for
    it (queueing.py)."""

    def __init__(self, call: Call, queue: Queue, served: Served, place: int, clock: SampleClock) -> None:
        self.call = call
        self.queue = queue
        self.served = served
        self.place = place
        self.entered = clock.now()
        self.waits = False
        """For a seat: he has heard the words that come first, and none that did not answer is let go just
        now."""
        self.seat: str | None = None
        """Which is rung for him."""
        self.leaving = False
        self.why = Left.FAILED
        self._clock = clock
        every = queue.rules.every if served.every is None else served.every
        self._words = Words(every, Samples(self.entered + _MUSIC_FIRST))
        self._music = False
        self._timer: Timer | None = None
        self._alarm: asyncio.Future[None] | None = None

    @property
    def held(self) -> bool:
        """None is rung for him in this moment."""
        return not self.waits or self.leaving or self.call.cause is not None

    async def hear(self, turn: Callable[[], bool]) -> None:
        """The words that come first, music, and the place when it is due, unless it is his turn, until the
        key that leaves is pressed, or at once if it was before. CallEnded."""
        key, music = self.queue.rules.leave, self.served.music or self.queue.music
        if self.served.first is not None:
            played = await self._say(self.served.first, key)
            if played.reason == "digit":
                return
        self.waits = True
        while True:
            spoken = None if turn() else self._spoken()
            if spoken is None:
                self._music = True
                self.plan()
                try:
                    played = await self.call.play(music, key, label="queue", loop=True)
                finally:
                    self._music = False
            else:
                played = await self._say(spoken, key)
            if played.reason == "digit":
                return

    def _spoken(self) -> Spoken | None:
        """The place, if it is due."""
        due = None if self.seat is not None else self._words.due(self.place)
        spoken = None if due is None or due > self._clock.now() else self.served.say(self.place)
        if spoken is not None:
            self._words.said(self.place, self._clock.now())
            self.call.note("queue.said", queue=self.queue.rules.name, position=self.place)
        return spoken

    async def _say(self, spoken: Spoken, key: str) -> Played:
        said = {"prompt": spoken.prompt, "lang": spoken.language}
        self.call.note("call.prompt", **said, state="started", reason=None)
        played = await self.call.play(spoken.sounds, key, label=spoken.prompt)
        self.call.note("call.prompt", **said, state="ended", reason=played.reason)
        return played

    def plan(self) -> None:
        """Of his place, or of who is rung for him, something is another: when is it said?"""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = self._words.due(self.place)
        if due is not None and self.seat is None and self.served.say(self.place) is not None:
            self._timer = self._clock.call_at(Samples(max(due, self._clock.now())), self._due)

    def _due(self) -> None:
        self._timer = None
        if self._music:
            self.call.stop()

    def over(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def wake(self) -> None:
        if self._alarm is not None and not self._alarm.done():
            self._alarm.set_result(None)

    async def something(self, *tasks: asyncio.Task[Any] | None) -> None:
        """Returns when one of these is done, or at `wake`."""
        self._alarm = asyncio.get_running_loop().create_future()
        there = [task for task in tasks if task is not None]
        await asyncio.wait([self._alarm, *there], return_when=asyncio.FIRST_COMPLETED)

    def row(self) -> dict[str, Any]:
        return {
            "call": self.call.id,
            "position": self.place,
            "number": self.call.caller.number,
            "seconds": to_seconds(Samples(self._clock.now() - self.entered)),
            "rings": self.seat,
        }
