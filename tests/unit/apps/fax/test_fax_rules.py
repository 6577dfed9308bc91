"""Hours, words, the order of the queue, boxes: the fax queue's rules without a clock."""

from __future__ import annotations

import hashlib
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ctidrv.apps.fax.archive import archive
from ctidrv.apps.fax.boxes import JUNK, FaxBoxes, is_junk
from ctidrv.apps.fax.causes import WORDS, FaxCause, in_words
from ctidrv.apps.fax.drawing import limits
from ctidrv.apps.fax.hours import Hours, meet, opens
from ctidrv.apps.fax.queue import turn
from ctidrv.apps.fax.records import FaxTry, JobState, PageState, ReceivedFax, fresh_pages
from ctidrv.apps.fax.recovery import Kept, recover
from ctidrv.apps.fax.retry import RULES, after
from ctidrv.errors import InputError, StoreError
from ctidrv.units import PortId

sys.path.append(str(Path(__file__).parent))

from fax_office import START, Office, Rows

BERLIN = ZoneInfo("Europe/Berlin")


def utc(day: int, hour: int, minute: int = 0, *, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "now", "opening"),
    [
        ("08:00-20:00", utc(2, 7), utc(2, 7)),
        ("08:00-20:00", utc(2, 6, 59), utc(2, 7)),
        ("08:00-20:00", utc(2, 18, 59), utc(2, 18, 59)),
        ("08:00-20:00", utc(2, 19), utc(3, 7)),
        ("22:00-06:00", utc(2, 12), utc(2, 21)),
        ("22:00-06:00", utc(2, 23), utc(2, 23)),
        ("22:00-06:00", utc(3, 4, 59), utc(3, 4, 59)),
        ("22:00-06:00", utc(3, 5), utc(3, 21)),
        ("08:00-20:00", utc(28, 20), utc(29, 6)),  # the clocks go forward in that night
        ("02:30-03:30", utc(28, 12), utc(29, 1)),  # an opening that this night leaves out: it begins at 03:00
        ("02:00-02:30", utc(28, 12), utc(29, 1)),  # hours that it leaves out: `opens` asks once more
        ("02:30-05:00", utc(25, 0, 45, month=10), utc(25, 0, 45, month=10)),  # 02:45, and the clocks go back
        ("02:30-05:00", utc(25, 1, 10, month=10), utc(25, 1, 30, month=10)),  # 02:10 for the second time
    ],
)
def test_hours_open_at_the_offices_time(hours, now, opening):
    assert Hours.parse(hours).opens(now, BERLIN) == opening


def test_hours_around_the_night_in_which_clocks_go_forward_are_open_in_it():
    night = [Hours.parse("02:45-03:45"), Hours.parse("00:15-23:00")]
    assert opens(night, utc(28, 12), BERLIN) == utc(29, 1)
    assert opens([Hours.parse("02:00-02:30")], utc(28, 12), BERLIN) == utc(30, 0)


@pytest.mark.parametrize("text", ["", "8-20", "08:00-08:00", "24:00-06:00", "08:60-09:00", "08:00-20:00 "])
def test_hours_that_are_none_are_refused(text):
    with pytest.raises(InputError, match="must be as 08:00-20:00"):
        Hours.parse(text)


def test_hours_that_never_meet_are_known_and_never_open():
    day, night = Hours.parse("08:00-12:00"), Hours.parse("13:00-15:00")
    assert not meet([day, night])
    assert meet([day, Hours.parse("11:59-15:00")])
    assert meet([])
    for hour in range(24):
        assert opens([day, night], utc(2, hour), BERLIN) > utc(2, hour)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_cause_has_words(language):
    assert set(WORDS[language]) == set(FaxCause)
    assert all(WORDS[language].values())


def test_causes_are_said_with_what_is_known_of_them():
    assert in_words("busy", language="zh") == "对方占线"
    assert in_words("broken-off", "no carrier") == "the connection was lost during the fax (no carrier)"
    assert in_words("of-a-later-version") == "of-a-later-version"
    assert in_words(None) is None


def test_every_cause_but_the_end_is_in_the_table_or_ends_the_fax():
    assert FaxCause.SENT not in RULES
    for cause in FaxCause:
        job = Office().job(tries=99)
        for _ in range(10):
            job = after(job, cause, None, START)
            if job.state is JobState.FAILED:
                break
        assert (job.state is JobState.QUEUED) == (cause in RULES and not RULES[cause].counts)


def test_the_next_fax_is_that_of_the_highest_priority_that_can_go():
    office = Office()
    late, first, second, bound = (
        office.job("1", priority=1, due=START + timedelta(hours=1)),
        office.job("2", priority=2),
        office.job("3", priority=2, created=START + timedelta(seconds=1)),
        office.job("4", priority=1, port="sim/9"),
    )
    jobs = [second, late, bound, first]
    free = [PortId("sim/1"), PortId("sim/2")]

    def next_one(free: list[PortId], engaged: set[str], now: datetime = START) -> Any:
        return turn(jobs, free, engaged, lambda job: job.due, now)

    assert next_one(free, set()) == (first, "sim/2")
    assert next_one(free, {"2"}) == (second, "sim/2")
    assert next_one(free, {"2", "3"}) is None
    assert next_one([], set()) is None
    assert next_one([PortId("sim/9")], set()) == (bound, "sim/9")
    assert next_one(free, set(), START + timedelta(hours=2)) == (late, "sim/2")


# What a crash left.


def test_a_fax_that_was_being_sent_at_the_crash_is_queued_with_what_was_confirmed():
    rows, office = Rows(), Office()
    job = office.job(pages=5, state=JobState.SENDING)
    pages = fresh_pages(job)
    then = START + timedelta(minutes=1)
    for index, state in enumerate((PageState.CONFIRMED, PageState.CONFIRMED, PageState.SENDING)):
        pages[index] = type(pages[0])(job.id, index + 1, state, 14400, then)
    lost = FaxTry(job.id, 1, "sim/1", START, 5)
    (kept,) = recover([Kept(job, pages, [lost])], rows, START + timedelta(hours=1))
    assert (kept.job.state, kept.job.cause) == (JobState.QUEUED, "station-restart")
    assert [page.state.value for page in kept.pages] == [
        "confirmed",
        "confirmed",
        "not-confirmed",
        "not-sent",
        "not-sent",
    ]
    (told,) = rows.tries.values()
    assert (told.confirmed, told.cause, told.ended) == (2, "station-restart", START + timedelta(hours=1))
    assert recover([kept], rows, START) == [kept]


def test_a_fax_whose_last_page_was_confirmed_before_the_crash_is_sent():
    rows, office = Rows(), Office()
    job = office.job(pages=1, state=JobState.SENDING)
    page = type(fresh_pages(job)[0])(job.id, 1, PageState.CONFIRMED, 14400, START)
    (kept,) = recover([Kept(job, [page], [FaxTry(job.id, 1, "sim/1", START, 1)])], rows, START)
    assert rows.jobs[job.id] == kept.job
    assert (kept.job.state, kept.job.cause, kept.job.ended) == (JobState.SENT, "sent", START)


def test_a_fax_that_crashes_the_station_each_time_is_given_up():
    rows, job = Rows(), Office().job(state=JobState.SENDING)
    for _ in range(3):
        (kept,) = recover([Kept(job, fresh_pages(job), [])], rows, START)
        job = type(job)(
            **{**{name: getattr(kept.job, name) for name in job.__slots__}, "state": JobState.SENDING}
        )
    assert kept.job.state is JobState.FAILED


# Documents and boxes.


def test_a_document_is_copied_with_its_hash(tmp_path):
    given, copy = tmp_path / "letter.pdf", tmp_path / "faxes" / "fax-1.pdf"
    given.write_bytes(bytes(range(256)) * 9000)
    assert archive(given, copy) == hashlib.sha256(given.read_bytes()).hexdigest()
    assert copy.read_bytes() == given.read_bytes()
    with pytest.raises(StoreError, match="cannot be written"):
        archive(given, copy)
    assert copy.read_bytes() == given.read_bytes()


def test_a_document_that_is_no_file_or_too_large_leaves_nothing(tmp_path, monkeypatch):
    copy = tmp_path / "faxes" / "fax-1.pdf"
    letter = tmp_path / "letter.txt"
    letter.write_text("Good morning.", encoding="utf-8")
    for what, says in (
        (tmp_path / "none.pdf", "there is no such file"),
        (letter / "none.pdf", "there is no such file"),
        (tmp_path / "a\0b.pdf", "there is no such file"),
        (tmp_path / ("x" * 300), "cannot be read: |there is no such file"),
        (tmp_path, "is a folder: name a file in it"),
    ):
        with pytest.raises(InputError, match=says):
            archive(what, copy)
    assert not copy.parent.exists()
    monkeypatch.setattr(limits, "FILE_BYTES", 3 << 20)
    (tmp_path / "large.pdf").write_bytes(bytes((3 << 20) + 1))
    with pytest.raises(InputError, match="larger than 3 MB"):
        archive(tmp_path / "large.pdf", copy)
    assert not copy.exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such pipes")
def test_a_pipe_is_no_document_and_nobody_waits_for_what_comes_from_it(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="is a pipe or a device, no file: save what comes from it first"):
        archive(tmp_path / "pipe", tmp_path / "faxes" / "fax-1.pdf")


def received(**more: Any) -> ReceivedFax:
    known: dict[str, Any] = {"number": "01908888", "e164": None, "ident": "+86 10 9990 0", **more}
    return ReceivedFax("fax-1", "office", "sim/1", START, "/data/fax-1.tif", "ab" * 32, 2, 0, **known)


@pytest.mark.parametrize(
    ("junk", "is_so"),
    [((), False), (("0190",), True), (("0191",), False), (("+86109990",), True), (("109990",), False)],
)
def test_junk_is_known_by_the_beginning_of_number_or_identity(junk, is_so):
    assert is_junk(received(), junk) is is_so


def test_a_fax_without_number_and_identity_is_no_junk():
    assert not is_junk(received(number=None, ident=None), ("0", "+"))


def test_a_fax_is_on_the_disk_and_told_when_it_is_filed():
    import asyncio

    office = Office()
    boxes = FaxBoxes(office.rows, office.journal, ("0190",))
    filed = asyncio.run(boxes.take(received()))
    assert (filed.box, office.rows.uncommitted) == (JUNK, 0)
    assert office.rows.received["fax-1"] == filed
    (told,) = office.events
    assert (told.type, told.data["box"], told.data["bad_rows"]) == ("fax.received", JUNK, 0)
