"""Drives the queue of faxes (queue.py): one fax a line, and calls first.

A line is taken when it is idle, and never one that rings or is in use. What a call came to decides whether
and when there is another (retry.py). Rows are put before anything is told, in the journal (``fax.job``).
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ctidrv.apps.fax.causes import FaxCause
from ctidrv.apps.fax.hours import Hours, opens
from ctidrv.apps.fax.queue import number_of, turn
from ctidrv.apps.fax.records import FaxJob, FaxPage, FaxRows, JobState, PageState, fresh_pages
from ctidrv.apps.fax.retry import after, due, is_overtaken, rule
from ctidrv.apps.fax.sender import FaxSender, Outcome
from ctidrv.apps.fax.sending import Sending
from ctidrv.callcontrol.journal import CallEvent, Journal
from ctidrv.clock import NextLook, SampleClock
from ctidrv.units import PortId

_FREES = {"line.state": "state", "line.held": "holder"}
"""What frees a line, when this of it is "idle", or None."""


@dataclass(slots=True)
class Held:
    """A fax that is queued or being sent, with its pages and the number of its last call."""

    job: FaxJob
    pages: Sequence[FaxPage] = ()
    tries: int = 0
    sending: Sending | None = field(default=None, repr=False)
    task: asyncio.Task[None] | None = field(default=None, repr=False)
    """Of its call."""


class FaxQueue:
    """Of one station; all methods belong to the loop's thread.

    free: the lines that faxes may take now, where those given are taken already. hours: of every fax, beside
    its own. zone: of the office's day.
    """

    def __init__(
        self,
        sender: FaxSender,
        free: Callable[[Collection[PortId]], Sequence[PortId]],
        rows: FaxRows,
        journal: Journal,
        clock: SampleClock,
        zone: ZoneInfo,
        hours: Hours | None = None,
    ) -> None:
        self._sender = sender
        self._free = free
        self._rows = rows
        self._journal = journal
        self._clock = clock
        self._zone = zone
        self._hours = hours
        self._held: dict[str, Held] = {}
        self._rests: dict[PortId, datetime] = {}
        """Lines that did not dial, until when."""
        self._next = NextLook(clock, self._match)
        self._unsubscribe: Callable[[], None] | None = None

    def __len__(self) -> int:
        """Faxes that are queued or being sent."""
        return len(self._held)

    def __contains__(self, job: str) -> bool:
        return job in self._held

    def start(self, left: Iterable[Held] = ()) -> None:
        """Faxes are sent from now on; `left`: those of the time before, all of them queued."""
        self._held.update((held.job.id, held) for held in left)
        self._unsubscribe = self._journal.subscribe(self._heard)
        self._match()

    async def close(self) -> None:
        """Hangs up; what was being sent is queued again, as after a restart. Safe twice."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        self._next.cancel()
        for held in self._held.values():
            if held.sending is not None:
                held.sending.stop(FaxCause.RESTART)
        if tasks := [held.task for held in self._held.values() if held.task is not None]:
            await asyncio.wait(tasks)

    # What is asked.

    def add(self, jobs: Iterable[FaxJob]) -> None:
        for job in jobs:
            self._held[job.id] = held = Held(job, fresh_pages(job))
            self._put(held)
        self._soon()

    def again(self, held: Held) -> None:
        """One that failed or was stopped is sent from its first page that is not confirmed; its calls are
        counted afresh, and what the last one came to is no reason any more. It is due as one for at once."""
        fresh: dict[str, Any] = {"causes": (), "cause": None, "detail": None, "ended": None}
        held.job = replace(held.job, state=JobState.QUEUED, due=held.job.created, **fresh)
        self._held[held.job.id] = held
        self._put(held)
        self._soon()

    def stop(self, job: str) -> None:
        """It is sent no further. LookupError: it is neither queued nor being sent."""
        held = self._held[job]
        if held.sending is not None:
            held.sending.stop(FaxCause.STOPPED)
        else:
            self._over(held, JobState.STOPPED, Outcome(FaxCause.STOPPED))

    async def settled(self, job: str) -> None:
        """Its call, if there is one, has ended."""
        held = self._held.get(job)
        if held is not None and held.task is not None:
            await asyncio.wait({held.task})

    # What happens.

    def _heard(self, event: CallEvent) -> None:
        if event.data.get(_FREES.get(event.type, ""), "") in ("idle", None):
            self._soon()

    def _soon(self) -> None:
        """Behind what else is done and told in the same moment: a caller's ring goes first."""
        if self._unsubscribe is not None:
            asyncio.get_running_loop().call_soon(self._match)

    def _match(self) -> None:
        if self._unsubscribe is None:
            return
        now = self._wall()
        waiting = [held.job for held in self._held.values() if held.sending is None]
        ready = functools.partial(self._ready, now=now)
        while found := turn(waiting, self._lines(now), self._engaged(), ready, now):
            self._begin(self._held[found[0].id], found[1])
            waiting.remove(found[0])
        later = [when for when in map(ready, waiting) if when > now]
        later += [when for port, when in self._rests.items() if self._rests_still(port, now)]
        self._next.at(min(later, default=None))

    def _lines(self, now: datetime) -> list[PortId]:
        taken = [held.sending.port for held in self._held.values() if held.sending is not None]
        return [port for port in self._free(taken) if not self._rests_still(port, now)]

    def _rests_still(self, port: PortId, now: datetime) -> bool:
        until = self._rests.get(port, now)
        return until > now and not is_overtaken(until, FaxCause.LINE_TROUBLE, now)

    def _engaged(self) -> set[str]:
        return {number_of(held.job) for held in self._held.values() if held.sending is not None}

    def _ready(self, job: FaxJob, now: datetime) -> datetime:
        """Not before it is due, within its hours and the office's."""
        moment = due(job, now)
        own = Hours.parse(job.hours) if job.hours else None
        return opens([each for each in (self._hours, own) if each is not None], moment, self._zone)

    def _begin(self, held: Held, port: PortId) -> None:
        held.tries += 1
        held.job = replace(held.job, state=JobState.SENDING)
        held.sending = Sending(held.job, held.pages, held.tries, port, self._rows, self._journal, self._clock)
        self._put(held)
        held.task = asyncio.get_running_loop().create_task(self._send(held, held.sending))

    async def _send(self, held: Held, sending: Sending) -> None:
        outcome = await sending.run(self._sender)
        held.sending = held.task = None
        held.pages = list(sending.pages.values())
        if outcome.cause is FaxCause.SENT:
            self._over(held, JobState.SENT, outcome)
        elif outcome.cause is FaxCause.STOPPED:
            self._over(held, JobState.STOPPED, outcome)
        else:
            self._not_sent(held, sending, outcome)
        self._soon()

    def _not_sent(self, held: Held, sending: Sending, outcome: Outcome) -> None:
        if outcome.cause is FaxCause.LINE_TROUBLE:
            self._rests[sending.port] = self._wall() + rule(outcome.cause).pause
        held.job = after(held.job, outcome.cause, outcome.detail, self._wall())
        if held.job.state is JobState.FAILED:
            del self._held[held.job.id]
        self._put(held)

    def _over(self, held: Held, state: JobState, outcome: Outcome) -> None:
        held.job = replace(
            held.job, state=state, ended=self._wall(), cause=outcome.cause.value, detail=outcome.detail
        )
        del self._held[held.job.id]
        self._put(held)

    def _put(self, held: Held) -> None:
        self._rows.put_job(held.job)
        self._tell(held)

    def _tell(self, held: Held) -> None:
        job, sending = held.job, held.sending
        again = self._ready(job, self._wall()) if job.state is JobState.QUEUED else None
        tell(self._journal, job, held.pages, held.tries, None if sending is None else sending.port, again)

    def _wall(self) -> datetime:
        return self._clock.wall(self._clock.now())


def tell(
    journal: Journal,
    job: FaxJob,
    pages: Iterable[FaxPage],
    tries: int,
    port: PortId | None = None,
    again: datetime | None = None,
) -> None:
    """The journal's ``fax.job``, of a line that is its own or on which it goes."""
    journal.emit(
        "fax.job",
        port or PortId(job.port or ""),
        job=job.id,
        state=job.state.value,
        number=job.number,
        pages=job.pages,
        confirmed=sum(page.state is PageState.CONFIRMED for page in pages),
        tries=tries,
        cause=job.cause,
        again=None if again is None else again.isoformat(timespec="milliseconds"),
    )
