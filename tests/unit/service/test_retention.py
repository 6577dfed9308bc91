"""Recordings are deleted by age: the file goes, the row and the reason stay; never one held or at work."""

from __future__ import annotations

import json
import os
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from ctidrv.apps.records import CallRow, RecordingRow
from ctidrv.callcontrol.journal import CallEvent, Journal
from ctidrv.cli import main
from ctidrv.clock import SampleClock
from ctidrv.errors import StoreError
from ctidrv.folder import DataFolder
from ctidrv.media.engine import MediaEngine
from ctidrv.media.virtual import run_virtual
from ctidrv.media.wav import WavWriter
from ctidrv.ports.api import DriverContext
from ctidrv.service import retention
from ctidrv.service.retention import Retention
from ctidrv.store import Store
from ctidrv.units import PortId, seconds
from hwsim.board import open_board

T = TypeVar("T")
START = datetime(2027, 3, 8, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEEP = 2 * HOUR


class Office:
    """A store with recordings of calls that ended some hours before START."""

    def __init__(self, folder: DataFolder) -> None:
        self.folder = folder
        self.clock = SampleClock(START)
        self.store = Store.open(folder, inline=True, wall=lambda: self.clock.wall(self.clock.now()))
        self.journal = Journal(self.clock)
        self.told: list[CallEvent] = []
        self.journal.subscribe(self.told.append)

    def recorded(self, name: str, hours: float, *, state: str = "closed", ended: bool = True) -> Path:
        """Its file; the call lasted a minute and ended so many hours ago."""
        end = START - hours * HOUR
        begin = end - timedelta(minutes=1)
        call = CallRow(name, PortId("sim/1"), "in", begin, "connected", answered=begin)
        if ended:
            call = CallRow(
                name, PortId("sim/1"), "in", begin, "ended", answered=begin, ended=end, cause="local-script"
            )
        self.store.put_call(call)
        path = self.folder.recording(begin, name)
        writer = WavWriter(path, 2, format="alaw", sync=False)
        writer.write(bytes(4000))
        writer.close()
        path.with_suffix(".json").write_text("{}", "utf-8")
        row = RecordingRow(f"r-{name}", name, str(path), begin, state=state)
        if state == "closed":
            row = RecordingRow(f"r-{name}", name, str(path), begin, writer.sha256(), 1000, state)
        self.store.put_recording(row)
        return path

    def retention(self, keep: timedelta = KEEP) -> Retention:
        return Retention(self.folder, self.store, self.journal, self.clock, keep)

    def sweep(self, made: Retention | None = None) -> int:
        swept = made or self.retention()
        return self.play(swept.sweep())

    def play(self, scene: Coroutine[Any, Any, T]) -> T:
        context = DriverContext(self.clock, self.folder.root, 1, live=False)
        engine = MediaEngine([open_board("sim", {"phones": 0}, context)], self.clock, inline=True)
        try:
            return run_virtual(scene, engine)
        finally:
            engine.close()

    def state(self, name: str) -> str:
        row = self.store.recording(f"r-{name}")
        assert row is not None
        return str(row["state"])


@pytest.fixture
def office(tmp_path):
    made = Office(DataFolder(tmp_path))
    yield made
    made.store.close()


def test_the_file_of_an_old_recording_goes_and_its_row_and_the_reason_stay(office):
    old, young = office.recorded("old", 2.1), office.recorded("young", 1.9)
    assert office.sweep() == 1
    assert (old.exists(), old.with_suffix(".json").exists(), young.exists()) == (False, False, True)
    row = office.store.recording("r-old")
    assert (row["state"], row["seconds"], row["deleted"]) == (
        "deleted",
        0.125,
        "2027-03-08T10:00:00.000000+00:00",
    )
    fact = row["facts"][-1]
    assert (fact["kind"], fact["actor"]) == ("deleted", "station")
    assert fact["data"] == {"reason": "kept for 2h", "sha256": row["sha256"]}
    told = office.told[-1]
    assert (told.type, told.call, told.data["state"]) == ("call.recording", "old", "deleted")
    assert office.store.check() == []
    assert office.sweep() == 0


def test_one_that_is_open_or_held_or_of_an_open_call_stays(office):
    kept = [
        office.recorded("open", 9, state="open"),
        office.recorded("talking", 9, ended=False),
        office.recorded("held", 9),
    ]
    office.store.hold_recording("r-held", "a complaint", "command").result()
    assert office.sweep() == 0
    assert all(path.exists() for path in kept)
    office.store.hold_recording("r-held", None, "command").result()
    assert office.sweep() == 1
    kinds = [fact["kind"] for fact in office.store.recording("r-held")["facts"]]
    assert kinds == ["made", "held", "released", "deleted"]


def test_one_that_was_held_after_it_was_found_stays(office):
    path = office.recorded("old", 3)
    (row,) = office.store.expired(START - KEEP, 10)
    office.store.hold_recording("r-old", "a complaint", "command").result()
    assert office.store.delete_recording(row["id"], START - KEEP, "age").result() is False
    assert path.exists()
    assert office.state("old") == "closed"


def test_the_age_is_that_of_the_call_s_end_on_the_clock_of_the_samples(office, monkeypatch):
    path = office.recorded("call", 1)
    made = office.retention()
    office.clock.advance(seconds(3590))
    assert office.sweep(made) == 0
    forward = office.clock.wall
    monkeypatch.setattr(office.clock, "wall", lambda at: forward(at) + timedelta(days=365))
    assert office.sweep(made) == 0, "the computer's clock was set forward by a year"
    office.clock.advance(seconds(3605))
    assert office.sweep(made) == 1
    assert not path.exists()


def test_more_than_one_batch_goes_in_one_pass_oldest_first(office, monkeypatch):
    monkeypatch.setattr(retention, "MOST_AT_ONCE", 2)
    for number in range(5):
        office.recorded(f"c{number}", 9 - number)
    assert office.sweep() == 5
    assert [event.call for event in office.told] == ["c0", "c1", "c2", "c3", "c4"]


def test_empty_folders_of_days_that_are_over_go_too(office):
    old = office.recorded("old", 50)
    beside = office.recorded("beside", 50.5)
    office.store.hold_recording("r-beside", "a complaint", "command").result()
    assert office.sweep() == 1
    assert beside.parent == old.parent
    assert beside.exists()
    office.store.hold_recording("r-beside", None, "command").result()
    assert office.sweep() == 1
    assert not old.parent.exists()
    assert office.folder.recordings.exists()


def test_a_file_that_cannot_go_now_goes_with_a_later_pass(office, monkeypatch):
    path = office.recorded("old", 3)
    made = office.retention()
    with monkeypatch.context() as locked:

        def refuse(root, path):
            raise StoreError(f"{path}: in use")

        locked.setattr(retention, "discard", refuse)
        assert office.sweep(made) == 1
    assert path.exists()
    assert office.sweep(made) == 0
    assert not path.exists()


def test_after_a_crash_between_row_and_file_the_next_start_removes_the_file(office):
    path = office.recorded("old", 3)
    assert office.store.delete_recording("r-old", START - KEEP, "age").result()
    made = office.retention()

    async def scene():
        made.start()
        await office.clock.sleep(seconds(1))
        await made.stop()
        await made.stop()

    office.play(scene())
    assert not path.exists()


def test_the_commands_show_what_was_deleted_and_hold_what_must_not_be(office, capsys):
    data = ["--data", str(office.folder.root)]
    office.recorded("old", 3)
    office.recorded("held", 3)
    office.store.writer.flush()
    assert main(["recordings", "hold", "r-held", "--reason", "a complaint", *data, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["held"] == "a complaint"
    assert office.sweep() == 1
    office.store.writer.flush()
    assert main(["recordings", "show", "r-old", *data]) == 0
    assert "deleted by station: kept for 2h" in capsys.readouterr().out
    assert main(["recordings", "list", *data]) == 0
    assert "deleted" in capsys.readouterr().out
    assert main(["recordings", "verify", *data]) == 0
    assert "1 recordings are as they were made, 1 were deleted" in capsys.readouterr().out
    assert main(["recordings", "release", "r-held", *data]) == 0
    assert main(["recordings", "release", "r-held", *data]) == 2
    assert "is not held" in capsys.readouterr().err
    assert main(["recordings", "hold", "nobody", "--reason", "x", *data]) != 0
    os.remove(office.folder.recording(START - 3 * HOUR - timedelta(minutes=1), "held"))
    assert main(["recordings", "verify", *data]) == 1


@pytest.mark.parametrize(
    ("keep", "reason"), [(KEEP, "kept for 2h"), (30 * 24 * HOUR, "kept for 30d"), (HOUR / 4, "kept for 15m")]
)
def test_the_reason_says_how_long_it_was_kept(office, keep, reason):
    assert office.retention(keep).reason == reason
