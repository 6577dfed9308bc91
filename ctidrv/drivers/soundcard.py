"""The sound card, by PortAudio (package sounddevice): one microphone to hear, one loudspeaker to play on.

Everything here raises PortError with one line that says what is missing and how to get it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ctidrv.errors import PortError, SoundMissing
from ctidrv.native.pcm import Pcm
from ctidrv.units import RATE, TICK


def sounddevice() -> Any:
    """The package; SoundMissing says what to install."""
    try:
        import sounddevice
    except ImportError as error:
        text = "no sound card support is installed: pip install 'ctidrv[soundcard]'"
        raise SoundMissing("package", text, str(error)) from None
    except OSError as error:
        text = "PortAudio is not installed: apt install libportaudio2"
        raise SoundMissing("library", text, str(error)) from None
    return sounddevice


def _default(sd: Any, kind: str, what: str) -> None:
    """Sees to it that there is a device before it is opened: PortAudio's own words help nobody."""
    try:
        sd.query_devices(kind=kind)
    except (sd.PortAudioError, ValueError) as error:
        text = f"no {what} found: plug one in, or choose one in the sound settings"
        raise SoundMissing("device", text, str(error)) from None


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
    sd = sounddevice()
    _default(sd, "input", "microphone")
    try:
        stream = sd.RawInputStream(samplerate=RATE, channels=1, dtype="int16")
    except sd.PortAudioError as error:
        raise PortError(f"the microphone cannot be opened at {RATE} Hz: {error}") from None
    with stream:
        yield Microphone(stream)


class Handset:
    """Microphone and loudspeaker together, frame by frame; neither call waits."""

    MOST_WAITING = 6
    """Frames of TICK each way; what is more is dropped, so that nobody hears the past."""

    def __init__(self) -> None:
        self._says: deque[bytes] = deque(maxlen=self.MOST_WAITING)
        self._hears: deque[bytes] = deque(maxlen=self.MOST_WAITING)

    def read(self) -> Pcm:
        """What he says next; silence while there is nothing."""
        return Pcm.from_bytes(self._says.popleft()) if self._says else Pcm.silence(TICK)

    def write(self, frame: bytes) -> None:
        """What he is to hear: TICK samples."""
        self._hears.append(frame)

    def callback(self, said: Any, heard: Any, count: int, time: Any, status: Any) -> None:
        """PortAudio's, in its own thread."""
        self._says.append(bytes(said))
        frame = self._hears.popleft() if self._hears else b""
        heard[:] = frame.ljust(len(heard), b"\0")[: len(heard)]


@contextmanager
def open_handset() -> Iterator[Handset]:
    """The system's microphone and loudspeaker at 8,000 Hz."""
    sd = sounddevice()
    _default(sd, "input", "microphone")
    _default(sd, "output", "loudspeaker")
    made = Handset()
    try:
        stream = sd.RawStream(
            samplerate=RATE, blocksize=TICK, channels=1, dtype="int16", callback=made.callback
        )
    except sd.PortAudioError as error:
        raise PortError(f"microphone and loudspeaker cannot be opened at {RATE} Hz: {error}") from None
    with stream:
        yield made


class Speaker:
    """The system's loudspeaker; one thing plays at a time, 16-bit samples of one or two channels.

    `start` opens the device, which may take a while, and raises SoundMissing; the rest returns at once.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stream: Any = None
        self._width = 2
        self._next = 0
        self._delay = 0

    def start(self, frames: bytes, rate: int, channels: int, first: int = 0) -> None:
        """Plays from frame `first` on; what played before is stopped."""
        sd = sounddevice()
        _default(sd, "output", "loudspeaker")
        self.stop()
        data = memoryview(frames)
        width = 2 * channels
        with self._lock:
            self._width, self._next = width, first * width

        def feed(out: Any, count: int, time: Any, status: Any) -> None:
            start = self._next
            piece = data[start : start + count * width]
            out[: len(piece)] = piece
            out[len(piece) :] = bytes(len(out) - len(piece))
            self._next = start + len(piece)
            if len(piece) < len(out):
                raise sd.CallbackStop

        try:
            stream = sd.RawOutputStream(samplerate=rate, channels=channels, dtype="int16", callback=feed)
            stream.start()
        except (sd.PortAudioError, ValueError) as error:
            text = f"the loudspeaker cannot be opened at {rate} Hz: {error}"
            raise SoundMissing("device", text, str(error)) from None
        with self._lock:
            self._stream = stream
            self._delay = int(float(stream.latency) * rate)

    def stop(self) -> None:
        """Safe at any time."""
        with self._lock:
            stream, self._stream = self._stream, None
        if stream is not None:
            stream.abort()
            stream.close()

    def position(self) -> int:
        """The frame that is heard now."""
        return max(0, self._next // self._width - self._delay)

    def playing(self) -> bool:
        with self._lock:
            return self._stream is not None and bool(self._stream.active)


def play(sound: Pcm) -> None:
    """Plays a sound on the system's loudspeaker and returns at its end."""
    sd = sounddevice()
    _default(sd, "output", "loudspeaker")
    try:
        with sd.RawOutputStream(samplerate=RATE, channels=1, dtype="int16") as stream:
            stream.write(sound.bytes)
    except sd.PortAudioError as error:
        raise PortError(f"the loudspeaker cannot be opened at {RATE} Hz: {error}") from None


def devices() -> tuple[str, str]:
    """The names of the system's microphone and loudspeaker; PortError when one is missing."""
    sd = sounddevice()
    _default(sd, "input", "microphone")
    _default(sd, "output", "loudspeaker")
    return str(sd.query_devices(kind="input")["name"]), str(sd.query_devices(kind="output")["name"])
