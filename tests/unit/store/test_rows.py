from __future__ import annotations

import contextlib
import sqlite3
from datetime import timedelta

import pytest

from ctidrv.errors import InputError, StoreError
from ctidrv.store import Store, facts


def answered_call(rows, **more):
    answered = rows.start + timedelta(seconds=6)
    ended = rows.start + timedelta(seconds=20.5)
    return rows.call(**{"state": "ended", "answered": answered, "ended": ended, "outcome": "message", **more})


def test_call_shows_times_with_offset_and_seconds_of_conversation(store, store_rows):
    store.put_call(answered_call(store_rows))
    store.writer.flush()
    row = store.calls()[0]
    assert row["started"] == "2026-03-02T09:00:00.000000+00:00"
    assert row["seconds"] == 14.5
    assert row["customer"] is None


def test_call_has_its_legs_events_recordings_messages_and_customer(store, store_rows):
    customer = store.add_customer("王芳", ["138 0013 8000"], company="Lotus Tea", tags=["vip"]).result(10)
    store.put_call(answered_call(store_rows, customer=customer["id"], e164="+8613800138000"))
    store.put_leg(store_rows.leg())
    store.put_leg(store_rows.leg(cause="remote-busy-tone", ended=store_rows.start))
    store.put_event(store_rows.event(1))
    store.put_recording(store_rows.recording())
    store.put_message(store_rows.message())
    store.writer.flush()
    call = store.call("c1")
    assert [leg["cause"] for leg in call["legs"]] == ["remote-busy-tone"]
    assert call["events"] == [
        {
            "seq": 1,
            "type": "call.ring",
            "at": 0.02,
            "wall": "2026-03-02T09:00:00.000000+00:00",
            "call": "c1",
            "port": "sim/1",
            "count": 1,
        }
    ]
    assert [r["id"] for r in call["recordings"]] == ["r1"]
    assert [m["id"] for m in call["messages"]] == ["m1"]
    assert call["customer_card"]["tags"] == ["vip"]
    assert store.call("none") is None
    listed = store.calls()[0]
    assert (listed["customer_name"], listed["recording"], listed["message"]) == ("王芳", "r1", "m1")


def test_calls_are_listed_newest_first_and_paged(store, store_rows):
    for index in range(7):
        started = store_rows.start + timedelta(minutes=index // 2)
        store.put_call(store_rows.call(f"c{index}", started=started))
    store.writer.flush()
    seen: list[str] = []
    while page := store.calls(limit=3, before=seen[-1] if seen else None):
        seen += [row["id"] for row in page]
    assert seen == ["c6", "c5", "c4", "c3", "c2", "c1", "c0"]


@pytest.mark.parametrize("number", ["013800138000", "+8613800138000", "138000", "8000"])
def test_calls_are_found_by_a_number_in_any_form_or_by_its_end(store, store_rows, number):
    store.put_call(store_rows.call("c1", number="013800138000", e164="+8613800138000"))
    store.put_call(store_rows.call("c2", number="13900139001", e164="+8613900139001"))
    store.writer.flush()
    assert [row["id"] for row in store.calls(number=number)] == ["c1"]


@pytest.mark.parametrize("number", ["12", "", "abc"])
def test_search_for_too_few_digits_is_refused(store, number):
    with pytest.raises(InputError, match="last four digits"):
        store.calls(number=number)


def test_search_by_a_numbers_end_uses_the_index(folder):
    with Store.open(folder, inline=True) as store:
        plan = store.writer.connection.execute(
            "EXPLAIN QUERY PLAN SELECT id FROM calls"
            " WHERE number_reversed >= '8000' AND number_reversed < '8000:'"
        ).fetchall()
        assert "calls_number_reversed" in plan[0]["detail"]


def test_calls_are_filtered_by_state_and_customer(store, store_rows):
    customer = store.add_customer("Ann", ["13800138000"]).result(10)["id"]
    store.put_call(store_rows.call("c1", customer=customer))
    store.put_call(answered_call(store_rows, id="c2"))
    store.writer.flush()
    assert [row["id"] for row in store.calls(state="ended")] == ["c2"]
    assert [row["id"] for row in store.calls(customer=customer)] == ["c1"]
    assert [row.id for row in store.open_calls()] == ["c1"]
    assert store.open_calls()[0].started == store_rows.start


def test_customer_is_found_by_each_number_in_any_form(store):
    store.add_customer("王芳", ["138 0013 8000", "010-88886666", "95588"]).result(10)
    for number in ("+8613800138000", "+861088886666", "95588"):
        assert [customer.name for customer in store.customers_by_number(number)] == ["王芳"]
    for written in ("17951 013800138000", "01088886666转8012", "95588"):
        assert [row["name"] for row in store.customers(number=written)] == ["王芳"]


def test_number_without_area_finds_the_customer_by_its_end(store):
    store.add_customer("Li", ["010-88886666"]).result(10)
    assert [customer.name for customer in store.customers_by_number("88886666")] == ["Li"]
    assert store.customers_by_number("6666") == []
    assert store.customers_by_number("+862188886666") == []


def test_one_number_of_several_customers_gives_them_all_in_order(store):
    store.add_customer("Zoe", ["13800138000"]).result(10)
    store.add_customer("Ann", ["13800138000", "13800138000"]).result(10)
    assert [customer.name for customer in store.customers_by_number("+8613800138000")] == ["Zoe", "Ann"]


def test_customers_are_found_by_part_of_name_or_company(store):
    store.add_customer("Ann 100%", company="Lotus_Tea").result(10)
    store.add_customer("Bob", company="LotusXTea").result(10)
    assert [row["name"] for row in store.customers(text="100%")] == ["Ann 100%"]
    assert [row["name"] for row in store.customers(text="s_T")] == ["Ann 100%"]
    assert [row["name"] for row in store.customers()] == ["Ann 100%", "Bob"]


def test_customer_without_name_or_with_a_bad_number_is_refused_and_not_added(store):
    with pytest.raises(InputError, match="needs a name"):
        store.add_customer("  ")
    with pytest.raises(InputError, match="'none' is no telephone number"):
        store.add_customer("Ann", ["none"])
    assert store.customers() == []


def test_recording_path_follows_a_moved_data_folder(folder, tmp_path, store_rows):
    from ctidrv.folder import DataFolder

    with Store.open(folder, inline=True) as store:
        store.put_call(store_rows.call())
        store.put_recording(store_rows.recording())
        assert store.recordings()[0]["path"] == store_rows.recording().path
    moved = DataFolder(tmp_path / "elsewhere")
    folder.root.rename(moved.root)
    with Store.read(moved) as store:
        expected = moved.root / "recordings" / "2026" / "03" / "02" / "c1.wav"
        assert store.recordings()[0]["path"] == str(expected)


def test_recording_outside_the_data_folder_keeps_its_path(store, store_rows, tmp_path):
    path = str(tmp_path / "other" / "x.wav")
    store.put_recording(store_rows.recording(path=path))
    store.writer.flush()
    assert store.recordings()[0]["path"] == path


def test_open_recording_has_no_hash_and_leaves_no_fact(store, store_rows):
    store.put_recording(store_rows.recording())
    store.writer.flush()
    row = store.recording("r1")
    assert (row["sha256"], row["seconds"], row["state"], row["facts"]) == (None, None, "open", [])
    assert [open_.id for open_ in store.open_recordings()] == ["r1"]


def test_closing_a_recording_leaves_one_fact_however_often_it_is_put(store, store_rows):
    store.put_recording(store_rows.recording())
    for _ in range(2):
        store.put_recording(store_rows.recording(state="closed", sha256="ab" * 32, samples=8000))
    store.writer.flush()
    kept = store.recording("r1")["facts"]
    assert [(fact["kind"], fact["data"]["sha256"]) for fact in kept] == [("made", "ab" * 32)]
    assert kept[0]["at"] == "2026-03-02T09:00:01.000000+00:00"


def test_listening_and_repair_are_facts(store, store_rows):
    store.put_recording(store_rows.recording(state="repaired", sha256="cd" * 32, samples=800))
    store.listened("recording:r1", "token").result(10)
    assert [fact["kind"] for fact in store.recording("c1")["facts"]] == ["repaired", "listened"]


def test_messages_are_listed_by_box(store, store_rows):
    store.put_message(store_rows.message())
    store.put_message(store_rows.message(id="m2", box="sales", state="heard"))
    store.put_message(store_rows.message(id="m2", box="sales", state="done"))
    store.writer.flush()
    assert [row["id"] for row in store.messages(box="office")] == ["m1"]
    message = store.message("m2")
    assert (message["state"], message["seconds"]) == ("done", 1.0)
    assert [fact["kind"] for fact in message["facts"]] == ["made"]


@pytest.mark.parametrize(
    "change",
    ["UPDATE facts SET actor = 'nobody' WHERE seq = 2", "DELETE FROM facts WHERE seq = 2"],
)
def test_altered_chain_is_refused_by_the_database_and_found_by_the_check(folder, store_rows, change):
    with Store.open(folder, inline=True) as store:
        store.put_call(store_rows.call())
        store.put_recording(store_rows.recording(state="closed", sha256="ab" * 32, samples=8000))
        store.listened("recording:r1", "ann").result()
        store.listened("recording:r1", "bob").result()
        assert store.check() == []
    with contextlib.closing(sqlite3.connect(folder.database)) as other:
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            other.execute(change)
        other.execute("DROP TRIGGER facts_keep_update")
        other.execute("DROP TRIGGER facts_keep_delete")
        other.execute(change)
        other.commit()
    with Store.read(folder) as store:
        assert len(store.check()) == 1
        assert "facts: line" in store.check()[0]


def test_facts_inserted_between_break_the_chain(folder):
    with Store.open(folder, inline=True) as store:
        store.listened("recording:r1", "ann").result()
        connection = store.writer.connection
        connection.execute("INSERT INTO facts VALUES (2, 'x', 'made', 'recording:r2', 'x', '{}', 'x')")
        assert facts.verify(connection) == 2


def test_reference_to_a_missing_call_is_found_by_the_check(folder, store_rows):
    with Store.open(folder, inline=True) as store:
        store.put_leg(store_rows.leg(call="gone"))
        assert store.check() == ["reference: a row of legs points to a row of calls that is not there"]


def test_events_after_a_number_come_in_order(store, store_rows):
    for seq in (1, 2, 3, 4):
        store.put_event(store_rows.event(seq))
    store.writer.flush()
    assert [event["seq"] for event in store.events_since(2)] == [3, 4]
    assert [event["seq"] for event in store.events_since(0, limit=2)] == [1, 2]
    assert store.last_seq() == 4


def test_strict_columns_refuse_another_type(folder):
    with (
        Store.open(folder, inline=True) as store,
        pytest.raises(sqlite3.IntegrityError, match="cannot store TEXT"),
    ):
        store.writer.connection.execute("INSERT INTO events VALUES (1, NULL, 'p', 't', 'soon', 'w', '{}')")


def test_sqlite_utils_opens_the_database(store, folder, store_rows):
    sqlite_utils = pytest.importorskip("sqlite_utils", reason="sqlite-utils is not installed")
    store.put_call(store_rows.call())
    store.put_leg(store_rows.leg())
    store.writer.flush()
    database = sqlite_utils.Database(folder.database)
    try:
        assert database["calls"].get("c1")["port"] == "sim/1"
        assert all(database[name].strict for name in database.table_names())
        assert {key.other_table for key in database["recordings"].foreign_keys} == {"calls"}
        assert list(database.query("SELECT id FROM legs")) == [{"id": "c1-1"}]
    finally:
        database.conn.close()


def test_error_names_the_file(folder):
    folder.root.mkdir()
    folder.database.mkdir()
    with pytest.raises(StoreError, match=r"ctidrv\.db"):
        Store.open(folder, inline=True)
