"""A serial port that is none: a pseudo-terminal under a name of one's own. POSIX only.

Its lines (DTR, CTS …) cannot be had but one: that nobody has the port open any more, which drops DTR.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
from collections.abc import Callable
from pathlib import Path

from ctidrv.errors import PortError

MOST_WAITING = 4096
"""Bytes for the host that find no room at the pty, which holds 20 kB itself; what comes then is lost."""
PIECE = 4096


class PtyPort:
    """`place` makes it; `take` away unmakes it, which its host sees as an unplugged device.

    `heard` is called with what the host writes, `piece` bytes of it at a time, `gone` when the host has
    closed the port.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        heard: Callable[[bytes], None],
        gone: Callable[[], None],
        *,
        piece: int = PIECE,
    ) -> None:
        self.link: Path | None = None
        self.lost = 0
        """Bytes for the host that it never took."""
        self._loop = loop
        self._heard, self._gone, self._piece = heard, gone, piece
        self._fd = -1
        self._waiting = bytearray()
        self._open = False  # by the host
        self._reading = False
        self._wants = True
        self._poll: select.poll | None = None

    def place(self, link: Path) -> None:
        """PortError where there is something of that name that is no link, or none can be made."""
        import tty

        if link.exists() and not link.is_symlink():
            raise PortError(f"{link}: there is a file of that name; choose another")
        self._fd, other = os.openpty()
        try:
            tty.setraw(other)
            with contextlib.suppress(FileNotFoundError):
                link.unlink()
            link.symlink_to(os.ttyname(other))
        except OSError as error:
            self._close()
            raise PortError(f"{link}: no link can be made there: {error.strerror or error}") from error
        finally:
            os.close(other)
        os.set_blocking(self._fd, False)
        self._poll = select.poll()
        self._poll.register(self._fd, 0)
        self.link = link
        self._open = False

    def take(self) -> None:
        """Gone, with the link. Safe twice."""
        self._read(False)
        self._close()
        link, self.link = self.link, None
        if link is not None:
            with contextlib.suppress(OSError):
                link.unlink()

    def _close(self) -> None:
        fd, self._fd, self._poll = self._fd, -1, None
        self._waiting.clear()
        if fd >= 0:
            os.close(fd)

    @property
    def is_open(self) -> bool:
        """The host has it open, as of the last tick."""
        return self._open

    def wants(self, more: bool) -> None:
        """Whether the device takes more from its host; else it waits in the pty, then in the host."""
        self._wants = more
        self._read(more and self._open and self._fd >= 0)

    def write(self, data: bytes) -> bool:
        """To the host; False: it has taken so little that some is lost."""
        if self._fd < 0 or not self._open:
            return True  # to nobody
        room = MOST_WAITING - len(self._waiting)
        self._waiting += data[:room]
        self._flush()
        self.lost += max(0, len(data) - room)
        return len(data) <= room

    def tick(self) -> None:
        """Looks whether the host is there, and brings it what waits."""
        if self._poll is None:
            return
        there = not any(state & select.POLLHUP for _, state in self._poll.poll(0))
        if there != self._open:
            self._open = there
            if not there:
                self._read(False)
                self._waiting.clear()
                self._gone()
                return
        self._read(self._wants and there)
        self._flush()

    def _flush(self) -> None:
        while self._waiting and self._fd >= 0:
            try:
                del self._waiting[: os.write(self._fd, self._waiting)]
            except OSError:
                return

    def _read(self, on: bool) -> None:
        if on != self._reading:
            self._reading = on
            if on:
                self._loop.add_reader(self._fd, self._take_in)
            else:
                self._loop.remove_reader(self._fd)

    def _take_in(self) -> None:
        try:
            data = os.read(self._fd, self._piece)
        except BlockingIOError:
            return
        except OSError:
            self._read(False)  # closed; the next tick sees it
            return
        self._heard(data)
