"""The outbox in virtual time: rows in memory, and deliveries that end as they are told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from ctidrv.apps.mail import outbox as module
from ctidrv.apps.mail.delivery import Outcome
from ctidrv.apps.mail.outbox import GIVEN_UP_AFTER, Outbox
from ctidrv.apps.mail.records import Mail, MailKind, MailState
from ctidrv.callcontrol.journal import CallEvent, Journal
from ctidrv.clock import SampleClock
from ctidrv.errors import InputError, StoreError
from ctidrv.units import PortId, seconds

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TAKEN = Outcome(True)
DOWN = Outcome(False, "mail:25: Connection refused", server=True)
GREY = Outcome(False, "451 come again")
REFUSED = Outcome(False, "550 no such user", final=True)


class Rows:
    """`ctidrv.apps.mail.records.MailRows`"""

    def __init__(self) -> None:
        self.mails: dict[int, Mail] = {}
        self.broken = False
        self.uncommitted = 0

    def waiting(self) -> list[Mail]:
        if self.broken:
            raise StoreError("the disk is gone")
        return [mail for mail in self.mails.values() if mail.state is MailState.QUEUED]

    def put(self, mail: Mail) -> None:
        self.mails[mail.id] = mail
        self.uncommitted += 1

    async def committed(self) -> None:
        self.uncommitted = 0


class Office:
    """`story`: how each try of a fax's mail ends, the last of them ever after."""

    def __init__(self) -> None:
        self.clock = SampleClock(START)
        self.journal = Journal(self.clock)
        self.told: list[CallEvent] = []
        self.journal.subscribe(lambda event: self._note(event))
        self.rows = Rows()
        self.story: dict[str, list[Outcome]] = {}
        self.tried: list[tuple[str, float]] = []
        self.unwritable: set[str] = set()
        self.outbox = self.make()

    def make(self) -> Outbox:
        return Outbox(self.rows, self._compose, self._deliver, self.journal, self.clock)

    def _note(self, event: CallEvent) -> None:
        if event.type == "fax.mail":
            assert self.rows.uncommitted == 0, "told before it was on the disk"
            self.told.append(event)

    async def _compose(self, mail: Mail) -> EmailMessage:
        if mail.fax in self.unwritable:
            raise InputError(f"no fax {mail.fax!r}")
        message = EmailMessage()
        message["Subject"] = mail.fax
        return message

    def _deliver(self, message: EmailMessage) -> Any:
        fax = message["Subject"]

        class Ends:
            def run(_) -> Outcome:
                self.tried.append((fax, self.clock.now() / 8000))
                told = self.story.get(fax, [TAKEN])
                return told.pop(0) if len(told) > 1 else told[0]

            def abort(_) -> None: ...

        return Ends()

    def add(self, *faxes: str, **more: Any) -> None:
        now = self.clock.wall(self.clock.now())
        for fax in faxes:
            id = len(self.rows.mails) + 1
            given = {"created": now, "due": now, **more}
            self.rows.mails[id] = Mail(id, fax, MailKind.RECEIVED, "desk@example.com", **given)

    def news(self) -> None:
        self.journal.emit("fax.received", PortId("sim/1"), fax="x")

    async def quiet(self) -> None:
        """Nothing is being sent."""
        while self.outbox._task is not None:
            await asyncio.wait({self.outbox._task})

    async def on(self, length: timedelta, step: timedelta = timedelta(seconds=60)) -> None:
        """Time passes."""
        end = self.clock.now() + seconds(length.total_seconds())
        while self.clock.now() < end:
            self.clock.advance(min(end, self.clock.now() + seconds(step.total_seconds())))
            await self.quiet()

    def of(self, fax: str) -> Mail:
        return next(mail for mail in self.rows.mails.values() if mail.fax == fax)


def run(scene: Callable[[Office], Coroutine[Any, Any, None]]) -> Office:
    office = Office()

    async def whole() -> None:
        office.outbox.start()
        await office.quiet()
        await scene(office)
        await office.outbox.close()

    asyncio.run(whole())
    return office


def test_what_waits_is_sent_oldest_first_and_told_when_it_is_on_the_disk() -> None:
    async def scene(office: Office) -> None:
        office.add("f1", "f2")
        office.news()
        await office.quiet()

    office = run(scene)
    assert [fax for fax, _ in office.tried] == ["f1", "f2"]
    assert office.of("f1").state is MailState.SENT
    told = {"fax": "f1", "to": "desk@example.com", "state": "sent", "tries": 1, "error": None, "again": None}
    assert dict(office.told[0].data) == told


def test_what_waited_before_the_start_is_sent() -> None:
    office = Office()
    office.add("f1")

    async def whole() -> None:
        office.outbox.start()
        await office.quiet()
        await office.outbox.close()
        await office.outbox.close()

    asyncio.run(whole())
    assert office.of("f1").state is MailState.SENT


def test_a_mail_that_is_put_off_is_tried_again_by_rule() -> None:
    async def scene(office: Office) -> None:
        office.story["f1"] = [GREY, GREY, GREY, GREY, GREY, GREY, TAKEN]
        office.add("f1")
        office.news()
        await office.quiet()
        await office.on(timedelta(hours=4))

    office = run(scene)
    assert [round(at / 60) for _, at in office.tried] == [0, 1, 6, 21, 51, 111, 171]
    assert office.of("f1").state is MailState.SENT
    assert [event.data["state"] for event in office.told] == ["queued"] * 6 + ["sent"]
    assert office.told[0].data["error"] == "451 come again"
    assert office.told[0].data["again"] == "2026-03-02T09:01:00.000+00:00"


def test_a_mail_that_is_refused_for_good_is_over_and_holds_up_no_other() -> None:
    async def scene(office: Office) -> None:
        office.story["f1"] = [REFUSED]
        office.add("f1", "f2")
        office.news()
        await office.quiet()
        await office.on(timedelta(days=1), timedelta(hours=1))

    office = run(scene)
    assert [fax for fax, _ in office.tried] == ["f1", "f2"]
    assert (office.of("f1").state, office.of("f1").error) == (MailState.FAILED, "550 no such user")
    assert office.of("f2").state is MailState.SENT


def test_a_server_that_is_down_is_asked_once_for_all_and_gets_them_when_it_is_back() -> None:
    async def scene(office: Office) -> None:
        office.story["f1"] = [DOWN, DOWN, TAKEN]
        office.add("f1", "f2", "f3")
        office.news()
        await office.quiet()
        assert [fax for fax, _ in office.tried] == ["f1"]
        assert {mail.error for mail in office.rows.mails.values()} == {DOWN.words}
        await office.on(timedelta(minutes=10))

    office = run(scene)
    assert [fax for fax, _ in office.tried] == ["f1", "f1", "f1", "f2", "f3"]
    assert {mail.state for mail in office.rows.mails.values()} == {MailState.SENT}


def test_a_server_that_is_never_back_is_given_up_after_days_and_that_is_told() -> None:
    async def scene(office: Office) -> None:
        office.story["f1"] = [DOWN]
        office.add("f1")
        office.news()
        await office.quiet()
        await office.on(GIVEN_UP_AFTER + timedelta(hours=2), timedelta(minutes=10))

    office = run(scene)
    last = office.of("f1")
    assert last.state is MailState.FAILED
    assert last.ended is not None
    assert GIVEN_UP_AFTER <= last.ended - START <= GIVEN_UP_AFTER + timedelta(hours=1, minutes=10)
    assert 70 < last.tries < 80
    assert office.told[-1].data["state"] == "failed"


def test_a_mail_whose_fax_is_gone_is_over_without_asking_a_server() -> None:
    async def scene(office: Office) -> None:
        office.unwritable = {"f1"}
        office.add("f1")
        office.news()
        await office.quiet()

    office = run(scene)
    assert office.tried == []
    assert (office.of("f1").state, office.of("f1").error) == (MailState.FAILED, "no fax 'f1'")


def test_a_mail_at_which_the_station_fails_is_tried_again_and_holds_up_no_other() -> None:
    async def scene(office: Office) -> None:
        office.story["f1"] = []
        office.add("f1", "f2")
        office.news()
        await office.quiet()
        office.story["f1"] = [TAKEN]
        assert office.of("f1").error == "the station failed at it: see its log"
        assert office.of("f2").state is MailState.SENT
        await office.on(timedelta(minutes=2))

    assert run(scene).of("f1").state is MailState.SENT


def test_a_mail_that_comes_while_another_is_sent_is_sent_after_it() -> None:
    async def scene(office: Office) -> None:
        office.add("f1")
        office.news()
        office.add("f2")
        office.news()
        await office.quiet()

    assert [fax for fax, _ in run(scene).tried] == ["f1", "f2"]


def test_a_store_that_cannot_be_read_is_asked_again() -> None:
    async def scene(office: Office) -> None:
        office.rows.broken = True
        office.add("f1")
        office.news()
        await office.quiet()
        assert office.tried == []
        office.rows.broken = False
        await office.on(timedelta(minutes=2))

    assert run(scene).of("f1").state is MailState.SENT


def test_a_station_that_stops_in_the_middle_of_a_mail_sends_it_after_the_restart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_ENDS_WITHIN_S", 0)
    office = Office()
    aborted = asyncio.Event()

    async def whole() -> None:
        import threading

        let, inside = threading.Event(), threading.Event()

        class Hangs:
            def run(self) -> Outcome:
                inside.set()
                let.wait(10)
                return Outcome(False, "the station is stopped", server=True)

            def abort(self) -> None:
                aborted.set()
                let.set()

        deliver = office.outbox._deliver
        office.outbox._deliver = lambda message: Hangs()
        office.add("f1")
        office.outbox.start()
        await asyncio.to_thread(inside.wait, 10)
        await office.outbox.close()
        assert office.of("f1") == Mail(1, "f1", MailKind.RECEIVED, "desk@example.com", START, START)
        office.outbox = office.make()
        assert office.outbox._deliver == deliver
        office.outbox.start()
        await office.quiet()
        await office.outbox.close()

    asyncio.run(whole())
    assert aborted.is_set()
    assert office.of("f1").state is MailState.SENT
