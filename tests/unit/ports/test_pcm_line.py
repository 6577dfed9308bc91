"""The terminal's end of a PCM line, against a line that is a few lines of socket."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ctidrv.errors import InputError, PortError
from ctidrv.native.pcm import Pcm
from ctidrv.ports import pcm_line
from ctidrv.ports.pcm_line import FRAME, PcmLine, address_of
from ctidrv.units import TICK


@contextmanager
def line(frames: int, *, cut: int = 0) -> Iterator[str]:
    """Returns so many frames as they came, and closes `cut` bytes into the next."""
    door = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        end = door.accept()[0]
        for _ in range(frames):
            end.sendall(end.recv(FRAME, socket.MSG_WAITALL))
        if cut:
            end.sendall(end.recv(FRAME, socket.MSG_WAITALL)[:cut])
        end.close()

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"pcm:tcp:{door.getsockname()[1]}"
    thread.join(10)
    door.close()
    assert not thread.is_alive()


def test_a_frame_is_said_and_one_is_heard_until_the_line_is_gone() -> None:
    said = [Pcm(range(at, at + TICK)) for at in range(3)]
    with line(3, cut=100) as address, PcmLine(address) as terminal:
        assert [terminal.exchange(frame) for frame in said] == said
        assert terminal.exchange(said[0]) is None
        assert terminal.exchange(said[0]) is None


def test_a_line_that_does_not_listen_is_waited_for_and_then_named(tmp_path: Path) -> None:
    with pytest.raises(PortError, match=r"line\.socket: no line listens there.*start it first"):
        PcmLine(f"pcm:unix:{tmp_path / 'line.socket'}", wait_s=0.2)


def test_a_line_that_listens_late_is_found(tmp_path: Path) -> None:
    path = tmp_path / "line.socket"
    door = socket.socket(socket.AF_UNIX)

    def listen() -> None:
        door.bind(str(path))
        door.listen()

    late = threading.Timer(0.3, listen)
    late.start()
    PcmLine(f"pcm:unix:{path}").close()
    late.join()
    door.close()


def test_a_line_that_stands_still_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pcm_line, "STALL_S", 0.2)
    door = socket.create_server(("127.0.0.1", 0))
    with (
        door,
        PcmLine(f"pcm:tcp:{door.getsockname()[1]}") as terminal,
        pytest.raises(PortError, match="has stood still"),
    ):
        terminal.exchange(Pcm.silence(TICK))


@contextmanager
def obeyed_ctrl_c() -> Iterator[None]:
    """Also where the tests run in the background of a shell, which has it passed over."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="a signal to this thread")
def test_a_line_that_stands_still_is_gone_once_the_end_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pcm_line, "ENDING_S", 0.2)
    door = socket.create_server(("127.0.0.1", 0))

    def press_ctrl_c_while_it_waits() -> None:
        end = door.accept()[0]
        end.recv(FRAME, socket.MSG_WAITALL)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        leaves.wait(10)
        end.close()

    leaves = threading.Event()
    thread = threading.Thread(target=press_ctrl_c_while_it_waits)
    thread.start()
    with door, PcmLine(f"pcm:tcp:{door.getsockname()[1]}") as terminal:
        with pytest.raises(KeyboardInterrupt), obeyed_ctrl_c():
            terminal.exchange(Pcm.silence(TICK))
        assert terminal.exchange(Pcm.silence(TICK)) is None
        monkeypatch.setattr(pcm_line, "ENDING_S", 60.0)
        assert terminal.exchange(Pcm.silence(TICK)) is None
    leaves.set()
    thread.join(10)
    assert not thread.is_alive()


@pytest.mark.parametrize(
    "address", ["", "pcm:", "tcp:80", "pcm:tcp:0", "pcm:tcp:70000", "pcm:unix:", "pcm:udp:9"]
)
def test_what_is_no_pcm_line_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="no PCM line; there are pcm:tcp:PORT"):
        address_of(address)
