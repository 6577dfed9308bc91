"""A fax call by a Class 1 modem on a serial port, in real time."""

from __future__ import annotations

import time
from collections.abc import Callable

from ctidrv.drivers.class1.host import Class1Host
from ctidrv.drivers.v253.link import Link, LinkGone
from ctidrv.native.t30 import T30, T30Event
from ctidrv.units import RATE

READ_S = 0.01
"""T.30 wants what follows a carrier within 55 ms."""


def make_call(link: Link, t30: T30, number: str | None, tell: Callable[[T30Event], None]) -> str | None:
    """Dials `number`, or takes the call that rings (None), and does what `t30` orders until the call is over.

    `tell` is called with each event, and gives the pages that are wanted. Returns what was wrong with the
    modem or the line, None: nothing; how the fax went is the procedure's to say.
    """
    gone: list[str] = []

    def write(data: bytes) -> int:
        try:
            return link.write(data)
        except LinkGone as error:
            gone.append(str(error))
            return 0

    host = Class1Host(t30, number, write)
    begun, passed = time.monotonic(), 0
    while not host.done:
        try:
            host.feed(link.read(READ_S))
        except LinkGone as error:
            gone.append(str(error))
        if gone:
            host.gone(gone[0])
        due = int((time.monotonic() - begun) * RATE) - passed
        if due > 0:
            host.tick(due)
            passed += due
        for event in t30.events():
            tell(event)
    return host.trouble
