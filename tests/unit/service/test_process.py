"""What a station holds on the computer: its lock, its socket, its token, station.json."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys

import pytest

from ctidrv import __version__
from ctidrv.errors import NoStation, ServiceError
from ctidrv.service import access
from ctidrv.service.client import StationClient, start_station_if_none
from ctidrv.service.lock import StationLock
from ctidrv.service.server import bind


def test_second_lock_of_a_folder_is_refused_and_names_the_holder(folder):
    first, second = StationLock(folder), StationLock(folder)
    first.acquire()
    with pytest.raises(ServiceError, match=rf"process {os.getpid()}\)"):
        second.acquire()
    first.release()
    first.release()
    second.acquire()
    second.release()


def test_lock_of_a_dead_process_is_free(folder):
    code = "import os, sys; from ctidrv.folder import DataFolder; from pathlib import Path;"
    code += (
        "from ctidrv.service.lock import StationLock; StationLock(DataFolder(Path(sys.argv[1]))).acquire();"
    )
    subprocess.run([sys.executable, "-P", "-c", code + "os._exit(9)", str(folder.root)], check=False)
    lock = StationLock(folder)
    lock.acquire()
    lock.release()


def test_lock_in_a_folder_that_cannot_be_is_refused_in_one_line(folder):
    folder.root.rmdir()
    folder.root.write_text("a file")
    with pytest.raises(ServiceError, match=r"station\.lock: cannot be written"):
        StationLock(folder).acquire()


def test_port_in_use_is_one_clear_line():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ServiceError, match=f"port {port} on 127.0.0.1 is in use by another program"):
            bind(port)


def test_bound_socket_is_on_loopback():
    with bind(0) as bound:
        assert bound.getsockname()[0] == "127.0.0.1"


def test_token_that_a_killed_start_left_half_written_is_made_anew(folder):
    folder.root.mkdir(exist_ok=True)
    (folder.root / "token.new").write_text("ha")
    assert len(access.token(folder)) >= 40
    assert [path.name for path in folder.root.iterdir()] == ["token"]


def test_token_is_made_once_and_private(folder):
    token = access.token(folder)
    assert access.token(folder) == token
    assert len(token) >= 40
    if os.name == "posix":
        assert folder.token.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content", [b"", b"short", "令牌令牌令牌令牌令牌令牌令牌令牌".encode(), b"\xff" * 40]
)
def test_token_file_without_a_token_is_refused(folder, content):
    folder.token.write_bytes(content)
    with pytest.raises(ServiceError, match="token"):
        access.token(folder)


def test_station_json_holds_the_contract_and_is_removed(folder):
    folder.station.write_text("left by a kill")
    access.announce(folder, "http://127.0.0.1:1")
    assert json.loads(folder.station.read_text("utf-8")) == {
        "url": "http://127.0.0.1:1",
        "pid": os.getpid(),
        "version": __version__,
    }
    if os.name == "posix":
        assert folder.station.stat().st_mode & 0o777 == 0o600
    access.withdraw(folder)
    access.withdraw(folder)
    assert not folder.station.exists()


def test_discover_without_a_station_says_how_to_start_one(folder):
    with pytest.raises(NoStation, match="start one with 'ctidrv station'"):
        StationClient.discover(folder)


def test_discover_of_a_dead_station_says_how_to_start_one(folder):
    with bind(0) as bound:
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    access.token(folder)
    access.announce(folder, url)
    with pytest.raises(NoStation, match="no station runs"):
        StationClient.discover(folder)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"url": 7}', "{}"])
def test_damaged_station_json_is_one_clear_line(folder, content):
    access.token(folder)
    folder.station.write_text(content)
    with pytest.raises(ServiceError, match="restart the station"):
        StationClient.discover(folder)


def test_discover_on_a_file_says_that_it_is_no_data_folder(tmp_path):
    path = tmp_path / "file"
    path.write_text("a letter")
    with pytest.raises(ServiceError, match=r"file: is a file, no data folder: choose another with --data$"):
        StationClient.discover(path)


@pytest.mark.skipif(os.name != "posix", reason="a link that leads to itself")
def test_discover_where_the_system_does_not_let_us_look_advises_no_restart(tmp_path):
    path = tmp_path / "data"
    path.symlink_to(path.name)
    with pytest.raises(ServiceError, match=r"station\.json: cannot be read: .*; see whose folder that is"):
        StationClient.discover(path)


def test_events_of_a_dead_station_are_one_clear_line():
    with bind(0) as bound:
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    with StationClient(url, "x") as lost:
        with pytest.raises(ServiceError, match="cannot be reached"):
            lost.events()
        with pytest.raises(ServiceError, match="cannot be reached"):
            lost.calls()


def test_station_that_does_not_start_tells_its_own_last_line(folder):
    (folder.root / "station.toml").write_text("[office]\nnam = 1\n")
    with pytest.raises(ServiceError, match=r"did not start: ctidrv: .*station\.toml:"):
        start_station_if_none(folder.root)


def test_running_station_is_used_and_none_started(served, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("a second station was started")

    monkeypatch.setattr(subprocess, "Popen", fail)
    with start_station_if_none(served.folder.root) as found:
        assert found.url == served.url


def test_client_loads_nothing_of_the_station():
    code = "import sys, ctidrv.service.client; print(sorted(m for m in sys.modules if m.startswith(("
    code += "'ctidrv.', 'fastapi', 'uvicorn', 'sqlite3', 'cffi'))))"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(
        ["ctidrv.errors", "ctidrv.folder", "ctidrv.service", "ctidrv.service.client"]
    )
