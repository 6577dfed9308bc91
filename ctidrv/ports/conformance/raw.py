"""A board's native side, called by hand: what the engine would mend or drop is seen here."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

from ctidrv.native import ffi, lib
from ctidrv.units import RATE, TICK

_ROOM = 256
_OTHERS = (lib.CTI_EV_DIGIT_DOWN, lib.CTI_EV_DIGIT_UP, lib.CTI_EV_CALLER_ID)


@dataclass(frozen=True, slots=True)
class RawEvent:
    at: int
    port: int
    kind: int


class RawTicks:
    """From the sample `now` on. `native`: a `cti_board *`, or None to let time pass only. `faults`: what no
    board may tell, in words."""

    def __init__(self, native: Any, *, now: int, live: bool = False) -> None:
        self.now = now
        self.told: list[RawEvent] = []
        self.faults: list[str] = []
        self._native = native
        self._live = live
        self._due = time.monotonic()
        self._never = threading.Event()
        if native is not None:
            self._silence = ffi.new("int16_t[]", native.ports * TICK)
            self._rx = ffi.new("int16_t[]", native.ports * TICK)
            self._events = ffi.new("cti_event[]", _ROOM)

    def hook(self, port: int) -> None:
        self._native.control(self._native.ctx, port, lib.CTI_LINE_HOOK, 1)

    def exchange(self) -> None:
        """One tick of silence; live, in its time."""
        if self._live:
            self._due += TICK / RATE
            self._never.wait(max(0.0, self._due - time.monotonic()))
        if self._native is not None:
            self._tell()
        self.now += TICK

    def _tell(self) -> None:
        native, events = self._native, self._events
        count = native.exchange(native.ctx, self.now, self._silence, self._rx, TICK, events, _ROOM)
        if count > _ROOM:
            self.faults.append(f"{count} events where there is room for {_ROOM}")
        for index in range(min(count, _ROOM)):
            event = events[index]
            self._judge(RawEvent(event.at, event.port, event.kind))

    def _judge(self, event: RawEvent) -> None:
        self.told.append(event)
        if not 0 <= event.port < self._native.ports:
            self.faults.append(f"port {event.port} of a board of {self._native.ports}")
        if not 0 <= event.at <= self.now + TICK:
            self.faults.append(f"at {event.at} in the tick {self.now} … {self.now + TICK}")
        if not (lib.CTI_EV_RING_ON <= event.kind <= lib.CTI_EV_MUTED or event.kind in _OTHERS):
            self.faults.append(f"kind {event.kind}")
