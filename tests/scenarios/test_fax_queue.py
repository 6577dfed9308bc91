"""The fax queue of a whole station: calls come first, and a crash loses and invents nothing."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from station_that_faxes import PageSender

from ctidrv.apps.fax.keep import write_tiff
from ctidrv.apps.fax.page import PageRows
from ctidrv.config import OutboundConfig
from ctidrv.folder import DataFolder
from ctidrv.media.virtual import VirtualLoop
from ctidrv.service.client import StationClient
from ctidrv.service.daemon import Station
from ctidrv.service.fax_desk import NewFax
from ctidrv.units import seconds
from hwsim.board import SimBoard
from hwsim.rig.station import one_board, script_path

NUMBER = "5550001"


def write_document(path: Path, pages: int) -> Path:
    write_tiff(path, [PageRows(bytes([page + 1]) * 216 * 40, 1728, 204, 196) for page in range(pages)])
    return path


def run_station(
    folder: Path, story: Callable[[Station], Any], sender: PageSender, *, lines: int = 1, reserve: int = 0
) -> None:
    """In virtual time."""
    config = one_board(script_path("hotline.ivr.yaml"), lines=lines)
    config = replace(config, outbound=OutboundConfig(reserve=reserve))
    start = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    station = Station(DataFolder(folder), config, live=False, seed=1, start=start, fax_sender=sender)
    station.open()

    async def whole() -> None:
        station.start()
        await story(station)
        await station.stop()

    try:
        with asyncio.Runner(loop_factory=lambda: VirtualLoop(station.engine, limit=seconds(900))) as loop:
            loop.run(whole())
    finally:
        station.close()


def test_a_line_that_rings_is_not_taken_and_neither_is_the_one_that_is_kept_for_callers(tmp_path):
    pytest.importorskip("PIL", reason="pillow is not installed")
    document, sender = write_document(tmp_path / "letter.tif", 2), PageSender()

    async def story(station: Station) -> None:
        board = station.boards["sim"]
        assert isinstance(board, SimBoard)
        ann = board.caller("5550009")
        await station.clock.sleep(seconds(1))
        await ann.lift()
        await ann.dial(board.exchange.lines[0].number)
        while station.lines["sim/1"].controller.state.word == "idle":
            await station.clock.sleep(160)
        (job,) = await station.fax_desk.send(NewFax(document, [NUMBER]))
        await station.clock.sleep(seconds(20))
        assert sender.sent == []
        await ann.hang_up()
        while not sender.sent:
            await station.clock.sleep(160)
        assert station.lines["sim/1"].controller.state.word == "idle"
        await station.clock.sleep(seconds(1))
        row = station.store.faxes.job(job)
        assert (row["state"], row["confirmed"], row["pages"]) == ("sent", 2, 2)

    run_station(tmp_path / "data", story, sender, lines=2, reserve=1)


@contextmanager
def station(data: Path, stops_at: int) -> Iterator[subprocess.Popen[str]]:
    program = Path(__file__).with_name("station_that_faxes.py")
    command = [sys.executable, "-P", str(program), str(data), str(stops_at)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as process:
        try:
            yield process
        finally:
            process.kill()


def fax(data: Path, id: str) -> dict[str, Any]:
    command = [sys.executable, "-P", "-m", "ctidrv.cli", "fax", "show", id, "--json", "--data", str(data)]
    return json.loads(subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout)


def discovered(data: Path) -> StationClient:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if (data / "station.json").exists():
            return StationClient.discover(data)
        time.sleep(0.05)
    raise AssertionError("the station does not answer")


def until(so: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not so():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 on this system")
def test_killed_in_page_3_of_5_the_queue_says_what_was_confirmed_and_sends_the_rest(tmp_path):
    pytest.importorskip("PIL", reason="pillow is not installed")
    document, data = write_document(tmp_path / "letter.tif", 5), tmp_path / "data"
    data.mkdir()
    with station(data, stops_at=3) as first:
        with discovered(data) as client:
            (job,) = (row["id"] for row in client.send_fax(document, ["2125550123"]))
            until(lambda: client.fax(job)["page_states"][2]["state"] == "sending")
        first.send_signal(signal.SIGKILL)
        first.wait(10)
        assert first.stdout is not None
        assert first.stdout.read() == "sends 1 2 3 4 5\n"
    (data / "station.json").unlink()
    document.unlink()
    with station(data, stops_at=0) as second:
        with discovered(data) as client:
            with client.events(since=0) as events:
                told = next(event for event in events if event.get("cause") == "station-restart")
            assert (told["type"], told["job"], told["state"]) == ("fax.job", job, "queued")
            assert (told["confirmed"], told["pages"], told["tries"]) == (2, 5, 1)
            until(lambda: client.fax(job)["state"] == "sent")
        second.kill()
        second.wait(10)
        assert second.stdout is not None
        assert second.stdout.read() == "sends 3 4 5\n"
    row = fax(data, job)
    assert [page["state"] for page in row["page_states"]] == ["confirmed"] * 5
    assert [(call["pages"], call["confirmed"], call["cause"]) for call in row["call_rows"]] == [
        (5, 2, "station-restart"),
        (3, 3, "sent"),
    ]
