"""How a voice modem codes samples: linear of 8 or 16 bits, or by G.711, 8,000 a second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ctidrv.native import g711, linear8
from ctidrv.native.pcm import Pcm


@dataclass(frozen=True, slots=True)
class Coding:
    """`width`: bytes of a sample."""

    width: int
    encode: Callable[[Pcm], bytes]
    decode: Callable[[bytes], Pcm]


def _law(law: str) -> Coding:
    return Coding(1, lambda sound: g711.encode(sound, law), lambda octets: g711.decode(octets, law))


def _eight(middle: int) -> Coding:
    return Coding(
        1, lambda sound: linear8.encode(sound, middle), lambda octets: linear8.decode(octets, middle)
    )


CODINGS = {
    "signed": _eight(linear8.SIGNED),
    "unsigned": _eight(linear8.UNSIGNED),
    "ulaw": _law("ulaw"),
    "alaw": _law("alaw"),
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
