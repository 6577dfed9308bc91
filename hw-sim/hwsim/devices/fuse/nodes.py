"""What stands behind a folder's files: a `Node` for each name, an `OpenNode` for each time it is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(slots=True)
class Opener:
    """Who has opened a node, or now asks something of it: his thread's number and user; and the flags of
    open(2), as they are now (O_NONBLOCK may change)."""

    pid: int
    uid: int
    flags: int


class NotYet(Exception):
    """Raised by an ioctl whose program has to wait: `again` is called whenever something has changed, and
    gives the answer, raises OSError, or NotYet once more."""

    def __init__(self, again: Callable[[], bytes]) -> None:
        super().__init__("not yet")
        self.again = again


class OpenNode(Protocol):
    """Handlers of one open file. The errno of an OSError, up to 511, is what the program gets.

    BlockingIOError of `read` and `write`: nothing there, or no room. A program that opened it without
    O_NONBLOCK waits until it is otherwise.
    """

    def read(self, size: int) -> bytes:
        """At most so many bytes; b"" is the end of the file."""

    def write(self, data: bytes) -> int:
        """How many of them were taken."""

    def ioctl(self, request: int, argument: int, data: bytes, room: int) -> bytes:
        """`data`: what comes in, as long as the request number says; `room`: bytes that go back;
        `argument`: as the program gave it, a number or the data's address (memory.py). NotYet."""

    def ready(self) -> int:
        """The events of poll(2) that hold now."""

    def release(self) -> None:
        """Closed, by the last who had it."""


Node = Callable[[Opener], OpenNode]
"""A name in the folder: open(2). OSError."""
