"""The kernel's FUSE messages as bytes (include/uapi/linux/fuse.h): each has a head, most have a body."""

from __future__ import annotations

import enum
import errno
import struct
from dataclasses import dataclass

MAJOR, MINOR = 7, 36
"""Of the protocol that is spoken here."""
OLDEST = (7, 23)
"""What the kernel has to speak: Linux 3.15."""
MOST_WRITE = 65_536
"""Bytes in one write; a longer one comes in pieces."""
LONGEST = MOST_WRITE + 4096
"""Of any message of the kernel."""
LAST_ERRNO = 511
"""The kernel takes no greater one."""


class Op(enum.IntEnum):
    """Opcodes of what is served here, and of what is not permitted."""

    LOOKUP = 1
    FORGET = 2
    GETATTR = 3
    SETATTR = 4
    SYMLINK = 6
    MKNOD = 8
    MKDIR = 9
    UNLINK = 10
    RMDIR = 11
    RENAME = 12
    LINK = 13
    OPEN = 14
    READ = 15
    WRITE = 16
    STATFS = 17
    RELEASE = 18
    INIT = 26
    OPENDIR = 27
    READDIR = 28
    RELEASEDIR = 29
    CREATE = 35
    INTERRUPT = 36
    DESTROY = 38
    IOCTL = 39
    POLL = 40
    BATCH_FORGET = 42
    RENAME2 = 45


ATOMIC_O_TRUNC = 1 << 3
"""Of FUSE_INIT: open(2) with O_TRUNC is one request."""
BIG_WRITES = 1 << 5
OPEN_DIRECT_IO, OPEN_NONSEEKABLE, OPEN_STREAM = 1 << 0, 1 << 2, 1 << 4
OPEN_NOFLUSH, OPEN_PARALLEL_WRITES = 1 << 5, 1 << 6
POLL_NOTIFY = 1 << 0
NOTIFY_POLL = 1

IN = struct.Struct("<IIQQIIIHH")  # length, opcode, unique, node, uid, gid, pid, extensions / 8, -
OUT = struct.Struct("<IiQ")  # length, -errno or a notification's code, unique
INIT_IN = struct.Struct("<IIII")  # major, minor, read-ahead, flags
INIT_OUT = struct.Struct("<IIIIHHIIHHI28x")
OPEN_IN = struct.Struct("<I")  # flags
OPEN_OUT = struct.Struct("<QII")  # handle, flags, -
IO_IN = struct.Struct("<QQIIQI")  # of read and write: handle, offset, size, -, lock owner, the file's flags
WRITE_IN_SIZE = 40
WRITE_OUT = struct.Struct("<II")  # size, -
HANDLE_IN = struct.Struct("<Q")
IOCTL_IN = struct.Struct("<QIIQII")  # handle, flags, request, argument, bytes in, room for bytes out
IOCTL_OUT = struct.Struct("<iIII")  # result, flags, -, -
POLL_IN = struct.Struct("<QQII")  # handle, the kernel's handle, flags, events
POLL_OUT = struct.Struct("<II")  # events, -
READDIR_IN = struct.Struct("<QQI")  # handle, offset, size
INTERRUPT_IN = struct.Struct("<Q")  # unique
ATTR = struct.Struct("<QQQQQQIIIIIIIIII")
ATTR_OUT = struct.Struct("<QII")  # seconds that it holds, nanoseconds, -; then ATTR
ENTRY_OUT = struct.Struct(
    "<QQQQII"
)  # node, generation, seconds of entry and attributes, nanoseconds; then ATTR
DIRENT = struct.Struct("<QQII")  # node, offset of the next, length of the name, type
STATFS_OUT = struct.Struct("<QQQQQIIII24x")


@dataclass(frozen=True, slots=True)
class Message:
    """A request of the kernel."""

    op: int
    unique: int
    node: int
    uid: int
    pid: int
    body: bytes

    def take(self, form: struct.Struct) -> tuple[int, ...]:
        """The body's beginning. OSError when it is cut short."""
        if len(self.body) < form.size:
            raise OSError(errno.EIO, f"{len(self.body)} bytes, not {form.size}")
        return form.unpack_from(self.body)


def message(data: memoryview) -> Message:
    """OSError for what is none."""
    length, op, unique, node, uid, _, pid, extensions, _ = (
        IN.unpack_from(data) if len(data) >= IN.size else (0,) * 9
    )
    end = length - 8 * extensions
    if length != len(data) or end < IN.size:
        raise OSError(errno.EIO, f"{len(data)} bytes are no message")
    return Message(op, unique, node, uid, pid, bytes(data[IN.size : end]))


def reply(unique: int, payload: bytes) -> bytes:
    return OUT.pack(OUT.size + len(payload), 0, unique) + payload


def refusal(unique: int, number: int) -> bytes:
    """`number`: an errno; EIO for one that the kernel would not take."""
    return OUT.pack(OUT.size, -(number if 0 < number <= LAST_ERRNO else errno.EIO), unique)


def wakeup(kernel_handle: int) -> bytes:
    """A notification to those who poll."""
    return OUT.pack(OUT.size + HANDLE_IN.size, NOTIFY_POLL, 0) + HANDLE_IN.pack(kernel_handle)


def directory(entries: list[tuple[int, str, int]], offset: int, room: int) -> bytes:
    """Of (node, name, type) each, from the `offset`-th on, as many as find room."""
    made = b""
    for place, (node, name, kind) in enumerate(entries[offset:], offset + 1):
        word = name.encode()
        one = DIRENT.pack(node, place, len(word), kind) + word
        one += bytes(-len(one) % 8)
        if len(made) + len(one) > room:
            break
        made += one
    return made
