"""What an ioctl's argument points to in its program's memory, beyond what FUSE brings along.

FUSE brings as many bytes as the request number says. Some requests of some drivers have more behind them, or
read what their number says they only write. The kernel's driver would reach for it, and so does this:
/proc/PID/mem (proc(5)), as long as whoever asked waits for his answer. Needs the right to trace him.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable

from hwsim.devices.fuse.nodes import Opener

MOST = 65_536
_HIGHEST = 1 << 63


def peek(asks: Opener, address: int, size: int) -> bytes:
    """OSError EFAULT where there is nothing, or it may not be read."""
    return _at(asks, address, size, os.O_RDONLY, lambda fd: os.pread(fd, size, address))


def poke(asks: Opener, address: int, data: bytes) -> None:
    """OSError EFAULT, likewise."""
    _at(asks, address, len(data), os.O_WRONLY, lambda fd: data[: os.pwrite(fd, data, address)])


def _at(asks: Opener, address: int, size: int, how: int, move: Callable[[int], bytes]) -> bytes:
    if not (0 <= size <= MOST and 0 < address < _HIGHEST - size):
        raise OSError(errno.EFAULT, f"{size} bytes at {address:#x}")
    try:
        fd = os.open(f"/proc/{asks.pid}/mem", how | os.O_CLOEXEC)
        try:
            moved = move(fd)
        finally:
            os.close(fd)
    except OSError as error:
        raise OSError(errno.EFAULT, f"{size} bytes at {address:#x}: {error.strerror}") from None
    if len(moved) != size:
        raise OSError(errno.EFAULT, f"{len(moved)} of {size} bytes at {address:#x}")
    return moved
