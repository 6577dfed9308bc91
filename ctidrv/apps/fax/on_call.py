"""A fax on a call: its line is a fax machine's until the machines are done, while pages are drawn or kept.

`Giving` and `Taking` are one fax each. `talk` with one on a call returns when it is over, however it ends:
what became of it is in them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ctidrv.apps.fax.causes import FaxCause
from ctidrv.apps.fax.document import Document, Header
from ctidrv.apps.fax.page import PageRows
from ctidrv.apps.fax.records import PageState
from ctidrv.apps.fax.sender import FaxEvent, Outcome, PagePart, PageTold
from ctidrv.apps.fax.terminal import X_DPI, Y_DPI, Terminal, sheets_of
from ctidrv.clock import SampleClock
from ctidrv.errors import CtiError
from ctidrv.media.fax import FaxTerminal
from ctidrv.native.t30 import T30Config, T30Event, T30Link
from ctidrv.units import TICK, Samples, seconds

if TYPE_CHECKING:
    from ctidrv.callcontrol.call import Call

_log = logging.getLogger(__name__)

_OFF_WITHIN = seconds(1)
"""The tick that takes the machine off the line comes a little behind the order, or the end of the call."""
_PARTS = (25, 50, 75)
"""Percent of a page that are told."""
PAGE_STATES = {
    "confirmed": PageState.CONFIRMED,
    "refused": PageState.REFUSED,
    "unconfirmed": PageState.NOT_CONFIRMED,
    "broken": PageState.NOT_CONFIRMED,
    "unrepaired": PageState.REFUSED,
}
"""By what the procedure says of a page (`ctidrv.native.t30`)."""
CAUSES = {
    "ok": FaxCause.SENT,
    "no-fax": FaxCause.NO_FAX,
    "cannot-receive": FaxCause.INCOMPATIBLE,
    "no-document": FaxCause.INCOMPATIBLE,
    "incompatible": FaxCause.INCOMPATIBLE,
    "wrong-password": FaxCause.INCOMPATIBLE,
    "page-refused": FaxCause.REFUSED,
    "no-rows": FaxCause.ERROR,
}
"""By how the procedure ended; everything else broke the call off."""


async def talk(call: Call, terminal: FaxTerminal, clock: SampleClock) -> None:
    """Until the machine is off the line, and has told all. CallEnded as in every wait of a call; cancelling
    takes the machine off."""
    try:
        await call.hand_over(terminal)
    finally:
        until = Samples(clock.now() + _OFF_WITHIN)
        while terminal.result is None and clock.now() < until:
            await clock.sleep(TICK)


class Giving:
    """Sends `pages` (from 1) of a document; `on_event` is told of each. A page is drawn when it is wanted, in
    the worker: the line goes on meanwhile."""

    def __init__(
        self,
        document: Document,
        pages: Sequence[int],
        on_event: Callable[[FaxEvent], None],
        *,
        ident: str = "",
        header: Header | None = None,
        resolution: str = "fine",
    ) -> None:
        papers = [document.pages[page - 1] for page in pages]
        sheets = sheets_of(papers, resolution)
        self.terminal = FaxTerminal(
            T30Config(calling=True, receives=False, sheets=sheets, ident=ident), self._heard
        )
        self._document = document
        self._pages = pages
        self._header = header
        self._on_event = on_event
        self._drawing: set[asyncio.Task[None]] = set()
        self._failed: CtiError | None = None
        self._rows: dict[int, int] = {}
        self._told: dict[int, int] = {}

    async def done(self) -> None:
        """Nothing is being drawn any more: the document may be closed."""
        if self._drawing:
            await asyncio.wait(self._drawing)

    @property
    def outcome(self) -> Outcome:
        link, result = self.terminal.link, self.terminal.result or "line-lost"
        ident = link.ident or None if link is not None else None
        rate = link.bit_rate or None if link is not None else None
        if self._failed is not None:
            return Outcome(FaxCause.DOCUMENT, str(self._failed), ident, rate)
        detail = None if result in ("ok", "no-fax", "page-refused") else result
        return Outcome(CAUSES.get(result, FaxCause.BROKEN_OFF), detail, ident, rate)

    def _heard(self, terminal: FaxTerminal, event: T30Event) -> None:
        match event.kind:
            case "page-wanted":
                task = asyncio.get_running_loop().create_task(self._draw(terminal, event))
                self._drawing.add(task)
                task.add_done_callback(self._drawing.discard)
            case "page-begun":
                self._tell(terminal, event, PageState.SENDING)
            case "page-part":
                self._tell_part(event)
            case "page-sent":
                self._tell(terminal, event, PAGE_STATES[event.what or "broken"])

    def _tell(self, terminal: FaxTerminal, event: T30Event, state: PageState) -> None:
        link = terminal.link
        rate = link.bit_rate if link is not None else None
        self._on_event(PageTold(self._pages[event.page], state, rate))

    def _tell_part(self, event: T30Event) -> None:
        rows = self._rows.get(event.page, 0)
        percent = 100 * event.rows // rows if rows else 0
        passed = max((part for part in _PARTS if part <= percent), default=0)
        if passed > self._told.get(event.page, 0):
            self._told[event.page] = passed
            self._on_event(PagePart(self._pages[event.page], passed))

    async def _draw(self, terminal: FaxTerminal, event: T30Event) -> None:
        assert event.width is not None
        assert event.resolution is not None
        page = self._pages[event.page]
        try:
            drawn = await asyncio.to_thread(
                self._document.rows,
                page - 1,
                event.width,
                X_DPI,
                Y_DPI[event.resolution],
                self._header,
            )
        except CtiError as error:
            _log.error("%s", error)
            self._failed = self._failed or error
            terminal.cancel()
            return
        if terminal.result is None:
            self._rows[event.page] = drawn.count
            terminal.page(event.page, drawn.rows, event.width)


class Taking:
    """Receives what comes; `keeper` says what became of it, `on_page` is given the pages that are kept."""

    def __init__(self, on_page: Callable[[PageRows], None], *, ident: str = "") -> None:
        self._events: list[T30Event] = []
        self._on_page = on_page
        self._given = 0
        self.terminal = FaxTerminal(T30Config(calling=False, ident=ident), self._heard)
        self.keeper = Terminal(self)

    def _heard(self, terminal: FaxTerminal, event: T30Event) -> None:
        self._events.append(event)
        self.keeper.attend()
        for page in self.keeper.kept[self._given :]:
            self._given += 1
            self._on_page(page)

    # `ctidrv.apps.fax.terminal.Procedure`.

    def events(self) -> Sequence[T30Event]:
        taken, self._events = self._events, []
        return taken

    def page(self, page: int, rows: bytes, width: int) -> None:
        """We have none."""

    def cancel(self) -> None:
        self.terminal.cancel()

    @property
    def link(self) -> T30Link | None:
        return self.terminal.link
