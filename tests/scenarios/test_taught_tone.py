"""A line behind a PBX whose busy tone is in no table: not heard, then learnt, then known in four cycles."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ctidrv.cli import main
from ctidrv.config import BoardConfig, default_config
from ctidrv.errors import InputError, PortError, ServiceError
from ctidrv.folder import DataFolder
from ctidrv.media.virtual import run_virtual
from ctidrv.media.wav import WavWriter, read_wav
from ctidrv.native.compare import find
from ctidrv.ports.learnt import LearntTone
from ctidrv.service.daemon import Station
from ctidrv.units import TICK, PortId, Samples, ms, seconds

VOICE = read_wav(Path(__file__).parents[2] / "hw-sim/hwsim/voices/ann-lee.wav").channels[0]
HZ, MS = (520.0,), (170, 230)
CYCLES = Samples(4 * ms(sum(MS)) + TICK)
"""Four cycles, from the tick in which the exchange begins to send."""
BUSY = LearntTone(HZ, MS, -14.0, 12)


class Office:
    """A line, of the US by default, whose exchange sends a busy tone of its own."""

    def __init__(self, root: Path, country: str = "US") -> None:
        settings = {"lines": 1, "phones": 2, "country": country, "busy_hz": list(HZ), "busy_ms": list(MS)}
        config = replace(default_config(), boards=(BoardConfig("sim", "sim", settings),))
        self.folder = DataFolder(root)
        self.station = Station(
            self.folder, config, live=False, seed=7, start=datetime(2027, 3, 8, 10, tzinfo=UTC)
        )
        self.log: list[Any] = []

    def play(self, story: Callable[[Office], Coroutine[Any, Any, None]]) -> None:
        async def whole() -> None:
            self.station.start()
            await story(self)
            await self.station.stop()

        self.station.open()
        self.station.journal.subscribe(self.log.append)
        try:
            run_virtual(whole(), self.station.engine, limit=seconds(400))
        finally:
            self.station.close()

    @property
    def clock(self) -> Any:
        return self.station.clock

    async def until(self, type: str, within: Samples, **data: Any) -> Any:
        """The next event of this type; None when there is none within that time."""
        seen, end = len(self.log), self.clock.now() + within
        while self.clock.now() <= end:
            for event in self.log[seen:]:
                if event.type == type and data.items() <= event.data.items():
                    return event
            await self.clock.sleep(TICK)
        return None

    async def call(self, say: bool = True) -> Any:
        """A caller who has been answered, and has spoken."""
        board: Any = self.station.boards["sim"]
        ann = board.caller("2125550123", "ANN LEE")
        await ann.dial("8001")
        assert await self.until("call.answered", seconds(20)) is not None
        if say:
            await ann.speak(VOICE[:24_000])
        return ann

    async def leave(self, ann: Any) -> Samples:
        await ann.hang_up()
        board: Any = self.station.boards["sim"]
        board.give_back(ann)
        return Samples(self.clock.now())

    async def idle(self) -> None:
        while self.station.ports()[0]["state"] != "idle":
            await self.clock.sleep(ms(100))


@pytest.mark.parametrize("country", ["US", "CN"])
def test_a_busy_tone_in_no_table_is_heard_within_four_cycles_once_the_line_has_learnt_it(
    tmp_path: Path, country: str
) -> None:
    async def before(office: Office) -> None:
        await office.leave(await office.call())
        # Nobody knows that she has gone: the menu goes on, and what it hears meanwhile is learnt.
        heard = await office.station.listen("sim/1")
        assert office.station.ports()[0]["call"] is not None
        assert heard.hz == pytest.approx(HZ, rel=0.005)
        assert heard.ms == pytest.approx(MS, abs=10)
        assert heard.cycles >= 10
        taught = office.clock.now()
        await office.station.teach("sim/1", "busy", heard)
        clearing = await office.until("call.clearing", CYCLES)
        assert clearing.data == {"cause": "remote-learnt-tone", "confidence": 0.9}
        assert clearing.at - taught <= CYCLES
        (learnt,) = office.station.ports()[0]["learnt"]
        assert learnt["tone"] == "busy"
        await office.idle()
        gone = await office.leave(await office.call())
        clearing = await office.until("call.clearing", seconds(5))
        assert clearing.at - gone <= CYCLES
        await office.idle()

    async def after(office: Office) -> None:
        gone = await office.leave(await office.call())
        clearing = await office.until("call.clearing", seconds(5))
        assert clearing.data["cause"] == "remote-learnt-tone"
        assert clearing.at - gone <= CYCLES
        await office.idle()
        assert await office.station.forget_tones("sim/1") == 1
        assert await office.station.forget_tones("sim/1") == 0
        await office.leave(await office.call())
        assert await office.until("call.clearing", Samples(4 * CYCLES)) is None

    Office(tmp_path, country).play(before)
    Office(tmp_path, country).play(after)  # it is kept with the line


def test_a_line_that_hears_no_tone_says_so_and_keeps_nothing(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        with pytest.raises(ServiceError, match="no tone in the last 10 seconds of the line"):
            await office.station.listen("sim/1")  # on hook
        ann = await office.call(say=False)
        with pytest.raises(ServiceError, match="no tone"):
            await office.station.listen("sim/1")  # our own prompt is no tone of the line's
        await office.leave(ann)
        with pytest.raises(PortError, match="sim/7: no line is configured there; there are sim/1"):
            await office.station.listen("sim/7")
        assert office.station.ports()[0]["learnt"] == []

    Office(tmp_path).play(story)


def test_learning_costs_a_call_neither_its_recording_nor_its_message(tmp_path: Path) -> None:
    """The sample is taken while a message is recorded; a second one at the same time is refused."""

    async def story(office: Office) -> None:
        ann = await office.call(say=False)
        for prompt, key in (("pick-language", "1"), ("main-menu", "9"), ("please-leave-message", "#")):
            await office.until("call.prompt", seconds(20), prompt=prompt)
            await ann.press(key)
        await ann.silence(seconds(2))
        task = asyncio.ensure_future(office.station.taught.sample(PortId("sim/1"), seconds(3)))
        await ann.silence(TICK)
        with pytest.raises(ServiceError, match="being listened to already"):
            await office.station.listen("sim/1")
        await ann.speak(VOICE)
        with pytest.raises(ServiceError, match="no tone"):
            await task
        await office.leave(ann)
        await office.station.teach("sim/1", "busy", BUSY)
        assert await office.until("call.message", seconds(10)) is not None
        await office.idle()

    office = Office(tmp_path)
    office.play(story)
    (message,) = [event for event in office.log if event.type == "call.message"]
    assert message.data["seconds"] >= len(VOICE) / 8000 - 0.2
    (path,) = (tmp_path / "recordings").rglob("*.wav")
    assert find(VOICE[:-1600], read_wav(path).channels[1]) is not None


@pytest.mark.parametrize(
    ("name", "tone", "why"),
    [
        ("ringback", BUSY, "a line is taught busy, congestion, dial"),
        ("busy", LearntTone((520.0,), (), -14.0, 0), "never pauses: teach it as dial tone"),
        ("dial", BUSY, "has pauses: that is no dial tone"),
        ("busy", LearntTone((520.0, 600.0, 700.0), MS, -14.0, 3), "one or two frequencies"),
        ("busy", LearntTone((520.0,), (170, 230, 170), -14.0, 3), "on, off, on, off"),
        ("busy", LearntTone((520.0,), (170, 10), -14.0, 3), "of 50 to 10000 ms"),
        ("busy", LearntTone((520.0,), MS, float("nan"), 3), "no level"),
        ("busy", LearntTone((150.0,), MS, -14.0, 3), "none that a line can be made to hear"),
        ("busy", LearntTone((520.0,), MS, -70.0, 3), "none that a line can be made to hear"),
    ],
)
def test_what_no_line_can_be_taught_is_refused_and_changes_nothing(
    tmp_path: Path, name: str, tone: LearntTone, why: str
) -> None:
    async def story(office: Office) -> None:
        with pytest.raises(InputError, match=why):
            await office.station.teach("sim/1", name, tone)
        assert office.station.ports()[0]["learnt"] == []

    Office(tmp_path).play(story)


# The command, where no station runs: proved on the calls that are stored.


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a recording of a caller whose going nobody noticed."""
    folder = tmp_path_factory.mktemp("stored")

    async def story(office: Office) -> None:
        await office.leave(await office.call())
        await office.clock.sleep(seconds(9))
        await office.station.hang_up(office.station.ports()[0]["call"])
        await office.idle()

    Office(folder).play(story)
    (folder / "station.toml").write_text(
        '[[board]]\nname = "sim"\ndriver = "sim"\n[[line]]\nport = "sim/1"\nscript = "hotline.ivr.yaml"\n'
    )
    return folder


@pytest.fixture
def stored(made_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made_once, tmp_path / "data"))


def ran(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, Any]], str]:
    code = main(["dsp", "learn", *words, "--json"])
    out, err = capsys.readouterr()
    return code, [json.loads(line) for line in out.splitlines()], err


def test_a_recording_teaches_its_line_and_is_proved_on_it(
    stored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (recording,) = sorted((stored / "recordings").rglob("*.wav"))
    where = ("--line", "sim/1", "--data", str(stored))
    code, (proof, tone), _ = ran(capsys, str(recording), *where, "--check")
    assert code == 0
    assert proof["type"] == "proof"
    assert proof["path"] == str(recording)
    assert not proof["cut_off"]
    assert proof["saved_s"] > 5
    assert tone["hz"] == pytest.approx(HZ, rel=0.005)
    assert not tone["kept"]
    code, (_, tone), _ = ran(capsys, str(recording), *where)
    assert code == 0
    assert tone["kept"]
    assert main(["ports", "--data", str(stored), "--json"]) == 0
    port = json.loads(capsys.readouterr().out.splitlines()[0])
    assert [each["tone"] for each in port["learnt"]] == ["busy"]
    assert ran(capsys, "--forget", *where)[1] == [{"line": "sim/1", "forgotten": 1}]
    assert main(["ports", "--data", str(stored), "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[0])["learnt"] == []


def test_a_tone_that_would_have_cut_off_a_caller_is_not_kept(
    stored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """She speaks on behind the tone: it is one that does not end a call."""
    (recording,) = sorted((stored / "recordings").rglob("*.wav"))
    came = read_wav(recording).channels[1]
    spoken = came[:-32_000] + VOICE + came[-32_000:]
    recording.unlink()
    writer = WavWriter(recording, 1)
    writer.write(spoken.bytes)
    writer.close()
    where = ("--line", "sim/1", "--data", str(stored))
    code, (proof, tone), _ = ran(capsys, str(recording), *where)
    assert code == 1
    assert proof["cut_off"]
    assert proof["voice_after_s"] > 1
    assert (tone["kept"], tone["cut_off"]) == (False, 1)
    code, (*_, tone), _ = ran(capsys, str(recording), *where, "--force")
    assert code == 0
    assert tone["kept"]


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        ((), 2, "which WAV file, or which line"),
        (("--forget",), 2, "which WAV file, or which line"),
        (("--line", "sim/1"), 1, "no station runs"),
        (("--line", "sim/9", "--forget"), 1, "sim/9: no line is configured there; there are sim/1"),
        (("TONE", "--line", "sim/9"), 1, "sim/9: no line is configured there"),
        (("TONE", "--line", "sim/1", "--tone", "sit"), 2, "a line is taught busy, congestion, dial"),
    ],
)
def test_wrong_use_is_one_line_and_keeps_nothing(
    stored: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, why: str
) -> None:
    (recording,) = sorted((stored / "recordings").rglob("*.wav"))
    given = [str(recording) if word == "TONE" else word for word in words]
    result, _, err = ran(capsys, *given, "--data", str(stored))
    assert result == code
    assert why in err
    assert err.count("\n") == 1
