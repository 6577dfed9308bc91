"""The player's view-model: decoding, the envelope, the place, and no sound."""

from __future__ import annotations

import io
import wave
from array import array
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ctidesk import sound
from ctidesk.viewmodels import alaw
from ctidesk.viewmodels import player as players
from ctidesk.viewmodels.player import Audio, NoSound, NotReadable, Player, decode, envelope
from ctidrv.media.wav import WavWriter
from ctidrv.native import g711
from ctidrv.native.pcm import Pcm

ITEM = ("recording", "r1")


def at_once(job: Callable[[], None], done: Callable[[Exception | None], None]) -> None:
    try:
        job()
    except Exception as error:
        done(error)
    else:
        done(None)


@pytest.fixture
def audio(fake: ModuleType) -> Audio:
    return decode(fake.wav(2.0))


@pytest.fixture
def output(fake: ModuleType) -> Any:
    return fake.FakeOutput()


@pytest.fixture
def player(output: Any, audio: Audio) -> Player:
    made = Player(output, at_once)
    made.expect(ITEM, "Anna")
    made.load(ITEM, audio)
    return made


def test_two_channels_have_an_envelope_each(audio: Audio) -> None:
    operator, caller = audio.lanes
    assert (audio.channels, audio.rate, audio.length, audio.seconds) == (2, 8000, 16000, 2.0)
    assert len(operator) == len(caller) == players.COLUMNS
    first, second = slice(0, players.COLUMNS // 2), slice(players.COLUMNS // 2, None)
    loud, quiet = 12000 / 32768, (0.0, 0.0)
    assert max(high for _, high in operator[first]) == pytest.approx(loud, abs=0.01)
    assert min(low for low, _ in caller[second]) == pytest.approx(-loud, abs=0.01)
    assert set(operator[second]) == {quiet}
    assert set(caller[first]) == {quiet}


def test_envelope_keeps_a_single_loud_sample() -> None:
    samples = array("h", [0] * 100_000)
    samples[54_321] = -32768
    lane = envelope(samples, 100)
    assert lane[54] == (-1.0, 0.0)
    assert [pair for pair in lane if pair != (0.0, 0.0)] == [(-1.0, 0.0)]


def test_envelope_of_few_samples_has_one_column_for_each() -> None:
    assert envelope(array("h", [16384, -16384, 0]), 100) == ((0.5, 0.5), (-0.5, -0.5), (0.0, 0.0))
    assert envelope(array("h")) == ()


def _wav(width: int = 2, channels: int = 1, frames: bytes = b"\x01\x00") -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(8000)
        file.writeframes(frames)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"RIFF",
        b"RIFF\xff\xff\xff\xffWAVEfmt ",
        b"\x00" * 4000,
        _wav(width=1),
        _wav(channels=3, frames=b"\0" * 6),
    ],
)
def test_what_is_no_16_bit_wav_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(NotReadable) as refused:
        decode(content)
    assert refused.value.words == players.NOT_READABLE


def test_empty_recording_is_refused_in_words() -> None:
    with pytest.raises(NotReadable) as refused:
        decode(_wav(frames=b""))
    assert refused.value.words == players.EMPTY_FILE


def test_file_cut_in_the_middle_of_a_frame_is_played_to_its_last_whole_frame(fake: ModuleType) -> None:
    assert decode(fake.wav(1.0)[:-3]).length == 7999


def test_play_stop_and_play_go_on_from_the_place(player: Player, output: Any) -> None:
    player.play()
    assert (player.state, output.starts) == ("playing", [0])
    output.at = 4000
    assert player.position == 0.5
    player.toggle()
    assert (player.state, output.on, player.position) == ("ready", False, 0.5)
    player.toggle()
    assert output.starts == [0, 4000]


def test_seek_while_playing_plays_on_from_there(player: Player, output: Any) -> None:
    player.play()
    player.seek(1.25)
    assert (player.state, output.starts, player.position) == ("playing", [0, 10000], 1.25)


def test_seek_beyond_the_ends_stays_within(player: Player, output: Any) -> None:
    player.seek(-3)
    assert player.position == 0.0
    player.seek(99)
    assert player.position == 2.0
    player.play()
    assert output.starts == [0]


def test_end_is_noticed_and_play_begins_anew(player: Player, output: Any) -> None:
    player.play()
    output.at, output.on = 16000, False
    player.tick()
    assert (player.state, player.position) == ("ready", 2.0)
    player.play()
    assert output.starts == [0, 0]


def test_no_sound_is_told_in_words_and_can_be_tried_again(audio: Audio, fake: ModuleType) -> None:
    output = fake.FakeOutput(NoSound(sound.NO_DEVICE, "PortAudio: -9996"))
    player = Player(output, at_once)
    player.expect(ITEM, "Anna")
    player.load(ITEM, audio)
    player.play()
    assert (player.state, player.words, player.detail) == ("failed", sound.NO_DEVICE, "PortAudio: -9996")
    output.fails = None
    player.play()
    assert (player.state, player.words.source) == ("playing", "")


def test_recording_that_comes_too_late_does_not_replace_the_one_chosen_since(
    player: Player, audio: Audio
) -> None:
    player.expect(("recording", "r2"), "Bo")
    player.load(ITEM, audio)
    assert (player.state, player.audio) == ("loading", None)
    player.fail(ITEM, players.NOT_LOADED)
    assert player.state == "loading"


def test_device_that_opens_after_stop_is_closed_again(audio: Audio, fake: ModuleType) -> None:
    waiting: list[tuple[Callable[[], None], Callable[[Exception | None], None]]] = []
    output = fake.FakeOutput()
    player = Player(output, lambda job, done: waiting.append((job, done)))
    player.expect(ITEM, "Anna")
    player.load(ITEM, audio)
    player.play()
    player.seek(1.0)
    at_once(*waiting.pop())
    assert (output.on, player.state) == (False, "ready")


def test_missing_package_and_missing_library_name_what_to_install(
    audio: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys
    from importlib.abc import MetaPathFinder

    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(NoSound) as missing:
        sound.Speaker().start(audio, 0)
    assert missing.value.words == sound.NO_PACKAGE

    class NoLibrary(MetaPathFinder):
        def find_spec(self, name: str, path: Any, target: Any = None) -> None:
            if name == "sounddevice":
                raise OSError("PortAudio library not found")

    monkeypatch.delitem(sys.modules, "sounddevice")
    monkeypatch.setattr(sys, "meta_path", [NoLibrary(), *sys.meta_path])
    with pytest.raises(NoSound) as missing:
        sound.Speaker().start(audio, 0)
    assert missing.value.words == sound.NO_LIBRARY


class _Device:
    """A sounddevice module with one device that takes `block` frames at a time."""

    class PortAudioError(Exception):
        pass

    class CallbackStop(Exception):
        pass

    def __init__(self, fails: Exception | None = None) -> None:
        self.fails, self.heard, self.active = fails, b"", False

    def query_devices(self, *, kind: str) -> dict[str, str]:
        return {"name": kind}

    def RawOutputStream(self, *, samplerate: int, channels: int, dtype: str, callback: Any) -> Any:
        if self.fails is not None:
            raise self.fails
        self.width, self.feed, self.latency = 2 * channels, callback, 0.0
        assert (samplerate, dtype) == (8000, "int16")
        return self

    def start(self) -> None:
        self.active = True

    def abort(self) -> None:
        self.active = False

    def close(self) -> None:
        pass

    def pull(self, frames: int) -> None:
        out = bytearray(b"\x55" * frames * self.width)
        try:
            self.feed(memoryview(out), frames, None, None)
        except self.CallbackStop:
            self.active = False
        self.heard += bytes(out)


def test_speaker_plays_every_frame_from_the_place_and_pads_with_silence(
    audio: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    device = _Device()
    monkeypatch.setitem(sys.modules, "sounddevice", device)
    speaker = sound.Speaker()
    speaker.start(audio, 15000)
    assert speaker.playing()
    device.pull(600)
    assert (speaker.position(), speaker.playing()) == (15600, True)
    device.pull(600)
    assert (speaker.position(), speaker.playing()) == (16000, False)
    assert device.heard == audio.frames[15000 * 4 :] + bytes(200 * 4)


def test_no_device_says_so(audio: Audio, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for fails in (_Device.PortAudioError("no default output"), ValueError("no such device")):
        monkeypatch.setitem(sys.modules, "sounddevice", _Device(fails))
        with pytest.raises(NoSound) as missing:
            sound.Speaker().start(audio, 0)
        assert missing.value.words == sound.NO_DEVICE
        assert missing.value.detail


def test_every_octet_of_alaw_is_the_sample_that_g711_says() -> None:
    octets = bytes(range(256))
    assert alaw.decode_octets(octets) == g711.decode(octets, "alaw").bytes


def test_an_alaw_recording_is_played_as_its_samples_are(tmp_path: Path) -> None:
    sound = Pcm(value for n in range(2000) for value in (n * 16, -n * 16))
    writer = WavWriter(tmp_path / "a.wav", 2, format="alaw", sync=False)
    writer.write(sound.bytes)
    writer.close()
    audio = decode((tmp_path / "a.wav").read_bytes())
    assert (audio.channels, audio.rate, audio.length) == (2, 8000, 2000)
    assert audio.frames == g711.decode(g711.encode(sound, "alaw"), "alaw").bytes


@pytest.mark.parametrize("cut", [*range(0, 60, 3), 700])
def test_an_alaw_file_that_is_cut_is_refused_or_played_as_far_as_it_goes(tmp_path: Path, cut: int) -> None:
    writer = WavWriter(tmp_path / "a.wav", 1, format="alaw", sync=False)
    writer.write(Pcm(range(1000)).bytes)
    writer.close()
    content = (tmp_path / "a.wav").read_bytes()[:cut]
    if cut > 58:
        assert decode(content).length == cut - 58
    else:
        with pytest.raises(NotReadable):
            decode(content)
