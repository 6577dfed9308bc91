"""What is kept of faxes, and what the applications need of a store for it; `ctidrv.store` implements it.

Pages count from 1. Times are UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

USUAL_PRIORITY, BROADCAST_PRIORITY = 5, 7
"""1 goes first, 9 last: one fax does not wait for a broadcast."""
PRIORITIES = range(1, 10)
USUAL_TRIES = 6
MOST_TRIES = 20


class JobState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"  # the far end has confirmed every page
    FAILED = "failed"
    STOPPED = "stopped"


class PageState(StrEnum):
    NOT_SENT = "not-sent"
    SENDING = "sending"
    CONFIRMED = "confirmed"  # MCF, or the far end's equivalent (ITU-T T.30)
    REFUSED = "refused"  # RTN, PIN: it came, and too badly
    NOT_CONFIRMED = "not-confirmed"  # it went out, wholly or in part, and no answer came


@dataclass(frozen=True, slots=True)
class CoverNote:
    """What was asked to stand on the page before a document. What is empty is left out; without `sender` the
    office is."""

    to: str = ""
    sender: str = ""
    subject: str = ""
    note: str = ""
    language: str = ""  # en | zh; empty: the office's


@dataclass(frozen=True, slots=True)
class FaxJob:
    """One document to one number."""

    id: str
    batch: str  # those that were queued together, of one document
    path: str  # absolute: the copy in the data folder
    name: str  # of the file that was given
    sha256: str
    pages: int  # the cover page counted
    number: str  # as it was given
    e164: str | None  # normalised
    created: datetime
    due: datetime  # not before
    port: str | None = None  # the line that it has to be; None: any
    priority: int = USUAL_PRIORITY
    hours: str | None = None  # `hours.Hours`, of the office's day
    tries: int = USUAL_TRIES  # calls at most
    causes: Sequence[str] = ()  # of the calls so far that count (`retry.py`)
    state: JobState = JobState.QUEUED
    ended: datetime | None = None
    cause: str | None = None  # of the last call (`causes.py`)
    detail: str | None = None  # what the modem or the line said of it
    cover: CoverNote | None = None  # None: no such page
    mail_to: str | None = None  # the address that is told how it ended


@dataclass(frozen=True, slots=True)
class FaxPage:
    """One page of a job, as the last call that sent it left it."""

    job: str
    page: int
    state: PageState = PageState.NOT_SENT
    bit_rate: int | None = None
    at: datetime | None = None


def fresh_pages(job: FaxJob) -> list[FaxPage]:
    """Of a job that nothing is known of yet; such pages have no rows."""
    return [FaxPage(job.id, page) for page in range(1, job.pages + 1)]


@dataclass(frozen=True, slots=True)
class FaxTry:
    """One call of a job."""

    job: str
    number: int  # from 1
    port: str
    started: datetime
    pages: int  # to be sent by it
    confirmed: int = 0
    ended: datetime | None = None
    call: str | None = None
    cause: str | None = None
    detail: str | None = None
    bit_rate: int | None = None
    ident: str | None = None  # as the far end calls itself (CSI)


@dataclass(frozen=True, slots=True)
class ReceivedFax:
    """A fax that came, in a box. `bad_rows`: damaged ones that T.4 shows, in all its pages."""

    id: str
    box: str
    port: str
    started: datetime
    path: str  # absolute
    sha256: str
    pages: int
    bad_rows: int
    call: str | None = None
    number: str | None = None  # by caller ID
    e164: str | None = None
    ident: str | None = None  # as the far end calls itself (TSI)
    whole: bool = True  # the far end ended it in order; False: pages may be missing
    state: str = "new"  # new | read
    mail_to: str | None = None  # the address that it is sent to


class FaxRows(Protocol):
    """`put_*` inserts or updates by id and returns at once; `committed` returns when all that was put before
    it is on the disk."""

    def put_job(self, row: FaxJob) -> None: ...
    def put_page(self, row: FaxPage) -> None: ...
    def put_try(self, row: FaxTry) -> None: ...
    def put_received(self, row: ReceivedFax) -> None: ...
    async def committed(self) -> None: ...
