"""Recordings: from the core's rings to their sinks, on one disk thread live, inline in virtual time."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Protocol

from ctidrv.errors import StoreError
from ctidrv.media.core import Core
from ctidrv.units import PortId

_log = logging.getLogger(__name__)

_PAUSE_S = 0.1
"""How often the disk thread looks, live; the rings hold 30 s."""


class Sink(Protocol):
    """Where a recording goes. Called from one thread at a time; may be slow, never for ever."""

    def write(self, frames: bytes) -> None:
        """Takes whole interleaved 16-bit frames (WAV order)."""
        ...

    def close(self) -> None:
        """After the last write, once."""
        ...


class Kept:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, frames: bytes) -> None:
        self.data += frames

    def close(self) -> None: ...


class Recording:
    """One recording under way. `frames` counts what the tick has recorded, written yet or not."""

    def __init__(
        self,
        ref: int,
        port: PortId,
        place: tuple[int, int],
        channels: int,
        sink: Sink,
        native: Core,
    ) -> None:
        self.ref = ref
        self.port = port
        self.place = place
        """The core's number of the port, and of its recorder."""
        self.channels = channels
        self.written = 0
        """Frames the sink has taken."""
        self.length: int | None = None
        """Frames of the whole, once it has ended."""
        self.error: Exception | None = None
        """Why the sink takes no more."""
        self._sink = sink
        self._native = native
        self._asked = False
        self._closed = False
        self._waiters: list[asyncio.Future[None]] = []

    @property
    def frames(self) -> int:
        """Frames recorded so far (0 while it waits for the seizure of the line)."""
        if self.length is not None:
            return self.length
        return max(self.written, self._native.frames(*self.place, self.ref))

    async def stop(self) -> int:
        """Ends it at the next tick; returns its frames, all written and the sink closed.

        Safe twice, and when it has ended already. StoreError when the sink failed meanwhile.
        """
        self.ask_stop()
        if not self._closed:
            closed = asyncio.get_running_loop().create_future()
            self._waiters.append(closed)
            await closed
        if self.error is not None:
            raise StoreError(f"{self.port}: recording broken off: {self.error}") from self.error
        return self.frames

    def ask_stop(self) -> None:
        """Ends it at the next tick, without waiting for the sink."""
        if not self._asked and self.length is None:
            self._asked = True
            self._native.record_stop(*self.place, self.ref)

    # The disk's side: one thread.

    def take(self, frames: bytes) -> None:
        """Gives frames to the sink; a sink that failed gets no more, and the rest is let go."""
        self.written += len(frames) // (2 * self.channels)
        if self.error is None:
            try:
                self._sink.write(frames)
            except Exception as error:  # whatever it is, the other recordings go on
                self.error = error
                _log.error("%s: recording broken off: %s", self.port, error)

    def finish(self) -> None:
        """Closes the sink; nothing more comes."""
        try:
            self._sink.close()
        except Exception as error:
            self.error = self.error or error
            _log.error("%s: recording not finished: %s", self.port, error)

    # The loop's side.

    def closed(self) -> None:
        """The sink is closed: those who wait in `stop` go on."""
        self._closed = True
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)


class Disk:
    """Takes all recordings out of the core's rings and puts them into their sinks."""

    def __init__(self, engine: Core) -> None:
        self._engine = engine
        self._open: dict[int, Recording] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._on_closed: Callable[[Recording], None] = Recording.closed
        self.held = False
        """Takes nothing now (a slow disk in virtual time)."""

    @property
    def idle(self) -> bool:
        return not self._open

    def add(self, recording: Recording) -> None:
        with self._lock:
            self._open[recording.ref] = recording

    def forget(self, recording: Recording) -> None:
        """The core refused to begin it."""
        with self._lock:
            del self._open[recording.ref]

    def ended(self, ref: int, length: int) -> None:
        """RECORD_DONE: the core has counted so many frames."""
        recording = self._open.get(ref)
        if recording is not None:
            recording.length = length
            self._wake.set()

    def drain(self) -> None:
        """Takes what is there; closes the sinks of those that are complete."""
        if self.held:
            return
        with self._lock:
            recordings = list(self._open.values())
        for port, which in dict.fromkeys(recording.place for recording in recordings):
            self._drain_place(port, which)
        for recording in recordings:
            if recording.length is not None and recording.written >= recording.length:
                self._close(recording)

    def _drain_place(self, port: int, which: int) -> None:
        engine = self._engine
        while (ref := engine.reading(port, which)) >= 0:
            recording = self._open.get(ref)
            frames = engine.read(port, which, 2 if recording is None else recording.channels)
            if not frames:
                return
            if recording is not None:
                recording.take(frames)

    def _close(self, recording: Recording) -> None:
        recording.finish()
        with self._lock:
            del self._open[recording.ref]
        self._on_closed(recording)

    # Live.

    def start(self, on_closed: Callable[[Recording], None]) -> None:
        """Drains from a thread of its own from now on; `on_closed` is called on that thread."""
        self._on_closed = on_closed
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="ctidrv-disk", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stopping:
            self._wake.wait(_PAUSE_S)
            self._wake.clear()
            try:
                self.drain()
            except Exception:
                _log.exception("the disk thread goes on after an error")

    def stop(self) -> None:
        """Ends the thread; `drain` is the caller's again."""
        if self._thread is not None:
            self._stopping = True
            self._wake.set()
            self._thread.join()
            self._thread = None
        self._on_closed = Recording.closed

    def finish_all(self) -> None:
        """The tick has ended for good: closes every recording with what it holds."""
        self.held = False
        self.drain()
        for recording in list(self._open.values()):
            if recording.length is None:
                recording.length = recording.written
            self._close(recording)
