"""How a modem codes samples, and which way is chosen (ITU-T V.253, +VSM). A full-scale sine is +3.14 dBm0."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from ctidrv.native import g711
from ctidrv.native.pcm import Pcm
from ctidrv.units import RATE

_Pair: TypeAlias = "tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]"


@dataclass(frozen=True, slots=True)
class Coding:
    """Between samples of 16 bits, little-endian, and the modem's bytes; `width` of them a sample."""

    name: str
    width: int
    encode: Callable[[bytes], bytes]
    decode: Callable[[bytes], bytes]


def _eight(middle: int) -> _Pair:
    """The upper eight bits of a sample, rounded."""
    values = [array("h", [(((octet - middle + 128) & 0xFF) - 128) << 8]).tobytes() for octet in range(256)]

    def encode(samples: bytes) -> bytes:
        return bytes((min((each + 128) >> 8, 127) + middle) & 0xFF for each in array("h", samples))

    def decode(octets: bytes) -> bytes:
        return b"".join(map(values.__getitem__, octets))

    return encode, decode


def _law(law: str) -> _Pair:
    return (
        lambda samples: g711.encode(Pcm.from_bytes(samples), law),
        lambda octets: g711.decode(octets, law).bytes,
    )


def _made(name: str, pair: _Pair, width: int = 1) -> Coding:
    return Coding(name, width, *pair)


CODINGS = {
    made.name: made
    for made in (
        _made("ulaw", _law("ulaw")),
        _made("alaw", _law("alaw")),
        _made("unsigned", _eight(128)),
        _made("signed", _eight(0)),
        _made("linear16", (bytes, bytes), 2),
    )
}
"""The best first. Of 16 bits one lost byte would turn all that follows into noise, and the line has eight."""
_NAMES = (
    ("linear16", r"16.?BIT|LINEAR ?16|PCM ?16"),
    ("ulaw", r"(MU|U|µ).?LAW|G\.?711 ?U|PCMU"),
    ("alaw", r"A.?LAW|G\.?711 ?A|PCMA"),
    ("", r"ADPCM|IMA|G\.?72\d"),
    ("unsigned", r"UNSIGNED|8.?BIT ?LINEAR"),
    ("signed", r"SIGNED"),
)
"""The first that a name holds; "": what we do not have."""
_LINE = re.compile(r'^\(?(\d{1,5}),\s*"?([^",]*)"?(.*)$')
MOST_FORMATS = 40


@dataclass(frozen=True, slots=True)
class Format:
    """`number`: what +VSM selects it by."""

    number: int
    coding: Coding


def parse(lines: Iterable[str]) -> list[Format]:
    """Of the lines of ``+VSM=?``, those that we have at 8,000 Hz."""
    found: list[Format] = []
    for line in lines:
        text = re.sub(r"^\+VSM:\s*", "", line.strip().upper())
        match = _LINE.match(text)
        if match is None or len(found) >= MOST_FORMATS or str(RATE) not in match[3]:
            continue
        name = next((name for name, pattern in _NAMES if re.search(pattern, match[2])), "")
        if name:
            found.append(Format(int(match[1]), CODINGS[name]))
    return found


def best(found: Iterable[Format]) -> Format | None:
    """The first of CODINGS that is there."""
    order = list(CODINGS)
    return min(found, key=lambda each: order.index(each.coding.name), default=None)
