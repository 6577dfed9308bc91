"""A headset at a seat, by the real driver on a sound system without sound (PulseAudio's null sinks): a whole
call in real time. What its user says is played by another program, and so is what he hears recorded; its keys
and lamps are those of the stand-in of a HID headset.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from station_with_hid import MARK
from test_calls_dial import command, reached, until

if sys.platform == "win32":
    pytest.skip("PulseAudio is Linux's", allow_module_level=True)

from ctidrv.media.wav import WavWriter, read_wav
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import Part, render, tone
from ctidrv.service.client import StationClient
from hwsim.devices.null_sinks import NullSinks, missing

pytest.importorskip("sounddevice", reason="sounddevice or PortAudio is not installed", exc_type=Exception)
if missing():
    pytest.skip("PulseAudio is not installed", allow_module_level=True)

CONFIG = """\
[office]
country = "GB"
[[board]]
name = "sim"
driver = "sim"
country = "GB"
lines = 1
[[board]]
name = "headset"
driver = "soundcard"
latency_ms = 200
[[line]]
port = "sim/1"
script = "hotline.ivr.yaml"
first = "operator"
to = "08"
ring = 60
[[seat]]
name = "Li Mei"
number = "08"
phone = "headset/1"
wrap_up = 0
"""
SAID_HZ, HEARD_HZ = 700, 1300
SAID_DBM0 = -12.0


class Desk:
    """A station with a headset, whose user is the test."""

    def __init__(self, data: Path, sound: NullSinks, started: subprocess.Popen[str]) -> None:
        self.data = data
        self._started = started
        self.sound = sound
        self.station = StationClient.discover(data)
        self.callers: list[subprocess.Popen[bytes]] = []

    def close(self) -> None:
        self.station.close()
        for caller in self.callers:
            caller.kill()
            caller.wait()

    def state(self) -> str:
        (seat,) = self.station.seats()
        return str(seat["state"])

    def press(self, key: str = "") -> list[str]:
        """A key of the headset, or none; the lamps that are lit."""
        assert self._started.stdin is not None
        assert self._started.stdout is not None
        self._started.stdin.write(key + "\n")
        self._started.stdin.flush()
        while not (line := self._started.stdout.readline()).startswith(MARK):
            assert line, "the station has ended"
        return list(json.loads(line.removeprefix(MARK)))

    def lit(self, *lamps: str) -> None:
        until(lambda: self.press() == list(lamps), f"{lamps} are lit")

    def is_rung(self, *more: str) -> None:
        caller = subprocess.Popen(
            command("sim", "call", "--number", "5551234", *more, data=self.data), stdout=subprocess.DEVNULL
        )
        self.callers.append(caller)
        until(lambda: self.state() == "ringing", "the headset rings")

    def talks(self) -> None:
        self.station.answer(self.station.calls()[0]["id"])
        until(lambda: self.state() == "talking", "they talk")

    def recording(self) -> np.ndarray:
        """Both channels of the one call's, once it is whole."""
        rows = until(
            lambda: [row for row in self.station.recordings() if row["sha256"]], "the recording is whole"
        )
        sound = read_wav(Path(rows[0]["path"]))
        return np.stack([np.frombuffer(channel.bytes, "<i2") for channel in sound.channels]).astype(float)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("headset")
    data, sound = folder / "data", NullSinks(folder / "pulse")
    data.mkdir()
    (data / "station.toml").write_text(CONFIG, encoding="utf-8")
    sound.start()
    started = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("station_with_hid.py")), str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=sound.environment,
        text=True,
    )
    made = None
    try:
        until(lambda: reached(data), "the station answers")
        made = Desk(data, sound, started)
        until(lambda: made.state() == "ready", "the headset is there")
        yield made
    finally:
        if made:
            made.close()
        started.terminate()
        started.communicate(timeout=30)
        sound.stop()


def beep(hz: float, seconds: float, dbm0: float = SAID_DBM0) -> Pcm:
    return render(tone([Part((hz,), dbm0)]), round(8000 * seconds))


def levels(sound: np.ndarray, hz: float, piece: int = 800) -> np.ndarray:
    """dBm0 of a frequency in each tenth of a second."""
    pieces = sound[: len(sound) // piece * piece].reshape(-1, piece)
    turn = np.exp(-2j * np.pi * hz * np.arange(piece) / 8000)
    amplitude = 2 * np.abs(pieces @ turn) / piece
    return 20 * np.log10(np.maximum(amplitude / np.sqrt(2), 1) / 16140)


def steady(found: np.ndarray, dbm0: float, room: float) -> int:
    """The longest run of pieces of that level."""
    best = now = 0
    for level in found:
        now = now + 1 if abs(level - dbm0) <= room else 0
        best = max(best, now)
    return best


def test_a_call_at_a_headset_is_answered_by_the_desktops_key_and_both_are_as_loud_as_they_spoke(
    desk: Desk, tmp_path: Path
) -> None:
    writer = WavWriter(tmp_path / "caller.wav", 1)
    writer.write(beep(HEARD_HZ, 9).bytes)
    writer.close()
    desk.is_rung("--speak", str(tmp_path / "caller.wav"))
    ring = np.frombuffer(desk.sound.hear(3.5).bytes, "<i2").astype(float)
    assert steady(levels(ring, 880), -18, 8) >= 3, "the ring is heard"
    desk.talks()
    desk.sound.say(beep(SAID_HZ, 2.5))
    heard = np.frombuffer(desk.sound.hear(2.5).bytes, "<i2").astype(float)
    until(lambda: desk.callers[-1].poll() is not None, "the caller has hung up")
    until(lambda: desk.state() == "ready", "her headset is put down for her")
    sent, came = desk.recording()
    assert steady(levels(sent, SAID_HZ), SAID_DBM0, 1.0) >= 22, "without a gap"
    caller = np.median(levels(came, HEARD_HZ)[levels(came, HEARD_HZ) > -40])
    at_ear = levels(heard, HEARD_HZ)
    began = int(np.argmax(at_ear > -40)) + 1  # the listener takes a moment to begin
    assert len(at_ear) - began >= 8
    assert steady(at_ear[began:], caller, 1.0) == len(at_ear) - began, "without a gap"


def test_its_keys_answer_mute_hold_and_hang_up_and_its_lamps_are_in_step(desk: Desk) -> None:
    desk.lit()
    desk.is_rung("--hold", "60")
    desk.lit("ring")
    desk.press("hook")
    until(lambda: desk.state() == "talking", "they talk")
    desk.lit("off-hook")
    call = desk.station.calls()[0]["id"]

    def talk() -> str:
        return [each["state"] for each in desk.station.call(call)["events"] if each["type"] == "call.seat"][
            -1
        ]

    until(lambda: talk() == "talking", "they hear one another")
    time.sleep(0.3)  # what comes at once may be the headset's answer to its lamp
    desk.press("mute")
    until(lambda: talk() == "muted", "its mute key mutes the talk")
    desk.lit("off-hook", "mute")
    desk.station.resume(call)
    desk.lit("off-hook")
    desk.station.mute(call)
    desk.lit("off-hook", "mute")
    time.sleep(0.3)
    desk.press("hook")
    until(lambda: desk.state() == "ready", "she has put it down")
    desk.lit()
    until(lambda: desk.station.calls()[0]["state"] == "ended", "the line is free")


def test_a_headset_that_hangs_up_first_gives_the_seat_free(desk: Desk) -> None:
    desk.is_rung("--hold", "60")
    desk.talks()
    desk.station.put_down_seat("08")
    until(lambda: desk.state() == "ready", "she has put it down")
    until(lambda: desk.station.calls()[0]["state"] == "ended", "the line is free")
    row = json.loads(
        subprocess.run(
            command("calls", "list", "--json", data=desk.data), capture_output=True, check=True
        ).stdout.splitlines()[0]
    )
    assert row["outcome"] == "answered"


def test_a_headset_that_is_unplugged_in_a_talk_ends_it_and_is_taken_back_when_it_returns(desk: Desk) -> None:
    desk.is_rung("--hold", "60")
    desk.talks()
    desk.sound.stop()
    until(lambda: desk.state() == "out-of-order", "the seat is out of order")
    call = desk.station.calls()[0]["id"]
    legs = desk.station.call(call)["legs"]
    assert [leg["cause"] for leg in legs if leg["kind"] == "seat"] == ["line-lost"]
    desk.sound.start()
    until(lambda: desk.state() == "ready", "the headset is back")
    desk.callers[-1].kill()
    until(lambda: desk.station.calls()[0]["state"] == "ended", "the call is over")
    assert desk.recording().shape[0] == 2
