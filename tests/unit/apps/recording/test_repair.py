"""After a crash: every open recording is repaired, no call row is lost."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ctidrv.apps.recording import CallRecorder, repair, settle
from ctidrv.apps.recording.filed import FiledWav
from ctidrv.apps.records import CallRow, RecordingRow
from ctidrv.callcontrol.call import Call
from ctidrv.folder import DataFolder
from ctidrv.media.wav import read_wav
from ctidrv.units import PortId

PlayScene = Callable[..., Any]
START = datetime(2027, 3, 8, 10, tzinfo=UTC)
OPEN = CallRow(
    "call-1", PortId("sim/1"), "in", START, "connected", "5551234", "+15551234", customer=7,
    answered=START + timedelta(seconds=6),
)  # fmt: skip


@pytest.fixture(params=["pcm", "alaw"])
def crashed(play_scene: PlayScene, tmp_path: Path, repository: Any, request: Any) -> DataFolder:
    """The data folder as a crash leaves it a second and a half into a recorded call."""
    left = tmp_path / "crashed"

    async def scene(bench: Any) -> None:
        folder = DataFolder(tmp_path / "live")
        recorder = CallRecorder(folder, repository, bench.clock, bench.ids, format=request.param)

        async def serve(call: Call) -> None:
            recording = recorder.start(call)
            await call.answer()
            await call.ended()
            await recording.finish()

        bench.handler = serve
        bench.caller_id(0)
        bench.ring(0)
        await bench.run(1500)
        shutil.copytree(tmp_path / "live", left)

    play_scene(scene)
    repository.log.clear()
    return DataFolder(left)


def only_wav(folder: DataFolder) -> Path:
    (path,) = folder.root.rglob("*.wav")
    return path


def test_an_open_recording_is_repaired_hashed_and_its_lost_call_row_put(
    crashed: DataFolder, repository: Any
) -> None:
    path = only_wav(crashed)
    done = repair(crashed, repository)
    assert done.files == [path]
    audio = read_wav(path)
    (call,), (row,) = done.calls, done.recordings
    assert repository.log == [call, row]
    assert row.state == "repaired"
    assert row.samples == audio.frames > 8000
    assert row.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (call.id, call.port, call.number, call.name) == (row.call, "sim/1", "5551234", "ANN")
    assert (call.state, call.cause, call.outcome) == ("ended", "station-restart", "interrupted")
    assert call.answered == row.started
    assert call.ended == row.started + timedelta(seconds=audio.frames / 8000)
    side = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert (side["state"], side["frames"], side["sha256"]) == ("repaired", row.samples, row.sha256)
    assert (side["cause"], side["outcome"]) == ("station-restart", "interrupted")


def test_a_call_row_that_the_store_still_has_keeps_what_it_knows(
    crashed: DataFolder, repository: Any
) -> None:
    side = json.loads(only_wav(crashed).with_suffix(".json").read_text(encoding="utf-8"))
    known = CallRow(
        side["call"], PortId("sim/1"), "in", START, "connected", "5551234", "+15551234", customer=7
    )
    (call,) = repair(crashed, repository, calls=[known]).calls
    assert (call.customer, call.e164, call.state) == (7, "+15551234", "ended")
    assert call.answered is not None


def test_a_repair_that_is_killed_itself_is_made_anew(crashed: DataFolder, repository: Any) -> None:
    first = repair(crashed, repository)  # killed here: no row is on the disk, nothing is settled
    again = repair(crashed, repository)
    assert (again.calls, again.recordings, again.files) == (first.calls, first.recordings, first.files)
    assert [row.state for row in again.recordings] == ["repaired"]


def test_a_second_repair_after_all_is_settled_finds_nothing(crashed: DataFolder, repository: Any) -> None:
    for path in repair(crashed, repository).files:
        settle(crashed.recordings, path)
    repository.log.clear()
    again = repair(crashed, repository)
    assert (again.calls, again.recordings, again.files, repository.log) == ([], [], [], [])


def test_what_the_store_knows_already_is_settled_and_not_put_again(
    crashed: DataFolder, repository: Any
) -> None:
    done = repair(crashed, repository, has_call=lambda call: True, has_recording=lambda recording: True)
    assert (done.calls, done.recordings, repository.log) == ([], [], [])
    assert done.files == [only_wav(crashed)]


def test_what_is_known_of_a_calls_end_is_kept(crashed: DataFolder, repository: Any) -> None:
    path = only_wav(crashed)
    side = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    over = CallRow(
        side["call"], PortId("sim/1"), "in", START, "connected", answered=START,
        ended=START + timedelta(seconds=9), cause="remote-busy-tone", outcome="answered",
    )  # fmt: skip
    (call,) = repair(crashed, repository, calls=[over]).calls
    assert (call.state, call.cause, call.outcome, call.ended) == (
        "ended",
        "remote-busy-tone",
        "answered",
        START + timedelta(seconds=9),
    )
    side = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert (side["cause"], side["outcome"]) == ("remote-busy-tone", "answered")


def test_half_a_side_file_is_removed(crashed: DataFolder, repository: Any) -> None:
    draft = only_wav(crashed).with_suffix(".json.new")
    draft.write_text('{"call": ')
    lonely = crashed.recordings / "2027/03/08/call-9.json.new"
    lonely.write_text("{")
    (crashed.recordings / ".open/call-9").write_text("2027/03/08/call-9.wav")
    repair(crashed, repository)
    assert not draft.exists()
    assert not lonely.exists()
    assert not (crashed.recordings / ".open/call-9").exists()


@pytest.mark.parametrize("cut", [0, 20, 43])
def test_a_recording_without_sound_is_missing_and_its_call_is_not_lost(
    crashed: DataFolder, repository: Any, caplog: pytest.LogCaptureFixture, cut: int
) -> None:
    path = only_wav(crashed)
    path.write_bytes(path.read_bytes()[:cut])
    with caplog.at_level(logging.CRITICAL):
        done = repair(crashed, repository)
    assert [(row.state, row.samples, row.sha256) for row in done.recordings] == [("missing", None, None)]
    assert [call.outcome for call in done.calls] == ["interrupted"]
    assert not path.exists()


def test_a_file_that_is_gone_is_missing(
    crashed: DataFolder, repository: Any, caplog: pytest.LogCaptureFixture
) -> None:
    path = only_wav(crashed)
    row = RecordingRow("recording-1", "call-1", str(path), START)
    shutil.rmtree(crashed.recordings)
    with caplog.at_level(logging.CRITICAL):
        done = repair(crashed, repository, recordings=[row], calls=[OPEN])
    assert [(made.id, made.state) for made in done.recordings] == [("recording-1", "missing")]
    assert [(call.id, call.cause, call.outcome) for call in done.calls] == [
        ("call-1", "station-restart", "interrupted")
    ]


def test_a_recording_that_was_sealed_but_whose_row_was_not_closed_is_closed(
    tmp_path: Path, repository: Any
) -> None:
    folder = DataFolder(tmp_path)
    path = folder.recording(START, "call-1")
    facts = {"recording": "recording-1", "call": "call-1", "port": "sim/1", "started": START.isoformat()}
    sink = FiledWav(folder.recordings, 2, lambda: (path, facts))
    sink.write(bytes(4 * 8000))
    sink.close()
    sealed = sink.seal({"cause": "local-script"})
    assert sealed is not None
    row = RecordingRow("recording-1", "call-1", str(path), START)
    done = repair(folder, repository, recordings=[row], calls=[OPEN])
    assert [(made.state, made.samples, made.sha256) for made in done.recordings] == [
        ("closed", 8000, sealed.sha256)
    ]
    assert [(call.state, call.ended) for call in done.calls] == [("ended", START + timedelta(seconds=1))]


@pytest.mark.parametrize("harm", ["", "its call is open", "more sound", "frames", "hash"])
def test_a_sealed_recording_of_whose_call_no_row_was_written_gets_both(
    tmp_path: Path, repository: Any, harm: str
) -> None:
    """The database had been locked, or its disk full, from before the call to the crash."""
    folder = DataFolder(tmp_path)
    path = folder.recording(START, "call-1")
    facts = {"recording": "recording-1", "call": "call-1", "port": "sim/1", "started": START.isoformat()}
    sink = FiledWav(folder.recordings, 2, lambda: (path, facts))
    sink.write(bytes(4 * 8000))
    sink.close()
    over = START + timedelta(seconds=2)
    sink.seal({"cause": "local-script", "outcome": "message", "ended": over.isoformat(), "lost_frames": 80})
    side = path.with_suffix(".json")
    if harm == "more sound":
        path.write_bytes(path.read_bytes() + bytes(4))
    elif harm in ("frames", "hash"):
        key, value = {"frames": ("frames", "many"), "hash": ("sha256", 7)}[harm]
        side.write_text(json.dumps({**json.loads(side.read_text(encoding="utf-8")), key: value}))
    done = repair(folder, repository, calls=[OPEN] if harm == "its call is open" else [])
    (row,), (call,) = done.recordings, done.calls
    assert row.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert row.state == ("repaired" if harm in ("more sound", "hash") else "closed")
    assert (row.samples, row.lost_samples) == (8001 if harm == "more sound" else 8000, 80)
    assert (call.id, call.state, call.cause, call.outcome, call.ended) == (
        "call-1",
        "ended",
        "local-script",
        "message",
        over,
    )


def test_calls_that_only_rang_are_ended_as_missed(tmp_path: Path, repository: Any) -> None:
    ringing = CallRow("call-2", PortId("sim/2"), "in", START, number="123")
    (call,) = repair(DataFolder(tmp_path), repository, calls=[ringing]).calls
    assert (call.state, call.cause, call.outcome) == ("ended", "station-restart", "missed")
    assert call.ended == START


def test_a_marker_without_its_files_is_forgotten_and_one_that_points_elsewhere_is_not_followed(
    tmp_path: Path, repository: Any
) -> None:
    folder = DataFolder(tmp_path / "data")
    outside = tmp_path / "precious.wav"
    outside.write_bytes(b"RIFF")
    markers = folder.recordings / ".open"
    markers.mkdir(parents=True)
    for name, content in {"a": "2027/03/08/a.wav", "b": "../../precious.wav", "c": "", "d": "\0"}.items():
        (markers / name).write_text(content)
    assert repair(folder, repository).recordings == []
    assert outside.read_bytes() == b"RIFF"
    assert list(markers.iterdir()) == []


@pytest.mark.parametrize("side", ["", "[]", "{}", "{", '{"call": 7, "started": "never"}', "\x00" * 99])
def test_a_recording_with_a_broken_side_file_is_repaired_and_kept(
    crashed: DataFolder, repository: Any, caplog: pytest.LogCaptureFixture, side: str
) -> None:
    path = only_wav(crashed)
    path.with_suffix(".json").write_text(side)
    with caplog.at_level(logging.CRITICAL):
        assert repair(crashed, repository).recordings == []
    assert read_wav(path).frames > 8000


def test_a_broken_side_file_is_made_good_by_the_row(crashed: DataFolder, repository: Any) -> None:
    path = only_wav(crashed)
    path.with_suffix(".json").write_text("{")
    row = RecordingRow("recording-1", "call-1", str(path), START)
    done = repair(crashed, repository, recordings=[row], calls=[OPEN])
    assert [made.state for made in done.recordings] == ["repaired"]
    assert [call.customer for call in done.calls] == [7]
