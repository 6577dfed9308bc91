"""A card's nodes mounted by FUSE: what a program's ioctls bring that their numbers do not say."""

from __future__ import annotations

import asyncio
import ctypes
import errno
import os
import select
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

if sys.platform == "win32":
    pytest.skip("nodes of a device are Linux only", allow_module_level=True)

from hwsim.devices.dahdi.card import CardOnLines
from hwsim.devices.dahdi.fuse_nodes import card_nodes
from hwsim.devices.fuse.folder import FuseFolder

T = TypeVar("T")
WITHIN_S = 20
libc = ctypes.CDLL(None, use_errno=True)

SPECIFY, HOOK, SYNC, IOMUX = 0x4004DA26, 0x4004DA07, 0x0000DA04, 0xC004DA09
GET_PARAMS_V1, INDIRECT, GET_BLOCKSIZE, SETLINEAR = 0x8088DA05, 0xC010DA38, 0x8004DA01, 0x4004DA28
LOADZONE, DEFAULTZONE, ECHOCANCEL_PARAMS, SETCADENCE = 0x4070DA19, 0x4004DA18, 0x4008DA21, 0x4040DA2A


class Card:
    """One FXO and one FXS port; time goes on when `ticks` says so."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.lines = CardOnLines({}, fxo=1, fxs=1)
        self.loop = asyncio.new_event_loop()
        self.folder = FuseFolder(self.loop, card_nodes(self.lines.card))
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.do(lambda: self.folder.place(place))

    def do(self, call: Callable[[], T]) -> T:
        async def there() -> T:
            return call()

        return asyncio.run_coroutine_threadsafe(there(), self.loop).result(WITHIN_S)

    def ticks(self, n: int) -> None:
        def there() -> None:
            for _ in range(n):
                self.lines.tick()
                self.lines.after()
                self.folder.changed()

        self.do(there)

    def open(self, name: str, more: int = 0) -> int:
        return os.open(self.place / name, os.O_RDWR | more)

    def close(self) -> None:
        self.do(self.folder.take)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
        self.lines.close()


@pytest.fixture
def card(fuse: None, tmp_path: Path) -> Iterator[Card]:
    made = Card(tmp_path / "nodes")
    yield made
    made.close()


def ask(fd: int, request: int, data: Any = None) -> int:
    """0, or the errno; `data`: a ctypes buffer, a number, or None."""
    if isinstance(data, int):
        data = ctypes.byref(ctypes.c_int(data))
    return 0 if libc.ioctl(fd, ctypes.c_ulong(request), data) == 0 else ctypes.get_errno()


def later(card: Card, call: Callable[[], T], ticks: int) -> T:
    """Something that waits, while so many ticks pass once it does."""
    got: list[T] = []
    thread = threading.Thread(target=lambda: got.append(call()))
    thread.start()
    while thread.is_alive() and not card.do(lambda: card.folder._waiting):
        pass
    assert got == []
    for _ in range(ticks):
        card.ticks(1)
    thread.join(WITHIN_S)
    return got[0]


def test_nodes_are_named_as_the_kernel_s_and_opened_once_each(card: Card) -> None:
    assert sorted(os.listdir(card.place)) == ["1", "2", "channel", "ctl", "pseudo", "timer"]
    fd, unbound = card.open("1"), card.open("channel")
    with pytest.raises(OSError, match=os.strerror(errno.EBUSY)):
        card.open("1")
    assert ask(unbound, SPECIFY, 1) == errno.EBUSY
    assert ask(unbound, SPECIFY, 3) == errno.EINVAL
    assert ask(unbound, SPECIFY, 2) == 0
    os.close(fd)
    os.close(card.open("1"))
    os.close(unbound)


def test_a_zone_s_tones_come_from_behind_its_header(card: Card) -> None:
    ctl, phone = card.open("ctl"), card.open("2")
    tone = struct.pack("<11i", 0, 0, 800, *[0] * 8)
    head = struct.pack("<ii16i40s", 3, 5, 200, 100, *[0] * 14, b"elsewhere")
    whole = ctypes.create_string_buffer(head + 3 * tone)
    assert ask(ctl, LOADZONE, whole) == 0
    wrong = ctypes.create_string_buffer(struct.pack("<ii", 3, 6) + head[8:] + 2 * tone + b"\xff" * 44)
    assert ask(ctl, LOADZONE, wrong) == errno.EINVAL
    endless = ctypes.create_string_buffer(struct.pack("<ii", 100_000, 6) + head[8:])
    assert ask(ctl, LOADZONE, endless) == errno.EINVAL
    assert ask(ctl, DEFAULTZONE, 5) == 0
    assert ask(phone, HOOK, 5) == 0
    for ringing in (True, False):  # 200 ms, and 100 ms without
        assert card.do(lambda: card.lines.card.status(2).ringing) is ringing
        card.ticks(11)
    os.close(ctl)
    os.close(phone)


def test_an_echo_canceller_s_parameters_come_from_behind_too(card: Card) -> None:
    fd = card.open("1")
    taps = struct.pack("<ii", 128, 0)
    assert ask(fd, ECHOCANCEL_PARAMS, ctypes.create_string_buffer(taps)) == 0
    assert card.do(lambda: card.lines.card.status(1).echo_can)
    named = struct.pack("<ii16sI", 128, 1, b"nlp", 1)
    assert ask(fd, ECHOCANCEL_PARAMS, ctypes.create_string_buffer(named)) == errno.EINVAL
    os.close(fd)


def test_a_request_of_the_first_version_brings_the_channel_that_its_number_does_not_say(card: Card) -> None:
    ctl = card.open("ctl")
    params = ctypes.create_string_buffer(struct.pack("<i", 2), 136)
    assert ask(ctl, GET_PARAMS_V1, params) == 0
    assert struct.unpack_from("<5i", params) == (2, 1, 2, 0x1020, 0x1038)
    os.close(ctl)


def test_indirect_asks_of_a_channel_that_another_has_and_follows_its_pointer(card: Card) -> None:
    ctl, fd = card.open("ctl"), card.open("1")
    size, linear = ctypes.c_int(0), ctypes.c_int(1)

    def indirect(channel: int, request: int, pointer: Any) -> int:
        asked = struct.pack("<iIQ", channel, request, ctypes.addressof(pointer))
        return ask(ctl, INDIRECT, ctypes.create_string_buffer(asked, 16))

    assert indirect(1, GET_BLOCKSIZE, size) == 0
    assert size.value == 1024
    assert indirect(1, SETLINEAR, linear) == 0
    card.ticks(8)
    assert len(os.read(fd, 4096)) == 2048
    assert indirect(99, GET_BLOCKSIZE, size) == errno.EINVAL
    nowhere = struct.pack("<iIQ", 1, SETLINEAR, 16)
    assert ask(ctl, INDIRECT, ctypes.create_string_buffer(nowhere, 16)) == errno.EFAULT
    os.close(ctl)
    os.close(fd)


def test_who_may_wait_waits_for_his_flash_his_sound_and_its_end_and_who_may_not_is_told(card: Card) -> None:
    fd = card.open("1")
    assert ask(fd, HOOK, 1) == 0
    card.ticks(8)
    assert len(os.read(fd, 4096)) == 1024
    assert len(later(card, lambda: os.read(fd, 4096), 8)) == 1024
    assert later(card, lambda: ask(fd, HOOK, 3), 60) == 0
    with pytest.raises(OSError, match="500"):
        os.read(fd, 4096)
    assert ask(fd, 0x4004DA03, 7) == 0  # FLUSH
    assert os.write(fd, bytes(1024)) == 1024
    assert later(card, lambda: ask(fd, SYNC), 8) == 0
    assert len(os.read(fd, 4096)) == 1024
    assert later(card, lambda: ask(fd, IOMUX, 1), 8) == 0
    os.close(fd)
    fd = card.open("1", os.O_NONBLOCK)
    assert ask(fd, HOOK, 1) == 0
    assert ask(fd, HOOK, 3) == errno.EINPROGRESS
    assert ask(fd, IOMUX, 1) == errno.EAGAIN
    card.ticks(60)
    poll = select.poll()
    poll.register(fd, select.POLLIN | select.POLLPRI)
    assert poll.poll(0) == [(fd, select.POLLIN | select.POLLPRI)]
    os.close(fd)


def test_a_null_pointer_for_the_usual_cadence_is_the_one_thing_that_fuse_cannot_bring(card: Card) -> None:
    """In the process of the card it is taken; native/tests/test_dahdi_card_tools.c: what it does."""
    handle = card.do(lambda: card.lines.card.open(2))
    assert card.do(lambda: card.lines.card.ioctl(handle, SETCADENCE)) == 0
    card.do(lambda: card.lines.card.close(handle))
    fd = card.open("2")
    assert ask(fd, SETCADENCE) == errno.EFAULT
    os.close(fd)


def test_a_card_taken_out_is_seen_by_poll_and_gone(card: Card) -> None:
    fd = card.open("1")
    poll = select.poll()
    poll.register(fd, select.POLLPRI)
    assert poll.poll(0) == []
    card.do(lambda: (card.lines.card.removed(True), card.folder.changed()))
    assert poll.poll(1000 * WITHIN_S) == [(fd, select.POLLERR | select.POLLHUP | select.POLLPRI)]
    with pytest.raises(OSError, match=os.strerror(errno.ENODEV)):
        os.read(fd, 100)
    os.close(fd)
