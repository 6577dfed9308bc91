"""The queue of faxes at work, in virtual time, with a sender that does as it is told."""

from __future__ import annotations

import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ctidrv.apps.fax.causes import FaxCause
from ctidrv.apps.fax.dispatch import Held
from ctidrv.apps.fax.records import fresh_pages
from ctidrv.apps.fax.retry import due
from ctidrv.units import seconds

sys.path.append(str(Path(__file__).parent))

import itertools

from fax_office import PAGE_S, START, Office


def test_ct_10_twenty_faxes_over_two_lines_are_each_sent_once_by_priority_and_retried_by_rule():
    office = Office(2)
    office.sender.story = {
        "5550003": [FaxCause.BUSY, FaxCause.BUSY],
        "5550007": [FaxCause.NO_ANSWER] * 3,
        "5550011": [(2, FaxCause.BROKEN_OFF)],
        "5550013": [FaxCause.WRONG_NUMBER],
        "5550017": [(0, FaxCause.REFUSED), (0, FaxCause.REFUSED), (0, FaxCause.REFUSED)],
    }
    chance = random.Random(10)
    priorities = [chance.randrange(1, 10) for _ in range(20)]
    jobs: list[str] = []

    async def scene() -> None:
        made = [
            office.job(f"555{index:04d}", priority=priorities[index], pages=1 + index % 4)
            for index in range(20)
        ]
        office.queue.add(made)
        jobs.extend(job.id for job in made)

    office.run(scene())
    states = {index: office.state(job) for index, job in enumerate(jobs)}
    assert {index for index, state in states.items() if state == "failed"} == {7, 13, 17}
    assert {index for index, state in states.items() if state == "sent"} == set(range(20)) - {7, 13, 17}

    # The first call of each: never one behind another of less priority.
    first = list(dict.fromkeys(job for job, *_ in office.sender.sent))
    by_priority = [priorities[jobs.index(job)] for job in first]
    assert by_priority == sorted(by_priority)
    assert {port for _, port, *_ in office.sender.sent} == {"sim/1", "sim/2"}

    calls = {
        index: [pages for name, _, pages, _ in office.sender.sent if name == job]
        for index, job in enumerate(jobs)
    }
    assert {index: len(made) for index, made in calls.items() if len(made) > 1} == {3: 3, 7: 3, 11: 2, 17: 3}
    # Every page of every fax that was sent was confirmed once, and sent again only where it was not.
    for index, job in enumerate(jobs):
        pages = 1 + index % 4
        confirmed = [event for event in office.told("fax.page", job) if event["state"] == "confirmed"]
        if states[index] == "sent":
            assert office.rows.states(job, pages) == ["confirmed"] * pages
            assert [event["page"] for event in confirmed] == list(range(1, pages + 1))
    assert calls[11] == [(1, 2, 3, 4), (3, 4)]
    assert office.rows.states(jobs[7], 4) == ["not-sent"] * 4
    assert office.rows.states(jobs[17], 2) == ["refused", "not-sent"]
    ended = {index: office.rows.jobs[jobs[index]].cause for index in (7, 13, 17)}
    assert ended == {7: "no-answer", 13: "wrong-number", 17: "refused"}


@pytest.mark.parametrize(
    ("cause", "calls", "pause_s"),
    [
        (FaxCause.BUSY, 5, 180),
        (FaxCause.NO_ANSWER, 3, 600),
        (FaxCause.NO_FAX, 2, 900),
        (FaxCause.CONGESTION, 5, 120),
        (FaxCause.REFUSED, 3, 60),
        (FaxCause.WRONG_NUMBER, 1, None),
        (FaxCause.INCOMPATIBLE, 1, None),
        (FaxCause.DOCUMENT, 1, None),
        (FaxCause.NOT_ALLOWED, 1, None),
    ],
)
def test_a_cause_is_tried_again_as_often_and_as_late_as_its_rule_says(cause, calls, pause_s):
    office = Office()
    office.sender.story["5550001"] = [cause] * 20
    job = office.add()
    office.run()
    at = [when for *_, when in office.sender.sent]
    assert len(at) == calls
    for before, after in itertools.pairwise(at):
        assert pause_s <= after - before - 8 <= pause_s + 60.1
    assert (office.state(job), office.rows.jobs[job].cause) == ("failed", cause.value)


def test_no_more_calls_are_made_than_were_asked_for():
    office = Office()
    office.sender.story["5550001"] = [FaxCause.BUSY] * 20
    job = office.add(tries=2)
    office.run()
    assert len(office.sender.sent) == 2
    assert office.state(job) == "failed"


def test_a_line_that_does_not_dial_costs_a_fax_nothing_and_rests():
    office = Office()
    office.sender.story["5550001"] = [FaxCause.LINE_TROUBLE] * 9
    job, other = office.add(tries=1), office.add("5550002", priority=9)
    office.run()
    assert (office.state(job), office.state(other)) == ("sent", "sent")
    mine = [when for name, *_, when in office.sender.sent if name == job]
    assert len(mine) == 10
    assert all(after - before >= 120 for before, after in itertools.pairwise(mine))
    assert next(when for name, *_, when in office.sender.sent if name == other) >= mine[0] + 120


@pytest.mark.parametrize("cause", [FaxCause.BUSY, FaxCause.LINE_TROUBLE])
def test_a_clock_that_is_set_back_delays_no_fax_by_what_it_was_set(cause):
    office = Office(lines=2)
    office.sender.story["5550001"] = [cause]

    async def scene():
        first, later = office.add(), office.add("5550002", port="sim/1", due=START + timedelta(hours=1))
        while office.state(first) != "queued" or not office.sender.sent:
            await office.clock.sleep(seconds(1))
        fresh = office.job("5550003")
        office.clock.set_wall(timedelta(days=-1))
        office.queue.add([fresh])
        for job, most_s in ((fresh.id, 60), (first, 300)):
            while office.state(job) != "sent":
                await office.clock.sleep(seconds(1))
            assert office.now_s < most_s
        assert office.state(later) == "queued"  # it is for a time of day
        office.queue.stop(later)

    office.run(scene())


def test_a_broken_fax_goes_on_from_its_first_page_that_is_not_confirmed():
    office = Office()
    office.sender.story["5550001"] = [(2, FaxCause.BROKEN_OFF), (0, FaxCause.BROKEN_OFF)]
    job = office.add(pages=5)
    seen: list[list[str]] = []

    async def scene() -> None:
        while len(office.rows.tries_of(job)) < 2 or office.rows.tries_of(job)[1].ended is None:
            if (tries := office.rows.tries_of(job)) and tries[-1].ended is not None:
                seen.append(office.rows.states(job, 5))
            await office.clock.sleep(seconds(5))

    office.run(scene())
    assert seen[0] == ["confirmed", "confirmed", "not-confirmed", "not-sent", "not-sent"]
    assert [pages for _, _, pages, _ in office.sender.sent] == [(1, 2, 3, 4, 5), (3, 4, 5), (3, 4, 5)]
    assert [(row.pages, row.confirmed, row.cause) for row in office.rows.tries_of(job)] == [
        (5, 2, "broken-off"),
        (3, 0, "broken-off"),
        (3, 3, "sent"),
    ]
    assert office.state(job) == "sent"


def test_a_page_that_went_out_without_an_answer_stays_so_while_later_calls_find_the_number_busy():
    office = Office()
    office.sender.story["5550001"] = [(0, FaxCause.BROKEN_OFF), FaxCause.BUSY, FaxCause.WRONG_NUMBER]
    job = office.add(pages=2)
    office.run()
    assert office.rows.states(job, 2) == ["not-confirmed", "not-sent"]
    assert office.state(job) == "failed"


def test_a_sender_that_calls_an_unconfirmed_fax_sent_is_not_believed():
    office = Office()
    office.sender.story["5550001"] = [(1, FaxCause.SENT)] * 9
    job = office.add(pages=3)
    office.run()
    assert [row.cause for row in office.rows.tries_of(job)] == ["broken-off", "broken-off", "sent"]
    assert office.rows.states(job, 3) == ["confirmed"] * 3


def test_a_fax_whose_last_page_was_confirmed_is_sent_however_the_call_ended():
    office = Office()
    office.sender.story["5550001"] = [(1, FaxCause.BROKEN_OFF)]
    job = office.add()
    office.run()
    assert (office.state(job), office.rows.jobs[job].cause) == ("sent", "sent")


def test_a_sender_that_raises_is_an_error_of_that_fax():
    office = Office()
    office.sender.story["5550001"] = ["no story"] * 9
    job, other = office.add(), office.add("5550002")
    office.run()
    assert (office.state(job), office.rows.jobs[job].cause) == ("failed", "error")
    assert office.state(other) == "sent"


def test_a_line_in_use_is_not_taken_and_the_fax_goes_when_it_is_idle():
    office = Office()
    office.take("sim/1")
    office.add()

    async def scene() -> None:
        await office.clock.sleep(seconds(500))
        assert office.sender.sent == []
        office.free("sim/1")

    office.run(scene())
    assert [when for *_, when in office.sender.sent] == [pytest.approx(500, abs=0.1)]


def test_a_fax_for_one_line_waits_for_it_and_holds_up_no_other():
    office = Office(2)
    office.take("sim/2")
    bound, other = office.add(port="sim/2", priority=1), office.add("5550002", priority=9)

    async def scene() -> None:
        await office.clock.sleep(seconds(100))
        assert (office.state(bound), office.state(other)) == ("queued", "sent")
        office.free("sim/2")

    office.run(scene())
    assert [(name, port) for name, port, *_ in office.sender.sent] == [(other, "sim/1"), (bound, "sim/2")]


def test_two_faxes_to_one_number_go_one_after_the_other():
    office = Office(3)
    for _ in range(3):
        office.add("5550001")
    office.run()  # the sender itself sees to it that they never meet
    assert len(office.sender.sent) == 3


def test_no_fax_is_begun_outside_the_offices_hours():
    office = Office(hours="08:00-18:00", start=datetime(2026, 3, 2, 9, 59, tzinfo=UTC))  # 17:59 there
    first = office.add(pages=4)
    second = office.add("5550002")
    office.run()
    assert (office.state(first), office.state(second)) == ("sent", "sent")
    begun = [when for *_, when in office.sender.sent]
    assert begun[0] < 1
    assert begun[1] == pytest.approx(14 * 3600 + 60, abs=61)
    assert len(office.told("fax.job", first)) == 3


def test_a_fax_of_its_own_hours_waits_for_both():
    office = Office(hours="08:00-18:00", start=datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    office.add(hours="17:30-09:00")
    office.run()
    assert [when for *_, when in office.sender.sent] == [pytest.approx(1800, abs=61)]


def test_a_fax_for_later_waits():
    office = Office()
    office.add(due=START + timedelta(hours=3))
    office.run()
    assert [when for *_, when in office.sender.sent] == [pytest.approx(3 * 3600, abs=61)]


def test_a_fax_that_waits_is_stopped_at_once():
    office = Office()
    office.take("sim/1")
    job = office.add()

    async def scene() -> None:
        await office.clock.sleep(seconds(5))
        office.queue.stop(job)

    office.run(scene())
    assert office.sender.sent == []
    assert (office.state(job), office.rows.jobs[job].cause) == ("stopped", "stopped")


def test_a_fax_on_its_way_is_stopped_in_its_page_and_goes_on_from_there_when_it_is_sent_again():
    office = Office()
    job = office.add(pages=3)

    async def scene() -> None:
        await office.clock.sleep(seconds(8 + 1.5 * PAGE_S))
        office.queue.stop(job)
        await office.queue.settled(job)
        assert job not in office.queue
        assert office.sender.cancelled == [job]
        assert office.state(job) == "stopped"
        assert office.rows.states(job, 3) == ["confirmed", "not-confirmed", "not-sent"]
        pages = [office.rows.pages.get((job, page.page), page) for page in fresh_pages(office.rows.jobs[job])]
        office.queue.again(Held(office.rows.jobs[job], pages, 1))
        queued = office.rows.jobs[job]
        assert (office.state(job), queued.cause, queued.detail) == ("queued", None, None)
        before = queued.created - timedelta(days=1)  # by a clock that is set back meanwhile
        assert due(queued, before) == before

    office.run(scene())
    assert [pages for _, _, pages, _ in office.sender.sent] == [(1, 2, 3), (2, 3)]
    assert office.state(job) == "sent"
    assert [row.cause for row in office.rows.tries_of(job)] == ["stopped", "sent"]


def test_a_station_that_stops_leaves_the_fax_queued_with_what_was_confirmed():
    office = Office()
    job = office.add(pages=3)

    async def scene() -> None:
        await office.clock.sleep(seconds(8 + 1.5 * PAGE_S))
        await office.queue.close()
        assert office.sender.cancelled == [job]
        assert (office.state(job), office.rows.jobs[job].cause) == ("queued", "station-restart")
        assert office.rows.states(job, 3) == ["confirmed", "not-confirmed", "not-sent"]
        await office.clock.sleep(seconds(100))
        assert len(office.sender.sent) == 1
        office.queue.start()

    office.run(scene())
    assert office.state(job) == "sent"


def test_nothing_is_told_before_its_row_is_put():
    office = Office()
    job = office.add(pages=2)
    seen: list[tuple[str, str]] = []
    office.journal.subscribe(
        lambda event: (
            seen.append((event.data["state"], office.state(job))) if event.type == "fax.job" else None
        )
    )
    office.run()
    assert seen == [("sending", "sending"), ("sent", "sent")]
    parts = [event["percent"] for event in office.told("fax.page", job) if "percent" in event]
    assert parts == [50, 50]
    assert {event.call for event in office.events if event.type == "fax.page"} == {f"call of {job}"}
