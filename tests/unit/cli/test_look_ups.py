from __future__ import annotations

import contextlib
import sqlite3
from datetime import datetime

import pytest

from ctidrv.apps.records import RecordingRow
from ctidrv.folder import DataFolder
from ctidrv.store import Store, migrate

LISTS = [("calls", "list"), ("recordings", "list"), ("voicemail", "list"), ("customers", "list")]


@pytest.mark.parametrize("command", [*LISTS, ("recordings", "verify"), ("db", "check"), ("ports",)])
def test_empty_folder_is_success_and_stays_empty(ctidrv, data, command):
    ran = ctidrv(*command)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out
    assert not data.exists()


@pytest.mark.parametrize("command", LISTS)
def test_empty_list_in_json_prints_nothing(ctidrv, command):
    assert ctidrv(*command, "--json").out == ""


def test_calls_are_listed_and_shown(ctidrv, story):
    assert "13800138000" in ctidrv("calls", "list").out
    (row,) = ctidrv("calls", "list", "--json").rows
    assert (row["id"], row["customer_name"], row["seconds"], row["message"]) == ("c1", "王芳", 20.0, "m1")
    assert ctidrv("calls", "list", "--number", "8000", "--json").rows == [row]
    assert ctidrv("calls", "list", "--state", "connected", "--json").rows == []
    (call,) = ctidrv("calls", "show", "c1", "--json").rows
    assert [event["type"] for event in call["events"]] == ["call.digit"]
    shown = ctidrv("calls", "show", "c1").out
    assert "1.000 s  call.digit     digit=9" in shown
    assert "line sim/1" in shown


def test_recordings_list_has_the_fields_of_the_contract(ctidrv, story):
    (row,) = ctidrv("recordings", "list", "--json").rows
    assert {"call", "path", "sha256", "seconds", "started"} <= set(row)
    assert (row["call"], row["seconds"], row["started"]) == ("c1", 20.0, "2026-03-02T09:00:00.000000+00:00")
    assert row["path"] == str(story.root / "recordings" / "2026" / "03" / "02" / "c1.wav")
    (shown,) = ctidrv("recordings", "show", "c1", "--json").rows
    assert [fact["kind"] for fact in shown["facts"]] == ["made"]
    assert "made by station" in ctidrv("recordings", "show", "r1").out


def test_messages_are_listed_and_shown(ctidrv, story):
    (row,) = ctidrv("voicemail", "list", "--box", "office", "--json").rows
    assert (row["id"], row["seconds"], row["state"]) == ("m1", 1.5, "new")
    assert ctidrv("voicemail", "list", "--box", "none", "--json").rows == []
    assert "1.5 s" in ctidrv("voicemail", "show", "m1").out


def test_customer_is_added_without_a_station_and_found(ctidrv):
    added = ctidrv(
        "customers",
        "add",
        "Ann Lee",
        "--number",
        "(212) 555-0123",
        "--number",
        "911",
        "--tag",
        "vip",
        "--json",
    )
    (row,) = added.rows
    assert (row["name"], row["numbers"], row["tags"]) == ("Ann Lee", ["+12125550123", "911"], ["vip"])
    assert ctidrv("customers", "list", "--number", "12125550123", "--json").rows == [row]
    assert ctidrv("customers", "list", "--text", "lee", "--json").rows == [row]
    assert ctidrv("customers", "show", str(row["id"]), "--json").rows == [row]
    assert "Ann Lee" in ctidrv("customers", "list").out


def test_numbers_are_read_as_the_folders_station_toml_says(ctidrv, data):
    data.mkdir()
    (data / "station.toml").write_text(
        '[office]\ncountry = "CN"\narea = "10"\n[[board]]\nname = "sim"\ndriver = "sim"\n'
        '[[line]]\nport = "sim/1"\nscript = "hotline.ivr.yaml"\n'
    )
    (row,) = ctidrv("customers", "add", "Li", "--number", "88886666", "--json").rows
    assert row["numbers"] == ["+861088886666"]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("calls", "show", "none"), "no call 'none'"),
        (("recordings", "show", "none"), "no recording 'none'"),
        (("voicemail", "show", "none"), "no message 'none'"),
        (("customers", "show", "7"), "no customer '7'"),
        (("customers", "show", "x"), "whole number"),
        (("customers", "show", "9" * 30), "whole number"),
        (("customers", "add", " "), "needs a name"),
        (("customers", "add", "Ann", "--number", "none"), "'none' is no telephone number"),
        (("calls", "list", "--number", "1"), "last four digits"),
        (("calls", "list", "--limit", "0"), "invalid"),
        (("calls",), "WHAT"),
    ],
)
def test_wrong_use_is_exit_2_with_a_clear_line(ctidrv, command, words):
    ran = ctidrv(*command)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err.splitlines()[-1]


@pytest.mark.parametrize(
    "command", [*LISTS, ("recordings", "verify"), ("db", "check"), ("customers", "add", "Ann")]
)
def test_newer_database_is_one_line_and_nothing_changed(ctidrv, story, command):
    with contextlib.closing(sqlite3.connect(story.database)) as connection:
        connection.execute(f"PRAGMA user_version = {migrate.latest() + 1}")
    before = {path: path.read_bytes() for path in story.root.rglob("*") if path.is_file()}
    ran = ctidrv(*command)
    assert (ran.code, ran.out) == (1, "")
    assert len(ran.err.splitlines()) == 1
    assert "newer ctidrv" in ran.err
    assert {path: path.read_bytes() for path in story.root.rglob("*") if path.is_file()} == before


def test_verify_accepts_what_is_as_it_was_made(ctidrv, story):
    ran = ctidrv("recordings", "verify")
    assert (ran.code, ran.out) == (0, "1 recordings are as they were made, 0 findings\n")
    assert ctidrv("recordings", "verify", "--json").rows[0]["ok"] is True


def changed_file(story: DataFolder) -> None:
    wav = next(story.recordings.rglob("*.wav"))
    wav.write_bytes(wav.read_bytes() + b"!")


def missing_file(story: DataFolder) -> None:
    next(story.recordings.rglob("*.wav")).unlink()


def changed_file_and_row(story: DataFolder) -> None:
    changed_file(story)
    import hashlib

    digest = hashlib.sha256(next(story.recordings.rglob("*.wav")).read_bytes()).hexdigest()
    with contextlib.closing(sqlite3.connect(story.database)) as connection:
        connection.execute("UPDATE recordings SET sha256 = ?", (digest,))
        connection.commit()


def missing_file_and_row(story: DataFolder) -> None:
    missing_file(story)
    with contextlib.closing(sqlite3.connect(story.database)) as connection:
        connection.execute("UPDATE recordings SET sha256 = NULL, state = 'missing'")
        connection.commit()


def left_open(story: DataFolder) -> None:
    with contextlib.closing(sqlite3.connect(story.database)) as connection:
        connection.execute("UPDATE recordings SET sha256 = NULL, state = 'open'")
        connection.commit()


def changed_fact(story: DataFolder) -> None:
    with contextlib.closing(sqlite3.connect(story.database)) as connection:
        connection.execute("DROP TRIGGER facts_keep_update")
        connection.execute("UPDATE facts SET at = 'x' WHERE seq = 1")
        connection.commit()


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (changed_file, "the file was changed"),
        (missing_file, "the file is missing"),
        (missing_file_and_row, "the file is missing"),
        (changed_file_and_row, "not the one in the chain"),
        (left_open, "left open by a crash"),
        (changed_fact, "facts: line 1"),
    ],
)
def test_verify_finds_what_is_not_as_it_was_made(ctidrv, story, harm, words):
    harm(story)
    ran = ctidrv("recordings", "verify")
    assert ran.code == 1
    assert words in ran.out
    findings = [row for row in ctidrv("recordings", "verify", "--json").rows if not row["ok"]]
    assert any(words in row["finding"] for row in findings)


def test_verify_names_what_never_came_to_the_disk_and_finds_no_fault(ctidrv, story):
    with Store.open(story, inline=True) as store:
        (row,) = store.recordings()
        started = datetime.fromisoformat(row["started"])
        path = str(story.recordings / "none.wav")
        store.put_recording(RecordingRow("recording-9", row["call"], path, started, state="missing"))
    ran = ctidrv("recordings", "verify")
    assert ran.out == (
        "1 recordings are as they were made, 1 never came to the disk, as was told at the time, 0 findings\n"
    )
    assert ran.code == 0


def test_db_check_tells_version_and_findings(ctidrv, story):
    assert ctidrv("db", "check").out.endswith(f"version {migrate.latest()}, no findings\n")
    assert ctidrv("db", "check", "--json").rows[0]["findings"] == []
    with Store.open(story, inline=True) as store:
        store.writer.put(lambda connection: connection.execute("DELETE FROM calls"))
    ran = ctidrv("db", "check")
    assert ran.code == 1
    assert "reference: " in ran.out


def test_db_check_of_what_is_no_database_is_one_line(ctidrv, data):
    data.mkdir()
    (data / "ctidrv.db").write_text("x" * 200)
    ran = ctidrv("db", "check")
    assert (ran.code, ran.out) == (1, "")
    assert "is not a database" in ran.err
