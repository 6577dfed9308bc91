"""Whether a fax is tried again, and when: a table by what became of the last call.

A new call sends the pages that the far end has not confirmed, in their order, and no other. A page that went
out without an answer is sent again: it may come twice, and is never missing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ctidrv.apps.fax.causes import FaxCause
from ctidrv.apps.fax.records import FaxJob, JobState

_SECOND, _MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """`times`: so many calls of a fax may end so, the last of them is its end; 1: it is not tried again.
    `pause`: until the next. `counts`: it is one of the fax's calls; where nobody was called it is not, and
    the fax waits until a line works."""

    times: int
    pause: timedelta
    counts: bool = True


_NEVER = Rule(1, timedelta(0))
RULES: dict[FaxCause, Rule] = {
    FaxCause.BUSY: Rule(5, 3 * _MINUTE),
    FaxCause.NO_ANSWER: Rule(3, 10 * _MINUTE),
    FaxCause.NO_FAX: Rule(2, 15 * _MINUTE),  # a person is not rung up over and over
    FaxCause.CONGESTION: Rule(5, 2 * _MINUTE),
    FaxCause.BROKEN_OFF: Rule(5, _MINUTE),
    FaxCause.REFUSED: Rule(3, _MINUTE),
    FaxCause.RESTART: Rule(3, 3 * _SECOND),
    FaxCause.ERROR: Rule(2, 5 * _MINUTE),
    FaxCause.LINE_TROUBLE: Rule(1, 2 * _MINUTE, counts=False),
    FaxCause.LINE_TAKEN: Rule(1, 10 * _SECOND, counts=False),
}
"""A cause that is not here ends the fax."""


def rule(cause: FaxCause) -> Rule:
    return RULES.get(cause, _NEVER)


def after(job: FaxJob, cause: FaxCause, detail: str | None, now: datetime) -> FaxJob:
    """A fax after a call that did not send all of it: queued for another, or failed."""
    found = rule(cause)
    causes = (*job.causes, cause.value) if found.counts else tuple(job.causes)
    known = replace(job, causes=causes, cause=cause.value, detail=detail)
    if found.counts and (len(causes) >= job.tries or causes.count(cause.value) >= found.times):
        return replace(known, state=JobState.FAILED, ended=now)
    return replace(known, state=JobState.QUEUED, due=now + found.pause)


def due(job: FaxJob, now: datetime) -> datetime:
    """When it may be sent at the earliest. What lies further ahead than its rule puts it (a fax for at once:
    ahead at all) was put there before the clock was set back, and is due now."""
    if job.cause is None:
        overtaken = job.due == job.created and job.due > now
    else:
        known = FaxCause(job.cause) if job.cause in set(FaxCause) else FaxCause.ERROR
        overtaken = is_overtaken(job.due, known, now)
    return now if overtaken else max(job.due, now)


def is_overtaken(until: datetime, cause: FaxCause, now: datetime) -> bool:
    """The pause behind such a call cannot last so long."""
    return until - now > rule(cause).pause
