"""`Tree`: what a folder of nodes answers to the kernel's requests; bytes in, bytes out."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from hwsim.devices.fuse import wire
from hwsim.devices.fuse.nodes import Node, NotYet, Opener, OpenNode
from hwsim.devices.fuse.wire import Message, Op

ROOT = 1
MOST_OPEN = 4096
_SIZE = 1 << 20
"""What stat(2) says of a node: the kernel lets two write to one at the same time only before a file's end."""
_OPEN_FLAGS = (
    wire.OPEN_DIRECT_IO
    | wire.OPEN_NONSEEKABLE
    | wire.OPEN_STREAM  # a read that waits holds up no write
    | wire.OPEN_NOFLUSH
    | wire.OPEN_PARALLEL_WRITES
)
_VALID_S = 3600
"""So long the kernel need not ask again: nothing of it changes."""
_DIRECTORY, _REGULAR = 4, 8  # d_type


@dataclass(slots=True)
class _Open:
    """`polled`: the kernel's handle of who polls it, `wanted`: what for, `seen`: what he knows to hold."""

    file: OpenNode
    opener: Opener
    polled: int | None = None
    wanted: int = 0
    seen: int = 0

    def look(self) -> int:
        """What of `wanted` holds that is news."""
        now = self.file.ready() & self.wanted
        news, self.seen = now & ~self.seen, now
        return news

    def used(self) -> None:
        """What no longer holds will be news again."""
        if self.polled is not None:
            self.seen &= self.file.ready()


class Tree:
    """`nodes`: by name; `mode`: of the files; `uid`, `gid`: whose they are."""

    def __init__(self, nodes: Mapping[str, Node], *, mode: int, uid: int, gid: int) -> None:
        self._numbers = {name: number for number, name in enumerate(nodes, ROOT + 1)}
        self._nodes = {self._numbers[name]: node for name, node in nodes.items()}
        self._mode, self._uid, self._gid = mode, uid, gid
        self._open: dict[int, _Open] = {}
        self._handle = 0

    def answer(self, asked: Message) -> bytes | None:
        """What goes back; None: nothing does. OSError, NotYet."""
        handler = _HANDLERS.get(asked.op)
        if handler is None:
            raise OSError(errno.ENOSYS, f"opcode {asked.op}")
        return handler(self, asked)

    def woken(self) -> Iterator[int]:
        """The kernel's handles of those who poll a node where something holds now that did not."""
        for each in self._open.values():
            if each.polled is not None and each.look():
                yield each.polled

    def close(self) -> None:
        """Releases whatever is open."""
        for each in self._open.values():
            each.file.release()
        self._open.clear()

    # Requests about names.

    def _init(self, asked: Message) -> bytes:
        major, minor, readahead, offered = asked.take(wire.INIT_IN)
        if (major, minor) < wire.OLDEST:
            raise OSError(errno.EPROTO, f"the kernel's FUSE {major}.{minor} is too old")
        flags = offered & (wire.ATOMIC_O_TRUNC | wire.BIG_WRITES)
        return wire.INIT_OUT.pack(
            wire.MAJOR, wire.MINOR, readahead, flags, 64, 48, wire.MOST_WRITE, 1, 0, 0, 0
        )

    def _attributes(self, node: int) -> bytes:
        if node == ROOT:
            mode, size = stat.S_IFDIR | 0o755, 0
        elif node in self._nodes:
            mode, size = stat.S_IFREG | self._mode, _SIZE
        else:
            raise OSError(errno.ENOENT, f"node {node}")
        return wire.ATTR.pack(node, size, 0, 0, 0, 0, 0, 0, 0, mode, 1, self._uid, self._gid, 0, 4096, 0)

    def _getattr(self, asked: Message) -> bytes:
        """And SETATTR, which changes nothing."""
        return wire.ATTR_OUT.pack(_VALID_S, 0, 0) + self._attributes(asked.node)

    def _lookup(self, asked: Message) -> bytes:
        node = self._numbers.get(os.fsdecode(asked.body.split(b"\0")[0])) if asked.node == ROOT else None
        if node is None:
            raise OSError(errno.ENOENT, "no such node")
        return wire.ENTRY_OUT.pack(node, 0, _VALID_S, _VALID_S, 0, 0) + self._attributes(node)

    def _readdir(self, asked: Message) -> bytes:
        _, offset, size = asked.take(wire.READDIR_IN)
        files = [(number, name, _REGULAR) for name, number in self._numbers.items()]
        return wire.directory([(ROOT, ".", _DIRECTORY), (ROOT, "..", _DIRECTORY), *files], offset, size)

    def _refuse(self, asked: Message) -> bytes:
        raise OSError(errno.EPERM, "the folder stays as it is")

    # Requests about open files.

    def _of(self, handle: int) -> _Open:
        each = self._open.get(handle)
        if each is None:
            raise OSError(errno.EBADF, f"handle {handle}")
        return each

    def _opened(self, asked: Message) -> bytes:
        (flags,) = asked.take(wire.OPEN_IN)
        node = self._nodes.get(asked.node)
        if node is None:
            raise OSError(errno.ENOENT, f"node {asked.node}")
        if len(self._open) >= MOST_OPEN:
            raise OSError(errno.ENFILE, f"{MOST_OPEN} are open")
        opener = Opener(asked.pid, asked.uid, flags)
        self._handle += 1
        self._open[self._handle] = _Open(node(opener), opener)
        return wire.OPEN_OUT.pack(self._handle, _OPEN_FLAGS, 0)

    def _read(self, asked: Message) -> bytes:
        handle, _, size, _, _, flags = asked.take(wire.IO_IN)
        return self._moved(handle, flags, lambda file: file.read(size)[:size])

    def _write(self, asked: Message) -> bytes:
        handle, _, size, _, _, flags = asked.take(wire.IO_IN)
        data = asked.body[wire.WRITE_IN_SIZE :]
        if len(data) != size:
            raise OSError(errno.EIO, f"{len(data)} bytes, not {size}")
        return self._moved(handle, flags, lambda file: wire.WRITE_OUT.pack(min(file.write(data), size), 0))

    def _moved(self, handle: int, flags: int, move: Callable[[OpenNode], bytes]) -> bytes:
        each = self._of(handle)
        each.opener.flags = flags

        def attempt() -> bytes:
            try:
                return move(each.file)
            except BlockingIOError:
                if flags & os.O_NONBLOCK:
                    raise
                raise NotYet(attempt) from None
            finally:
                each.used()

        return attempt()

    def _ioctl(self, asked: Message) -> bytes:
        handle, _, request, argument, size, room = asked.take(wire.IOCTL_IN)
        data = asked.body[wire.IOCTL_IN.size :]
        each = self._of(handle)
        each.opener.pid, each.opener.uid = asked.pid, asked.uid
        if len(data) != size:
            raise OSError(errno.EIO, f"{len(data)} bytes, not {size}")

        def attempt(call: Callable[[], bytes]) -> bytes:
            try:
                return wire.IOCTL_OUT.pack(0, 0, 0, 0) + call()[:room].ljust(room, b"\0")
            except NotYet as later:
                again = later.again
                raise NotYet(lambda: attempt(again)) from None
            finally:
                each.used()

        return attempt(lambda: each.file.ioctl(request, argument, data, room))

    def _poll(self, asked: Message) -> bytes:
        handle, kernel_handle, flags, events = asked.take(wire.POLL_IN)
        each = self._of(handle)
        if flags & wire.POLL_NOTIFY:
            each.polled = kernel_handle
            each.wanted |= events
            each.look()
        return wire.POLL_OUT.pack(each.file.ready() & events, 0)

    def _release(self, asked: Message) -> bytes:
        (handle,) = asked.take(wire.HANDLE_IN)
        each = self._open.pop(handle, None)
        if each is not None:
            each.file.release()
        return b""


_HANDLERS: dict[int, Callable[[Tree, Message], bytes | None]] = {
    Op.INIT: Tree._init,
    Op.DESTROY: lambda tree, asked: b"",
    Op.FORGET: lambda tree, asked: None,
    Op.BATCH_FORGET: lambda tree, asked: None,
    Op.LOOKUP: Tree._lookup,
    Op.GETATTR: Tree._getattr,
    Op.SETATTR: Tree._getattr,
    Op.STATFS: lambda tree, asked: wire.STATFS_OUT.pack(0, 0, 0, 0, 0, 4096, 255, 4096, 0),
    Op.OPENDIR: lambda tree, asked: wire.OPEN_OUT.pack(0, 0, 0),
    Op.READDIR: Tree._readdir,
    Op.RELEASEDIR: lambda tree, asked: b"",
    Op.OPEN: Tree._opened,
    Op.READ: Tree._read,
    Op.WRITE: Tree._write,
    Op.IOCTL: Tree._ioctl,
    Op.POLL: Tree._poll,
    Op.RELEASE: Tree._release,
    **dict.fromkeys(
        (Op.CREATE, Op.MKNOD, Op.MKDIR, Op.SYMLINK, Op.LINK, Op.UNLINK, Op.RMDIR, Op.RENAME, Op.RENAME2),
        Tree._refuse,
    ),
}
