"""While our own prompt plays: a hang-up is known, a digit heard, and the caller recorded without the prompt.

The line returns part of what we send. What it returns is taken out before anything listens (the echo
canceller in the tick), and tones are known by their own frequencies, whatever else is heard.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ctidrv.apps.music import hold_music
from ctidrv.apps.recording import CallRecorder
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
from ctidrv.native.tones import dtmf
from ctidrv.ports.api import DriverContext
from ctidrv.ports.regions import SIGNALS, load_region, progress_config
from ctidrv.units import Samples, ms, seconds
from hwsim.board import open_board

TREE = Path(__file__).parents[2]
VOICE = read_wav(TREE / "hw-sim/hwsim/voices/ann-lee.wav").channels[0]
KEYS = "0123456789*#"


def prompt(language: str, *names: str) -> Pcm:
    folder = TREE / "ivr_scripts/prompts" / language
    sound = Pcm()
    for name in names:
        sound = sound + read_wav(folder / f"{name}.wav").channels[0]
    return sound


class Menu:
    """One line whose calls are answered by a prompt that goes on and on."""

    def __init__(self, folder: Path, country: str, sound: Pcm, *, stop_on: str = "", **line: Any) -> None:
        self.clock = SampleClock(datetime(2027, 3, 8, 10, tzinfo=UTC))
        settings = {"lines": 1, "phones": 1, "country": country, "clearing": ["busy-tone"], **line}
        self.board: Any = open_board("sim", settings, DriverContext(self.clock, folder, 7, live=False))
        self.engine = MediaEngine([self.board], self.clock, inline=True)
        self.sound, self.stop_on = sound, stop_on
        region = load_region(country)
        (self.channel,) = self.engine.channels
        self.engine.progress(self.channel.info.id, progress_config(region))
        self.log: list[CallEvent] = []
        self.recordings: list[Any] = []
        journal, ids = Journal(self.clock), Ids(7)
        journal.subscribe(self.log.append)
        rows: Any = self
        self.recorder = CallRecorder(DataFolder(folder), rows, self.clock, ids)
        profile = LineProfile.for_region(region, SIGNALS)
        self.line = LineController(self.channel, self.clock, journal, ids, profile, self.serve)
        self.keys: list[str] = []

    def put_recording(self, row: Any) -> None:
        self.recordings.append(row)

    def put_call(self, row: Any) -> None: ...

    async def committed(self) -> None: ...

    async def serve(self, call: Call) -> None:
        recording = self.recorder.start(call)
        try:
            await call.answer(after_rings=1)
            while True:
                played = await call.play([self.sound], stop_on=self.stop_on, loop=True)
                self.keys.append(played.digit or "")
                call.clear_digits()
        finally:
            await recording.finish()

    def run(self, scene: Callable[[Any], Coroutine[Any, Any, None]]) -> None:
        async def main() -> None:
            self.board.open()
            self.line.start()
            ann = self.board.caller("5551234", "ANN LEE")
            await ann.dial("8001")
            while not any(event.type == "call.answered" for event in self.log):
                await self.clock.sleep(ms(20))
            await scene(ann)
            await ann.hang_up()
            while self.log[-1].type != "line.state" or self.log[-1].data["state"] != "idle":
                await self.clock.sleep(ms(100))

        try:
            run_virtual(main(), self.engine, limit=seconds(120))
        finally:
            self.engine.close()
            self.board.close()


def cleared_after(menu: Menu, talked: float) -> tuple[Samples, str]:
    """How long after the caller's hang-up, in the middle of the prompt, the line was cleared, and why."""
    at: list[Samples] = []

    async def scene(ann: Any) -> None:
        await menu.clock.sleep(Samples(round(talked * 8000)))
        at.append(menu.clock.now())

    menu.run(scene)
    (clearing,) = [event for event in menu.log if event.type == "call.clearing"]
    return Samples(clearing.at - at[0]), str(clearing.data["cause"])


@pytest.mark.parametrize("return_loss_db", [14.0, 6.0])
@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
@pytest.mark.parametrize("country", ["CN", "US", "GB"])
def test_a_caller_who_hangs_up_in_a_prompt_that_never_ends_is_known_within_four_cycles(
    tmp_path: Path, country: str, language: str, return_loss_db: float
) -> None:
    sound = prompt(language, "main-menu", "opening-hours", "welcome")
    period = sum(load_region(country).tones["busy"].ms)
    for talked in (0.4, 3.1, 5.7):
        folder = tmp_path / str(talked)
        folder.mkdir()
        menu = Menu(folder, country, sound, return_loss_db=return_loss_db)
        after, cause = cleared_after(menu, talked)
        assert cause == "remote-busy-tone"
        assert after <= ms(4 * period)


@pytest.mark.parametrize("country", ["CN", "US", "GB"])
def test_a_caller_who_hangs_up_over_our_music_is_known_within_four_cycles(
    tmp_path: Path, country: str
) -> None:
    """Also where it goes round."""
    for talked in (3.1, 47.5):
        folder = tmp_path / str(talked)
        folder.mkdir()
        after, cause = cleared_after(Menu(folder, country, hold_music(), return_loss_db=6.0), talked)
        assert cause == "remote-busy-tone"
        assert after <= ms(4 * sum(load_region(country).tones["busy"].ms))


@pytest.mark.parametrize("country", ["CN", "GB"])
def test_a_hang_up_is_known_without_the_echo_canceller_too(tmp_path: Path, country: str) -> None:
    """As on a board whose own canceller leaves 10 dB and more between the tone and the prompt's echo."""
    menu = Menu(tmp_path, country, prompt("en-US", "main-menu", "opening-hours"), return_loss_db=20.0)
    menu.engine.native.echo_can(0, 0)
    after, cause = cleared_after(menu, 3.1)
    assert cause == "remote-busy-tone"
    assert after <= ms(4 * sum(load_region(country).tones["busy"].ms))


def power_db(sound: Pcm) -> float:
    samples = memoryview(sound.bytes).cast("h")
    return 10 * math.log10(sum(sample * sample for sample in samples) / len(samples) + 1e-9)


@pytest.mark.parametrize(("return_loss_db", "echo_ms"), [(14.0, 2.0), (6.0, 2.0), (6.0, 20.0)])
@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_our_prompt_is_25_db_down_in_the_callers_channel(
    tmp_path: Path, language: str, return_loss_db: float, echo_ms: float
) -> None:
    sound = prompt(language, "main-menu", "opening-hours", "welcome")
    menu = Menu(tmp_path, "US", sound, return_loss_db=return_loss_db, echo_ms=echo_ms, noise_dbm0=-75.0)

    async def scene(ann: Any) -> None:
        await menu.clock.sleep(seconds(9))

    menu.run(scene)
    *_, recording = menu.recordings
    sent, came = read_wav(Path(recording.path)).channels
    begin = next(place for place in range(0, len(sent), 80) if sent[place : place + 80].peak() > 200)
    after = slice(begin + 8000, begin + 64_000)  # a second to learn the line
    leakage = power_db(came[after]) - power_db(sent[after])
    assert leakage <= -25


def test_a_caller_who_speaks_over_the_prompt_is_recorded_as_she_spoke(tmp_path: Path) -> None:
    menu = Menu(tmp_path, "US", prompt("en-US", "main-menu", "opening-hours"), return_loss_db=6.0)

    async def scene(ann: Any) -> None:
        await menu.clock.sleep(seconds(2))
        await ann.speak(VOICE)

    menu.run(scene)
    *_, recording = menu.recordings
    _, came = read_wav(Path(recording.path)).channels
    words = find(VOICE[:-1600], came)
    assert words is not None
    assert words.snr_db > 15


@pytest.mark.parametrize("what", ["en-US", "zh-CN", "music"])
@pytest.mark.parametrize("level", [-5.0, -15.0, -25.0])
def test_digits_stop_our_prompt_on_a_line_that_returns_half_of_it(
    tmp_path: Path, what: str, level: float
) -> None:
    """6 dB of return loss: the echo is at the digits' level and above. The prompt begins anew at each."""
    sound = hold_music() if what == "music" else prompt(what, "main-menu", "opening-hours")
    menu = Menu(tmp_path, "US", sound, stop_on=KEYS, return_loss_db=6.0)

    async def scene(ann: Any) -> None:
        await menu.clock.sleep(seconds(1))
        for place, key in enumerate(KEYS):
            await menu.clock.sleep(ms(400 + 130 * place))
            await ann.speak(dtmf(key, on_ms=80, off_ms=50, level=level))

    menu.run(scene)
    assert "".join(menu.keys) == KEYS
    digits = [event for event in menu.log if event.type == "call.digit"]
    assert [event.data["during"] for event in digits] == ["prompt"] * len(KEYS)
