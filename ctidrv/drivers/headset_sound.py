"""A headset's sound while its user talks, and its ring: PortAudio's streams for `headset.py`.

The talk's callback is the core's (`ctidrv.native.fed_sound`), in PortAudio's own thread.
"""

from __future__ import annotations

import contextlib
from typing import Any, Protocol

from ctidrv.drivers.sound_devices import choose, in_use
from ctidrv.drivers.soundcard import sounddevice
from ctidrv.errors import SoundMissing
from ctidrv.native.fed_sound import FedSound
from ctidrv.native.tones import Part, render, tone
from ctidrv.units import RATE, TICK

_RING = tone([Part((880.0,), -12.0, 50.0), Part((1175.0,), -12.0, 50.0)], loop=True)
"""A warble; two notes are found sooner than one."""
_RING_S = 10
_STILL_S = 2.0
"""The sound system has not asked for audio for so long: the device is gone, and nobody has said so."""


class AnyStream(Protocol):
    """What a talk needs of its stream."""

    @property
    def active(self) -> bool: ...
    def close(self) -> None: ...


class Stream:
    """An open stream of PortAudio; `close` is safe at any time, twice too."""

    def __init__(self, stream: Any) -> None:
        self._open = contextlib.ExitStack()
        self._open.callback(_close, stream)
        self._open.enter_context(in_use())
        self._stream = stream
        try:
            stream.start()
        except BaseException:
            self._open.close()
            raise

    @property
    def active(self) -> bool:
        """False once the system has ended it: its device is gone."""
        try:
            return bool(self._stream.active)
        except sounddevice().PortAudioError:
            return False

    def close(self) -> None:
        self._open.close()


def _close(stream: Any) -> None:
    with contextlib.suppress(sounddevice().PortAudioError):
        stream.abort()
    with contextlib.suppress(sounddevice().PortAudioError):
        stream.close()


def open_talk(sound: FedSound, microphone: str | None, earpiece: str | None) -> Stream:
    """Both directions, as `FedSound` has them. SoundMissing: no such device, or it does not open."""
    sd = sounddevice()
    devices = choose("input", microphone).index, choose("output", earpiece).index
    try:
        stream = sd._StreamBase(
            "duplex",
            samplerate=RATE,
            blocksize=TICK,
            device=devices,
            channels=1,
            dtype="int16",
            latency="low",
            callback=sd._ffi.cast("PaStreamCallback *", sound.callback),
            userdata=sd._ffi.cast("void *", sound.user),
        )
        return Stream(stream)
    except (sd.PortAudioError, ValueError) as error:
        text = f"microphone and earpiece cannot be opened at {RATE} Hz: {error}"
        raise SoundMissing("device", text, str(error)) from None


class Heartbeat:
    """A talk's stream whose device may be pulled out without a word. Times in seconds."""

    def __init__(self, sound: FedSound, stream: AnyStream, now: float) -> None:
        self._sound, self._stream = sound, stream
        self._blocks, self._moved = -1, now

    def check(self, now: float) -> None:
        """SoundMissing once the sound system asks for no audio any more."""
        asked = self._sound.blocks()
        if asked != self._blocks:
            self._blocks, self._moved = asked, now
        if not self._stream.active or now > self._moved + _STILL_S:
            raise SoundMissing("device", "the sound device was unplugged")


class Ring:
    """A burst of ringing on a loudspeaker; it is kept open between the bursts of a call."""

    def __init__(self, loudspeaker: str | None) -> None:
        sd = sounddevice()
        device = choose("output", loudspeaker).index
        sound = memoryview(render(_RING, _RING_S * RATE).bytes)
        self.on = False
        self._at = 0

        def feed(out: Any, count: int, time: Any, status: Any) -> None:
            size = len(out)
            if not self.on:
                self._at = 0
                out[:] = bytes(size)
                return
            if self._at + size > len(sound):
                self._at = 0
            out[:] = bytes(sound[self._at : self._at + size]).ljust(size, b"\0")
            self._at += size

        try:
            self._stream = Stream(
                sd.RawOutputStream(samplerate=RATE, device=device, channels=1, dtype="int16", callback=feed)
            )
        except (sd.PortAudioError, ValueError) as error:
            text = f"the loudspeaker cannot be opened at {RATE} Hz: {error}"
            raise SoundMissing("device", text, str(error)) from None

    def close(self) -> None:
        self._stream.close()
