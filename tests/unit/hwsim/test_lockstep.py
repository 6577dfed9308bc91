"""The line's end of a PCM link: frames, stalls, what a terminal does wrong."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from ctidrv.errors import InputError
from hwsim.lockstep import FRAME, Link, Listener, Stalled, Stop, Stopped


@pytest.fixture
def stop() -> Iterator[Stop]:
    with Stop() as made:
        yield made


@pytest.fixture
def door(stop: Stop) -> Iterator[Listener]:
    with Listener("tcp:0", stop) as made:
        yield made


def terminal(door: Listener) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(door.address.removeprefix("tcp:"))), timeout=10)


@pytest.fixture
def ends(door: Listener) -> Iterator[tuple[Link, socket.socket]]:
    with terminal(door) as peer, door.accept() as link:
        yield link, peer


def test_bytes_in_any_pieces_are_frames_and_a_part_is_dropped_at_the_end(ends):
    link, peer = ends
    sound = os.urandom(2 * FRAME + 7)
    for at in range(0, len(sound), 50):
        peer.sendall(sound[at : at + 50])
    assert link.read() == sound[:FRAME]
    assert link.read() == sound[FRAME : 2 * FRAME]
    peer.close()
    assert link.read() is None
    assert link.part == 7


def test_what_is_written_arrives_and_closing_is_an_end_of_file(ends):
    link, peer = ends
    peer.sendall(FRAME * b"a")
    assert link.read() == FRAME * b"a"
    assert link.write(FRAME * b"b")
    closing = threading.Thread(target=link.close)
    closing.start()
    peer.sendall(3 * FRAME * b"c")  # it does not know yet
    assert peer.recv(FRAME) == FRAME * b"b"
    assert peer.recv(1) == b""
    peer.close()
    closing.join()


@pytest.mark.parametrize("sent", [0, FRAME - 1])
def test_a_terminal_that_does_not_go_on_is_dropped(ends, sent):
    link, peer = ends
    link.stall_s = 0.05
    peer.sendall(bytes(sent))
    with pytest.raises(Stalled, match=r"sends nothing for 0\.05 s: it is dropped"):
        link.read()


def test_a_terminal_that_does_not_read_is_dropped(ends):
    link, _ = ends
    link.stall_s = 0.05
    with pytest.raises(Stalled, match="does not read"):
        all(link.write(bytes(FRAME)) for _ in range(1_000_000))


def test_a_terminal_that_is_reset_has_hung_up(ends):
    link, peer = ends
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    peer.close()
    assert link.read() is None
    assert not all(link.write(bytes(FRAME)) for _ in range(2))


def test_others_are_turned_away_while_one_talks_and_cannot_hold_up_the_time(door, ends):
    link, _ = ends
    link.stall_s = 0.2
    with terminal(door) as other:
        with pytest.raises(Stalled):
            link.read()
        assert other.recv(1) == b""
    assert link.turned_away == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_every_wait(door, ends, stop, number):
    link, _ = ends
    before = signal.getsignal(number)
    waits: list[Any] = [link.read, door.accept]
    timer = threading.Timer(0.05, os.kill, (os.getpid(), number))
    timer.start()
    for wait in waits:
        with pytest.raises(Stopped):
            wait()
    timer.join()
    assert signal.getsignal(number) == before


def test_afterwards_signals_do_what_they_did():
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with Stop():
        assert signal.getsignal(signal.SIGINT) != before[0]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


@pytest.mark.parametrize(
    "address", ["", "tcp", "tcp:", "tcp:65536", "tcp:٣", "unix", "unix:", "TCP:1", "tcp:1 "]
)
def test_what_is_no_address_is_refused(address, stop):
    with pytest.raises(InputError, match="no address of a PCM line"):
        Listener(address, stop)


def test_a_file_that_is_anothers_by_now_stays(stop, tmp_path, monkeypatch):
    if not hasattr(socket, "AF_UNIX"):
        return
    monkeypatch.chdir(tmp_path)
    door = Listener("unix:line", stop)
    (tmp_path / "line").rename(tmp_path / "old")
    (tmp_path / "line").write_text("mine", encoding="utf-8")
    door.close()
    assert (tmp_path / "line").read_text(encoding="utf-8") == "mine"
