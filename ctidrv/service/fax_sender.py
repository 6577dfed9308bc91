"""Sends the queue's faxes by calls on the station's lines: `ctidrv.apps.fax.sender.FaxSender`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from ctidrv.apps.fax.call_faxes import MakeHeader
from ctidrv.apps.fax.causes import FaxCause
from ctidrv.apps.fax.document import Cover, Document, open_document
from ctidrv.apps.fax.on_call import Giving, talk
from ctidrv.apps.fax.records import CoverNote, FaxJob
from ctidrv.apps.fax.sender import CallBegun, FaxEvent, Outcome
from ctidrv.callcontrol.call import Call
from ctidrv.callcontrol.causes import Cause
from ctidrv.clock import SampleClock
from ctidrv.errors import CallEnded, InputError, NotAllowed, PortError
from ctidrv.service.outbound import Outbound
from ctidrv.units import PortId

CAUSES = {
    Cause.CALLED_BUSY: FaxCause.BUSY,
    Cause.CONGESTION: FaxCause.CONGESTION,
    Cause.UNOBTAINABLE: FaxCause.WRONG_NUMBER,
    Cause.NO_ANSWER: FaxCause.NO_ANSWER,
    Cause.NO_PROGRESS: FaxCause.NO_ANSWER,
    Cause.NO_DIAL_TONE: FaxCause.LINE_TROUBLE,
    Cause.NOT_DIALLED: FaxCause.LINE_TROUBLE,
    Cause.SEIZE_FAILED: FaxCause.LINE_TROUBLE,
    Cause.LINE_LOST: FaxCause.LINE_TROUBLE,
    Cause.GLARE: FaxCause.LINE_TAKEN,
    Cause.FREED_FOR_EMERGENCY: FaxCause.LINE_TAKEN,
    Cause.LOCAL_OPERATOR: FaxCause.STOPPED,
    Cause.STATION_STOP: FaxCause.RESTART,
    Cause.ERROR: FaxCause.ERROR,
}
"""By how a call ended that was not answered, or that we ended ourselves."""
MakeCover = Callable[[CoverNote, str, datetime], Cover]
"""What was asked, the number that it goes to, and when."""
_OURS = frozenset({Cause.FREED_FOR_EMERGENCY, Cause.LOCAL_OPERATOR, Cause.STATION_STOP})


class LineSender:
    """Over `outbound`, which also judges each number once more. `ident`: as we call ourselves."""

    def __init__(
        self,
        outbound: Outbound,
        clock: SampleClock,
        header: MakeHeader,
        cover: MakeCover,
        ident: str = "",
    ) -> None:
        self._outbound = outbound
        self._cover = cover
        self._clock = clock
        self._header = header
        self._ident = ident

    async def send(
        self, job: FaxJob, port: PortId, pages: Sequence[int], on_event: Callable[[FaxEvent], None]
    ) -> Outcome:
        try:
            self._outbound.check(job.number)
        except (NotAllowed, InputError) as error:
            return Outcome(FaxCause.NOT_ALLOWED, str(error))
        try:
            document = await asyncio.to_thread(open_paper, job, self._cover)
        except InputError as error:
            return Outcome(FaxCause.DOCUMENT, str(error))
        try:
            return await self._call(job, port, document, pages, on_event)
        finally:
            await asyncio.to_thread(document.close)

    async def _call(
        self,
        job: FaxJob,
        port: PortId,
        document: Document,
        pages: Sequence[int],
        on_event: Callable[[FaxEvent], None],
    ) -> Outcome:
        header = self._header(self._clock.wall(self._clock.now()), None, job.number)
        giving = Giving(document, pages, on_event, ident=self._ident, header=header)
        faxing = _Faxing(giving, self._clock, on_event)
        try:
            call = await self._outbound.ask(job.number, faxing, port=port)
        except PortError as error:
            return Outcome(FaxCause.LINE_TAKEN, str(error))
        try:
            return await faxing.outcome
        finally:
            if call.cause is None:
                call.hang_up_now(Cause.LOCAL_OPERATOR if faxing.outcome.cancelled() else Cause.LOCAL_SCRIPT)
            await giving.done()


def open_paper(job: FaxJob, cover: MakeCover) -> Document:
    """A fax's document behind its cover page, if it has one. InputError."""
    before = None if job.cover is None else cover(job.cover, job.number, job.created)
    return open_document([Path(job.path)], cover=before)


class _Faxing:
    """An asker (`ctidrv.callcontrol.outside.Asker`): who answers is sent the fax."""

    def __init__(self, giving: Giving, clock: SampleClock, on_event: Callable[[FaxEvent], None]) -> None:
        self._giving = giving
        self._clock = clock
        self._on_event = on_event
        self.outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

    def begun(self, call: Call) -> None:
        self._on_event(CallBegun(call.id))

    async def answered(self, call: Call) -> None:
        try:
            await talk(call, self._giving.terminal, self._clock)
        except CallEnded:
            pass  # what the machine knows of it by then is its outcome
        finally:
            self._told(_ended(self._giving.outcome, call.cause))

    def failed(self, call: Call) -> None:
        cause = None if call.cause is None else CAUSES.get(call.cause, FaxCause.NO_ANSWER)
        self._told(Outcome(cause or FaxCause.ERROR, None if call.cause in CAUSES else str(call.cause)))

    def _told(self, outcome: Outcome) -> None:
        if not self.outcome.done():
            self.outcome.set_result(outcome)


def _ended(outcome: Outcome, cause: Cause | None) -> Outcome:
    """A fax that we broke off ourselves broke off for that."""
    if outcome.cause is FaxCause.SENT or cause not in _OURS:
        return outcome
    return Outcome(CAUSES[cause], None, outcome.ident, outcome.bit_rate)
