"""E-mails of faxes in the store: put with their fax, until a server has taken them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ctidrv.apps.fax.records import FaxJob, JobState, ReceivedFax
from ctidrv.apps.mail.records import MailKind, MailState
from ctidrv.errors import StoreError
from ctidrv.store import Store

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = START + timedelta(minutes=3)
CAME = ReceivedFax("r1", "office", "sim/1", START, "/x/r1.tif", "ab" * 32, 2, 0, mail_to="desk@example.com")
JOB = FaxJob(
    "f1", "f1", "/x/f1.pdf", "信.pdf", "ab" * 32, 2, "95588", None, START, START, mail_to="li@example.com"
)


def test_a_fax_that_came_and_its_mail_are_put_together_and_once(store):
    store.faxes.put_received(CAME)
    store.faxes.put_received(replace(CAME, state="read"))
    store.faxes.put_received(replace(CAME, id="r2", mail_to=None))
    store.writer.flush(5)
    (mail,) = store.mails.waiting()
    assert (mail.fax, mail.kind, mail.address) == ("r1", MailKind.RECEIVED, "desk@example.com")
    assert (mail.tries, mail.state, mail.error) == (0, MailState.QUEUED, None)
    assert store.faxes.received_one("r2")["mail"] is None
    assert store.faxes.kept_received("r1") == replace(CAME, state="read")
    assert store.faxes.kept_received("none") is None


def test_a_mail_that_cannot_be_written_leaves_no_fax_that_nobody_is_told_of(folder):
    with Store.open(folder, inline=False) as store:
        store.writer.put(lambda connection: connection.execute("DROP TABLE mails"))
        store.writer.flush(5)
        store.faxes.put_received(CAME)
        with pytest.raises(StoreError, match="no such table"):
            store.writer.flush(5)
        with store._query() as connection:
            assert connection.execute("SELECT count(*) FROM received_faxes").fetchone()[0] == 0


def test_who_sent_a_fax_is_told_each_time_that_it_is_over(store):
    for state in (JobState.QUEUED, JobState.SENDING):
        store.faxes.put_job(replace(JOB, state=state))
    store.writer.flush(5)
    assert store.mails.waiting() == []
    over = replace(JOB, state=JobState.FAILED, cause="busy", ended=LATER)
    store.faxes.put_job(over)
    store.faxes.put_job(over)
    store.faxes.put_job(replace(JOB, state=JobState.QUEUED))
    store.faxes.put_job(replace(JOB, state=JobState.SENT, ended=LATER))
    store.writer.flush(5)
    assert [(mail.fax, mail.kind, mail.due) for mail in store.mails.waiting()] == [
        ("f1", MailKind.ENDED, LATER)
    ] * 2


def test_how_a_mail_fares_is_in_the_row_of_its_fax_and_its_end_is_a_fact(store):
    store.faxes.put_received(CAME)
    store.writer.flush(5)
    (mail,) = store.mails.waiting()
    store.mails.put(replace(mail, tries=1, due=LATER, error="451 come again"))
    store.writer.flush(5)
    row = store.faxes.received_one("r1")
    assert row["mail_to"] == "desk@example.com"
    told = row["mail"]
    assert (told["state"], told["tries"], told["error"]) == ("queued", 1, "451 come again")
    assert told["due"] == "2026-03-02T09:03:00.000000+00:00"
    store.mails.put(replace(mail, tries=2, state=MailState.SENT, ended=LATER))
    store.writer.flush(5)
    assert store.mails.waiting() == []
    row = store.faxes.received_one("r1")
    assert (row["mail"]["state"], row["mail"]["error"]) == ("sent", None)
    assert [(fact["kind"], fact["data"].get("to")) for fact in row["facts"]] == [
        ("made", None),
        ("mailed", "desk@example.com"),
    ]
    assert store.check() == []


def test_a_mail_that_was_given_up_is_a_fact_with_its_reason(store):
    store.faxes.put_job(replace(JOB, state=JobState.SENT, ended=LATER))
    store.writer.flush(5)
    (mail,) = store.mails.waiting()
    store.mails.put(replace(mail, tries=1, state=MailState.FAILED, ended=LATER, error="550 no"))
    store.writer.flush(5)
    row = store.faxes.job("f1")
    assert (row["mail"]["state"], row["mail"]["error"]) == ("failed", "550 no")
    assert row["facts"][-1]["kind"] == "not-mailed"
    assert row["facts"][-1]["data"] == {"to": "li@example.com", "tries": 1, "error": "550 no"}


def test_the_last_mail_of_a_fax_is_the_one_that_is_shown(store):
    store.faxes.put_job(replace(JOB, state=JobState.FAILED, ended=LATER))
    store.writer.flush(5)
    (first,) = store.mails.waiting()
    store.mails.put(replace(first, tries=1, state=MailState.SENT, ended=LATER))
    store.faxes.put_job(replace(JOB, state=JobState.QUEUED))
    store.faxes.put_job(replace(JOB, state=JobState.SENT, ended=LATER))
    store.writer.flush(5)
    assert store.faxes.job("f1")["mail"]["state"] == "queued"
    assert store.faxes.jobs(limit=9)[0]["mail"]["tries"] == 0
