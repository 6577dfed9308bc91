"""A program of somebody else's: it knows DAHDI's nodes, and nothing of this project.

    strangers_dahdi.py NODES CHANNEL HEARD.raw poll|epoll

Waits for a ring and its end, answers, says 1004 Hz at -10 dBm0 and hears, until the other side is gone, and
hangs up. It prints a line of JSON for each event and writes what it heard, raw 16-bit samples.
"""

from __future__ import annotations

import fcntl
import json
import math
import os
import select
import struct
import sys
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

SPECIFY, SET_BLOCKSIZE, SET_BUFINFO, SETLINEAR = 0x4004DA26, 0x4004DA01, 0x4018DA1B, 0x4004DA28
FLUSH, HOOK, GETEVENT = 0x4004DA03, 0x4004DA07, 0x8004DA08
ONHOOK, RINGOFFHOOK, RINGBEGIN = 1, 2, 18
ELAST = 500
BLOCK = 160
AMPLITUDE = 32768 * 10 ** ((-10 - 3.14) / 20)


def tell(what: str, **more: object) -> None:
    print(json.dumps({"what": what, **more}), flush=True)


def order(fd: int, request: int, value: int) -> None:
    fcntl.ioctl(fd, request, struct.pack("<i", value))


def tone(at: int) -> bytes:
    samples = (round(AMPLITUDE * math.sin(2 * math.pi * 1004 * (at + i) / 8000)) for i in range(BLOCK))
    return struct.pack(f"<{BLOCK}h", *samples)


def moved(move: Callable[..., T], *args: object) -> T | None:
    """A block read or written; None while an event waits, or there is no room."""
    try:
        return move(*args)
    except BlockingIOError:
        return None
    except OSError as error:
        if error.errno != ELAST:
            raise
        return None


class Waiter:
    """poll(2) and epoll(7), as one."""

    def __init__(self, how: str, fd: int) -> None:
        self._poll = select.poll() if how == "poll" else select.epoll()
        self._unit = 1000 if how == "poll" else 1
        self._poll.register(fd, select.POLLIN | select.POLLPRI)

    def wait(self) -> int:
        ready = self._poll.poll(30 * self._unit)
        if not ready:
            raise SystemExit("nothing for 30 s")
        return ready[0][1]


def main(nodes: str, channel: int, heard: str, how: str) -> None:
    fd = os.open(f"{nodes}/channel", os.O_RDWR | os.O_NONBLOCK)
    order(fd, SPECIFY, channel)
    order(fd, SET_BLOCKSIZE, BLOCK)
    fcntl.ioctl(fd, SET_BUFINFO, struct.pack("<6i", 0, 0, 4, BLOCK, 0, 0))
    order(fd, SETLINEAR, 1)
    order(fd, FLUSH, 7)
    waiter = Waiter(how, fd)
    tell("ready")
    talks, refused, said = False, 0, 0
    with open(heard, "wb") as file:
        while True:
            ready = waiter.wait()
            if ready & select.POLLPRI:
                refused += moved(os.read, fd, 2 * BLOCK) is None
                event = struct.unpack("<i", fcntl.ioctl(fd, GETEVENT, bytes(4)))[0]
                tell("event", event=event)
                if event == RINGOFFHOOK and not talks:
                    order(fd, HOOK, 1)
                    talks = True
                    tell("answers")
                elif event == ONHOOK:
                    order(fd, HOOK, 0)
                    break
            elif ready & select.POLLIN:
                block = moved(os.read, fd, 2 * BLOCK)
                if talks and block is not None:
                    file.write(block)
                    said += BLOCK if moved(os.write, fd, tone(said)) is not None else 0
    os.close(fd)
    tell("hangs up", refused=refused, said=said)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4])
