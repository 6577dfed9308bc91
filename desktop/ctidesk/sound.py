"""Playing on this computer's own sound device, through PortAudio; only this module loads sounddevice."""

from __future__ import annotations

import threading
from typing import Any

from ctidesk.viewmodels.phrases import QT_TRANSLATE_NOOP
from ctidesk.viewmodels.player import Audio, NoSound

NO_PACKAGE = QT_TRANSLATE_NOOP(
    "Sound", 'To listen, install the package sounddevice: pip install "ctidrv[soundcard]"'
)
NO_LIBRARY = QT_TRANSLATE_NOOP(
    "Sound", "To listen, install the PortAudio library (Debian, Ubuntu: apt install libportaudio2)."
)
NO_DEVICE = QT_TRANSLATE_NOOP(
    "Sound",
    "No loudspeaker or headset was found. Plug one in, choose it in the system's settings and try again.",
)


class Speaker:
    """The default output. `start` opens the device (slow: not on the UI thread); one thing plays."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stream: Any = None
        self._data = memoryview(b"")
        self._width = 2
        self._next = 0
        self._delay = 0

    def start(self, audio: Audio, frame: int) -> None:
        try:
            import sounddevice
        except ImportError as error:
            raise NoSound(NO_PACKAGE, str(error)) from error
        except OSError as error:
            raise NoSound(NO_LIBRARY, str(error)) from error
        self.stop()
        width = 2 * audio.channels
        data = memoryview(audio.frames)
        place = frame * width
        with self._lock:
            self._data, self._width, self._next = data, width, place

        def feed(out: Any, frames: int, time: Any, status: Any) -> None:
            start = self._next
            piece = data[start : start + frames * width]
            out[: len(piece)] = piece
            out[len(piece) :] = bytes(len(out) - len(piece))
            self._next = start + len(piece)
            if len(piece) < len(out):
                raise sounddevice.CallbackStop

        try:
            stream = sounddevice.RawOutputStream(
                samplerate=audio.rate, channels=audio.channels, dtype="int16", callback=feed
            )
            stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            raise NoSound(NO_DEVICE, str(error)) from error
        with self._lock:
            self._stream = stream
            self._delay = int(float(stream.latency) * audio.rate)

    def stop(self) -> None:
        with self._lock:
            stream, self._stream = self._stream, None
        if stream is not None:
            stream.abort()
            stream.close()

    def position(self) -> int:
        return max(0, self._next // self._width - self._delay)

    def playing(self) -> bool:
        with self._lock:
            return self._stream is not None and bool(self._stream.active)
