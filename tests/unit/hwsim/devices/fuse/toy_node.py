"""A node that does what its test sets, and what it was asked."""

from __future__ import annotations

import errno
import os
import select

from hwsim.devices.fuse.nodes import NotYet, Opener, OpenNode

GET_EVENT, SYNC, ADD_ONE, FLASH = 0x8004DA08, 0xDA04, 0xC004DA0C, 0x4004DA07


class Toy:
    """`data`: what is there to be read; `room`: whether writes are taken; `event`: 500 until it is read."""

    def __init__(self) -> None:
        self.data, self.room, self.event = b"", True, 0
        self.flashing = False
        self.opened: list[Opener] = []
        self.written = bytearray()
        self.released = 0
        self.only_one = False

    def __call__(self, opener: Opener) -> OpenNode:
        if self.only_one and self.opened:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        self.opened.append(opener)
        return self

    def read(self, size: int) -> bytes:
        if self.event:
            raise OSError(500, "an event waits")
        if not self.data:
            raise BlockingIOError(errno.EAGAIN, "nothing there")
        taken, self.data = self.data[:size], b""
        return taken

    def write(self, data: bytes) -> int:
        if not self.room:
            raise BlockingIOError(errno.EAGAIN, "no room")
        self.written += data
        return len(data)

    def ioctl(self, request: int, argument: int, data: bytes, room: int) -> bytes:
        if request == GET_EVENT:
            event, self.event = self.event, 0
            return event.to_bytes(room, "little")
        if request == ADD_ONE:
            return (int.from_bytes(data, "little") + 1).to_bytes(room, "little")
        if request == FLASH:
            self.flashing = True
            return self._flashed()
        if request == SYNC:
            return argument.to_bytes(8, "little")
        raise OSError(errno.ENOTTY, "no such request")

    def _flashed(self) -> bytes:
        if self.flashing:
            raise NotYet(self._flashed)
        return b""

    def ready(self) -> int:
        holds = {select.POLLIN: bool(self.data), select.POLLOUT: self.room, select.POLLPRI: bool(self.event)}
        return sum(bit for bit, is_so in holds.items() if is_so)

    def release(self) -> None:
        self.released += 1
