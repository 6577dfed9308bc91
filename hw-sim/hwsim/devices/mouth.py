"""What a device says on one of its lines, a piece at a time, kept until the core has played it."""

from __future__ import annotations

from ctidrv.native.engine import NativeEngine
from ctidrv.native.pcm import Pcm


class Mouth:
    """At a port of an engine of the device's own."""

    def __init__(self, engine: NativeEngine, port: int) -> None:
        self._engine, self._port = engine, port
        self._playing: dict[int, Pcm] = {}
        self._refs = 0

    def say(self, sound: Pcm | None) -> None:
        """Behind what it says already."""
        if sound is not None and len(sound):
            self._refs = self._refs % 0x7FFF_FFFF + 1
            self._playing[self._refs] = sound
            self._engine.play(self._port, self._refs, pcm=sound.ptr, samples=len(sound))

    def said(self, ref: int) -> None:
        """It has been played: a `PlayDone`."""
        self._playing.pop(ref, None)
