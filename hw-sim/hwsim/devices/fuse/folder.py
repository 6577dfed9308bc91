"""`FuseFolder`: a flat folder of nodes, served on an event loop. Linux only, as root.

    folder = FuseFolder(loop, {"ctl": open_control, "1": open_channel})
    folder.place(Path("nodes"))     # on the loop's thread, as all the rest
    folder.changed()                # something may be ready that was not
    folder.take()

Whoever serves a folder must not look into it on the loop's thread: he would wait for himself.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from ctidrv.errors import PortError
from hwsim.devices.fuse import mount, wire
from hwsim.devices.fuse.nodes import Node, NotYet
from hwsim.devices.fuse.tree import Tree
from hwsim.devices.fuse.wire import Message, Op

_log = logging.getLogger(__name__)

MOST_WAITING = 4096
"""Programs that wait in a read, a write or an ioctl."""
AT_ONCE = 64
"""Requests that are served before the loop has its turn again."""


class FuseFolder:
    """`nodes`: by name; `mode`, `gid`: of their files. `ended`: is called when somebody else unmounts it."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        nodes: Mapping[str, Node],
        *,
        mode: int = 0o660,
        gid: int | None = None,
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        self.note: str | None = None
        """What `place` has found there and cleared away."""
        self.folder: Path | None = None
        """Where it is, while it is."""
        self._loop, self._ended = loop, ended
        self._tree = Tree(nodes, mode=mode, uid=os.geteuid(), gid=os.getegid() if gid is None else gid)
        self._fd = -1
        self._made = False
        self._waiting: dict[int, Callable[[], bytes]] = {}
        self._buffer = memoryview(bytearray(wire.LONGEST))

    def place(self, folder: Path) -> None:
        """Mounts it; the folder is made where there is none. PortError."""
        folder = folder.absolute()
        fd = mount.open_device()
        try:
            self.note = mount.clear(folder)
            self._made = _make(folder)
            try:
                mount.mount(fd, folder)
            except PortError:
                self._unmake(folder)
                raise
        except BaseException:
            os.close(fd)
            raise
        self._fd, self.folder = fd, folder
        self._loop.add_reader(fd, self._serve)

    def take(self) -> None:
        """Unmounts it; who has a node open gets ENOTCONN from now on. Safe twice."""
        if self.folder is not None:
            mount.unmount(self.folder)
            self._end()

    def changed(self) -> None:
        """Serves whoever waits and need not any more, and wakes those who poll."""
        for unique, again in list(self._waiting.items()):
            self._answer(unique, again)
        for kernel_handle in self._tree.woken():
            self._write(wire.wakeup(kernel_handle))

    def _unmake(self, folder: Path) -> None:
        if self._made:
            with contextlib.suppress(OSError):
                folder.rmdir()

    def _end(self) -> None:
        self._loop.remove_reader(self._fd)
        fd, self._fd = self._fd, -1
        os.close(fd)  # refuses whatever was asked and not answered
        self._waiting.clear()
        self._tree.close()
        folder, self.folder = self.folder, None
        assert folder is not None
        self._unmake(folder)

    def _serve(self) -> None:
        for _ in range(AT_ONCE):
            try:
                length = os.readv(self._fd, [self._buffer])
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in (errno.ENOENT, errno.EINTR):  # a request that was taken back
                    continue
                self._end()  # ENODEV
                self._ended()
                return
            try:
                asked = wire.message(self._buffer[:length])
            except OSError as error:
                _log.error("fuse: %s", error)
                continue
            if asked.op == Op.INTERRUPT:
                self._interrupt(asked)
            else:
                self._answer(asked.unique, lambda asked=asked: self._tree.answer(asked))  # type: ignore[misc]

    def _interrupt(self, asked: Message) -> None:
        """A signal for somebody who waits. Who has his answer by now is not found any more."""
        (unique,) = asked.take(wire.INTERRUPT_IN)
        if self._waiting.pop(unique, None) is not None:
            self._write(wire.refusal(unique, errno.EINTR))

    def _answer(self, unique: int, call: Callable[[], bytes | None]) -> None:
        self._waiting.pop(unique, None)
        try:
            made = call()
        except NotYet as later:
            if len(self._waiting) < MOST_WAITING:
                self._waiting[unique] = later.again
            else:
                self._write(wire.refusal(unique, errno.EAGAIN))
        except OSError as error:
            self._write(wire.refusal(unique, error.errno or errno.EIO))
        except Exception:
            _log.exception("fuse: a node's handler")
            self._write(wire.refusal(unique, errno.EIO))
        else:
            if made is not None:
                self._write(wire.reply(unique, made))

    def _write(self, data: bytes) -> None:
        with contextlib.suppress(OSError):  # ENOENT: who asked has given up
            os.write(self._fd, data)


def _make(folder: Path) -> bool:
    """Whether there was none. PortError when it will not do."""
    try:
        made = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        empty = not any(folder.iterdir())
    except OSError as error:
        raise PortError(f"{folder}: no folder can be made there: {error.strerror}") from error
    if not empty:
        raise PortError(f"{folder}: is not empty; choose a folder of its own for the nodes")
    return made
