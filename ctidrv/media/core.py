"""What the floor of media asks of an engine: the core's (`ctidrv.native.engine`), or another that keeps its
promises (hwsim/eventmode/engine.py, which has no audio). Nothing above knows which it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from ctidrv.native.engine import EngineStats


class Core(Protocol):
    """Commands in, events out, recorders read; each word means what cti/engine.h says of it.

    Every command takes effect at the next tick, in the order of posting. Events are `cti_event`s, or values
    with their members, ordered by (at, port, kind). A digit stops the prompts it may stop within its tick.
    """

    @property
    def drains(self) -> bool:
        """Recorders have to be read while they go on, not only at their end."""
        ...

    @property
    def bridges(self) -> int:
        """How many there can be at a time."""
        ...

    def add_board(self, native: Any) -> int: ...
    def echo_can(self, port: int, taps: int) -> None: ...
    def line(self, port: int, what: int, value: int) -> None: ...
    def play(
        self,
        port: int,
        ref: int,
        *,
        pcm: Any = None,
        tone: Any = None,
        samples: int = -1,
        loop: bool = False,
        stop_on: int = 0,
        gain_q12: int = 4096,
        at_once: bool = False,
    ) -> None: ...
    def stop(self, port: int, ref: int = -1) -> None: ...
    def record(self, port: int, which: int, channels: int, ref: int, *, at_seizure: bool = False) -> None: ...
    def record_stop(self, port: int, which: int, ref: int = -1) -> None: ...
    def listen(self, port: int, detectors: int) -> None: ...
    def progress(self, port: int, config: Any) -> None: ...
    def join(
        self, port: int, bridge: int, role: int, *, whisper_to: int = -1, gain_q12: int = 4096
    ) -> None: ...
    def leave(self, port: int) -> None: ...
    def tick(self) -> int:
        """20 ms; how many events wait."""
        ...

    def slip(self, ticks: int) -> None: ...
    def rest(self, may: bool) -> None: ...
    def idle(self, ticks: int) -> int:
        """At most so many ticks pass in which nothing happens; how many did."""
        ...

    def events(self) -> Iterator[Any]: ...
    def message(self, port: int, ref: int) -> bytes: ...
    def reading(self, port: int, which: int) -> int: ...
    def read(self, port: int, which: int, channels: int) -> bytes: ...
    def frames(self, port: int, which: int, ref: int) -> int: ...
    def now(self) -> int: ...
    def stats(self) -> EngineStats: ...


MakeCore = Callable[[int, int, int], Core]
"""(ports, boards, seconds of each recorder's ring)."""


def native_core(ports: int, boards: int, record_seconds: int) -> Core:
    """The core's own."""
    from ctidrv.native.engine import NativeEngine

    return NativeEngine(ports, boards, record_seconds=record_seconds)
