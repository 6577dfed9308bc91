"""`Door`: how the driver opens nodes and asks them, at the system's or at a simulated card."""

from __future__ import annotations

from typing import Any, Protocol

CTL = 0
"""The node ``ctl``; every other is a channel's, by its number."""


class Door(Protocol):
    """Errors are OSError, with errno by Linux's numbers."""

    native: Any
    """The same for the core: a ``cti_dahdi_door *``."""
    place: str
    """Where the nodes are, in words for people."""

    def open(self, channel: int) -> int:
        """A handle of a channel or of CTL, not blocking."""
        ...

    def close(self, handle: int) -> None: ...

    def ioctl(self, handle: int, request: int, argument: bytearray) -> None:
        """`argument` holds what goes in, and then what comes out."""
        ...

    def holder(self, channel: int) -> str | None:
        """Who else has the channel open, in words; None: that cannot be seen."""
        ...
