"""The recording of a call's line."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ctidrv import events
from ctidrv.apps.recording import CallRecorder, repair
from ctidrv.callcontrol.call import Call
from ctidrv.errors import StoreError
from ctidrv.folder import DataFolder
from ctidrv.media.wav import WavWriter, read_wav
from ctidrv.units import Samples, seconds

PlayScene = Callable[..., Any]


def serving(bench: Any, recorder: CallRecorder, *, answer: bool = True) -> None:
    async def serve(call: Call) -> None:
        recording = recorder.start(call)
        try:
            if answer:
                await call.answer()
            await call.ended()
        finally:
            await recording.finish()

    bench.handler = serve


def recorder_of(bench: Any, tmp_path: Path, repository: Any) -> CallRecorder:
    return CallRecorder(DataFolder(tmp_path), repository, bench.clock, bench.ids)


def test_an_answered_call_is_recorded_from_seizure_to_release(
    play_scene: PlayScene, tmp_path: Path, repository: Any
) -> None:
    async def scene(bench: Any) -> None:
        serving(bench, recorder_of(bench, tmp_path, repository))
        bench.ring(0)
        bench.tone("busy", 500, after_ms=1500)
        bench.caller_id(0)
        await bench.run(3000)

    bench = play_scene(scene)
    opened, closed = repository.log
    call = bench.call
    path = Path(closed.path)
    assert path == tmp_path / "recordings/2027/03/08" / f"{call.id}.wav"
    assert (opened.state, opened.sha256, opened.samples) == ("open", None, None)
    assert (closed.state, closed.call, closed.id) == ("closed", call.id, opened.id)
    assert closed.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert closed.started == bench.clock.wall(call.answered_at)
    assert call.answered_at is not None
    assert call.ended_at is not None
    audio = read_wav(path)
    assert len(audio.channels) == 2
    assert audio.frames == closed.samples
    assert abs(audio.frames - (call.ended_at - call.answered_at)) <= 160
    assert [entry["state"] for entry in bench.said("call.recording")] == ["open", "closed"]
    side = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert side == {
        "version": 1,
        "recording": closed.id,
        "call": call.id,
        "port": "sim/1",
        "direction": "in",
        "call_started": bench.clock.wall(call.started_at).isoformat(timespec="milliseconds"),
        "started": closed.started.isoformat(timespec="milliseconds"),
        "number": "5551234",
        "name": "ANN",
        "withheld": None,
        "state": "closed",
        "wav": path.name,
        "format": "pcm",
        "rate": 8000,
        "channels": 2,
        "frames": closed.samples,
        "sha256": closed.sha256,
        "answered": bench.clock.wall(call.answered_at).isoformat(timespec="milliseconds"),
        "answered_by": "script",
        "ended": bench.clock.wall(call.ended_at).isoformat(timespec="milliseconds"),
        "cause": "remote-busy-tone",
        "outcome": "answered",
        "lost_frames": 0,
    }
    assert list((tmp_path / "recordings/.open").iterdir()) == []


def test_the_recording_ends_with_the_call_however_long_it_is_served(
    play_scene: PlayScene, tmp_path: Path, repository: Any
) -> None:
    async def scene(bench: Any) -> None:
        recorder = recorder_of(bench, tmp_path, repository)

        async def serve(call: Call) -> None:
            recording = recorder.start(call)
            await call.answer()
            await call.ended()
            await bench.clock.sleep(seconds(5))
            await recording.finish()

        bench.handler = serve
        bench.ring(0)
        bench.tone("busy", 500, after_ms=1500)
        await bench.run(8000)

    bench = play_scene(scene)
    assert bench.call.ended_at is not None
    assert repository.log[-1].samples <= bench.call.ended_at - bench.call.answered_at + 160


def test_while_it_runs_the_side_file_says_open(
    play_scene: PlayScene, tmp_path: Path, repository: Any
) -> None:
    async def scene(bench: Any) -> None:
        serving(bench, recorder_of(bench, tmp_path, repository))
        bench.ring(0)
        await bench.run(1000)
        wav = tmp_path / "recordings/2027/03/08" / f"{bench.call.id}.wav"
        side = json.loads(wav.with_suffix(".json").read_text(encoding="utf-8"))
        assert (side["state"], side["sha256"], side["frames"]) == ("open", None, None)
        assert [marker.read_text() for marker in (tmp_path / "recordings/.open").iterdir()] == [
            f"2027/03/08/{bench.call.id}.wav"
        ]

    play_scene(scene)


def test_a_call_that_nobody_answers_leaves_no_file_and_no_row(
    play_scene: PlayScene, tmp_path: Path, repository: Any
) -> None:
    async def scene(bench: Any) -> None:
        serving(bench, recorder_of(bench, tmp_path, repository), answer=False)
        bench.ring(0)
        await bench.run(9500)
        assert bench.channel.recordings == []

    bench = play_scene(scene)
    assert bench.said("call.ended") == [{"cause": "caller-gave-up", "outcome": "missed"}]
    assert repository.log == []
    assert list(tmp_path.iterdir()) == []


def test_the_day_of_the_folder_is_that_of_the_seizure_in_utc(
    play_scene: PlayScene, tmp_path: Path, repository: Any
) -> None:
    async def scene(bench: Any) -> None:
        serving(bench, recorder_of(bench, tmp_path, repository))
        # The clock's start, moved so that the ring is on the 8th and the answer on the 9th.
        bench.clock._start = datetime(2027, 3, 8, 23, 59, 59, 850000, tzinfo=UTC)
        bench.ring(0)
        await bench.run(1000)
        await bench.call.hang_up()
        await bench.run(1000)

    bench = play_scene(scene)
    started = bench.clock.wall(bench.call.answered_at)
    assert f"{started:%Y/%m/%d}" in repository.log[-1].path


def test_what_the_disk_was_too_slow_for_is_counted(
    play_scene: PlayScene, tmp_path: Path, repository: Any
) -> None:
    async def scene(bench: Any) -> None:
        serving(bench, recorder_of(bench, tmp_path, repository))
        bench.ring(0)
        await bench.run(500)
        ref = bench.channel.recordings[0].ref
        bench.at(0, lambda at, port: events.RecordLost(at, port, ref, Samples(800)))
        bench.at(0, lambda at, port: events.RecordLost(at, port, ref + 1, Samples(5)))
        await bench.run(500)
        await bench.call.hang_up()
        await bench.run(1000)

    play_scene(scene)
    assert repository.log[-1].lost_samples == 800


def test_a_folder_that_takes_no_file_loses_the_recording_loudly_and_not_the_call(
    play_scene: PlayScene, tmp_path: Path, repository: Any, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "recordings").write_text("a file where the folder should be")

    async def scene(bench: Any) -> None:
        serving(bench, recorder_of(bench, tmp_path, repository))
        bench.ring(0)
        await bench.run(1000)
        assert bench.channel.off_hook
        await bench.call.hang_up()
        await bench.run(1000)

    with caplog.at_level(logging.ERROR):
        bench = play_scene(scene)
    assert "recordings" in caplog.text
    assert [row.state for row in repository.log] == ["open", "missing"]
    assert [path.name for path in tmp_path.rglob("*")] == ["recordings"]
    assert [entry["state"] for entry in bench.said("call.recording")] == ["open", "lost"]
    assert bench.said("call.ended") == [{"cause": "local-script", "outcome": "answered"}]


def test_a_recording_counts_as_open_until_its_row_is_on_the_disk(
    play_scene: PlayScene, tmp_path: Path, repository: Any
) -> None:
    """So a crash while the database takes no rows loses neither."""
    written = asyncio.Event()
    markers = tmp_path / "recordings/.open"

    async def scene(bench: Any) -> None:
        repository.committed = written.wait
        recorder = recorder_of(bench, tmp_path, repository)
        serving(bench, recorder)
        bench.ring(0)
        await bench.run(1000)
        await bench.call.hang_up()
        await bench.run(1000)
        assert bench.said("call.ended") == [{"cause": "local-script", "outcome": "answered"}]
        assert len(list(markers.iterdir())) == 1
        written.set()
        await recorder.settled()
        assert list(markers.iterdir()) == []

    play_scene(scene)


def test_a_disk_that_takes_no_more_leaves_what_it_took_and_the_rest_is_counted(
    play_scene: PlayScene,
    tmp_path: Path,
    repository: Any,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = WavWriter._append

    def full(self: WavWriter, data: bytes) -> None:
        if self.frames >= 1600:
            whole(self, data[:7])  # a part of it, as a disk does
            raise OSError(28, "No space left on device")
        whole(self, data)

    monkeypatch.setattr(WavWriter, "_append", full)

    async def scene(bench: Any) -> None:
        serving(bench, recorder_of(bench, tmp_path, repository))
        bench.ring(0)
        await bench.run(1000)
        assert bench.channel.off_hook
        await bench.call.hang_up()
        await bench.run(1000)

    with caplog.at_level(logging.ERROR):
        bench = play_scene(scene)
    assert "No space left" in caplog.text
    row = repository.log[-1]
    assert (row.state, row.samples) == ("closed", 1600)
    assert row.lost_samples > 3000
    assert read_wav(row.path).frames == 1600
    assert row.sha256 == hashlib.sha256(Path(row.path).read_bytes()).hexdigest()
    assert [entry["state"] for entry in bench.said("call.recording")] == ["open", "lost"]
    side = json.loads(Path(row.path).with_suffix(".json").read_text(encoding="utf-8"))
    assert (side["state"], side["frames"], side["lost_frames"]) == ("closed", 1600, row.lost_samples)


def test_a_side_file_that_finds_no_room_is_completed_at_the_next_start(
    play_scene: PlayScene, tmp_path: Path, repository: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StoreError("No space left on device")

    async def scene(bench: Any) -> None:
        recorder = recorder_of(bench, tmp_path, repository)
        serving(bench, recorder)
        bench.ring(0)
        await bench.run(1000)
        monkeypatch.setattr("ctidrv.apps.recording.filed.complete", full)
        await bench.call.hang_up()
        await bench.run(1000)
        await recorder.settled()

    play_scene(scene)
    row = repository.log[-1]
    assert row.state == "closed"
    assert row.sha256 == hashlib.sha256(Path(row.path).read_bytes()).hexdigest()
    repository.log.clear()
    known = {"has_call": lambda call: True, "has_recording": lambda recording: True}
    assert repair(DataFolder(tmp_path), repository, **known).files == [Path(row.path)]
    assert repository.log == []
    side = json.loads(Path(row.path).with_suffix(".json").read_text(encoding="utf-8"))
    assert (side["state"], side["sha256"]) == ("repaired", row.sha256)
