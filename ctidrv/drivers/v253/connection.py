"""A modem's open port: orders go out one at a time, audio between them; what comes is taken apart."""

from __future__ import annotations

import time
from collections.abc import Iterator

from ctidrv.drivers.v253 import wire
from ctidrv.drivers.v253.link import Link, LinkGone
from ctidrv.drivers.v253.orders import Order, Orders
from ctidrv.drivers.v253.table import Input

_TAKES_S = 1.0
_AWAKE_S = 2.0
"""An AT that nobody has answered by then was lost: it is sent once more."""


class Connection:
    """Closed at first. What reads and writes raises LinkGone."""

    def __init__(self) -> None:
        self.orders = Orders()
        self.link: Link | None = None
        """None: it is closed."""
        self._parser = wire.Parser()

    def close(self) -> None:
        """Safe twice."""
        link, self.link = self.link, None
        if link is not None:
            link.close()

    # What comes.

    def items(self, data: bytes) -> Iterator[wire.Item]:
        return self._parser.feed(data)

    def quiet(self) -> Iterator[wire.Item]:
        """Nothing has come for a while."""
        return self._parser.quiet()

    @property
    def in_audio(self) -> bool:
        """Audio is coming."""
        return self._parser.in_audio

    def take_junk(self) -> int:
        """How many bytes have belonged to nothing since the last call."""
        junk, self._parser.junk = self._parser.junk, 0
        return junk

    def expect_audio(self) -> None:
        """Behind the next CONNECT."""
        self._parser.expect_audio()

    # What goes out.

    def write(self, data: bytes) -> None:
        """All of it; a modem that takes nothing for a second is gone."""
        end = time.monotonic() + _TAKES_S
        while data and self.link is not None:
            data = data[self.link.write(data) :]
            if data and time.monotonic() > end:
                raise LinkGone("it takes nothing")

    def command(
        self,
        text: str,
        *,
        tries: int = 1,
        refused: Input = Input.REFUSED,
        connected: Input = Input.CONNECT,
    ) -> None:
        """Behind the orders that wait."""
        self.orders.put(Order(text.encode("ascii") + b"\r", tries, None, refused, connected))

    def end_audio(self, data: bytes, again: tuple[float, bytes] | None = None) -> None:
        """By these bytes, without a pause before them; `again`: of an Order."""
        self._parser.ending = True
        self.orders.put(Order(data, again=again))
        self.orders.hurry()

    def begin_again(self, end: bytes, pause_s: float) -> None:
        """Whatever it is at, it is to take commands: `end` is written at once, an AT behind the pause."""
        self._parser = wire.Parser()
        self.write(end)
        self.orders.clear(time.monotonic() + pause_s)
        self.orders.put(Order(b"AT\r", again=(_AWAKE_S, b"AT\r")))
