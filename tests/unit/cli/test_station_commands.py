"""doctor, ports and station where no station runs (with one: tests/scenarios)."""

from __future__ import annotations

import os
import sys

import pytest

from ctidrv.cli import doctor
from ctidrv.cli.examined import Result


def states(ran) -> dict[str, str]:
    return {row["check"]: row["state"] for row in ran.rows}


def write_config(data, text: str = "") -> None:
    data.mkdir(exist_ok=True)
    (data / "station.toml").write_text(
        '[[board]]\nname = "sim"\ndriver = "sim"\n[[line]]\nport = "sim/1"\nscript = "hotline.ivr.yaml"\n'
        + text
    )


def test_doctor_finds_nothing_on_a_new_folder_and_makes_nothing(ctidrv, data):
    ran = ctidrv("doctor", "--json")
    assert ran.code == 0
    assert "finding" not in states(ran).values()
    assert {
        "core",
        "data folder",
        "disk",
        "database",
        "configuration",
        "board sim",
        "line sim/1",
        "station",
    } <= set(states(ran))
    assert not data.exists()


def test_doctor_prints_advice_below_what_it_found(ctidrv):
    assert "note  station: not running\n      → ctidrv station\n" in ctidrv("doctor").out


def newer_database(data):
    import sqlite3

    from ctidrv.folder import DataFolder
    from ctidrv.store import Store

    Store.open(DataFolder(data), inline=True).close()
    connection = sqlite3.connect(data / "ctidrv.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()


def recording_left_open(data):
    (data / "recordings" / ".open").mkdir(parents=True)
    (data / "recordings" / ".open" / "c1").write_text("2026/03/02/c1.wav")


@pytest.mark.parametrize(
    ("harm", "check", "words"),
    [
        (lambda data: data.write_text("a file"), "data folder", "is a file"),
        (recording_left_open, "recordings", "1 were left open"),
        (newer_database, "database", "newer ctidrv"),
        (
            lambda data: (data.mkdir(), (data / "ctidrv.db").write_text("x" * 200)),
            "database",
            "not a database",
        ),
        (lambda data: write_config(data, "[office]\nx = 1\n"), "configuration", "unknown key 'x'"),
        (
            lambda data: write_config(data, '[[board]]\nname = "b"\ndriver = "none"\n'),
            "board b",
            "no driver 'none'",
        ),
        (
            lambda data: write_config(data, '[[line]]\nport = "sim/2"\nscript = "none.ivr.yaml"\n'),
            "line sim/2",
            "none.ivr.yaml",
        ),
    ],
)
def test_doctor_names_what_is_wrong(ctidrv, data, harm, check, words):
    harm(data)
    ran = ctidrv("doctor", "--json")
    assert ran.code == 1
    (found,) = [row for row in ran.rows if row["check"] == check]
    assert found["state"] == "finding"
    assert words in found["found"]
    assert "\n" not in found["found"]


def test_doctor_names_a_script_that_cannot_run(ctidrv, data):
    write_config(data, '[[line]]\nport = "sim/2"\nscript = "own.ivr.yaml"\n')
    (data / "own.ivr.yaml").write_text("name: own\nflow: {}\n")
    ran = ctidrv("doctor", "--json")
    assert ran.code == 1
    assert states(ran)["line sim/2"] == "finding"
    assert states(ran)["line sim/1"] == "ok"


def test_doctor_names_a_seat_that_a_script_leads_to_and_the_station_has_not(ctidrv, data):
    lines = '[[line]]\nport = "sim/2"\nscript = "reception.ivr.yaml"\n'
    write_config(data, lines)
    ran = ctidrv("doctor", "--json")
    assert ran.code == 1
    (found,) = [row for row in ran.rows if row["check"] == "line sim/2"]
    assert (
        "reception.ivr.yaml:28:13: error: station.toml has no seat and no group `operators`" in found["found"]
    )
    seat = '[[seat]]\nname = "Li Mei"\nnumber = "08"\nphone = "sim/3"\ngroups = ["operators"]\n'
    write_config(data, lines + seat)
    assert states(ctidrv("doctor", "--json"))["line sim/2"] == "ok"


def test_doctor_names_a_queue_that_a_script_leads_to_and_the_station_has_not(ctidrv, data):
    lines = '[[line]]\nport = "sim/2"\nscript = "queue.ivr.yaml"\n'
    seat = '[[seat]]\nname = "Li Mei"\nnumber = "08"\nphone = "sim/3"\n'
    queue = '[[queue]]\nname = "ofice"\nseats = ["08"]\n'
    write_config(data, lines + seat + queue)
    ran = ctidrv("doctor", "--json")
    assert ran.code == 1
    (found,) = [row for row in ran.rows if row["check"] == "line sim/2"]
    said = "queue.ivr.yaml:28:13: error: station.toml has no queue `office`; did you mean `ofice`?"
    assert said in found["found"]
    write_config(data, lines + seat + queue.replace("ofice", "office"))
    assert states(ctidrv("doctor", "--json"))["line sim/2"] == "ok"


def test_doctor_tells_of_a_full_disk(ctidrv, monkeypatch):
    monkeypatch.setattr(doctor, "LEAST_FREE", 10**18)
    ran = ctidrv("doctor", "--json")
    assert ran.code == 1
    assert states(ran)["disk"] == "finding"


def overwritten_database(data):
    from ctidrv.folder import DataFolder
    from ctidrv.store import Store

    Store.open(DataFolder(data), inline=True).close()
    with open(data / "ctidrv.db", "r+b") as file:
        file.seek(100)
        file.write(b"x" * 8000)


@pytest.mark.parametrize(
    "harm",
    [lambda data: (data.mkdir(), (data / "ctidrv.db").write_bytes(b"x" * 5000)), overwritten_database],
    ids=["no database", "overwritten in part"],
)
def test_doctor_makes_all_its_other_checks_where_the_database_is_damaged(ctidrv, data, harm):
    harm(data)
    ran = ctidrv("doctor", "--json")
    assert (ran.code, ran.err) == (1, "")
    found = states(ran)
    assert found["database"] == "finding"
    assert found["line sim/1: calls"] == "note"
    assert {"station", "sound", "fax", "desktop"} <= set(found)


def test_doctor_goes_on_where_a_look_at_several_things_fails(ctidrv, monkeypatch):
    def fail(boards):
        yield Result("devices", "ok", "one of them")
        raise RuntimeError("boom")

    monkeypatch.setattr(doctor, "examine_devices", fail)
    ran = ctidrv("doctor", "--json")
    assert ran.code == 1
    told = [(row["state"], row["found"]) for row in ran.rows if row["check"] == "devices"]
    assert told == [("ok", "one of them"), ("finding", "RuntimeError: boom")]
    assert {"station", "sound", "desktop"} <= set(states(ran))


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        (None, "give a file that is there and that this user may read"),
        ("[office]\nx = 1\n", "correct that line"),
        ("x = " + 5000 * "[", "correct that file"),
    ],
    ids=["missing", "a line", "the whole"],
)
def test_doctors_advice_fits_what_is_wrong_with_the_configuration(ctidrv, tmp_path, text, advice):
    path = tmp_path / "own.toml"
    if text is not None:
        path.write_text(text)
    ran = ctidrv("doctor", "--json", "--config", str(path))
    (row,) = [row for row in ran.rows if row["check"] == "configuration"]
    assert (row["state"], row["advice"]) == ("finding", advice)


def test_doctor_says_that_no_document_can_be_sent_without_the_packages_of_fax(ctidrv, monkeypatch):
    assert states(ctidrv("doctor", "--json"))["fax"] == "ok"
    monkeypatch.setitem(sys.modules, "PIL", None)
    (row,) = [row for row in ctidrv("doctor", "--json").rows if row["check"] == "fax"]
    assert (row["state"], row["advice"]) == ("note", "pip install 'ctidrv[fax]'")
    assert "pillow" in row["found"]
    assert "pypdfium2" not in row["found"]


@pytest.mark.parametrize("left", [True, False], ids=["a recording is open", "none is"])
def test_doctor_tells_of_a_station_that_was_killed(ctidrv, data, left):
    from ctidrv.folder import DataFolder
    from ctidrv.service import access
    from ctidrv.service.server import bind

    data.mkdir()
    if left:
        recording_left_open(data)
    with bind(0) as bound:
        port = bound.getsockname()[1]
    access.token(DataFolder(data))
    access.announce(DataFolder(data), f"http://127.0.0.1:{port}")
    ran = ctidrv("doctor", "--json")
    assert ran.code == 1
    assert states(ran)["station"] == "finding"
    assert states(ran)["recordings"] == ("finding" if left else "ok")
    (recordings,) = [row["found"] for row in ran.rows if row["check"] == "recordings"]
    assert "station looks after" not in recordings


def test_doctor_survives_a_check_that_fails(ctidrv, monkeypatch):
    def fail(_: str) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(doctor, "_sound", fail)
    ran = ctidrv("doctor", "--json")
    assert states(ran)["sound"] == "finding"
    assert "desktop" in states(ran)


def test_ports_without_a_station_are_those_configured(ctidrv, data):
    write_config(data)
    rows = ctidrv("ports", "--json").rows
    assert [(row["id"], row["state"], row["script"]) for row in rows if row["type"] == "port"] == [
        ("sim/1", "stopped", "hotline.ivr.yaml")
    ]
    assert "sim" in [row["name"] for row in rows if row["type"] == "driver"]
    assert "no station runs" in ctidrv("ports").out


@pytest.mark.parametrize("port", ["-1", "65536", "x"])
def test_station_port_that_is_none_is_wrong_usage(ctidrv, port):
    assert ctidrv("station", "--port", port).code == 2


def test_station_with_a_bad_configuration_is_exit_2_and_changes_nothing(ctidrv, data):
    write_config(data, "[office]\nnam = 1\n")
    before = sorted(os.listdir(data))
    ran = ctidrv("station")
    assert (ran.code, ran.out) == (2, "")
    assert "station.toml:8: unknown key 'nam'" in ran.err
    assert sorted(os.listdir(data)) == before


def test_station_with_a_script_that_cannot_run_is_exit_2_with_its_line(ctidrv, data):
    write_config(data)
    (data / "hotline.ivr.yaml").write_text("name: own\nflow: {}\n")
    before = sorted(os.listdir(data))
    ran = ctidrv("station")
    assert sorted(os.listdir(data)) == before
    assert ran.code == 2
    assert "hotline.ivr.yaml:" in ran.err
    assert len(ran.err.splitlines()) == 1


def test_station_on_a_newer_database_changes_nothing_of_it(ctidrv, data):
    newer_database(data)
    before = {path: path.read_bytes() for path in data.rglob("*")}
    ran = ctidrv("station")
    assert (ran.code, ran.out) == (1, "")
    assert len(ran.err.splitlines()) == 1
    assert "newer ctidrv" in ran.err
    assert {path: path.read_bytes() for path in data.rglob("*")} == before
