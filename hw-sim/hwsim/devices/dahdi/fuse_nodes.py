"""A card's nodes for a folder of FUSE: what lies behind /dev/dahdi.

FUSE brings an ioctl's argument as long as the request number says. Some of DAHDI's have more behind that,
read what their number says they only write, or point elsewhere: this is reached for in the program's memory.
What stays out of reach is SETCADENCE with a null pointer, which the kernel itself refuses (EFAULT).
"""

from __future__ import annotations

import errno
import os
import select
import struct
from functools import partial

from ctidrv.native import dahdi_card
from ctidrv.native.dahdi_card import DahdiCard
from hwsim.devices.fuse import memory
from hwsim.devices.fuse.nodes import Node, NotYet, Opener

_BEHIND = {0x4070DA19: (0, 44), 0x4008DA21: (4, 20)}
"""LOADZONE, ECHOCANCEL_PARAMS: where in the argument the number of parts behind it stands; bytes of one."""
_MOST_PARTS = 1000
_GET_PARAMS_V1 = 0x8088DA05
"""Its number says that it only writes; it reads which channel is meant."""
_INDIRECT = 0xC010DA38
_INDIRECT_FORM = struct.Struct("<iIQ")  # channel, request, where its argument is
_POLL = {
    dahdi_card.IN: select.POLLIN,
    dahdi_card.PRI: select.POLLPRI,
    dahdi_card.OUT: select.POLLOUT,
    dahdi_card.ERR: select.POLLERR,
    dahdi_card.HUP: select.POLLHUP,
}


def card_nodes(card: DahdiCard) -> dict[str, Node]:
    """By name: ctl, channel, pseudo, timer, and a number for each of the card's channels."""
    nodes = {
        "ctl": dahdi_card.CTL,
        "channel": dahdi_card.CHANNEL,
        "pseudo": dahdi_card.PSEUDO,
        "timer": dahdi_card.TIMER,
        **{str(number): number for number in range(1, card.channels + 1)},
    }
    return {name: partial(CardNode, card, node) for name, node in nodes.items()}


class CardNode:
    """One open node. OSError as the kernel's driver has it."""

    def __init__(self, card: DahdiCard, node: int, opener: Opener) -> None:
        self._card, self._opener = card, opener
        self._handle = _kept(card.open(node))

    def read(self, size: int) -> bytes:
        got = self._card.read(self._handle, size)
        if isinstance(got, int):
            _kept(got)
            return b""
        return got

    def write(self, data: bytes) -> int:
        return _kept(self._card.write(self._handle, data))

    def ioctl(self, request: int, argument: int, data: bytes, room: int) -> bytes:
        if request == _INDIRECT:
            return self._indirect(data)
        return self._ask(self._handle, request, argument, data, room)

    def ready(self) -> int:
        mask = self._card.ready(self._handle)
        return sum(theirs for ours, theirs in _POLL.items() if mask & ours)

    def release(self) -> None:
        self._card.close(self._handle)

    def _ask(self, handle: int, request: int, argument: int, data: bytes, room: int) -> bytes:
        if request == _GET_PARAMS_V1:
            data = memory.peek(self._opener, argument, room)
        if request in _BEHIND:
            data += self._behind(request, argument, data)
        arg = bytearray(data.ljust(room, b"\0"))
        result = self._card.ioctl(handle, request, arg)
        waits = not self._opener.flags & os.O_NONBLOCK
        if result == -errno.EINPROGRESS and waits:
            return self._once_done(handle)
        if result == -errno.EAGAIN and waits:
            raise NotYet(lambda: self._ask(handle, request, argument, data, room))
        _kept(result)
        return bytes(arg[:room])

    def _once_done(self, handle: int) -> bytes:
        """Of an order for the hook."""
        if self._card.busy(handle):
            raise NotYet(lambda: self._once_done(handle))
        return b""

    def _behind(self, request: int, argument: int, data: bytes) -> bytes:
        place, length = _BEHIND[request]
        parts = int.from_bytes(data[place : place + 4], "little")
        if parts > _MOST_PARTS:
            raise OSError(errno.EINVAL, f"{parts} parts")
        return memory.peek(self._opener, argument + len(data), parts * length) if parts else b""

    def _indirect(self, data: bytes) -> bytes:
        """An ioctl of a channel that another program may have open, by the control node."""
        channel, request, argument = _INDIRECT_FORM.unpack(data)
        direction, size = request >> 30, request >> 16 & 0x3FFF
        arg = bytearray(memory.peek(self._opener, argument, size) if direction & 1 else bytes(size))
        _kept(self._card.indirect(self._handle, channel, request, arg))
        if direction & 2:
            memory.poke(self._opener, argument, bytes(arg))
        return data


def _kept(result: int) -> int:
    """A count or 0; OSError for a negative errno."""
    if result >= 0:
        return result
    if result == -errno.EAGAIN:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
    raise OSError(-result, os.strerror(-result))
