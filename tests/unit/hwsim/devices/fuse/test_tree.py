"""What a folder of nodes answers to the kernel's messages, without a kernel."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import struct
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

if sys.platform == "win32":
    pytest.skip("nodes of a device are Linux only", allow_module_level=True)

sys.path.append(str(Path(__file__).parent))
from toy_node import ADD_ONE, FLASH, SYNC, Toy

from hwsim.devices.fuse import tree as tree_module
from hwsim.devices.fuse import wire
from hwsim.devices.fuse.nodes import NotYet
from hwsim.devices.fuse.tree import ROOT, Tree
from hwsim.devices.fuse.wire import Message, Op

NODE = 2
"""The first name's number."""


def asked(op: Op, body: bytes = b"", node: int = NODE, pid: int = 7) -> Message:
    return Message(op, 1, node, 0, pid, body)


def made(*toys: Toy) -> Tree:
    return Tree({str(name): toy for name, toy in enumerate(toys, 1)}, mode=0o660, uid=3, gid=4)


def opened(tree: Tree, flags: int = os.O_RDWR, node: int = NODE) -> int:
    answer = tree.answer(asked(Op.OPEN, struct.pack("<II", flags, 0), node))
    assert answer is not None
    return int(wire.OPEN_OUT.unpack(answer)[0])


def io(handle: int, size: int, flags: int = 0, data: bytes = b"") -> bytes:
    return struct.pack("<QQIIQII", handle, 0, size, 0, 0, flags, 0) + data


def ioctl(handle: int, request: int, data: bytes, room: int, argument: int = 0) -> bytes:
    return struct.pack("<QIIQII", handle, 0, request, argument, len(data), room) + data


def polled(tree: Tree, handle: int, events: int) -> int:
    body = struct.pack("<QQII", handle, 1000 + handle, wire.POLL_NOTIFY, events)
    answer = tree.answer(asked(Op.POLL, body))
    assert answer is not None
    return int(wire.POLL_OUT.unpack(answer)[0])


def refused(tree: Tree, message: Message) -> int | None:
    with pytest.raises(OSError, match=r"\w") as told:
        tree.answer(message)
    return told.value.errno


def test_the_kernel_s_version_is_agreed_on_and_an_older_one_refused() -> None:
    answer = made(Toy()).answer(asked(Op.INIT, struct.pack("<IIII", 7, 45, 1 << 17, (1 << 32) - 1)))
    assert answer is not None
    assert len(answer) == 64
    assert wire.INIT_OUT.unpack(answer)[:4] == (7, 36, 1 << 17, wire.ATOMIC_O_TRUNC | wire.BIG_WRITES)
    assert refused(made(), asked(Op.INIT, struct.pack("<IIII", 7, 22, 0, 0))) == errno.EPROTO


def test_names_are_found_listed_in_pieces_and_none_is_made() -> None:
    tree = made(*(Toy() for _ in range(40)))
    entry = tree.answer(asked(Op.LOOKUP, b"40\0", ROOT))
    assert entry is not None
    assert struct.unpack_from("<Q", entry)[0] == 41
    assert refused(tree, asked(Op.LOOKUP, b"41\0", ROOT)) == errno.ENOENT
    assert refused(tree, asked(Op.LOOKUP, b"1\0", NODE)) == errno.ENOENT
    names: list[str] = []
    offset = 0
    while piece := tree.answer(asked(Op.READDIR, struct.pack("<QQI", 0, offset, 200), ROOT)):
        at = 0
        while at < len(piece):
            _, offset, length, _ = wire.DIRENT.unpack_from(piece, at)
            at += wire.DIRENT.size
            names.append(piece[at : at + length].decode())
            at += (length + 7) // 8 * 8
    assert names == [".", "..", *(str(each) for each in range(1, 41))]
    for op in (Op.CREATE, Op.MKNOD, Op.MKDIR, Op.UNLINK, Op.RENAME):
        assert refused(tree, asked(op, b"x\0", ROOT)) == errno.EPERM


def test_a_node_s_refusal_to_open_is_what_the_program_gets() -> None:
    toy = Toy()
    toy.only_one = True
    tree = made(toy)
    opened(tree)
    assert refused(tree, asked(Op.OPEN, struct.pack("<II", 2, 0))) == errno.EBUSY


def test_no_more_than_so_many_are_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_module, "MOST_OPEN", 2)
    tree = made(Toy())
    opened(tree)
    handle = opened(tree)
    assert refused(tree, asked(Op.OPEN, struct.pack("<II", 2, 0))) == errno.ENFILE
    assert tree.answer(asked(Op.RELEASE, struct.pack("<QIIQ", handle, 0, 0, 0))) == b""
    opened(tree)


def test_who_reads_nothing_waits_or_is_told_so_as_he_has_it_now() -> None:
    toy = Toy()
    tree = made(toy)
    handle = opened(tree, os.O_RDWR)
    assert refused(tree, asked(Op.READ, io(handle, 10, os.O_NONBLOCK))) == errno.EAGAIN
    with pytest.raises(NotYet) as waits:
        tree.answer(asked(Op.READ, io(handle, 2)))
    with pytest.raises(NotYet):
        waits.value.again()
    toy.data = b"abc"
    assert waits.value.again() == b"ab"
    toy.event = 18
    assert refused(tree, asked(Op.READ, io(handle, 10))) == 500


def test_a_write_waits_for_room_and_tells_what_was_taken() -> None:
    toy = Toy()
    tree = made(toy)
    handle = opened(tree)
    toy.room = False
    with pytest.raises(NotYet) as waits:
        tree.answer(asked(Op.WRITE, io(handle, 3, 0, b"abc")))
    toy.room = True
    assert wire.WRITE_OUT.unpack(waits.value.again())[0] == 3
    assert toy.written == b"abc"
    assert refused(tree, asked(Op.WRITE, io(handle, 4, 0, b"abc"))) == errno.EIO


def test_an_ioctl_has_bytes_both_ways_a_bare_argument_or_an_answer_later() -> None:
    toy = Toy()
    tree = made(toy)
    handle = opened(tree)
    head = bytes(wire.IOCTL_OUT.size)
    assert tree.answer(asked(Op.IOCTL, ioctl(handle, ADD_ONE, b"\1\0\0\0", 4))) == head + b"\2\0\0\0"
    assert tree.answer(asked(Op.IOCTL, ioctl(handle, SYNC, b"", 2, argument=77), pid=9)) == head + b"M\0"
    assert toy.opened[0].pid == 9
    assert refused(tree, asked(Op.IOCTL, ioctl(handle, 1, b"", 0))) == errno.ENOTTY
    with pytest.raises(NotYet) as waits:
        tree.answer(asked(Op.IOCTL, ioctl(handle, FLASH, b"\3\0\0\0", 0)))
    toy.flashing = False
    assert waits.value.again() == head


def test_who_polls_is_woken_once_for_each_thing_that_comes_to_hold() -> None:
    toy = Toy()
    toy.room = False
    tree = made(toy)
    handle = opened(tree)
    assert polled(tree, handle, select.POLLIN | select.POLLPRI) == 0
    toy.room = True  # not what he polls for
    assert list(tree.woken()) == []
    toy.data = b"abc"
    assert list(tree.woken()) == [1000 + handle]
    assert list(tree.woken()) == []
    assert polled(tree, handle, select.POLLIN) == select.POLLIN
    toy.event = 1
    assert list(tree.woken()) == [1000 + handle]
    toy.event = 0
    tree.answer(asked(Op.READ, io(handle, 10)))
    toy.data = b"d"
    assert list(tree.woken()) == [1000 + handle]


def test_a_release_is_told_once_and_the_rest_at_the_end() -> None:
    toy = Toy()
    tree = made(toy)
    first, _ = opened(tree), opened(tree)
    for _ in range(2):
        tree.answer(asked(Op.RELEASE, struct.pack("<QIIQ", first, 0, 0, 0)))
    assert toy.released == 1
    tree.close()
    assert toy.released == 2


@given(op=st.sampled_from([*Op, 0, 99]), node=st.integers(0, 4), body=st.binary(max_size=64))
def test_whatever_comes_is_answered_refused_or_waits(op: int, node: int, body: bytes) -> None:
    tree = made(Toy(), Toy())
    opened(tree)
    answer: bytes | int | None
    try:
        answer = tree.answer(Message(op, 1, node, 0, 7, body)) or b""
    except OSError as error:
        answer = error.errno
    except NotYet:
        answer = b"" if op in (Op.READ, Op.WRITE, Op.IOCTL) else None
    assert answer is not None
    assert isinstance(answer, int) or len(answer) <= wire.LONGEST


@given(data=st.binary(max_size=100))
def test_bytes_that_are_no_message_are_an_error(data: bytes) -> None:
    with contextlib.suppress(OSError):
        assert len(wire.message(memoryview(data)).body) <= len(data) - wire.IN.size
    head = wire.IN.pack(wire.IN.size + len(data), Op.READ, 1, NODE, 0, 0, 7, 0, 0)
    assert wire.message(memoryview(head + data)).body == data
    with pytest.raises(OSError, match="no message"):
        wire.message(memoryview(head + data + b"!"))
