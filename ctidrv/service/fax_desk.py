"""What clients ask of the station's faxes: documents are queued for numbers, stopped, and sent again."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ctidrv.apps.fax.archive import archive
from ctidrv.apps.fax.dispatch import FaxQueue, Held
from ctidrv.apps.fax.document import Cover
from ctidrv.apps.fax.drawing import limits
from ctidrv.apps.fax.hours import Hours, meet
from ctidrv.apps.fax.records import (
    BROADCAST_PRIORITY,
    USUAL_PRIORITY,
    USUAL_TRIES,
    CoverNote,
    FaxJob,
    JobState,
)
from ctidrv.apps.fax.recovery import Kept
from ctidrv.callcontrol.ids import Ids
from ctidrv.callcontrol.number_policy import Dialable
from ctidrv.clock import SampleClock
from ctidrv.errors import InputError, PortError, ServiceError
from ctidrv.folder import DataFolder
from ctidrv.service.fax_sender import MakeCover
from ctidrv.store import Store
from ctidrv.units import PortId

MOST_WAITING = 10_000

CountPages = Callable[[Path, Cover | None], Awaitable[int]]
"""Of a document behind a cover page; InputError for one that cannot be made into pages."""


@dataclass(frozen=True, slots=True)
class NewFax:
    """A document for one number or many. None: as usual."""

    file: Path
    numbers: Sequence[str]
    port: PortId | None = None
    priority: int | None = None
    hours: str | None = None
    tries: int = USUAL_TRIES
    due: datetime | None = None
    cover: CoverNote | None = None
    mail_to: str | None = None


class FaxDesk:
    """Of one station. `judge`: which numbers may be dialled; `mails`: it sends e-mails."""

    def __init__(
        self,
        folder: DataFolder,
        store: Store,
        ids: Ids,
        clock: SampleClock,
        judge: Callable[[str], Dialable],
        lines: Collection[PortId],
        hours: Hours | None,
        count: CountPages,
        queue: FaxQueue,
        cover: MakeCover,
        *,
        mails: bool = False,
    ) -> None:
        self._folder = folder
        self._store = store
        self._ids = ids
        self._clock = clock
        self._judge = judge
        self._lines = lines
        self._hours = hours
        self._count = count
        self._queue = queue
        self._cover = cover
        self._mails = mails

    def start(self, left: Sequence[Kept]) -> None:
        """`left`: the faxes of the time before."""
        self._queue.start(_held(each) for each in left if each.job.state is JobState.QUEUED)

    async def close(self) -> None:
        await self._queue.close()

    async def send(self, new: NewFax) -> list[str]:
        """Queues a document for every number, or for none: the ids, whose rows are put.

        InputError, NotAllowed (a number), PortError (a line), ServiceError, StoreError.
        """
        queue = self._queue
        self._check(new)
        if len(queue) + len(new.numbers) > MOST_WAITING:
            raise ServiceError(f"{len(queue)} faxes wait, and {MOST_WAITING} is the most; send these later")
        numbers = {dialable.number: (text, dialable) for text, dialable in map(self._judged, new.numbers)}
        batch, now = self._ids.next("fax"), self._clock.wall(self._clock.now())
        suffix = new.file.suffix.lower()
        copy = self._folder.sent_fax(now, batch, suffix if re.fullmatch(r"\.[a-z0-9]{1,5}", suffix) else "")
        sha256 = await asyncio.to_thread(archive, new.file, copy)
        try:
            pages = await self._pages(copy, new, now)
        except BaseException:
            copy.unlink(missing_ok=True)
            raise
        usual = USUAL_PRIORITY if len(numbers) == 1 else BROADCAST_PRIORITY
        jobs = [
            FaxJob(
                id=batch if len(numbers) == 1 else f"{batch}-{index:04d}",
                batch=batch,
                path=str(copy),
                name=new.file.name,
                sha256=sha256,
                pages=pages,
                number=text.strip(),
                e164=dialable.number,
                created=now,
                due=now if new.due is None else max(new.due, now),
                port=new.port,
                priority=usual if new.priority is None else new.priority,
                hours=new.hours,
                tries=new.tries,
                cover=new.cover,
                mail_to=new.mail_to,
            )
            for index, (text, dialable) in enumerate(numbers.values(), 1)
        ]
        queue.add(jobs)
        return [job.id for job in jobs]

    async def stop(self, job: str) -> None:
        """LookupError: there is no such fax. ServiceError: it is over."""
        if job in self._queue:
            self._queue.stop(job)
            await self._queue.settled(job)
        else:
            kept = await self._kept(job)
            raise ServiceError(f"fax {job} is {kept.job.state.value}: there is nothing to stop")

    async def retry(self, job: str) -> None:
        """One that failed or was stopped: what is not confirmed of it is sent. LookupError, ServiceError;
        InputError where its document is gone."""
        kept = await self._kept(job)
        if job in self._queue or kept.job.state not in (JobState.FAILED, JobState.STOPPED):
            raise ServiceError(f"fax {job} has neither failed nor been stopped: there is nothing to repeat")
        if not await asyncio.to_thread(Path(kept.job.path).is_file):
            raise InputError(f"fax {job}: its document is gone: {kept.job.path}; queue it anew")
        self._queue.again(_held(kept))

    async def _kept(self, job: str) -> Kept:
        await self._store.faxes.committed()
        kept = await asyncio.to_thread(self._store.faxes.kept_job, job)
        if kept is None:
            raise LookupError(job)
        return kept

    def _check(self, new: NewFax) -> None:
        if new.port is not None and new.port not in self._lines:
            raise PortError(f"{new.port}: no line for faxes is there; there are {', '.join(self._lines)}")
        if new.mail_to is not None and not self._mails:
            raise InputError(f"{new.mail_to}: the station sends no e-mail: station.toml has no [mail]")
        if new.hours is not None:
            own = Hours.parse(new.hours)
            if self._hours is not None and not meet([self._hours, own]):
                raise InputError(f"hours {new.hours}: station.toml allows no fax within them ([fax] hours)")

    def _judged(self, text: str) -> tuple[str, Dialable]:
        dialable = self._judge(text)
        if dialable.emergency:
            raise InputError(f"{text} is an emergency number: no fax goes there")
        return text, dialable

    async def _pages(self, copy: Path, new: NewFax, now: datetime) -> int:
        given = new.file
        cover = None if new.cover is None else self._cover(new.cover, max(new.numbers, key=len), now)
        try:
            pages = await self._count(copy, cover)
        except InputError as error:
            raise InputError(str(error).replace(copy.name, given.name)) from error
        if not 1 <= pages <= limits.PAGES:
            raise InputError(f"{given}: {pages} pages, and a fax has 1 to {limits.PAGES}")
        return pages


def _held(kept: Kept) -> Held:
    return Held(kept.job, kept.pages, len(kept.tries))
