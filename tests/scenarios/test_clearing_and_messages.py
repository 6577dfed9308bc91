"""Hang-ups and messages with real audio: the exchange clears in each way, the mailbox keeps the words."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ctidrv.apps.recording import CallRecorder, repair
from ctidrv.apps.voicemail import Mailboxes
from ctidrv.apps.voicemail import repair as repair_messages
from ctidrv.callcontrol.call import Call
from ctidrv.callcontrol.ids import Ids
from ctidrv.callcontrol.journal import CallEvent, Journal
from ctidrv.callcontrol.line import LineController
from ctidrv.callcontrol.profile import LineProfile
from ctidrv.clock import SampleClock
from ctidrv.folder import DataFolder
from ctidrv.media.engine import MediaEngine
from ctidrv.media.virtual import run_virtual
from ctidrv.media.wav import read_wav
from ctidrv.native.compare import find
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import DriverContext
from ctidrv.ports.regions import SIGNALS, load_region, progress_config
from ctidrv.units import Samples, ms, seconds
from hwsim.board import open_board

VOICE = read_wav(Path(__file__).parents[2] / "hw-sim/hwsim/voices/ann-lee.wav").channels[0]
GREETING = VOICE[:8000]


class Rows:
    """A repository that remembers."""

    def __init__(self) -> None:
        self.recordings: list[Any] = []
        self.messages: list[Any] = []
        self.calls: list[Any] = []

    def put_recording(self, row: Any) -> None:
        self.recordings.append(row)

    def put_message(self, row: Any) -> None:
        self.messages.append(row)

    def put_call(self, row: Any) -> None:
        self.calls.append(row)

    async def committed(self) -> None: ...


class House:
    """One line with a mailbox behind it."""

    def __init__(self, folder: Path, country: str, clearing: list[str], **line: Any) -> None:
        self.clock = SampleClock(datetime(2027, 3, 8, 10, tzinfo=UTC))
        settings = {"lines": 1, "phones": 1, "country": country, "clearing": clearing, **line}
        self.board: Any = open_board("sim", settings, DriverContext(self.clock, folder, 7, live=False))
        self.engine = MediaEngine([self.board], self.clock, inline=True)
        region = load_region(country)
        (channel,) = self.engine.channels
        self.engine.progress(channel.info.id, progress_config(region))
        self.log: list[CallEvent] = []
        journal, ids = Journal(self.clock), Ids(7)
        journal.subscribe(self.log.append)
        self.rows: Any = Rows()
        self.folder = DataFolder(folder)
        self.recorder = CallRecorder(self.folder, self.rows, self.clock, ids)
        self.boxes = Mailboxes(self.folder, self.rows, self.clock, ids)
        profile = LineProfile.for_region(region, SIGNALS)
        self.line = LineController(channel, self.clock, journal, ids, profile, self.serve)

    async def serve(self, call: Call) -> None:
        recording = self.recorder.start(call)
        try:
            await call.answer(after_rings=1)
            await self.boxes.take(call, "desk", greeting=[GREETING], silence=seconds(4))
            await call.ended()
        finally:
            await recording.finish()

    def run(self, scene: Callable[[Any], Coroutine[Any, Any, None]]) -> None:
        async def main() -> None:
            self.board.open()
            self.line.start()
            ann = self.board.caller("5551234", "ANN LEE")
            await ann.dial("8001")
            await ann.hears(GREETING, within=seconds(30))
            await ann.silence(ms(600))  # the beep
            await scene(ann)

        try:
            run_virtual(main(), self.engine, limit=seconds(120))
        finally:
            self.engine.close()
            self.board.close()

    def said(self, type: str) -> list[Any]:
        return [dict(event.data) for event in self.log if event.type == type]

    async def until_idle(self) -> None:
        while self.log[-1].type != "line.state" or self.log[-1].data["state"] != "idle":
            await self.clock.sleep(ms(100))


@pytest.mark.parametrize(
    ("country", "clearing", "cause"),
    [
        ("US", "busy-tone", "remote-busy-tone"),
        ("US", "loop-break", "remote-loop-break"),
        ("TW", "reversal", "remote-reversal"),
        ("CN", "busy-tone", "remote-busy-tone"),
        ("GB", "busy-tone", "remote-busy-tone"),
    ],
)
def test_vm_1_the_caller_hangs_up_and_her_message_holds_her_words_and_no_tone(
    tmp_path: Path, country: str, clearing: str, cause: str
) -> None:
    house = House(tmp_path, country, [clearing], noise_dbm0=-60.0)
    times: dict[str, Samples] = {}

    async def scene(ann: Any) -> None:
        await ann.speak(VOICE)
        await ann.hang_up()
        times["hung up"] = house.clock.now()
        await house.until_idle()

    house.run(scene)
    assert [entry["cause"] for entry in house.said("call.clearing")] == [cause]
    assert house.said("call.ended") == [{"cause": cause, "outcome": "message"}]
    cleared = next(event.at for event in house.log if event.type == "call.clearing")
    period = sum(load_region(country).tones["busy"].ms)
    assert cleared - times["hung up"] <= (ms(4 * period) if clearing == "busy-tone" else ms(240))
    (message,) = house.rows.messages
    (sound,) = read_wav(message.path).channels
    words = find(VOICE[:-1600], sound)
    assert words is not None
    assert words.snr_db > 15
    assert len(sound) - (words.offset + len(VOICE)) <= ms(200)
    *_, recording = house.rows.recordings
    assert recording.state == "closed"
    assert recording.sha256 == hashlib.sha256(Path(recording.path).read_bytes()).hexdigest()
    sent, came = read_wav(recording.path).channels
    assert find(GREETING, sent) is not None
    assert find(VOICE[:-1600], came) is not None


def test_vm_1_silence_ends_the_message_and_is_not_in_it(tmp_path: Path) -> None:
    house = House(tmp_path, "DE", ["busy-tone"], noise_dbm0=-60.0)

    async def scene(ann: Any) -> None:
        await ann.speak(VOICE)
        await ann.silence(seconds(6))
        assert house.rows.messages
        await ann.hang_up()
        await house.until_idle()

    house.run(scene)
    (message,) = house.rows.messages
    (sound,) = read_wav(message.path).channels
    words = find(VOICE[:-1600], sound)
    assert words is not None
    assert len(sound) - (words.offset + len(VOICE)) <= ms(300)


def test_a_crash_in_the_middle_of_a_message_loses_neither_recording_nor_message_nor_call(
    tmp_path: Path,
) -> None:
    house = House(tmp_path / "live", "US", ["busy-tone"], noise_dbm0=-60.0)

    async def scene(ann: Any) -> None:
        await ann.speak(VOICE)
        await house.clock.sleep(ms(400))
        shutil.copytree(tmp_path / "live", tmp_path / "crashed")
        await ann.hang_up()
        await house.until_idle()

    house.run(scene)
    folder, rows = DataFolder(tmp_path / "crashed"), Rows()
    kept: Any = rows
    repair(folder, kept)
    repair_messages(folder, kept)
    (recording,), (call,), (message,) = rows.recordings, rows.calls, rows.messages
    assert (recording.state, call.number, call.name, call.outcome) == (
        "repaired", "5551234", "ANN LEE", "interrupted",
    )  # fmt: skip
    assert find(VOICE[:-1600], read_wav(recording.path).channels[1]) is not None
    assert find(VOICE[:-1600], read_wav(message.path).channels[0]) is not None


def test_two_runs_of_one_call_leave_the_same_files_and_facts(tmp_path: Path) -> None:
    def one(folder: Path) -> tuple[list[Any], dict[str, bytes]]:
        house = House(folder, "US", ["busy-tone"], noise_dbm0=-50.0)

        async def scene(ann: Any) -> None:
            await ann.speak(Pcm([0]) + VOICE)
            await ann.hang_up()
            await house.until_idle()

        house.run(scene)
        facts = [(event.seq, event.type, event.at, event.call, str(event.data)) for event in house.log]
        facts = [(*fact[:-1], fact[-1].replace(str(folder), "")) for fact in facts]
        files = {
            str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.*") if path.is_file()
        }
        return facts, files

    first, second = one(tmp_path / "a"), one(tmp_path / "b")
    assert first == second
    assert any(name.endswith(".wav") for name in first[1])
