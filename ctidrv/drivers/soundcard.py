"""The sound card, by PortAudio (package sounddevice): one microphone to hear, one loudspeaker to play on.

Everything here raises PortError with one line that says what is missing and how to get it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ctidrv.errors import PortError
from ctidrv.native.pcm import Pcm
from ctidrv.units import RATE, TICK


def _sounddevice() -> Any:
    try:
        import sounddevice
    except ImportError:
        raise PortError("no sound card support is installed: pip install 'ctidrv[soundcard]'") from None
    except OSError:
        raise PortError("PortAudio is not installed: apt install libportaudio2") from None
    return sounddevice


def _default(sd: Any, kind: str, what: str) -> None:
    """Sees to it that there is a device before it is opened: PortAudio's own words help nobody."""
    try:
        sd.query_devices(kind=kind)
    except (sd.PortAudioError, ValueError):
        raise PortError(f"no {what} found: plug one in, or choose one in the sound settings") from None


class Microphone:
    """An open input; reads wait for the audio."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, samples: int = TICK) -> Pcm:
        """The next samples, mono, 8,000 Hz."""
        data, _overflowed = self._stream.read(samples)
        return Pcm.from_bytes(bytes(data))


@contextmanager
def open_input() -> Iterator[Microphone]:
    """The system's microphone at 8,000 Hz."""
    sd = _sounddevice()
    _default(sd, "input", "microphone")
    try:
        stream = sd.RawInputStream(samplerate=RATE, channels=1, dtype="int16")
    except sd.PortAudioError as error:
        raise PortError(f"the microphone cannot be opened at {RATE} Hz: {error}") from None
    with stream:
        yield Microphone(stream)


def play(sound: Pcm) -> None:
    """Plays a sound on the system's loudspeaker and returns at its end."""
    sd = _sounddevice()
    _default(sd, "output", "loudspeaker")
    try:
        with sd.RawOutputStream(samplerate=RATE, channels=1, dtype="int16") as stream:
            stream.write(sound.bytes)
    except sd.PortAudioError as error:
        raise PortError(f"the loudspeaker cannot be opened at {RATE} Hz: {error}") from None


def devices() -> tuple[str, str]:
    """The names of the system's microphone and loudspeaker; PortError when one is missing."""
    sd = _sounddevice()
    _default(sd, "input", "microphone")
    _default(sd, "output", "loudspeaker")
    return str(sd.query_devices(kind="input")["name"]), str(sd.query_devices(kind="output")["name"])
