"""One fax on its way: its rows follow what the sender tells, and are never better than what the far end
confirmed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from ctidrv.apps.fax.causes import FaxCause
from ctidrv.apps.fax.records import FaxJob, FaxPage, FaxRows, FaxTry, PageState
from ctidrv.apps.fax.sender import CallBegun, FaxEvent, FaxSender, Outcome, PagePart, PageTold
from ctidrv.callcontrol.journal import Journal
from ctidrv.clock import SampleClock
from ctidrv.errors import CtiError
from ctidrv.units import PortId

_log = logging.getLogger(__name__)


class Sending:
    """`pages`: all of the job's; `number`: of this call among its calls. `run` once; `stop` ends it."""

    def __init__(
        self,
        job: FaxJob,
        pages: Iterable[FaxPage],
        number: int,
        port: PortId,
        rows: FaxRows,
        journal: Journal,
        clock: SampleClock,
    ) -> None:
        self.job = job
        self.port = port
        self.pages = {page.page: page for page in pages}
        self._rows = rows
        self._journal = journal
        self._clock = clock
        self._stopped: FaxCause | None = None
        self._task: asyncio.Task[Outcome] | None = None
        self._wanted = [page.page for page in self.pages.values() if page.state is not PageState.CONFIRMED]
        self._try = FaxTry(job.id, number, port, self._wall(), len(self._wanted))

    @property
    def confirmed(self) -> int:
        return sum(page.state is PageState.CONFIRMED for page in self.pages.values())

    def stop(self, cause: FaxCause) -> None:
        """It hangs up, and has ended for this cause."""
        self._stopped = self._stopped or cause
        if self._task is not None:
            self._task.cancel()

    async def run(self, sender: FaxSender) -> Outcome:
        """Sends; how it ended, honestly: SENT says that every page is confirmed. The rows are put."""
        self._rows.put_try(self._try)
        self._task = asyncio.ensure_future(self._send(sender))
        if self._stopped is not None:
            self._task.cancel()
        try:
            outcome = await self._task
        except asyncio.CancelledError:
            if self._stopped is None:
                raise
            outcome = Outcome(self._stopped)
        outcome = self._honest(outcome)
        self._end(outcome)
        return outcome

    async def _send(self, sender: FaxSender) -> Outcome:
        try:
            # After a crash the rows have to know of every call that was made.
            await self._rows.committed()
            return await sender.send(self.job, self.port, self._wanted, self._told)
        except CtiError as error:
            _log.error("%s: %s", self.job.id, error)
            return Outcome(FaxCause.ERROR, str(error))
        except Exception:
            _log.exception("%s: the sender failed", self.job.id)
            return Outcome(FaxCause.ERROR)

    def _told(self, event: FaxEvent) -> None:
        match event:
            case CallBegun(call):
                self._try = replace(self._try, call=call)
                self._rows.put_try(self._try)
            case PageTold(page, state, bit_rate) if page in self.pages:
                self._put(FaxPage(self.job.id, page, state, bit_rate, self._wall()))
                self._note(page, state=state.value, bit_rate=bit_rate)
            case PagePart(page, percent) if page in self.pages:
                self._note(page, state=PageState.SENDING.value, percent=percent)

    def _note(self, page: int, **told: Any) -> None:
        whole: dict[str, Any] = {"job": self.job.id, "page": page, "pages": self.job.pages, **told}
        self._journal.emit("fax.page", self.port, self._try.call, **whole)

    def _put(self, page: FaxPage) -> None:
        self.pages[page.page] = page
        self._rows.put_page(page)

    def _honest(self, outcome: Outcome) -> Outcome:
        for page in self.pages.values():
            if page.state is PageState.SENDING:
                self._put(replace(page, state=PageState.NOT_CONFIRMED))
        if self.confirmed == self.job.pages:
            return replace(outcome, cause=FaxCause.SENT)
        if self._stopped is not None:
            return replace(outcome, cause=self._stopped)
        if outcome.cause is FaxCause.SENT:
            return replace(outcome, cause=FaxCause.BROKEN_OFF, detail="not every page was confirmed")
        return outcome

    def _end(self, outcome: Outcome) -> None:
        self._try = replace(
            self._try,
            ended=self._wall(),
            confirmed=sum(self.pages[page].state is PageState.CONFIRMED for page in self._wanted),
            cause=outcome.cause.value,
            detail=outcome.detail,
            bit_rate=outcome.bit_rate,
            ident=outcome.ident,
        )
        self._rows.put_try(self._try)

    def _wall(self) -> datetime:
        return self._clock.wall(self._clock.now())
