"""A modem's open port: what is written whole, in order, and again; and one that takes nothing."""

from __future__ import annotations

import time
from collections import deque

import pytest

from ctidrv.drivers.v253 import connection as module
from ctidrv.drivers.v253 import wire
from ctidrv.drivers.v253.connection import Connection
from ctidrv.drivers.v253.link import LinkGone


class Takes:
    """A port that takes so many bytes of each write; the last number is for all that follow."""

    def __init__(self, *counts: int) -> None:
        self._counts = deque(counts)
        self.taken = bytearray()
        self.closed = 0

    def read(self, wait: float) -> bytes:
        return b""

    def write(self, data: bytes) -> int:
        count = self._counts.popleft() if len(self._counts) > 1 else self._counts[0]
        self.taken += data[:count]
        return len(data[:count])

    def close(self) -> None:
        self.closed += 1


def opened(link: Takes) -> Connection:
    connection = Connection()
    connection.link = link
    return connection


def test_what_a_port_takes_in_pieces_is_written_whole() -> None:
    link = Takes(2, 0, 3, 99)
    opened(link).write(b"AT+FCLASS=8\r")
    assert link.taken == b"AT+FCLASS=8\r"


def test_a_port_that_takes_nothing_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_TAKES_S", 0.05)
    with pytest.raises(LinkGone, match="it takes nothing"):
        opened(Takes(0)).write(b"AT\r")


def test_a_closed_one_is_written_nothing_and_closed_once() -> None:
    link = Takes(99)
    connection = opened(link)
    connection.close()
    connection.close()
    connection.write(b"AT\r")
    assert (link.taken, link.closed, connection.link) == (b"", 1, None)


def test_one_that_begins_again_forgets_its_orders_and_asks_twice_behind_a_pause() -> None:
    link = Takes(99)
    connection = opened(link)
    connection.command("AT+VRX")
    connection.begin_again(b"\x10!", 5.0)
    assert link.taken == b"\x10!"
    now = time.monotonic()
    assert connection.orders.due(now) is None
    order = connection.orders.due(now + 6)
    assert order is not None
    assert order.data == b"AT\r"
    assert connection.orders.again(now + 7) == b""
    assert connection.orders.again(now + 9) == b"AT\r"
    assert not connection.orders.more


def test_an_end_of_audio_that_was_asked_for_needs_no_proof_and_no_pause() -> None:
    connection = opened(Takes(99))
    connection.orders.clear(free_at=100.0)
    connection.expect_audio()
    assert list(connection.items(b"\r\nCONNECT\r\n")) == [wire.Line("CONNECT")]
    assert connection.in_audio
    connection.end_audio(wire.STOP_RECORD)
    order = connection.orders.due(1.0)
    assert order is not None
    assert order.data == wire.STOP_RECORD
    assert list(connection.items(b"\x10\x03")) == [wire.End()]
    assert not connection.in_audio


def test_bytes_that_belong_to_nothing_are_counted_once() -> None:
    connection = opened(Takes(99))
    assert list(connection.items(b"x" * (wire.MOST_LINE + 7) + b"\r")) == []
    assert connection.take_junk() == 7
    assert connection.take_junk() == 0
