"""Waits of a call, all for samples: whoever waits looks again after each thing that happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ctidrv.callcontrol.causes import Cause
from ctidrv.clock import SampleClock
from ctidrv.errors import CallEnded
from ctidrv.units import Samples


class Waits:
    """`over`: the cause of the call's end, None: it goes on."""

    def __init__(self, clock: SampleClock, over: Callable[[], Cause | None]) -> None:
        self._clock = clock
        self._over = over
        self._waiters: list[asyncio.Future[None]] = []

    @property
    def over(self) -> bool:
        """The call is."""
        return self._over() is not None

    def check(self) -> None:
        """CallEnded when the call is over."""
        cause = self._over()
        if cause is not None:
            raise CallEnded(cause)

    def wake(self) -> None:
        """Something has happened."""
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def until(
        self, ready: Callable[[], bool], deadline: Samples | None = None, *, raising: bool = True
    ) -> bool:
        """Waits until `ready`; False at the deadline. The call's end raises CallEnded, or is False too."""
        while True:
            if raising:
                self.check()
            if ready():
                return True
            if deadline is not None and self._clock.now() >= deadline:
                return False
            if not raising and self._over() is not None:
                return False
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            timer = None if deadline is None else self._clock.call_at(deadline, self.wake)
            try:
                await waiter
            finally:
                if timer is not None:
                    timer.cancel()
