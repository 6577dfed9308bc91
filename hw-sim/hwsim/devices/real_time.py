"""Real time for a device: a thread with an event loop that ticks every 20 ms."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from ctidrv.errors import PortError
from ctidrv.units import RATE, TICK

_log = logging.getLogger(__name__)
T = TypeVar("T")

LATE_S = 0.5
"""A machine that stood still for longer: the device goes on from now, and does not catch up."""


class RealTime:
    """Calls `tick` from `start` to `stop`, and everything else of the device, on one thread."""

    def __init__(self, tick: Callable[[], None]) -> None:
        self.ppm = 0.0
        """How much too fast its clock is."""
        self.late_ticks = 0
        """That came when the next was due."""
        self.loop: asyncio.AbstractEventLoop = asyncio.new_event_loop()
        self._tick = tick
        self._due = 0.0
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="hwsim-device", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def _run(self) -> None:
        self._due = self.loop.time()
        self._next()
        try:
            self.loop.run_forever()
        finally:
            self.loop.run_until_complete(self._end())
            self.loop.close()

    async def _end(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _next(self) -> None:
        length = TICK / RATE / (1 + self.ppm / 1e6)
        now = self.loop.time()
        self._due += length
        self.late_ticks += now > self._due + length
        if now > self._due + LATE_S:
            self._due = now
        self.loop.call_at(self._due, self._turn)

    def _turn(self) -> None:
        try:
            self._tick()
        except Exception:
            _log.exception("a device's tick")
        if not self._stopped:
            self._next()

    def do(self, call: Callable[[], T], within: float = 30.0) -> T:
        """From another thread: calls it on the device's, and gives back what came of it. PortError when that
        takes longer than so many seconds."""

        async def there() -> T:
            return call()

        return self.wait(there(), within)

    def begin(self, main: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """From another thread: lets it run on the device's, and does not wait."""
        return asyncio.run_coroutine_threadsafe(main, self.loop)

    def wait(self, main: Coroutine[Any, Any, T], within: float = 30.0) -> T:
        """As `do`, of a coroutine."""
        done = self.begin(main)
        try:
            return done.result(within)
        except concurrent.futures.TimeoutError:
            done.cancel()
            raise PortError(f"the device has not done that within {within:g} s") from None

    def stop(self) -> None:
        """Ends the thread; safe twice."""
        if self._stopped:
            return
        self._stopped = True
        if self._thread.ident is None:
            self.loop.close()
            return
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
