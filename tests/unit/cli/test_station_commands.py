"""doctor, ports and station where no station runs (with one: tests/scenarios)."""

from __future__ import annotations

import os

import pytest

from ctidrv.cli import doctor


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


def test_doctor_tells_of_a_station_that_was_killed(ctidrv, data):
    from ctidrv.folder import DataFolder
    from ctidrv.service import access
    from ctidrv.service.server import bind

    data.mkdir()
    with bind(0) as bound:
        port = bound.getsockname()[1]
    access.token(DataFolder(data))
    access.announce(DataFolder(data), f"http://127.0.0.1:{port}")
    ran = ctidrv("doctor", "--json")
    assert ran.code == 1
    assert states(ran)["station"] == "finding"


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
