"""A board made in Python, for the media tests: it says what it is told to, and keeps what it got.

Its callbacks need the interpreter's lock, which no real board may; the tests of the live loop that
are about that lock use boards of C.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from ctidrv.clock import SampleClock
from ctidrv.media.engine import MediaEngine
from ctidrv.native import ffi, lib
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import Able, BoardInfo, Kind, PortInfo
from ctidrv.units import PortId


class PyBoard:
    """`heard[i]`: all that was sent to port i; `say(i, pcm)`: what comes from it; `tell`: line events."""

    def __init__(self, name: str = "py", ports: int = 1, kind: Kind = Kind.FXO) -> None:
        self.info = BoardInfo(name, "py", "a board made in Python")
        caps = {"flash": Able.NO} if kind is Kind.FXO else {}
        self.ports: Sequence[PortInfo] = [
            PortInfo(PortId(f"{name}/{i + 1}"), kind, f"line {i + 1}", caps, echo_ms=0) for i in range(ports)
        ]
        self.heard = [bytearray() for _ in range(ports)]
        self.controls: list[tuple[int, int, int, int]] = []
        self.pumped = 0
        self.on_pump: Callable[[], None] = lambda: None
        self._say: list[deque[Pcm]] = [deque() for _ in range(ports)]
        self._tell: list[tuple[int, int, int]] = []
        self._at = 0
        self._exchange = ffi.callback(
            "int(void *, int64_t, const int16_t *, int16_t *, int, cti_event *, int)", self._exchanged
        )
        self._control = ffi.callback("int(void *, int, int, int)", self._controlled)
        self._native = ffi.new("cti_board *")
        self._native.ports = ports
        self._native.exchange = self._exchange
        self._native.control = self._control

    def open(self) -> None: ...

    def close(self) -> None: ...

    def native(self) -> Any:
        return self._native

    def pump(self) -> None:
        self.pumped += 1
        self.on_pump()

    def say(self, port: int, sound: Pcm) -> None:
        """Comes from the line from the next tick on, padded to whole ticks."""
        for at in range(0, len(sound), 160):
            block = sound[at : at + 160]
            self._say[port].append(block + Pcm.silence(160 - len(block)))

    def tell(self, port: int, kind: int, value: int = 0) -> None:
        self._tell.append((port, kind, value))

    def _controlled(self, _: Any, port: int, what: int, value: int) -> int:
        self.controls.append((self._at, port, what, value))
        if what == lib.CTI_LINE_HOOK:
            self.tell(port, lib.CTI_EV_SEIZED if value else lib.CTI_EV_RELEASED)
        return 0

    def _exchanged(self, _: Any, at: int, tx: Any, rx: Any, samples: int, events: Any, room: int) -> int:
        for port, heard in enumerate(self.heard):
            heard += bytes(ffi.buffer(tx + port * samples, 2 * samples))
            if self._say[port]:
                ffi.memmove(rx + port * samples, self._say[port].popleft().bytes, 2 * samples)
            else:
                ffi.memmove(rx + port * samples, bytes(2 * samples), 2 * samples)
        self._at = at + samples
        told, self._tell = self._tell[:room], self._tell[room:]
        for i, (port, kind, value) in enumerate(told):
            events[i].at, events[i].start, events[i].port = at, at, port
            events[i].kind, events[i].value = kind, value
        return len(told)


class ListSink:
    """A sink in memory; `fail` makes it raise at the next write."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.writes = 0
        self.closed = 0
        self.fail: Exception | None = None

    def write(self, frames: bytes) -> None:
        if self.fail is not None:
            raise self.fail
        self.writes += 1
        self.data += frames

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def board() -> PyBoard:
    return PyBoard()


@pytest.fixture
def make_board() -> type[PyBoard]:
    return PyBoard


@pytest.fixture
def engine(board: PyBoard) -> Iterator[MediaEngine]:
    made = MediaEngine([board], SampleClock(), inline=True)
    yield made
    made.close()


@pytest.fixture
def sink() -> ListSink:
    return ListSink()


@pytest.fixture
def make_sink() -> type[ListSink]:
    return ListSink
