"""Messages: what is kept, when it counts as saved, and what a crash leaves."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ctidrv.apps.recording import settle
from ctidrv.apps.voicemail import Mailboxes, Taken, repair
from ctidrv.callcontrol.call import Call
from ctidrv.errors import CallEnded, StoreError
from ctidrv.folder import DataFolder
from ctidrv.media.wav import WavWriter, read_wav
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import ToneSpec
from ctidrv.units import ms, seconds

PlayScene = Callable[..., Any]
GREETING = Pcm([200] * 8000)
SAVED = Pcm([300] * 4000)
SPEAK = 1000 + 400  # ms after the answer: the greeting and the beep


class Beeping:
    """The fake channel's tones do not end by themselves; a beep lasts 400 ms."""

    def __init__(self, bench: Any) -> None:
        play = bench.channel.play

        def play_sound(sound: Any, **options: Any) -> Any:
            playback = play(sound, **options)
            if isinstance(sound, ToneSpec):
                playback.left = ms(400)
            return playback

        bench.channel.play = play_sound


def leaving(bench: Any, tmp_path: Path, repository: Any, **changes: Any) -> list[Taken]:
    """Serves calls by a mailbox; the result fills with what came of them."""
    Beeping(bench)
    boxes = Mailboxes(DataFolder(tmp_path), repository, bench.clock, bench.ids, lambda call: 7)
    taken: list[Taken] = []

    async def serve(call: Call) -> None:
        await call.answer()
        wanted = {"greeting": [GREETING], "saved": [SAVED], "silence": seconds(3), **changes}
        taken.append(await boxes.take(call, "front-desk", **wanted))
        await call.pause(seconds(1))

    bench.handler = serve
    bench.caller_id(0)
    return taken


def wavs(tmp_path: Path) -> list[Path]:
    return sorted(tmp_path.rglob("*.wav"))


def near(samples: int, milliseconds: float) -> bool:
    return abs(samples - ms(milliseconds)) <= ms(60)


def test_vm_1_a_message_is_kept_without_its_silence_and_saved_before_the_caller_is_told(
    play_scene: PlayScene, tmp_path: Path, repository: Any
) -> None:
    async def scene(bench: Any) -> None:
        taken = leaving(bench, tmp_path, repository)
        bench.voice(SPEAK + 500, SPEAK + 4000)
        await bench.run(SPEAK + 7100)
        assert bench.channel.played[-1] == SAVED
        assert repository.uncommitted == []
        await bench.run(3000)
        (message,) = [entry.message for entry in taken]
        assert message is not None
        assert Path(message.path) == tmp_path / "messages/2027/03/08" / f"{message.id}.wav"
        assert (message.box, message.call, message.number, message.customer, message.state) == (
            "front-desk", bench.call.id, "5551234", 7, "new",
        )  # fmt: skip
        audio = read_wav(message.path)
        assert len(audio.channels) == 1
        assert audio.frames == message.samples
        assert near(audio.frames, 4100)

    bench = play_scene(scene)
    (told,) = bench.said("call.message")
    assert near(round(told["seconds"] * 8000), 4100)
    assert bench.said("call.ended") == [{"cause": "local-script", "outcome": "message"}]
    assert bench.types().index("call.message") < bench.types().index("call.ended")


def test_vm_1_a_caller_who_hangs_up_leaves_her_message_without_the_busy_tone(
    play_scene: PlayScene, tmp_path: Path, repository: Any
) -> None:
    async def scene(bench: Any) -> None:
        taken = leaving(bench, tmp_path, repository)
        bench.voice(SPEAK + 200, SPEAK + 9000)
        bench.tone("busy", SPEAK + 3000, after_ms=3000)
        await bench.run(SPEAK + 7000)
        assert [entry.reason for entry in taken] == ["hangup"]
        assert SAVED not in bench.channel.played

    bench = play_scene(scene)
    (row,) = repository.log
    assert near(row.samples, 3000)
    assert bench.said("call.ended") == [{"cause": "remote-busy-tone", "outcome": "message"}]


def test_vm_1_the_key_that_ends_a_message_is_not_in_it(
    play_scene: PlayScene, tmp_path: Path, repository: Any
) -> None:
    async def scene(bench: Any) -> None:
        leaving(bench, tmp_path, repository)
        bench.voice(SPEAK, SPEAK + 5000)
        bench.digit("#", SPEAK + 2500)
        await bench.run(SPEAK + 5000)

    play_scene(scene)
    (row,) = repository.log
    assert near(row.samples, 2500)


@pytest.mark.parametrize("spoken", [0, 700])
def test_what_is_empty_or_shorter_than_a_second_is_no_message(
    play_scene: PlayScene, tmp_path: Path, repository: Any, spoken: int
) -> None:
    async def scene(bench: Any) -> None:
        taken = leaving(bench, tmp_path, repository)
        if spoken:
            bench.voice(SPEAK + 500, SPEAK + spoken)
        await bench.run(SPEAK + 6000)
        assert taken == [Taken("silence")]
        assert SAVED not in bench.channel.played

    bench = play_scene(scene)
    assert repository.log == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert bench.said("call.ended") == [{"cause": "local-script", "outcome": "answered"}]


def test_a_key_skips_the_greeting(play_scene: PlayScene, tmp_path: Path, repository: Any) -> None:
    async def scene(bench: Any) -> None:
        leaving(bench, tmp_path, repository)
        bench.digit("#", 300)
        bench.voice(1500, 4000)
        await bench.run(8000)
        assert len(bench.channel.played) == 3

    play_scene(scene)
    (row,) = repository.log
    assert row.samples > seconds(3)


@pytest.mark.parametrize("spoken", [False, True])
def test_an_escape_key_leaves_during_greeting_or_message_and_keeps_what_was_said(
    play_scene: PlayScene, tmp_path: Path, repository: Any, spoken: bool
) -> None:
    async def scene(bench: Any) -> None:
        taken = leaving(bench, tmp_path, repository, escape="0")
        if spoken:
            bench.voice(SPEAK, SPEAK + 3000)
        bench.digit("0", SPEAK + 2000 if spoken else 300)
        await bench.run(SPEAK + 4000)
        (left,) = taken
        assert (left.reason, left.digit) == ("escape", "0")
        assert (left.message is not None) == spoken

    play_scene(scene)
    assert len(repository.log) == spoken


def test_hanging_up_during_the_greeting_leaves_nothing(
    play_scene: PlayScene, tmp_path: Path, repository: Any
) -> None:
    async def scene(bench: Any) -> None:
        taken = leaving(bench, tmp_path, repository, greeting=[GREETING] * 9)
        bench.tone("busy", 500, after_ms=2000)
        await bench.run(4000)
        assert taken == []

    play_scene(scene)
    assert wavs(tmp_path) == []


def test_a_store_that_does_not_commit_lets_nobody_hear_saved(
    play_scene: PlayScene, tmp_path: Path, repository: Any
) -> None:
    async def refuse() -> None:
        raise StoreError("the disk is full")

    repository.committed = refuse

    async def scene(bench: Any) -> None:
        Beeping(bench)
        boxes = Mailboxes(DataFolder(tmp_path), repository, bench.clock, bench.ids)

        async def serve(call: Call) -> None:
            await call.answer()
            with pytest.raises(StoreError, match="the disk is full"):
                await boxes.take(call, "front-desk", greeting=[GREETING], saved=[SAVED], silence=seconds(2))

        bench.handler = serve
        bench.ring(0)
        bench.voice(SPEAK + 100, SPEAK + 3000)
        await bench.run(SPEAK + 6000)
        assert SAVED not in bench.channel.played

    assert play_scene(scene).said("call.message") == []
    # The row may be lost; the message is not: the next start finds it.
    (row,) = repair(DataFolder(tmp_path), repository).messages
    assert near(row.samples, 3000)
    side = json.loads(Path(row.path).with_suffix(".json").read_text(encoding="utf-8"))
    assert (side["state"], side["frames"]) == ("closed", row.samples)


def test_a_database_that_takes_no_rows_keeps_no_caller_waiting_and_loses_no_message(
    play_scene: PlayScene, tmp_path: Path, repository: Any
) -> None:
    unlocked = asyncio.Event()
    repository.committed = unlocked.wait
    refused: list[Any] = []

    async def scene(bench: Any) -> None:
        Beeping(bench)
        boxes = Mailboxes(DataFolder(tmp_path), repository, bench.clock, bench.ids)

        async def serve(call: Call) -> None:
            await call.answer()
            with pytest.raises(StoreError, match="takes no rows"):
                await boxes.take(call, "front-desk", greeting=[GREETING], saved=[SAVED], silence=seconds(2))
            refused.append(bench.clock.now())

        bench.handler = serve
        bench.ring(0)
        bench.voice(SPEAK + 100, SPEAK + 3000)
        await bench.run(SPEAK + 5100)
        assert refused == []
        await bench.run(8000)
        assert len(refused) == 1
        assert SAVED not in bench.channel.played
        assert len(list((tmp_path / "messages/.open").iterdir())) == 1
        unlocked.set()
        await bench.run(500)
        assert list((tmp_path / "messages/.open").iterdir()) == []

    bench = play_scene(scene)
    (row,) = repository.log
    assert [entry["message"] for entry in bench.said("call.message")] == [row.id]
    assert bench.said("call.ended") == [{"cause": "local-script", "outcome": "message"}]


def test_a_message_without_its_file_is_forgotten(tmp_path: Path, repository: Any) -> None:
    """Killed between the side file and the sound."""
    folder = DataFolder(tmp_path)
    (folder.messages / ".open").mkdir(parents=True)
    (folder.messages / ".open/message-1").write_text("message-1.wav")
    (folder.messages / "message-1.json").write_text('{"state": "open"}')
    for content in (None, b"", b"RIFF"):
        if content is not None:
            (folder.messages / "message-1.wav").write_bytes(content)
        assert repair(folder, repository).messages == []
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
        (folder.messages / ".open/message-1").write_text("message-1.wav")


def test_every_wait_after_a_hang_up_raises_call_ended(
    play_scene: PlayScene, tmp_path: Path, repository: Any
) -> None:
    async def scene(bench: Any) -> None:
        leaving(bench, tmp_path, repository)
        bench.voice(SPEAK, SPEAK + 2000)
        bench.tone("busy", SPEAK + 2100, after_ms=1500)
        await bench.run(SPEAK + 5000)
        with pytest.raises(CallEnded):
            await bench.call.digit()

    play_scene(scene)


def test_what_was_said_before_a_crash_becomes_a_message(
    play_scene: PlayScene, tmp_path: Path, repository: Any
) -> None:
    async def scene(bench: Any) -> None:
        leaving(bench, tmp_path / "live", repository)
        bench.voice(SPEAK, SPEAK + 9000)
        await bench.run(SPEAK + 3000)
        shutil.copytree(tmp_path / "live", tmp_path / "crashed")

    play_scene(scene)
    repository.log.clear()
    folder = DataFolder(tmp_path / "crashed")
    done = repair(folder, repository)
    (row,) = done.messages
    assert repository.log == [row]
    assert (row.box, row.number, row.customer, row.state) == ("front-desk", "5551234", 7, "new")
    assert row.samples == read_wav(row.path).frames > seconds(2)
    assert repair(folder, repository).messages == [row]  # the first was killed before its row was written
    assert repair(folder, repository, has_message=lambda message: True).messages == []
    for path in done.files:
        settle(folder.messages, path)
    assert repair(folder, repository).files == []


def test_a_crash_in_the_first_second_leaves_no_message(
    play_scene: PlayScene, tmp_path: Path, repository: Any
) -> None:
    async def scene(bench: Any) -> None:
        leaving(bench, tmp_path / "live", repository)
        await bench.run(SPEAK + 500)
        shutil.copytree(tmp_path / "live", tmp_path / "crashed")

    play_scene(scene)
    assert repair(DataFolder(tmp_path / "crashed"), repository).messages == []
    assert [path for path in (tmp_path / "crashed").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(("spoken", "kept"), [(700, []), (3000, [True])])
def test_a_take_that_is_cancelled_gives_the_line_to_who_cancelled_it(
    play_scene: PlayScene, tmp_path: Path, repository: Any, spoken: int, kept: list[bool]
) -> None:
    async def scene(bench: Any) -> None:
        Beeping(bench)
        boxes = Mailboxes(DataFolder(tmp_path), repository, bench.clock, bench.ids)

        async def serve(call: Call) -> None:
            await call.answer()
            script = asyncio.ensure_future(boxes.take(call, "front-desk", greeting=[GREETING]))
            await call.taken()
            script.cancel()
            await call.ended()

        bench.handler = serve
        bench.ring(0)
        await bench.run(SPEAK + spoken)
        await bench.call.answer(by="operator")
        await bench.run(500)
        assert bench.channel.off_hook
        assert bench.channel.recordings == []

    bench = play_scene(scene)
    # What the caller had said is a message now, not at the next start.
    assert [near(row.samples, spoken) for row in repository.log] == kept
    assert len(bench.said("call.message")) == len(kept)
    assert repair(DataFolder(tmp_path), repository).files == []


def test_a_disk_that_takes_no_more_keeps_the_message_so_far_and_says_so(
    play_scene: PlayScene, tmp_path: Path, repository: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = WavWriter._append

    def full(self: WavWriter, data: bytes) -> None:
        if self.frames >= 16000:
            raise OSError(28, "No space left on device")
        whole(self, data)

    monkeypatch.setattr(WavWriter, "_append", full)

    async def scene(bench: Any) -> None:
        Beeping(bench)
        boxes = Mailboxes(DataFolder(tmp_path), repository, bench.clock, bench.ids)

        async def serve(call: Call) -> None:
            await call.answer()
            with pytest.raises(StoreError, match="No space left"):
                await boxes.take(call, "front-desk", greeting=[GREETING], saved=[SAVED], silence=seconds(2))

        bench.handler = serve
        bench.ring(0)
        bench.voice(SPEAK + 100, SPEAK + 6000)
        await bench.run(SPEAK + 9000)
        assert SAVED not in bench.channel.played

    play_scene(scene)
    (row,) = repository.log
    assert row.samples == read_wav(row.path).frames == 16000
