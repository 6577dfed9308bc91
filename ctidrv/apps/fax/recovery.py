"""Faxes that a station was sending when it ended without notice: what the far end had confirmed by then stays
confirmed, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ctidrv.apps.fax.causes import FaxCause
from ctidrv.apps.fax.records import FaxJob, FaxPage, FaxRows, FaxTry, JobState, PageState
from ctidrv.apps.fax.retry import after


@dataclass(frozen=True, slots=True)
class Kept:
    """A fax as its rows have it."""

    job: FaxJob
    pages: Sequence[FaxPage]
    tries: Sequence[FaxTry]


def recover(kept: Iterable[Kept], rows: FaxRows, now: datetime) -> list[Kept]:
    """Puts right those that were being sent, and gives all as they are then. Once it is on the disk there is
    nothing more to do; until then it may be done again."""
    return [_recovered(each, rows, now) if each.job.state is JobState.SENDING else each for each in kept]


def _recovered(kept: Kept, rows: FaxRows, now: datetime) -> Kept:
    pages = [
        replace(page, state=PageState.NOT_CONFIRMED) if page.state is PageState.SENDING else page
        for page in kept.pages
    ]
    confirmed = [page for page in pages if page.state is PageState.CONFIRMED]
    cause = FaxCause.SENT if len(confirmed) == kept.job.pages else FaxCause.RESTART
    tries = [each if each.ended is not None else _ended(each, confirmed, cause, now) for each in kept.tries]
    if cause is FaxCause.SENT:
        job = replace(kept.job, state=JobState.SENT, cause=cause.value, detail=None, ended=now)
    else:
        job = after(kept.job, cause, None, now)
    rows.put_job(job)
    for page in pages:
        rows.put_page(page)
    for each in tries:
        rows.put_try(each)
    return Kept(job, pages, tries)


def _ended(lost: FaxTry, confirmed: Iterable[FaxPage], cause: FaxCause, now: datetime) -> FaxTry:
    new = sum(page.at is not None and page.at >= lost.started for page in confirmed)
    return replace(lost, ended=now, cause=cause.value, confirmed=new)
