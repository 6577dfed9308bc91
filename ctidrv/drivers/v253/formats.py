"""How a modem codes samples, and which way is chosen (ITU-T V.253, +VSM). A full-scale sine is +3.14 dBm0."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ctidrv.native import g711, linear8
from ctidrv.native.pcm import Pcm
from ctidrv.units import RATE


@dataclass(frozen=True, slots=True)
class Coding:
    """Between samples and the modem's bytes, `width` of them a sample."""

    name: str
    width: int
    encode: Callable[[Pcm], bytes]
    decode: Callable[[bytes], Pcm]


def _law(law: str) -> Coding:
    return Coding(law, 1, lambda sound: g711.encode(sound, law), lambda octets: g711.decode(octets, law))


def _eight(name: str, middle: int) -> Coding:
    return Coding(
        name,
        1,
        lambda sound: linear8.encode(sound, middle),
        lambda octets: linear8.decode(octets, middle),
    )


CODINGS = {
    made.name: made
    for made in (
        _law("ulaw"),
        _law("alaw"),
        _eight("unsigned", linear8.UNSIGNED),
        _eight("signed", linear8.SIGNED),
        Coding("linear16", 2, lambda sound: sound.bytes, Pcm.from_bytes),
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
