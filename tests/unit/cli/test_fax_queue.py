"""The look-ups of faxes, on a data folder without a station."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ctidrv.apps.fax.records import CoverNote, FaxJob, FaxPage, FaxTry, JobState, PageState, ReceivedFax
from ctidrv.folder import DataFolder
from ctidrv.store import Store

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = START + timedelta(minutes=3)


@pytest.fixture
def faxes(data) -> DataFolder:
    """One that failed in its second page, one that waits, and one that came."""
    folder = DataFolder(data)
    with Store.open(folder, inline=True, country="CN", wall=lambda: START) as store:
        document = str(folder.sent_fax(START, "f1", ".pdf"))
        failed = FaxJob("f1", "b", document, "信.pdf", "ab" * 32, 3, "13800138000", None, START, START)
        waits = FaxJob("f2", "b", document, "信.pdf", "ab" * 32, 3, "95588", None, LATER, LATER)
        over = {"state": JobState.FAILED, "cause": "broken-off", "ended": LATER}
        store.faxes.put_job(FaxJob(**{name: getattr(failed, name) for name in failed.__slots__} | over))
        store.faxes.put_job(waits)
        store.faxes.put_page(FaxPage("f1", 1, PageState.CONFIRMED, 14400, LATER))
        store.faxes.put_page(FaxPage("f1", 2, PageState.NOT_CONFIRMED, 14400, LATER))
        store.faxes.put_try(FaxTry("f1", 1, "sim/1", START, 3, 1, LATER, None, "broken-off"))
        tif = str(folder.received_fax(START, "r1"))
        store.faxes.put_received(ReceivedFax("r1", "office", "sim/1", START, tif, "cd" * 32, 2, 5))
    return folder


@pytest.mark.parametrize("command", [("fax", "queue"), ("fax", "boxes"), ("fax", "boxes", "--box", "office")])
def test_where_nothing_is_there_are_no_faxes_and_no_folder_is_made(ctidrv, data, command):
    ran = ctidrv(*command)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("no faxes")
    assert ctidrv(*command, "--json").out == ""
    assert not data.exists()


def test_the_queue_is_listed_with_what_is_confirmed_and_why_not_all_is(ctidrv, faxes):
    waits, failed = ctidrv("fax", "queue").out.splitlines()
    assert "0/3" in waits
    assert "1/3" in failed
    assert failed.endswith("the connection was lost during the fax")
    assert "传真过程中连接中断" in ctidrv("fax", "queue", "--lang", "zh", "--state", "failed").out
    assert [row["id"] for row in ctidrv("fax", "queue", "--json").rows] == ["f2", "f1"]
    assert [row["id"] for row in ctidrv("fax", "queue", "--limit", "1", "--json").rows] == ["f2"]
    assert ctidrv("fax", "queue", "--batch", "none", "--json").rows == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("--cover", "Li Mei"), "--cover goes with a FILE that is to be sent"),
        (("a.txt", "--number", "1", "--cover-note", "x"), "--cover-note goes with --cover NAME: to whom"),
        (("a.txt", "--cover", "Li Mei"), "give a --number"),
    ],
)
def test_a_cover_page_without_what_it_goes_with_is_wrong_use(ctidrv, given, words):
    ran = ctidrv("fax", "queue", *given)
    assert ran.code == 2
    assert words in ran.err


def test_a_fax_is_shown_with_its_cover_page_and_how_its_mail_fares(ctidrv, faxes):
    with Store.open(faxes, inline=True, country="CN", wall=lambda: START) as store:
        job = FaxJob("f3", "f3", "/x/f3.pdf", "a.pdf", "ab" * 32, 1, "95588", None, START, START)
        job = replace(job, cover=CoverNote("李梅", subject="价目"), mail_to="li@example.com")
        store.faxes.put_job(replace(job, state=JobState.SENT, ended=LATER))
        (mail,) = store.mails.waiting()
        store.mails.put(replace(mail, tries=2, error="451 come again"))
    shown = ctidrv("fax", "show", "f3").out.splitlines()
    assert "cover page:    to: 李梅" in shown
    assert "cover page:    subject: 价目" in shown
    (line,) = (line for line in shown if line.startswith("mail:"))
    assert line.startswith("mail:          queued, 2 tried, next ")
    assert line.endswith(": 451 come again")
    assert ctidrv("fax", "show", "f3", "--json").rows[0]["mail"]["tries"] == 2


def test_a_fax_is_shown_page_by_page(ctidrv, faxes):
    shown = ctidrv("fax", "show", "f1").out
    assert "1  confirmed, 14400 bit/s" in shown
    assert "2  not-confirmed, 14400 bit/s" in shown
    assert "3  not-sent" in shown
    assert "1 of 3 pages confirmed, the connection was lost during the fax" in shown
    assert "failed by station" in shown
    (row,) = ctidrv("fax", "show", "f1", "--json", "--lang", "zh").rows
    assert row["call_rows"][0]["error"] == "传真过程中连接中断"


def test_boxes_and_what_came_are_listed_and_shown(ctidrv, faxes):
    (box,) = ctidrv("fax", "boxes", "--json").rows
    assert (box["box"], box["faxes"], box["new"]) == ("office", 1, 1)
    assert "office" in ctidrv("fax", "boxes").out
    (row,) = ctidrv("fax", "boxes", "--box", "office", "--json").rows
    assert (row["id"], row["path"]) == ("r1", str(faxes.received_fax(START, "r1")))
    shown = ctidrv("fax", "show", "r1").out
    assert "made by station" in shown
    assert "whole:         yes\n" in shown


def test_who_read_a_fax_is_told_in_words(ctidrv, faxes):
    with Store.open(faxes, inline=True, country="CN", wall=lambda: LATER) as store:
        store.faxes.read("r1", "token").result()
    assert "read by a program that has the station's token" in ctidrv("fax", "show", "r1").out


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("show", "none"), "no fax 'none'"),
        (("queue", "letter.pdf"), "give a --number"),
        (("queue", "--number", "95588"), "--number goes with a FILE"),
        (("queue", "--state", "lost"), "invalid choice"),
        (("queue", "--limit", "0"), "invalid"),
        (("queue", "a.txt", "--number", "1", "--state", "sent"), "--state goes with the list"),
        (("queue", "a.txt", "--number", "1", "--limit", "3"), "--limit goes with the list"),
        (("queue", "a.txt", "--number", "1", "--batch", "x"), "--batch goes with the list"),
        (("queue", "", "--number", "1"), "an empty name"),
        (("queue", "a.txt", "--number", "1", "--cover", ""), "invalid name ''"),
        (("queue", "a.txt", "--number", "1", "--cover", " \n"), "invalid name ' \\n'"),
        (("fly",), "invalid choice"),
    ],
)
def test_wrong_use_is_exit_2_with_a_clear_line(ctidrv, faxes, command, words):
    ran = ctidrv("fax", *command)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err.splitlines()[-1]


@pytest.mark.parametrize(
    "command", [("stop", "f1"), ("retry", "f1"), ("queue", "letter.pdf", "--number", "95588")]
)
def test_without_a_station_nothing_is_asked_of_it(ctidrv, faxes, command):
    ran = ctidrv("fax", *command)
    assert (ran.code, ran.out) == (1, "")
    assert "no station runs" in ran.err
