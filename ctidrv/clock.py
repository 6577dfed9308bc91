"""The sample clock: what call control, menus and the simulator wait for instead of the wall clock.

The media engine calls `advance` after each tick; timers that are due fire then, in the order
(due, set). Wall time exists only in records, through `wall`.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from ctidrv.errors import UsageError
from ctidrv.units import RATE, Samples


def later(wall: datetime, samples: int) -> datetime:
    """The time so many samples after `wall`, whatever has been done to the computer's clock since."""
    return wall + timedelta(seconds=samples / RATE)


class Timer:
    """A call that is due at a sample count; `cancel` is safe at any time, twice too."""

    __slots__ = ("_callback", "when")

    def __init__(self, when: Samples, callback: Callable[[], None]) -> None:
        self.when = when
        self._callback: Callable[[], None] | None = callback

    @property
    def done(self) -> bool:
        """It was cancelled, or has called back."""
        return self._callback is None

    def cancel(self) -> None:
        self._callback = None

    def fire(self) -> None:
        callback, self._callback = self._callback, None
        if callback is not None:
            callback()


class SampleClock:
    """Sample count, timers on it, and the wall time of a sample.

    `start` is the wall time of sample 0 (virtual time). Without it the clock is live: the wall time
    of a sample is reckoned back from now, so it follows the computer's clock when that is set.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start
        self._now = Samples(0)
        self._heap: list[tuple[int, int, Timer]] = []
        self._order = itertools.count()

    def now(self) -> Samples:
        return self._now

    def wall(self, at: int) -> datetime:
        """UTC of a sample count."""
        if self._start is not None:
            return self._start.astimezone(UTC) + timedelta(seconds=at / RATE)
        return datetime.now(UTC) - timedelta(seconds=(self._now - at) / RATE)

    def set_wall(self, by: timedelta) -> None:
        """Virtual time: the computer's clock is set on by so much, or back. UsageError in live use."""
        if self._start is None:
            raise UsageError("the clock is live: it is the computer's own")
        self._start += by

    def call_at(self, when: int, callback: Callable[[], None]) -> Timer:
        """Calls back in the first `advance` that reaches `when`."""
        timer = Timer(Samples(int(when)), callback)
        heapq.heappush(self._heap, (timer.when, next(self._order), timer))
        return timer

    def call_after(self, length: int, callback: Callable[[], None]) -> Timer:
        return self.call_at(self._now + length, callback)

    def due(self) -> float:
        """When the next timer is due, a sample count; infinity: there is none."""
        while self._heap and self._heap[0][2].done:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else math.inf

    async def until(self, when: int) -> None:
        """Waits for a sample count; returns at once when it is past."""
        if when <= self._now:
            return
        reached = asyncio.get_running_loop().create_future()
        timer = self.call_at(when, lambda: None if reached.done() else reached.set_result(None))
        try:
            await reached
        finally:
            timer.cancel()

    async def sleep(self, length: int) -> None:
        await self.until(self._now + length)

    def advance(self, to: int) -> None:
        """Moves on to a sample count (never back) and fires what is due."""
        self._now = Samples(max(self._now, int(to)))
        while self._heap and self._heap[0][0] <= self._now:
            heapq.heappop(self._heap)[2].fire()


class NextLook:
    """When something is looked at again, by wall time: `look` is called then, and sooner where that is long,
    as the computer's clock may be set meanwhile."""

    LONGEST_S = 60.0

    def __init__(self, clock: SampleClock, look: Callable[[], None]) -> None:
        self._clock, self._look = clock, look
        self._timer: Timer | None = None

    def at(self, wall: datetime | None) -> None:
        """In place of what was set before; None: never."""
        self.cancel()
        if wall is not None:
            length = (wall - self._clock.wall(self._clock.now())).total_seconds()
            wait = round(min(length, self.LONGEST_S) * RATE)
            self._timer = self._clock.call_after(max(wait, 1), self._look)

    def cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
