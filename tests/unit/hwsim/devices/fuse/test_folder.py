"""A folder of nodes that the kernel has mounted: programs open, read, write, ask and poll them."""

from __future__ import annotations

import asyncio
import ctypes
import errno
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

if sys.platform == "win32":
    pytest.skip("nodes of a device are Linux only", allow_module_level=True)

import fcntl

sys.path.append(str(Path(__file__).parent))
from toy_node import ADD_ONE, FLASH, GET_EVENT, Toy

from ctidrv.errors import PortError
from hwsim.devices.fuse import memory, mount
from hwsim.devices.fuse.folder import FuseFolder
from hwsim.devices.fuse.nodes import Opener

T = TypeVar("T")
WITHIN_S = 20


class Served:
    """A folder with one node, `toy`, on a loop of its own."""

    def __init__(self, place: Path) -> None:
        self.toy = Toy()
        self.place = place
        self.ended = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.folder = FuseFolder(self.loop, {"1": self.toy, "2": self.toy}, ended=self.ended.set)
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def do(self, call: Callable[[], T]) -> T:
        async def there() -> T:
            return call()

        return asyncio.run_coroutine_threadsafe(there(), self.loop).result(WITHIN_S)

    def change(self, **values: Any) -> None:
        """On the loop's thread, and whoever waits is looked after."""

        def there() -> None:
            for name, value in values.items():
                setattr(self.toy, name, value)
            self.folder.changed()

        self.do(there)

    def once_waiting(self, n: int, **values: Any) -> None:
        """Changes something when so many programs wait."""

        def there() -> None:
            while self.do(lambda: len(self.folder._waiting)) < n:
                pass
            self.change(**values)

        threading.Thread(target=there, daemon=True).start()

    def open(self, more: int = 0, name: str = "1") -> int:
        return os.open(self.place / name, os.O_RDWR | more)

    def close(self) -> None:
        self.do(self.folder.take)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


@pytest.fixture
def served(fuse: None, tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path / "nodes")
    try:
        made.do(lambda: made.folder.place(made.place))
        yield made
    finally:
        made.close()


def test_a_read_that_finds_nothing_waits_and_holds_up_no_write_of_the_same_file(served: Served) -> None:
    fd = served.open()
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(os.read(fd, 100)))
    reader.start()
    served.once_waiting(1)
    assert os.write(fd, bytes(40_000)) == 40_000
    served.once_waiting(1, data=b"abc")
    reader.join(WITHIN_S)
    assert got == [b"abc"]
    assert len(served.toy.written) == 40_000
    os.close(fd)


def test_two_wait_for_room_at_one_node_and_both_are_served(served: Served) -> None:
    served.change(room=False)
    fds = [served.open(), served.open()]
    writers = [threading.Thread(target=os.write, args=(fd, b"ab")) for fd in fds]
    for each in writers:
        each.start()
    served.once_waiting(2, room=True)
    for each in writers:
        each.join(WITHIN_S)
    assert served.toy.written == b"abab"
    for fd in fds:
        os.close(fd)


def test_who_does_not_want_to_wait_is_told_so_also_when_he_changes_his_mind(served: Served) -> None:
    fd = served.open()
    fcntl.fcntl(fd, fcntl.F_SETFL, os.O_NONBLOCK)
    with pytest.raises(BlockingIOError):
        os.read(fd, 100)
    os.close(fd)


def test_errno_500_is_told_and_the_event_fetched(served: Served) -> None:
    served.change(event=18, data=b"abc")
    fd = served.open()
    with pytest.raises(OSError, match="500"):
        os.read(fd, 100)
    event = bytearray(4)
    fcntl.ioctl(fd, GET_EVENT, event)
    assert event == b"\x12\0\0\0"
    assert os.read(fd, 100) == b"abc"
    number = bytearray(b"\x41\0\0\0")
    fcntl.ioctl(fd, ADD_ONE, number)
    assert number == b"\x42\0\0\0"
    with pytest.raises(OSError, match=os.strerror(errno.ENOTTY)):
        fcntl.ioctl(fd, 0x8004DA99, event)
    os.close(fd)


def test_poll_and_epoll_of_both_kinds_wake_by_data_and_by_events(served: Served) -> None:
    fd = served.open()
    poll, level, edge = select.poll(), select.epoll(), select.epoll()
    poll.register(fd, select.POLLIN | select.POLLPRI)
    level.register(fd, select.EPOLLIN | select.EPOLLPRI)
    edge.register(fd, select.EPOLLIN | select.EPOLLPRI | select.EPOLLET)
    assert poll.poll(0) == level.poll(0) == edge.poll(0) == []
    for values, event in (({"data": b"abc"}, select.POLLIN), ({"event": 1}, select.POLLPRI)) * 2:
        threading.Timer(0.05, lambda values=values: served.change(**values)).start()
        assert poll.poll(1000 * WITHIN_S) == [(fd, event)]
        assert level.poll(WITHIN_S) == [(fd, event)]
        assert edge.poll(WITHIN_S) == [(fd, event)]
        assert edge.poll(0) == []
        if event == select.POLLIN:
            os.read(fd, 100)
        else:
            fcntl.ioctl(fd, GET_EVENT, bytearray(4))
        assert poll.poll(0) == level.poll(0) == []
    os.close(fd)


def test_a_signal_takes_one_out_of_his_wait(served: Served) -> None:
    class Alarm(Exception):
        pass

    def ring(*_: object) -> None:
        raise Alarm

    me = threading.get_ident()

    def call() -> None:
        while not served.do(lambda: served.folder._waiting):
            pass
        signal.pthread_kill(me, signal.SIGUSR1)

    fd = served.open()
    before = signal.signal(signal.SIGUSR1, ring)
    try:
        for wait in (lambda: os.read(fd, 10), lambda: fcntl.ioctl(fd, FLASH, b"\3\0\0\0")):
            caller = threading.Thread(target=call)
            caller.start()
            with pytest.raises(Alarm):
                wait()
            caller.join(WITHIN_S)
            assert served.do(lambda: len(served.folder._waiting)) == 0
    finally:
        signal.signal(signal.SIGUSR1, before)
    served.change(data=b"abc")
    assert os.read(fd, 10) == b"abc"
    os.close(fd)


def test_an_ioctl_that_waits_is_answered_when_it_is_done(served: Served) -> None:
    fd = served.open()
    served.once_waiting(1, flashing=False)
    assert fcntl.ioctl(fd, FLASH, b"\3\0\0\0") == b"\3\0\0\0"
    os.close(fd)


def test_what_lies_behind_an_ioctl_s_argument_can_be_read_and_written(served: Served) -> None:
    """Of a child, as of any other program: the thread that asks is named."""
    program = """
import ctypes, os, sys
data = ctypes.create_string_buffer(b"head" + b"more" * 11)
fd = os.open(sys.argv[1], os.O_RDWR)
assert ctypes.CDLL(None).ioctl(fd, ctypes.c_ulong(0x4004DA07), data) == 0
print(data.raw[4:8].decode())
"""
    seen: list[bytes] = []

    def reach(request: int, argument: int, data: bytes, room: int) -> bytes:
        asks = served.toy.opened[-1]
        seen.append(data + memory.peek(asks, argument + 4, 44))
        memory.poke(asks, argument + 4, b"done")
        with pytest.raises(OSError, match="at 0x10"):
            memory.peek(asks, 16, 4)
        return b""

    served.change(ioctl=reach)
    done = subprocess.run(
        [sys.executable, "-c", program, served.place / "1"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert seen == [b"head" + b"more" * 11]
    assert done.stdout == "done\n"


def test_no_address_no_memory() -> None:
    data = ctypes.create_string_buffer(b"abc")
    me = Opener(os.getpid(), 0, 0)
    assert memory.peek(me, ctypes.addressof(data), 3) == b"abc"
    for address, size in ((0, 4), (-1, 4), (1 << 63, 4), (ctypes.addressof(data), 1 << 20), (4096, 4)):
        with pytest.raises(OSError, match=f"{size} bytes at ") as told:
            memory.peek(me, address, size)
        assert told.value.errno == errno.EFAULT


def test_the_folder_is_gone_when_it_is_taken_and_so_are_its_nodes(served: Served) -> None:
    assert sorted(os.listdir(served.place)) == ["1", "2"]
    assert (served.place / "1").stat().st_mode & 0o777 == 0o660
    with pytest.raises(PermissionError):
        (served.place / "3").write_bytes(b"")
    fd = served.open()
    refused: list[OSError] = []

    def read() -> None:
        try:
            os.read(fd, 10)
        except OSError as error:
            refused.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    served.once_waiting(1)
    served.do(served.folder.take)
    reader.join(WITHIN_S)
    assert len(refused) == 1
    with pytest.raises(OSError, match=os.strerror(errno.ENOTCONN)):
        os.write(fd, b"abc")
    os.close(fd)
    assert served.toy.released == 1
    assert not served.place.exists()
    assert mount.mounted_kind(served.place) is None


def test_who_unmounts_it_ends_it(served: Served) -> None:
    mount.unmount(served.place)
    assert served.ended.wait(WITHIN_S)
    assert not served.place.exists()
    served.do(served.folder.take)


def test_what_a_dead_process_has_left_is_unmounted_with_a_note_and_a_live_one_s_is_not(
    fuse: None, tmp_path: Path
) -> None:
    place = tmp_path / "no des"
    place.mkdir()
    died = """
import os, sys
from pathlib import Path
from hwsim.devices.fuse import mount
mount.mount(mount.open_device(), Path(sys.argv[1]))
os._exit(9)
"""
    assert subprocess.run([sys.executable, "-c", died, place], check=False).returncode == 9
    assert mount.mounted_kind(place) == mount.KIND
    made = Served(place)
    try:
        made.do(lambda: made.folder.place(place))
        assert "a program that had died" in (made.folder.note or "")
        second = Served(place)
        with pytest.raises(PortError, match="something is mounted there already"):
            second.do(lambda: second.folder.place(place))
        second.close()
        assert os.listdir(place) == ["1", "2"]
    finally:
        made.close()
    assert list(place.iterdir()) == []


def test_a_folder_that_will_not_do_is_an_error_that_says_so(
    fuse: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Served(tmp_path)
    (tmp_path / "full" / "file").mkdir(parents=True)
    (tmp_path / "file").write_bytes(b"")
    try:
        for place, words in (("full", "is not empty"), ("file", "no folder can be made there")):
            with pytest.raises(PortError, match=words):
                made.do(lambda place=place: made.folder.place(tmp_path / place))
        monkeypatch.setattr(mount, "DEVICE", tmp_path / "nowhere")
        with pytest.raises(PortError, match="modprobe fuse"):
            made.do(lambda: made.folder.place(tmp_path / "new"))
        assert not (tmp_path / "new").exists()
    finally:
        made.close()
