"""Lines that somebody has for a while: whoever calls them is his, and nobody else dials on them.

A program at a fax modem's port (fax_modems.py), a client that waits for a fax (fax_receptions.py). An
emergency call takes such a line too.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Protocol

from ctidrv.callcontrol.call import Call
from ctidrv.callcontrol.journal import Journal
from ctidrv.errors import PortError
from ctidrv.units import PortId


class Holder(Protocol):
    """`name`: as others are told who has the line."""

    @property
    def name(self) -> str: ...

    async def serve(self, call: Call) -> None:
        """A call from outside, from its first sign on: in the place of the line's script."""
        ...


class Holds:
    """Of one station, on `lines`. The journal's ``line.held`` tells who has a line, None: nobody any more."""

    def __init__(self, lines: Container[PortId], journal: Journal) -> None:
        self._lines = lines
        self._journal = journal
        self._holders: dict[PortId, Holder] = {}

    def of(self, port: PortId) -> Holder | None:
        return self._holders.get(port)

    def who(self, port: PortId) -> str | None:
        """The holder's name."""
        holder = self._holders.get(port)
        return None if holder is None else holder.name

    def take(self, port: PortId, holder: Holder) -> None:
        """From the next call on. PortError: no line is there; another has it, who is named."""
        if port not in self._lines:
            raise PortError(f"{port}: no line is configured there; see `ctidrv ports`")
        present = self._holders.setdefault(port, holder)
        if present is not holder:
            raise PortError(f"{port} is in use by {present.name}")
        self._journal.emit("line.held", port, holder=holder.name)

    def release(self, port: PortId, holder: Holder) -> None:
        """Safe twice; what another has is left alone."""
        if self._holders.get(port) is holder:
            del self._holders[port]
            self._journal.emit("line.held", port, holder=None)
