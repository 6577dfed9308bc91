"""Faxes in the store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ctidrv.apps.fax.records import CoverNote, FaxJob, FaxPage, FaxTry, JobState, PageState, ReceivedFax
from ctidrv.errors import StoreError
from ctidrv.store import Store

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = START + timedelta(minutes=3)


def job(id: str = "f1", **more: Any) -> FaxJob:
    known = {"batch": id, "path": f"/elsewhere/{id}.pdf", "name": "信.pdf", "sha256": "ab" * 32, "pages": 3}
    known |= {"number": "138 0013 8000", "e164": "+8613800138000", "created": START, "due": LATER}
    return FaxJob(id, **{**known, **more})


def received(id: str = "r1", **more: Any) -> ReceivedFax:
    known = {"box": "office", "port": "sim/1", "started": START, "path": "/elsewhere/r1.tif"}
    return ReceivedFax(id, **{**known, "sha256": "cd" * 32, "pages": 2, "bad_rows": 5, **more})


def test_a_fax_comes_back_as_it_was_put(store, folder):
    inside = str(folder.sent_fax(START, "f1", ".pdf"))
    put = job(path=inside, port="sim/2", priority=2, hours="08:00-20:00", tries=3, causes=("busy", "busy"))
    put = replace(put, cover=CoverNote("李梅", subject='one "line"\nand another', language="zh"))
    store.faxes.put_job(put)
    store.faxes.put_try(
        first := FaxTry("f1", 1, "sim/1", START, 3, 0, LATER, None, "busy", "", 14400, "+86 1")
    )
    store.faxes.put_try(second := FaxTry("f1", 2, "sim/1", LATER, 3))
    store.faxes.put_page(page := FaxPage("f1", 2, PageState.CONFIRMED, 9600, LATER))
    store.writer.flush(5)
    (kept,) = store.faxes.open_jobs()
    assert kept.job == put
    assert kept.tries == [first, second]
    assert kept.pages == [FaxPage("f1", 1), page, FaxPage("f1", 3)]
    assert store.faxes.kept_job("f1") == kept
    assert store.faxes.kept_job("f2") is None


def test_only_faxes_that_are_not_over_are_open(store):
    for state in JobState:
        store.faxes.put_job(job(state.value, state=state))
    store.writer.flush(5)
    assert {kept.job.id for kept in store.faxes.open_jobs()} == {"queued", "sending"}


def test_faxes_are_listed_newest_first_with_what_is_confirmed_and_why_not_all_is(store):
    store.faxes.put_job(job("f1", state=JobState.SENT, cause="sent", ended=LATER))
    store.faxes.put_job(
        job("f2", created=LATER, batch="b", state=JobState.FAILED, cause="busy", detail="486", ended=LATER)
    )
    store.faxes.put_page(FaxPage("f1", 1, PageState.CONFIRMED, 9600, LATER))
    store.faxes.put_page(FaxPage("f1", 2, PageState.REFUSED, 9600, LATER))
    store.writer.flush(5)
    rows = store.faxes.jobs(limit=9)
    assert [(row["id"], row["confirmed"], row["error"]) for row in rows] == [
        ("f2", 0, "the number is busy (486)"),
        ("f1", 1, None),
    ]
    assert store.faxes.jobs(limit=9, language="zh")[0]["error"] == "对方占线 (486)"
    assert [row["id"] for row in store.faxes.jobs(limit=1)] == ["f2"]
    assert [row["id"] for row in store.faxes.jobs(limit=9, state="sent")] == ["f1"]
    assert [row["id"] for row in store.faxes.jobs(limit=9, batch="b")] == ["f2"]
    assert rows[0]["created"] == "2026-03-02T09:03:00.000000+00:00"


def test_a_fax_is_shown_with_every_page_and_call(store):
    store.faxes.put_job(job())
    store.faxes.put_page(FaxPage("f1", 2, PageState.NOT_CONFIRMED, 9600, LATER))
    store.faxes.put_try(FaxTry("f1", 1, "sim/1", START, 3, 0, LATER, None, "broken-off"))
    store.writer.flush(5)
    row = store.faxes.job("f1")
    assert [page["state"] for page in row["page_states"]] == ["not-sent", "not-confirmed", "not-sent"]
    assert [(call["number"], call["error"]) for call in row["call_rows"]] == [
        (1, "the connection was lost during the fax")
    ]
    assert store.faxes.job("none") is None


def test_the_end_of_a_fax_is_one_fact_with_the_hash_of_its_document(store):
    over = job(state=JobState.FAILED, cause="busy", ended=LATER)
    store.faxes.put_job(job())
    store.faxes.put_job(over)
    store.faxes.put_job(over)
    store.faxes.put_job(replace(over, state=JobState.QUEUED))
    store.faxes.put_page(FaxPage("f1", 1, PageState.CONFIRMED))
    store.faxes.put_job(replace(over, state=JobState.STOPPED, cause="stopped"))
    store.writer.flush(5)
    told = store.faxes.job("f1")["facts"]
    assert [(fact["kind"], fact["data"]["confirmed"], fact["data"]["sha256"]) for fact in told] == [
        ("failed", 0, "ab" * 32),
        ("stopped", 1, "ab" * 32),
    ]
    assert store.check() == []


def test_a_fax_that_came_is_in_its_box_with_its_caller_until_it_is_read(store, folder, store_rows):
    customer = store.add_customer("王芳", ["138 0013 8000"]).result(5)
    store.put_call(store_rows.call(customer=customer["id"]))
    tif = str(folder.received_fax(START, "r1"))
    store.faxes.put_received(received(call="c1", path=tif, number="13800138000", whole=False))
    store.faxes.put_received(received("r2", box="junk", started=LATER))
    store.writer.flush(5)
    assert [row["id"] for row in store.faxes.received(limit=9)] == ["r2", "r1"]
    (row,) = store.faxes.received(limit=9, box="office")
    assert (row["customer_name"], row["whole"], row["state"], row["path"]) == ("王芳", False, "new", tif)
    assert store.faxes.read("r1", "token").result(5)
    assert not store.faxes.read("none", "token").result(5)
    assert store.faxes.received(limit=9, state="new") == [store.faxes.received(limit=9)[0]]
    assert [(fact["kind"], fact["actor"]) for fact in store.faxes.received_one("r1")["facts"]] == [
        ("made", "station"),
        ("read", "token"),
    ]
    assert [(box["box"], box["faxes"], box["new"]) for box in store.faxes.boxes()] == [
        ("junk", 1, 1),
        ("office", 1, 0),
    ]
    assert store.faxes.received_one("none") is None
    assert store.check() == []


def test_a_fax_that_is_put_twice_was_made_once(store):
    store.faxes.put_received(received())
    store.faxes.put_received(received(state="read", ident="+86 1"))
    store.writer.flush(5)
    row = store.faxes.received_one("r1")
    assert (row["state"], row["ident"], len(row["facts"])) == ("read", "+86 1", 1)


def test_where_nothing_is_there_are_no_faxes_and_none_is_put(folder):
    with Store.read(folder) as store:
        assert store.faxes.jobs(limit=9) == store.faxes.received(limit=9) == store.faxes.boxes() == []
        with pytest.raises(StoreError, match="opened for reading"):
            store.faxes.put_job(job())
