"""The timers of a table (fxo.py, fxs.py): the actions that start and stop them, and those that run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from ctidrv.clock import SampleClock
from ctidrv.clock import Timer as ClockTimer
from ctidrv.units import Samples

T = TypeVar("T", bound=Enum)


@dataclass(frozen=True, slots=True)
class Start(Generic[T]):
    """Starts a timer afresh."""

    timer: T


@dataclass(frozen=True, slots=True)
class Stop(Generic[T]):
    timer: T


class Timers(Generic[T]):
    """One table's timers; each runs once at a time.

    `lengths`: how long each runs; one that is not named never runs out. `run_out(timer, due)` is told each
    that does and the sample at which it was due, which counts from its cause and not from the tick.
    """

    def __init__(
        self, clock: SampleClock, lengths: Mapping[T, Samples], run_out: Callable[[T, Samples], None]
    ) -> None:
        self._clock = clock
        self._lengths = lengths
        self._run_out = run_out
        self._running: dict[T, ClockTimer] = {}

    def start(self, timer: T, at: Samples) -> None:
        """Its cause was known at sample `at`."""
        self.stop(timer)
        length = self._lengths.get(timer)
        if length is not None:
            due = Samples(at + length)
            self._running[timer] = self._clock.call_at(due, lambda: self._over(timer, due))

    def stop(self, timer: T) -> None:
        running = self._running.pop(timer, None)
        if running is not None:
            running.cancel()

    def stop_all(self) -> None:
        for running in self._running.values():
            running.cancel()
        self._running.clear()

    def run_until(self, at: Samples) -> None:
        """Before an event of sample `at`: those that were due before it come before it, though the clock
        tells them only behind the tick's events."""
        while due := [timer for timer in self._running.values() if timer.when < at]:
            min(due, key=lambda timer: timer.when).fire()

    def _over(self, timer: T, due: Samples) -> None:
        self._running.pop(timer, None)
        self._run_out(timer, due)
