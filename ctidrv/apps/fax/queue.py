"""Which fax goes next, and on which line: pure, so that it can be tried on any story.

By priority, then in the order in which they were queued. One that has to wait (for its time, for its line,
for a number to which another fax is on its way) holds up no other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime

from ctidrv.apps.fax.records import FaxJob
from ctidrv.units import PortId

Ready = Callable[[FaxJob], datetime]
"""When a fax may go at the earliest."""


def number_of(job: FaxJob) -> str:
    """The called one's, in one form."""
    return job.e164 or job.number


def in_order(jobs: Iterable[FaxJob]) -> list[FaxJob]:
    return sorted(jobs, key=lambda job: (job.priority, job.created, job.id))


def turn(
    jobs: Iterable[FaxJob],
    free: Sequence[PortId],
    engaged: Collection[str],
    ready: Ready,
    now: datetime,
) -> tuple[FaxJob, PortId] | None:
    """The next fax and its line: the last of the free ones, for exchanges let callers in on the first.
    `engaged`: numbers that are being sent to; a second line to one of them would find it busy."""
    for job in in_order(jobs):
        fit = [port for port in free if job.port in (None, port)]
        if fit and number_of(job) not in engaged and ready(job) <= now:
            return job, fit[-1]
    return None
