from __future__ import annotations

import contextlib
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from ctidrv.errors import NewerDatabase, StoreError
from ctidrv.folder import DataFolder
from ctidrv.store import Store, migrate

VECTORS = Path(__file__).parents[2] / "vectors" / "db"


def set_version(path: Path, version: int, *, close: bool = True) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.commit()
    if close:
        connection.close()
    return connection


def test_new_folder_gets_the_latest_version_in_wal_mode(folder):
    Store.open(folder, inline=True).close()
    assert migrate.stored_version(folder.database) == migrate.latest()
    with contextlib.closing(sqlite3.connect(folder.database)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert connection.execute("PRAGMA application_id").fetchone()[0] == migrate.APPLICATION_ID


def test_writing_connection_syncs_fully(folder):
    with Store.open(folder, inline=True) as store:
        assert store.writer.connection.execute("PRAGMA synchronous").fetchone()[0] == 2


@pytest.mark.parametrize("reading", [True, False])
def test_newer_database_is_refused_and_nothing_changed(folder, folder_bytes, reading):
    Store.open(folder, inline=True).close()
    set_version(folder.database, migrate.latest() + 1)
    before = folder_bytes()
    with pytest.raises(
        NewerDatabase, match=r"ctidrv\.db: written by a newer ctidrv \(version 8, this one knows 7\)"
    ):
        Store.read(folder) if reading else Store.open(folder, inline=True)
    assert folder_bytes() == before


def test_newer_version_only_in_the_write_ahead_log_is_refused_and_nothing_changed(folder, tmp_path):
    Store.open(folder, inline=True).close()
    held = set_version(folder.database, 9, close=False)
    crashed = DataFolder(tmp_path / "crashed")
    shutil.copytree(folder.root, crashed.root)
    held.close()
    (crashed.root / "ctidrv.db-shm").unlink()
    assert int.from_bytes(crashed.database.read_bytes()[60:64], "big") == migrate.latest()
    before = {path.name: path.read_bytes() for path in crashed.root.iterdir()}
    assert set(before) == {"ctidrv.db", "ctidrv.db-wal"}
    with pytest.raises(NewerDatabase, match="version 9"):
        Store.open(crashed, inline=True)
    assert {path.name: path.read_bytes() for path in crashed.root.iterdir()} == before


def test_log_left_by_a_kill_is_read_on_opening(folder, tmp_path, store_rows):
    store = Store.open(folder, inline=True)
    store.put_call(store_rows.call())
    store.writer.flush()
    crashed = DataFolder(tmp_path / "crashed")
    shutil.copytree(folder.root, crashed.root)
    store.close()
    with Store.open(crashed, inline=True) as found:
        assert [row["id"] for row in found.calls()] == ["c1"]


@pytest.mark.parametrize("length", [1, 99, 100, 4096])
def test_file_that_is_no_database_is_refused_and_nothing_changed(folder, folder_bytes, length):
    folder.root.mkdir()
    folder.database.write_bytes(b"x" * length)
    before = folder_bytes()
    with pytest.raises(StoreError, match="is not a database"):
        Store.open(folder, inline=True)
    assert folder_bytes() == before


def test_database_of_another_program_is_refused_and_nothing_changed(folder, folder_bytes):
    folder.root.mkdir()
    with contextlib.closing(sqlite3.connect(folder.database)) as other:
        other.execute("CREATE TABLE photos (id)")
    before = folder_bytes()
    with pytest.raises(StoreError, match="another program"):
        Store.open(folder, inline=True)
    assert folder_bytes() == before


def test_damaged_pages_are_an_error_of_one_line(folder):
    Store.open(folder, inline=True).close()
    pages = bytearray(folder.database.read_bytes())
    pages[100:4096] = b"\xff" * 3996
    folder.database.write_bytes(pages)
    with pytest.raises(StoreError) as caught:
        Store.open(folder, inline=True)
    assert "\n" not in str(caught.value)
    assert str(folder.database) in str(caught.value)


def test_empty_file_becomes_a_database(folder):
    folder.root.mkdir()
    folder.database.touch()
    Store.open(folder, inline=True).close()
    assert migrate.stored_version(folder.database) == migrate.latest()


def test_failing_migration_leaves_the_version_before(folder, monkeypatch):
    Store.open(folder, inline=True).close()
    real = migrate.migrations()
    bad = [
        *real,
        (migrate.latest() + 1, "CREATE TABLE extra (id INTEGER);\nCREATE TABLE calls (id INTEGER);"),
    ]
    monkeypatch.setattr(migrate, "migrations", lambda: bad)
    with pytest.raises(StoreError, match="already exists"):
        Store.open(folder, inline=True)
    monkeypatch.setattr(migrate, "migrations", lambda: real)
    with Store.open(folder, inline=True) as store:
        tables = store.writer.connection.execute("SELECT name FROM sqlite_master WHERE name = 'extra'")
        assert tables.fetchall() == []


def test_next_migration_runs_once_and_keeps_rows(folder, store_rows, monkeypatch):
    with Store.open(folder, inline=True) as store:
        store.put_call(store_rows.call())
    next_one = migrate.latest() + 1
    more = [*migrate.migrations(), (next_one, "-- one more\nALTER TABLE calls ADD COLUMN queue TEXT;")]
    monkeypatch.setattr(migrate, "migrations", lambda: more)
    for _ in range(2):
        with Store.open(folder, inline=True) as store:
            assert store.calls()[0]["id"] == "c1"
    assert migrate.stored_version(folder.database) == next_one


def test_migration_cut_off_in_a_statement_is_refused():
    with pytest.raises(StoreError, match="middle of a statement"):
        list(migrate._statements("CREATE TABLE a (b INTEGER);\nCREATE TABLE c ("))


def test_two_processes_opening_a_new_folder_both_succeed(folder):
    code = "import sys; from ctidrv.store import Store; from ctidrv.folder import data_folder;"
    code += "Store.open(data_folder(sys.argv[1]), inline=True).close()"
    both = [subprocess.Popen([sys.executable, "-P", "-c", code, str(folder.root)]) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    assert migrate.stored_version(folder.database) == migrate.latest()


def test_reading_where_nothing_is_makes_no_file(folder):
    with Store.read(folder) as store:
        assert store.calls() == []
        assert store.recordings() == []
        assert store.customers() == []
    assert not folder.root.exists()


def test_reading_store_refuses_to_write(folder, store_rows):
    Store.open(folder, inline=True).close()
    with Store.read(folder) as store, pytest.raises(StoreError, match="opened for reading"):
        store.put_call(store_rows.call())


@pytest.mark.parametrize("version", range(1, migrate.latest() + 1))
def test_stored_database_of_each_version_opens_with_its_rows(version, tmp_path):
    folder = DataFolder(tmp_path)
    shutil.copy(VECTORS / f"version-{version}.db", folder.database)
    with Store.open(folder, inline=True) as store:
        assert store.check() == []
        call = store.call("c1")
        assert call is not None
        assert [event["type"] for event in call["events"]] == ["call.offered", "call.caller"]
        assert call["customer_card"]["numbers"] == ["+8613800138000", "95588"]
        assert call["recordings"][0]["path"] == str(tmp_path / "recordings" / "2026" / "03" / "02" / "c1.wav")
        assert call["messages"][0]["seconds"] == 1.0
        taught = store.learnt_tones("sim/1")
        assert [(row.tone, row.heard.hz, row.heard.ms) for row in taught] == (
            [("busy", (520.0,), (170, 230))] if version > 1 else []
        )
        faxes = [(row["id"], row["state"], row["confirmed"]) for row in store.faxes.jobs(limit=9)]
        assert faxes == ([("fax-1", "sending", 1)] if version > 4 else [])
        assert [row["cover"] for row in store.faxes.jobs(limit=9)] == (
            [{"to": "李梅", "sender": "", "subject": "价目", "note": "", "language": "zh"}]
            if version > 5
            else [None] * len(faxes)
        )
        mails = [(mail.fax, mail.address) for mail in store.mails.waiting()]
        assert mails == ([("fax-2", "desk@example.com")] if version > 6 else [])
        came = [(row["id"], row["box"], row["pages"]) for row in store.faxes.received(limit=9)]
        assert came == ([("fax-2", "office", 2)] if version > 4 else [])
    assert migrate.stored_version(folder.database) == migrate.latest()
