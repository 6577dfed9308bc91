from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
import time
from datetime import UTC, datetime

import pytest

from ctidrv.clock import SampleClock
from ctidrv.errors import CtiError, StoreError
from ctidrv.store import Store, trouble, writer
from ctidrv.units import seconds


@pytest.fixture
def told() -> list[CtiError]:
    return []


@pytest.fixture
def live(folder, told):
    store = Store.open(folder, inline=False, country="CN", on_error=told.append)
    yield store
    with contextlib.suppress(StoreError):
        store.close()


@contextlib.contextmanager
def locked(folder):
    """Another program holds the database for writing."""
    with contextlib.closing(sqlite3.connect(folder.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_rows_are_on_the_disk_after_committed(store, folder, store_rows):
    async def put() -> None:
        store.put_call(store_rows.call())
        for seq in range(1, 1201):
            store.put_event(store_rows.event(seq))
        await store.committed()

    asyncio.run(put())
    with contextlib.closing(sqlite3.connect(folder.database)) as other:
        assert other.execute("SELECT count(*), max(seq) FROM events").fetchone() == (1200, 1200)


def test_put_by_id_updates(store, store_rows):
    store.put_call(store_rows.call())
    store.put_call(store_rows.call(state="ended", cause="caller-gave-up", outcome="missed"))
    store.writer.flush()
    assert [(row["id"], row["state"], row["outcome"]) for row in store.calls()] == [("c1", "ended", "missed")]


def test_inline_queries_see_what_was_put_before_it_is_committed(folder, store_rows):
    with Store.open(folder, inline=True) as store:
        store.put_call(store_rows.call())
        assert [row["id"] for row in store.calls()] == ["c1"]


def test_inline_error_is_raised_where_the_row_is_put(folder, store_rows):
    with Store.open(folder, inline=True) as store, pytest.raises(StoreError, match="CHECK constraint"):
        store.put_call(store_rows.call(direction="sideways"))


def test_caller_does_not_wait_for_a_locked_database(live, folder, store_rows):
    with locked(folder):
        begun = time.monotonic()
        store_puts = 300
        for seq in range(1, store_puts + 1):
            live.put_event(store_rows.event(seq, call=None))
        assert time.monotonic() - begun < 0.5
        with contextlib.closing(sqlite3.connect(folder.database)) as other:
            assert other.execute("SELECT count(*) FROM events").fetchone() == (0,)
    live.writer.flush(20)
    assert [event["seq"] for event in live.events_since(0)] == list(range(1, store_puts + 1))


def test_locked_database_is_reported_and_rows_come_later(live, folder, store_rows, told, monkeypatch):
    monkeypatch.setattr(writer, "STALL_S", 0.1)
    with locked(folder):
        live.put_event(store_rows.event(1, call=None))
        until = time.monotonic() + 10
        while not told and time.monotonic() < until:
            threading.Event().wait(0.02)
        assert live.writer.stalled
    live.writer.flush(20)
    assert not live.writer.stalled
    assert len(told) == 1
    assert "takes no rows" in str(told[0])
    assert "close that program" in str(told[0])
    assert live.last_seq() == 1


def test_queries_do_not_wait_for_a_locked_database(live, folder, store_rows):
    live.put_call(store_rows.call())
    live.writer.flush(10)
    with locked(folder):
        begun = time.monotonic()
        assert len(live.calls()) == 1
        assert time.monotonic() - begun < 0.5


def test_lost_row_is_reported_and_the_others_are_kept_in_order(live, store_rows, told):
    live.put_call(store_rows.call())
    live.put_event(store_rows.event(1))
    live.put_event(store_rows.event(1))
    live.put_event(store_rows.event(2))
    with pytest.raises(StoreError, match=r"UNIQUE constraint failed: events\.seq"):
        asyncio.run(live.committed())
    asyncio.run(live.committed())
    assert [event["seq"] for event in live.events_since(0)] == [1, 2]
    assert len(told) == 1


def test_failing_handler_of_errors_does_not_stop_the_writer(folder, store_rows):
    def fail(_: CtiError) -> None:
        raise RuntimeError("handler")

    store = Store.open(folder, inline=False, on_error=fail)
    store.put_call(store_rows.call(direction="sideways"))
    store.put_call(store_rows.call())
    with pytest.raises(StoreError, match="CHECK"):
        store.writer.flush(10)
    assert [row["id"] for row in store.calls()] == ["c1"]
    store.close()


def test_close_writes_what_waits(folder, store_rows):
    store = Store.open(folder, inline=False)
    for seq in range(1, 2001):
        store.put_event(store_rows.event(seq, call=None))
    store.close()
    with Store.read(folder) as found:
        assert found.last_seq() == 2000


def test_close_of_a_locked_database_says_that_rows_are_lost(folder, store_rows):
    store = Store.open(folder, inline=False)
    with locked(folder):
        store.put_call(store_rows.call())
        with pytest.raises(StoreError, match=r"took nothing for 0\.3 s"):
            store.writer.close(0.3)


def test_closed_store_refuses(store, store_rows):
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.put_call(store_rows.call())


def test_puts_of_many_threads_are_all_written(live, store_rows):
    def put(first: int) -> None:
        for seq in range(first, first + 200):
            live.put_event(store_rows.event(seq, call=None))

    threads = [threading.Thread(target=put, args=(first,)) for first in (1, 1001, 2001)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    live.writer.flush(20)
    assert len(live.events_since(0, 5000)) == 600


def test_waiter_that_gives_up_does_not_stop_the_writer(live, folder, store_rows):
    async def give_up() -> None:
        live.put_call(store_rows.call())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(live.committed(), 0.1)

    with locked(folder):
        asyncio.run(give_up())
    live.writer.flush(20)
    assert [row["id"] for row in live.calls()] == ["c1"]


def test_what_is_put_together_is_written_whole_or_not_at_all(live, store_rows):
    with live.writer.together():
        live.put_call(store_rows.call())
        live.put_event(store_rows.event(1))
        assert live.writer.waiting == 0
    live.writer.flush()
    assert [row["id"] for row in live.calls()] == [store_rows.call().id]
    with live.writer.together():
        live.put_event(store_rows.event(2))
        live.put_event(store_rows.event(1))  # there already
    with pytest.raises(StoreError, match="a row was not written"):
        live.writer.flush()
    with contextlib.suppress(KeyError), live.writer.together():
        live.put_event(store_rows.event(3))
        raise KeyError
    assert live.last_seq() == 1


def test_flush_of_a_locked_database_gives_up_and_says_so(live, folder, store_rows):
    with locked(folder):
        live.put_call(store_rows.call())
        with pytest.raises(StoreError, match="taken no rows for"):
            live.writer.flush(0.3)
        assert live.writer.waiting == 2
    live.writer.flush()
    assert live.writer.waiting == 0


@pytest.mark.parametrize("trouble_of", [trouble.hold, trouble.fill])
def test_in_virtual_time_rows_wait_for_a_locked_or_full_database_as_they_do_live(
    folder, store_rows, told, trouble_of
):
    """What an open transaction held is done again: a full disk rolls it back."""
    clock = SampleClock(datetime(2026, 3, 2, tzinfo=UTC))
    store = Store.open(folder, inline=True, on_error=told.append, clock=clock)
    for seq in range(1, 300):
        store.put_event(store_rows.event(seq, call=None))
    end = trouble_of(store)
    for seq in range(300, 600):
        store.put_event(store_rows.event(seq, call=None))
    put = store.writer.submit(lambda connection: "done")
    with pytest.raises(StoreError, match="has taken no rows"):
        store.writer.flush()
    assert store.writer.waiting > 0
    clock.advance(seconds(3))
    assert store.writer.stalled
    assert len(told) == 1
    assert "they wait in memory" in str(told[0])
    assert not put.done()
    end()
    clock.advance(seconds(4))
    assert put.result(0) == "done"
    assert (store.writer.stalled, store.writer.waiting) == (False, 0)
    store.put_event(store_rows.event(600, call=None))
    store.close()
    with Store.read(folder) as found:
        assert [event["seq"] for event in found.events_since(0, 1000)] == list(range(1, 601))


def test_in_virtual_time_a_store_that_closes_says_what_was_not_written(folder, store_rows):
    clock = SampleClock(datetime(2026, 3, 2, tzinfo=UTC))
    store = Store.open(folder, inline=True, clock=clock)
    end = trouble.hold(store)
    store.put_call(store_rows.call())
    store.put_event(store_rows.event(1))
    with pytest.raises(StoreError, match="took nothing: 2 rows were not written"):
        store.close()
    with pytest.raises(sqlite3.ProgrammingError):
        end()


def test_without_a_clock_a_locked_database_is_told_at_once(folder, store_rows):
    told = pytest.raises(StoreError, match="database is locked; another program holds it")
    with Store.open(folder, inline=True) as store, locked(folder), told:
        store.put_call(store_rows.call())
