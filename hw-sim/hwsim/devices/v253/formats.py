"""How a voice modem codes samples: linear of 8 or 16 bits, or by G.711, 8,000 a second."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass

from ctidrv.native import g711
from ctidrv.native.pcm import Pcm

_HIGHEST = 127


def _eight(sound: Pcm, middle: int) -> bytes:
    """The upper eight bits, rounded."""
    return bytes((min((sample + 128) >> 8, _HIGHEST) + middle) & 0xFF for sample in array("h", sound.bytes))


def _from_eight(octets: bytes, middle: int) -> Pcm:
    return Pcm((((octet - middle + 128) & 0xFF) - 128) << 8 for octet in octets)


@dataclass(frozen=True, slots=True)
class Coding:
    """`width`: bytes of a sample."""

    width: int
    encode: Callable[[Pcm], bytes]
    decode: Callable[[bytes], Pcm]


CODINGS = {
    "signed": Coding(1, lambda sound: _eight(sound, 0), lambda octets: _from_eight(octets, 0)),
    "unsigned": Coding(1, lambda sound: _eight(sound, 128), lambda octets: _from_eight(octets, 128)),
    "ulaw": Coding(1, lambda sound: g711.encode(sound, "ulaw"), lambda octets: g711.decode(octets, "ulaw")),
    "alaw": Coding(1, lambda sound: g711.encode(sound, "alaw"), lambda octets: g711.decode(octets, "alaw")),
    "linear16": Coding(2, lambda sound: sound.bytes, Pcm.from_bytes),
}
"""A full-scale sine is +3.14 dBm0 in each; the 16 bits are little-endian."""


@dataclass(frozen=True, slots=True)
class Format:
    """A line of ``+VSM=?``: the number that selects it, its name, and one of CODINGS."""

    number: int
    name: str
    coding: str

    @property
    def bits(self) -> int:
        return 8 * CODINGS[self.coding].width
