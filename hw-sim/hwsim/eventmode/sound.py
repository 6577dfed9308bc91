"""`Sound`: something that sounds, known by its content, and the samples of it where an ear is measured."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from ctidrv.native import ffi
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import ToneSpec, render

KEPT = 1024
"""Sounds that are told apart by identity; older ones are made anew, which costs time and changes nothing."""


class Sound:
    """Samples, or a tone by its table (`period`: of one that goes round and round)."""

    __slots__ = ("_round", "data", "length", "period", "tone")

    def __init__(self, data: bytes, tone: ToneSpec | None = None) -> None:
        self.data = data
        """The samples, 16-bit; of a tone its table."""
        self.tone = tone
        self._round: Pcm | None = None
        self.period: int | None = None
        self.length: int | None = len(data) // 2
        """None: until it is stopped."""
        if tone is not None:
            parts = [tone.ptr.part[index].samples for index in range(tone.ptr.parts)]
            self.length = None if tone.ptr.loop_from >= 0 or 0 in parts else sum(parts)
            if tone.ptr.loop_from == 0 and 0 not in parts:
                self.period = sum(parts)

    def pcm(self, begin: int, end: int) -> Pcm:
        """Its samples from one to another."""
        if self.tone is not None:
            return render(self.tone, end)[begin:]
        return Pcm.from_bytes(self.data[2 * begin : 2 * end])

    def part(self, begin: int, end: int) -> Pcm:
        """The same of a short stretch; of a tone that goes round, out of one round that is made once."""
        if self.period is None:
            return self.pcm(begin, end)
        if self._round is None:
            self._round = self.pcm(0, self.period)
        made, at = Pcm.silence(0), begin
        while at < end:
            place = at % self.period
            piece = self._round[place : place + end - at]
            made, at = made + piece, at + len(piece)
        return made


class Sounds:
    """The same content is the same `Sound`."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[bool, bytes], Sound] = OrderedDict()

    def of(self, sound: Pcm | ToneSpec) -> Sound:
        if isinstance(sound, Pcm):
            return self._find(sound.bytes, None)
        return self.of_tone(sound.ptr)

    def of_samples(self, ptr: Any, samples: int) -> Sound:
        """Of an ``int16_t *``, which is copied."""
        return self._find(bytes(ffi.buffer(ptr, 2 * samples)) if samples else b"", None)

    def of_tone(self, ptr: Any) -> Sound:
        """Of a ``cti_tone_spec *``, which is copied."""
        data = bytes(ffi.buffer(ptr))
        copy = ToneSpec.__new__(ToneSpec)
        copy.ptr = ffi.new("cti_tone_spec *", ptr[0])
        return self._find(data, copy)

    def _find(self, data: bytes, tone: ToneSpec | None) -> Sound:
        key = (tone is not None, data)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Sound(data, tone)
            if len(self._known) > KEPT:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(key)
        return found
