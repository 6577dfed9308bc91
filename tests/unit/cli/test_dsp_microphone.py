"""`ctidrv dsp detect --microphone`: what it needs, and how it ends."""

from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import Any

import pytest

from ctidrv.native import cid
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import dtmf


@pytest.fixture
def a_call() -> Pcm:
    """Caller ID from 0.5 s, digits."""
    quiet = Pcm.silence(4000)
    return quiet + cid.fsk_burst(cid.encode_mdmf(number="2025550143")) + quiet + dtmf("5#") + quiet


def digits(lines: list[dict[str, Any]]) -> list[str]:
    return [line["digit"] for line in lines if line["type"] == "dtmf"]


def test_missing_sounddevice_says_what_to_install(dsp: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    code, _, error = dsp("detect", "--microphone")
    assert code == 1
    assert "pip install 'ctidrv[soundcard]'" in error


def test_missing_portaudio_says_what_to_install(
    dsp: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    code, _, error = dsp("detect", "--microphone")
    assert code == 1
    assert "apt install libportaudio2" in error


class FakeSound(types.ModuleType):
    """sounddevice with a microphone that hears a piece of audio, or with none."""

    PortAudioError = type("PortAudioError", (Exception,), {})

    def __init__(self, sound: Pcm | None) -> None:
        super().__init__("sounddevice")
        self.sound = sound

    def query_devices(self, *, kind: str) -> dict[str, str]:
        if self.sound is None:
            raise self.PortAudioError("Error querying device -1")
        return {"name": kind}

    def RawInputStream(self, *, samplerate: int, channels: int, dtype: str) -> Any:
        assert (samplerate, channels, dtype) == (8000, 1, "int16")
        assert self.sound is not None
        return FakeStream(self.sound)


class FakeStream:
    def __init__(self, sound: Pcm) -> None:
        self.sound = sound

    def __enter__(self) -> FakeStream:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read(self, samples: int) -> tuple[bytes, bool]:
        if not self.sound:
            raise KeyboardInterrupt
        piece, self.sound = self.sound[:samples], self.sound[samples:]
        return piece.bytes, False


def test_no_microphone_is_said(dsp: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", FakeSound(None))
    code, _, error = dsp("detect", "--microphone")
    assert code == 1
    assert "no microphone found" in error
    assert error.count("\n") == 1


def test_microphone_is_heard_until_interrupted(
    dsp: Any, a_call: Pcm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", FakeSound(a_call))
    code, lines, _ = dsp("detect", "--microphone")
    assert code == 0
    assert digits(lines) == ["5", "#"]
    assert [line["number"] for line in lines if line["type"] == "callerid"] == ["2025550143"]


def test_microphone_stops_after_the_seconds_asked_for(
    dsp: Any, a_call: Pcm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", FakeSound(a_call))
    code, lines, _ = dsp("detect", "--microphone", "--seconds", "1.5")
    assert code == 0
    assert [line["type"] for line in lines] == ["callerid"]
    assert digits(lines) == []  # they come later
