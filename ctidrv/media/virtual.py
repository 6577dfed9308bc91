"""Virtual time: an asyncio loop whose clock is the sample count, and which ticks instead of sleeping.

When nothing is ready, the loop makes ticks until something is, or lets them pass where nothing can
happen. Tasks run first in, first out, so the same inputs give the same order every time, as fast as the
machine goes. Work given to threads
(`asyncio.to_thread`, `run_in_executor`) is done inline, for a thread's end has no place on the
sample clock.
"""

from __future__ import annotations

import asyncio
import math
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

from ctidrv.clock import SampleClock
from ctidrv.errors import CtiError
from ctidrv.units import RATE

T = TypeVar("T")


class Steps(Protocol):
    """What virtual time needs of an engine."""

    @property
    def clock(self) -> SampleClock: ...
    def step(self) -> None: ...
    def idle(self, until: float) -> None: ...


class OutOfTime(CtiError, TimeoutError):
    """The limit given to `run_virtual` was reached before its coroutine ended."""


class _TickSelector(selectors.DefaultSelector):
    """Looks at real files when asked and, where a plain selector would sleep, makes ticks."""

    def __init__(self, engine: Steps, limit: int | None) -> None:
        super().__init__()
        self._engine = engine
        self._limit = limit
        self.ready: Any = ()
        """The loop's queue of callbacks."""

    def select(self, timeout: float | None = None) -> list[Any]:
        found: list[Any] = super().select(0)
        if found or (timeout is not None and timeout <= 0):
            return found
        engine, ready = self._engine, self.ready
        clock, step, idle = engine.clock, engine.step, engine.idle
        due = math.inf if timeout is None else clock.now() + timeout * RATE
        limit = math.inf if self._limit is None else self._limit
        while not ready and clock.now() < due:
            if clock.now() >= limit:
                raise OutOfTime(f"not finished after {limit / RATE:g} s of virtual time")
            idle(min(due, limit))
            step()
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """`time()` is the engine's sample count in seconds."""

    def __init__(self, engine: Steps, *, limit: int | None = None) -> None:
        self._engine_clock = engine.clock
        selector = _TickSelector(engine, limit)
        super().__init__(selector)
        selector.ready = self._ready  # type: ignore[attr-defined]

    def time(self) -> float:
        return self._engine_clock.now() / RATE

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """Runs it here and now."""
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done


def run_virtual(main: Coroutine[Any, Any, T], engine: Steps, *, limit: int | None = None) -> T:
    """Runs a coroutine to its end in virtual time and returns its result.

    `limit`: the sample count at which it is given up with OutOfTime.
    """
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(engine, limit=limit)) as runner:
        return runner.run(main)
