"""Playing on this computer's own loudspeaker, through ctidrv's client; what is missing in words."""

from __future__ import annotations

from ctidesk.viewmodels.phrases import QT_TRANSLATE_NOOP
from ctidesk.viewmodels.player import Audio, NoSound
from ctidrv.service.client import SoundMissing, speaker

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


_WORDS = {"package": NO_PACKAGE, "library": NO_LIBRARY, "device": NO_DEVICE}


class Speaker:
    """The default output. `start` opens the device (slow: not on the UI thread); one thing plays."""

    def __init__(self) -> None:
        self._speaker = speaker()

    def start(self, audio: Audio, frame: int) -> None:
        try:
            self._speaker.start(audio.frames, audio.rate, audio.channels, frame)
        except SoundMissing as error:
            raise NoSound(_WORDS[error.missing], error.detail) from error

    def stop(self) -> None:
        self._speaker.stop()

    def position(self) -> int:
        return self._speaker.position()

    def playing(self) -> bool:
        return self._speaker.playing()
