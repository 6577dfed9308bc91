"""Faxes within calls: `ctidrv.apps.fax.in_call.Faxes`, for scripts."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctidrv.apps.fax.boxes import FaxBoxes
from ctidrv.apps.fax.causes import FaxCause
from ctidrv.apps.fax.document import Document, Header, open_document
from ctidrv.apps.fax.in_call import FaxInCall
from ctidrv.apps.fax.incoming import Incoming, Sealed
from ctidrv.apps.fax.on_call import Giving, Taking, talk
from ctidrv.apps.fax.page import PageRows
from ctidrv.apps.fax.records import PageState, ReceivedFax
from ctidrv.apps.fax.sender import FaxEvent, PageTold
from ctidrv.apps.fax.terminal import Outcome
from ctidrv.callcontrol.ids import Ids
from ctidrv.clock import SampleClock
from ctidrv.errors import StoreError
from ctidrv.folder import DataFolder

if TYPE_CHECKING:
    from ctidrv.callcontrol.call import Call

MakeHeader = Callable[[datetime, str | None, str], Header | None]
"""When, from whom (None: the office), and to whom."""
FaxTold = PageRows | Outcome | ReceivedFax
"""Of a fax that comes: each page that is kept, how the call ended, and the row as it was filed."""


def _nobody(told: FaxTold) -> None:
    """Who wants to know nothing of it."""


class CallFaxes:
    """`ident`: as we call ourselves; `normalise`: a number to its one form."""

    def __init__(
        self,
        folder: DataFolder,
        boxes: FaxBoxes,
        ids: Ids,
        clock: SampleClock,
        normalise: Callable[[str | None], str | None],
        header: MakeHeader,
        ident: str = "",
    ) -> None:
        self._folder = folder
        self._boxes = boxes
        self._ids = ids
        self._clock = clock
        self._normalise = normalise
        self._header = header
        self._ident = ident

    async def receive(self, call: Call, box: str, *, told: Callable[[FaxTold], None] = _nobody) -> FaxInCall:
        """As `in_call.Faxes`; what has come is kept also when who serves the call stops. StoreError."""
        facts = self._facts(call, box)
        pages = itertools.count(1)

        def tell(what: FaxTold) -> None:
            if isinstance(what, PageRows):
                about = {name: facts[name] for name in ("box", "number")}
                call.note("fax.coming", fax=facts["id"], page=next(pages), **about)
            told(what)

        coming = _Coming(self._folder, facts, self._ident, tell)
        try:
            await talk(call, coming.taking.terminal, self._clock)
        except BaseException:
            await self._keep(call, coming)
            raise
        filed = await self._keep(call, coming)
        outcome = coming.taking.keeper.outcome
        cause = None if outcome.ok else FaxCause.NO_FAX if outcome.result == "no-fax" else FaxCause.BROKEN_OFF
        return FaxInCall(outcome.ok, outcome.pages_rx, cause, None if filed is None else filed.id)

    def _facts(self, call: Call, box: str) -> dict[str, Any]:
        """Of the row, as far as they are known at the beginning."""
        started, fax = self._clock.wall(self._clock.now()), self._ids.next("fax")
        number = call.caller.number
        return {
            "id": fax,
            "box": self._boxes.box_for(box, number, self._normalise(number)),
            "port": call.port,
            "started": started.isoformat(),
            "path": str(self._folder.received_fax(started, fax)),
            "call": call.id,
            "number": number,
            "e164": self._normalise(number),
        }

    async def _keep(self, call: Call, coming: _Coming) -> ReceivedFax | None:
        outcome = coming.taking.keeper.outcome
        facts = {"result": outcome.result, "pages": outcome.pages_rx, "bad_rows": outcome.bad_rows}
        call.note("call.faxed", direction="in", **facts)
        coming.told(outcome)
        found = await coming.sealed()
        if found is None:
            return None
        row = ReceivedFax(
            **{**coming.facts, "started": datetime.fromisoformat(coming.facts["started"])},
            **asdict(found),
            ident=outcome.link.ident or None if outcome.link is not None else None,
            whole=outcome.result == "ok" and outcome.whole and coming.failed is None,
        )
        filed = await self._boxes.take(row)
        coming.told(filed)
        await asyncio.to_thread(coming.file.settle)
        if coming.failed is not None:
            raise coming.failed
        return filed

    async def send(self, call: Call, file: Path, *, header: str | None = None) -> FaxInCall:
        """As `in_call.Faxes`."""
        document = await asyncio.to_thread(open_document, [file])
        try:
            return await self._send(call, document, header)
        finally:
            await asyncio.to_thread(document.close)

    async def _send(self, call: Call, document: Document, sender: str | None) -> FaxInCall:
        confirmed: set[int] = set()

        def told(event: FaxEvent) -> None:
            if isinstance(event, PageTold) and event.state is PageState.CONFIRMED:
                confirmed.add(event.page)

        above = self._header(self._clock.wall(self._clock.now()), sender, call.caller.number or "")
        pages = range(1, len(document.pages) + 1)
        giving = Giving(document, pages, told, ident=self._ident, header=above)
        try:
            await talk(call, giving.terminal, self._clock)
        finally:
            await giving.done()
            outcome, ok = giving.outcome, len(confirmed) == len(pages)
            result = giving.terminal.result
            call.note("call.faxed", direction="out", result=result, pages=len(confirmed), bad_rows=None)
        return FaxInCall(ok, len(confirmed), None if ok else outcome.cause)


class _Coming:
    """A fax that comes, and its file, which is written beside it: the line never waits for the disk. A disk
    that takes no more ends the fax, so that its sender is not told what is not so."""

    def __init__(
        self, folder: DataFolder, facts: dict[str, Any], ident: str, told: Callable[[FaxTold], None]
    ) -> None:
        self.facts = facts
        self.told = told
        self.file = Incoming(folder, facts)
        self.taking = Taking(self._page, ident=ident)
        self.failed: StoreError | None = None
        """Why not all of it is in the file."""
        self._writing: asyncio.Task[None] | None = None

    def _page(self, page: PageRows) -> None:
        self.told(page)
        self._writing = asyncio.get_running_loop().create_task(self._write(self._writing, page))

    async def _write(self, before: asyncio.Task[None] | None, page: PageRows) -> None:
        try:
            if before is not None:
                await before
            await asyncio.to_thread(self.file.add, page)
        except StoreError:
            self.taking.cancel()
            raise

    async def sealed(self) -> Sealed | None:
        """When all of it is on the disk; what is, where it took no more (`failed`)."""
        try:
            if self._writing is not None:
                await self._writing
        except StoreError as error:
            self.failed = error
        return await asyncio.to_thread(self.file.seal)
