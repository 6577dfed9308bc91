"""A fax by a board's own modem: the board does the turns of the procedure (ITU-T T.30) on a thread of its
own, where its port's sound is no way for a modem of ours."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol

from ctidrv.native.fax_modem import Modem
from ctidrv.native.pcm import Pcm
from ctidrv.native.t30 import T30, T30Config, T30Event, T30Link


class FaxCall:
    """One call, between the loop's thread, which gives pages and takes events, and the board's."""

    def __init__(self, config: T30Config) -> None:
        self.calling = config.calling
        self.t30 = T30(config)
        """The board's, until it is over."""
        self._orders: deque[Callable[[], None]] = deque()
        self._events: deque[tuple[T30Event, T30Link | None]] = deque()
        self._link: T30Link | None = None
        self._over = threading.Event()

    # From the loop's thread: what a fax machine on audio has (`ctidrv.native.fax_machine.FaxMachine`).

    @property
    def link(self) -> T30Link | None:
        """What was agreed at the last event that was taken."""
        return self._link

    def page(self, page: int, rows: bytes, width: int) -> None:
        """The rows of the page that is wanted."""
        self._order(lambda: self.t30.page(page, rows, width))

    def cancel(self) -> None:
        """Ends the call in order."""
        self._order(self.t30.cancel)

    def gone(self) -> None:
        """The line is lost."""
        self._order(self.t30.gone)

    def run(self, rx: Pcm) -> Pcm:
        """Of a call that is over: what it still has to tell."""
        if self.is_over:
            self.obey()
            self.tell()
        return rx

    def events(self) -> list[T30Event]:
        """What happened since it was asked for last."""
        found = []
        while self._events:
            event, self._link = self._events.popleft()
            found.append(event)
        return found

    @property
    def is_over(self) -> bool:
        """The board is done with it."""
        return self._over.is_set()

    def _order(self, order: Callable[[], None]) -> None:
        self._orders.append(order)

    # From the board's thread.

    def obey(self) -> None:
        """Does what was ordered meanwhile."""
        while self._orders:
            self._orders.popleft()()

    def tell(self) -> None:
        """Hands on what the procedure has to say."""
        for event in self.t30.events():
            self._events.append((event, self.t30.link))

    def end(self) -> None:
        """The board is done with it: a call that has not ended has lost its line."""
        self.t30.gone()
        self.tell()
        self._over.set()


class OwnFax(Protocol):
    """What a board offers for a port (``fax(port)`` of the board, None: it has nothing). One at a time."""

    @property
    def modems(self) -> frozenset[Modem]:
        """Its carriers, at least one: no other is offered or asked for."""
        ...

    def begin(self, call: FaxCall, over: Callable[[], None]) -> None:
        """On a line that is through; it stays off hook, its sound is silence meanwhile. `over` is called on
        the loop's thread when the board is done, and hears the line again."""
        ...

    def end(self) -> None:
        """It is given up. Safe when there is none."""
        ...
