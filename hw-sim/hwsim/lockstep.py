"""The line's end of a PCM lockstep link: an outside program is a terminal, by a socket.

8,000 Hz, 16-bit little-endian mono, frames of 160 samples, no header. The line listens, the terminal
connects; one connection is one call. For each k the terminal writes frame k and reads frame k; the line
reads frame k and writes frame k. Closing is hanging up. Time is the count of frames.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from ctidrv.errors import InputError, PortError
from ctidrv.units import TICK

FRAME = 2 * TICK
"""Bytes."""
STALL_S = 30.0
"""A terminal that does not send, or does not take, a frame within so long is dropped."""
LINGER_S = 1.0
"""After we have closed: so long what the terminal still sends is taken, that it reads an end, no reset."""
MOST_LINGERING = 1 << 20
HOST = "127.0.0.1"
HIGHEST_PORT = 65535


class Stalled(PortError):
    """The terminal neither goes on nor hangs up."""


class Stopped(Exception):
    """This program is to end."""


class Stop:
    """SIGINT and SIGTERM, as something that waits can look for; within ``with`` only, in the main thread."""

    def __init__(self) -> None:
        self.asked = False
        self._here, self._there = socket.socketpair()
        self._before: list[tuple[signal.Signals, object]] = []
        self._fd_before = -1

    def __enter__(self) -> Self:
        self._there.setblocking(False)
        self._fd_before = signal.set_wakeup_fd(self._there.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before.append((number, signal.signal(number, self._on_signal)))
        return self

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.asked = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before:
            signal.signal(number, handler)  # type: ignore[arg-type]
        signal.set_wakeup_fd(self._fd_before)
        self._here.close()
        self._there.close()

    def wait(
        self, readers: list[socket.socket], writers: list[socket.socket], until: float | None
    ) -> list[socket.socket]:
        """Those that are ready, or none at the time `until` (monotonic). Stopped by a signal."""
        while not self.asked:
            left = None if until is None else max(0.0, until - time.monotonic())
            ready, writable, _ = select.select([self._here, *readers], writers, [], left)
            if self._here not in ready:
                return [*ready, *writable]
            self._here.recv(64)
        raise Stopped


class Listener:
    """Listens at an ADDRESS (``unix:PATH``, ``tcp:PORT``) from its making to `close`.

    InputError for what is no address, PortError for one that cannot be had.
    """

    def __init__(self, address: str, stop: Stop) -> None:
        self._stop = stop
        self._path: Path | None = None
        self._inode = 0
        kind, _, where = address.partition(":")
        if kind == "tcp" and where.isascii() and where.isdecimal() and int(where) <= HIGHEST_PORT:
            self._socket = _tcp(int(where), address)
            self.address = f"tcp:{self._socket.getsockname()[1]}"
        elif kind == "unix" and where and "\0" not in where:
            self._path = Path(where)
            self._socket = _unix(self._path, address)
            self._inode = self._path.stat().st_ino
            self.address = address
        else:
            raise InputError(
                f"{address}: no address of a PCM line; there are unix:PATH and tcp:PORT "
                f"(0 … {HIGHEST_PORT}; 0: any that is free)"
            )
        self._socket.listen(1)

    def accept(self) -> Link:
        """Waits for a terminal. Stopped."""
        while True:
            self._stop.wait([self._socket], [], None)
            with contextlib.suppress(OSError):  # it has gone again
                return Link(self._socket.accept()[0], self._socket, self._stop)

    def close(self) -> None:
        """And the socket's file is gone, unless it is another's by now. Safe twice."""
        self._socket.close()
        if self._path is not None:
            with contextlib.suppress(OSError):
                if self._path.lstat().st_ino == self._inode:
                    self._path.unlink()
            self._path = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _tcp(port: int, address: str) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:  # a port whose last connection has just ended; on Windows it would be one that is in use
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((HOST, port))
    except OSError as error:
        made.close()
        raise PortError(f"{address}: cannot listen there: {error.strerror}; choose another port") from error
    return made


def _unix(path: Path, address: str) -> socket.socket:
    if not hasattr(socket, "AF_UNIX"):
        raise InputError(f"{address}: this system has no such sockets; use tcp:PORT")
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _clear_away(path, address)
        made.bind(str(path))
        os.chmod(path, 0o600)  # nobody gets in before it listens
    except OSError as error:
        made.close()
        if isinstance(error, PortError):
            raise
        raise PortError(f"{address}: cannot listen there: {error.strerror or error}") from error
    return made


def _clear_away(path: Path, address: str) -> None:
    """Removes the socket of a process that has died. PortError for anything else of that name."""
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise PortError(f"{address}: there is a file of that name; choose another path")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(path))
            except ConnectionRefusedError:
                path.unlink()
                return
        raise PortError(f"{address}: another program listens there; choose another path")


class Link:
    """A connection: one call. `read`, `write`, `read` …; `close`, or the end of ``with``, hangs up."""

    stall_s = STALL_S

    def __init__(self, peer: socket.socket, door: socket.socket, stop: Stop) -> None:
        self._peer = peer
        self._door = door
        self._stop = stop
        self._part = b""
        self.turned_away = 0
        """Others that wanted the line meanwhile: each found the connection closed."""
        peer.setblocking(False)
        if peer.family == socket.AF_INET:
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @property
    def part(self) -> int:
        """Bytes of a frame that did not become whole."""
        return len(self._part)

    def read(self) -> bytes | None:
        """The next frame; None when the terminal has hung up. Stalled, Stopped."""
        until = time.monotonic() + self.stall_s
        while len(self._part) < FRAME:
            try:
                came = self._peer.recv(FRAME - len(self._part))
            except BlockingIOError:
                self._wait([self._peer], [], until, "sends nothing")
                continue
            except OSError:
                return None  # reset: gone too
            if not came:
                return None
            self._part += came
        frame, self._part = self._part, b""
        return frame

    def write(self, frame: bytes) -> bool:
        """False when the terminal has hung up. Stalled, Stopped."""
        until = time.monotonic() + self.stall_s
        rest = memoryview(frame)
        while rest:
            try:
                rest = rest[self._peer.send(rest) :]
            except BlockingIOError:
                self._wait([], [self._peer], until, "does not read")
            except OSError:
                return False
        return True

    def _wait(
        self, readers: list[socket.socket], writers: list[socket.socket], until: float, does: str
    ) -> None:
        """Until the terminal is ready; whoever else wants the line is turned away."""
        while True:
            ready = self._stop.wait([self._door, *readers], writers, until)
            if self._peer in ready:
                return
            if time.monotonic() >= until:
                raise Stalled(f"the terminal {does} for {self.stall_s:g} s: it is dropped")
            self._turn_away()

    def _turn_away(self) -> None:
        with contextlib.suppress(OSError):
            self._door.accept()[0].close()
            self.turned_away += 1

    def close(self) -> None:
        """Hangs up; the terminal reads an end of file. Safe twice."""
        if self._peer.fileno() < 0:
            return
        with contextlib.suppress(OSError):
            self._peer.shutdown(socket.SHUT_WR)
            for came in self._lingering():
                if not came:
                    break
        self._peer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _lingering(self) -> Iterator[bytes]:
        until, taken = time.monotonic() + LINGER_S, 0
        while taken < MOST_LINGERING and (left := until - time.monotonic()) > 0:
            if not select.select([self._peer], [], [], left)[0]:
                return
            came = self._peer.recv(65536)
            taken += len(came)
            yield came
