"""A terminal on a port (cti/terminal.h): a fax machine or modem that has its sound to itself, in the tick."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol, runtime_checkable

from ctidrv.events import Detached
from ctidrv.native.fax_modem import Modem
from ctidrv.ports.own_fax import FaxCall, OwnFax


class Terminal(Protocol):
    """`native`: its ``cti_terminal``; it belongs to the tick while it is attached."""

    @property
    def native(self) -> Any: ...

    def pump(self) -> None:
        """Behind the events of each tick: takes what the tick has left for this side."""
        ...

    def off(self, reason: str) -> None:
        """It is off the port (`Detached.reason`): all of it is this side's again."""
        ...


@runtime_checkable
class FaxByBoard(Protocol):
    """A terminal that a board's own fax modem can do (`ctidrv.media.fax.FaxTerminal`)."""

    def by_board(self, modems: frozenset[Modem]) -> FaxCall: ...


class Attachment:
    """A terminal that was put on a port; made by `Channel.attach`. `own`: what does it in the tick's
    place."""

    def __init__(self, ref: int, terminal: Terminal, own: OwnFax | None = None) -> None:
        self.ref = ref
        self.own = own
        self.terminal = terminal  # the tick uses it until it is off
        self.end: Detached | None = None
        self._waiters: list[asyncio.Future[Detached]] = []

    async def done(self) -> Detached:
        """Waits until it is off the port; its `reason`: ended, taken, hung-up, refused."""
        if self.end is not None:
            return self.end
        waiter: asyncio.Future[Detached] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        return await waiter

    def detached(self, event: Detached) -> None:
        """The channel's: it is off."""
        self.end = event
        self.terminal.off(event.reason)
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(event)
