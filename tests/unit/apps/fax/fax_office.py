"""A queue of faxes in virtual time: lines that are idle or not, a sender that plays what it is told, rows in
memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ctidrv.apps.fax.causes import FaxCause
from ctidrv.apps.fax.dispatch import FaxQueue
from ctidrv.apps.fax.hours import Hours
from ctidrv.apps.fax.records import FaxJob, FaxPage, FaxTry, PageState, ReceivedFax
from ctidrv.apps.fax.sender import CallBegun, FaxEvent, Outcome, PagePart, PageTold
from ctidrv.callcontrol.journal import CallEvent, Journal
from ctidrv.clock import SampleClock
from ctidrv.media.virtual import VirtualLoop
from ctidrv.units import TICK, PortId, seconds

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PAGE_S = 30.0


class Time:
    """`ctidrv.media.virtual.Steps` of nothing but the clock."""

    def __init__(self, clock: SampleClock) -> None:
        self.clock = clock

    def step(self) -> None:
        self.clock.advance(self.clock.now() + TICK)

    def idle(self, until: float) -> None:
        due = min(until, self.clock.due())
        self.clock.advance(max(int(due) - TICK, self.clock.now()))


class Rows:
    """`ctidrv.apps.fax.records.FaxRows`, the latest of each; `log`: all, in their order."""

    def __init__(self) -> None:
        self.jobs: dict[str, FaxJob] = {}
        self.pages: dict[tuple[str, int], FaxPage] = {}
        self.tries: dict[tuple[str, int], FaxTry] = {}
        self.received: dict[str, ReceivedFax] = {}
        self.log: list[Any] = []
        self.uncommitted = 0

    def put_job(self, row: FaxJob) -> None:
        self._put(self.jobs, row.id, row)

    def put_page(self, row: FaxPage) -> None:
        self._put(self.pages, (row.job, row.page), row)

    def put_try(self, row: FaxTry) -> None:
        self._put(self.tries, (row.job, row.number), row)

    def put_received(self, row: ReceivedFax) -> None:
        self._put(self.received, row.id, row)

    def _put(self, table: dict[Any, Any], key: Any, row: Any) -> None:
        table[key] = row
        self.log.append(row)
        self.uncommitted += 1

    async def committed(self) -> None:
        self.uncommitted = 0

    def states(self, job: str, pages: int) -> list[str]:
        known = [self.pages.get((job, page)) for page in range(1, pages + 1)]
        return [PageState.NOT_SENT.value if page is None else page.state.value for page in known]

    def tries_of(self, job: str) -> list[FaxTry]:
        return [row for (name, _), row in sorted(self.tries.items()) if name == job]


class Sender:
    """`ctidrv.apps.fax.sender.FaxSender`: each call of a number is as `story` has it, at last a good one.

    An entry is a cause before any page, or (confirmed pages, cause). `sent`: job, port, pages and when.
    """

    def __init__(self, office: Office) -> None:
        self._office = office
        self.story: dict[str, list[Any]] = {}
        self.sent: list[tuple[str, PortId, tuple[int, ...], float]] = []
        self.busy: Counter[Any] = Counter()
        self.cancelled: list[str] = []

    async def send(
        self, job: FaxJob, port: PortId, pages: Sequence[int], on_event: Callable[[FaxEvent], None]
    ) -> Outcome:
        office = self._office
        assert office.rows.uncommitted == 0, "a call was made before its rows were on the disk"
        self.sent.append((job.id, port, tuple(pages), office.now_s))
        self.busy[port] += 1
        self.busy[job.number] += 1
        assert self.busy[port] == self.busy[job.number] == 1, "two faxes on one line, or to one number"
        office.take(port)
        try:
            return await self._call(job, port, pages, on_event)
        except BaseException:
            self.cancelled.append(job.id)
            raise
        finally:
            self.busy[port] -= 1
            self.busy[job.number] -= 1
            office.free(port)

    async def _call(
        self, job: FaxJob, port: PortId, pages: Sequence[int], on_event: Callable[[FaxEvent], None]
    ) -> Outcome:
        clock, told = self._office.clock, self.story.get(job.number, [])
        entry = told.pop(0) if told else (len(pages), FaxCause.SENT)
        await clock.sleep(seconds(8))
        if isinstance(entry, FaxCause):
            return Outcome(entry)
        on_event(CallBegun(f"call of {job.id}"))
        good, cause = entry
        for page in pages[: good + 1]:
            on_event(PageTold(page, PageState.SENDING, 14400))
            await clock.sleep(seconds(PAGE_S / 2))
            on_event(PagePart(page, 50))
            await clock.sleep(seconds(PAGE_S / 2))
            if page in pages[:good]:
                on_event(PageTold(page, PageState.CONFIRMED, 14400))
            elif cause is FaxCause.REFUSED:
                on_event(PageTold(page, PageState.REFUSED, 14400))
        return Outcome(cause, ident="+86 10 1234", bit_rate=14400)


class Office:
    """`lines` are idle until they are taken."""

    def __init__(self, lines: int = 1, *, hours: str | None = None, start: datetime = START) -> None:
        self.clock = SampleClock(start)
        self.journal = Journal(self.clock)
        self.events: list[CallEvent] = []
        self.journal.subscribe(self.events.append)
        self.rows = Rows()
        self.sender = Sender(self)
        self._idle = {PortId(f"sim/{line}"): True for line in range(1, lines + 1)}
        self.queue = FaxQueue(
            self.sender,
            lambda taken: [port for port, idle in self._idle.items() if idle and port not in taken],
            self.rows,
            self.journal,
            self.clock,
            ZoneInfo("Asia/Shanghai"),
            None if hours is None else Hours.parse(hours),
        )
        self._count = 0

    @property
    def now_s(self) -> float:
        return self.clock.now() / 8000

    def take(self, port: str) -> None:
        self._idle[PortId(port)] = False
        self.journal.emit("line.state", PortId(port), state="dialling")

    def free(self, port: str) -> None:
        self._idle[PortId(port)] = True
        self.journal.emit("line.state", PortId(port), state="idle")

    def job(self, number: str = "5550001", **more: Any) -> FaxJob:
        self._count += 1
        id, now = f"fax-{self._count:04d}", self.clock.wall(self.clock.now())
        given: dict[str, Any] = {"pages": 1, "created": now, "due": now, **more}
        return FaxJob(id, id, f"/data/{id}.pdf", "letter.pdf", "ab" * 32, number=number, e164=None, **given)

    def add(self, number: str = "5550001", **more: Any) -> str:
        job = self.job(number, **more)
        self.queue.add([job])
        return job.id

    def run(self, scene: Coroutine[Any, Any, None] | None = None, *, limit_s: float = 100_000) -> None:
        """Until the scene is over and nothing waits any more."""
        import asyncio

        async def whole() -> None:
            self.queue.start()
            if scene is not None:
                await scene
            while len(self.queue):
                await self.clock.sleep(seconds(1))
            await self.queue.close()

        with asyncio.Runner(
            loop_factory=lambda: VirtualLoop(Time(self.clock), limit=seconds(limit_s))
        ) as loop:
            loop.run(whole())

    def state(self, job: str) -> str:
        return self.rows.jobs[job].state.value

    def told(self, type: str, job: str) -> list[dict[str, Any]]:
        return [dict(each.data) for each in self.events if each.type == type and each.data["job"] == job]
