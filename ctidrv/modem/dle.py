"""DLE shielding of voice data, both ways (ITU-T V.253): 0x10 is a sign, and what follows it is a code.

``DLE DLE`` is the byte 0x10 of the data, ``DLE SUB`` two of them, any other pair is an event or an order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

DLE, SUB, ETX, CAN, ESC = 0x10, 0x1A, 0x03, 0x18, 0x1B
_DATA = {DLE: b"\x10", SUB: b"\x10\x10"}


def shield(data: bytes, *, pairs: bool = False) -> bytes:
    """Data as it goes over the wire; `pairs`: two bytes 0x10 in a row as ``DLE SUB``."""
    if pairs:
        return re.sub(b"\x10\x10?", lambda found: b"\x10\x10" if len(found[0]) == 1 else b"\x10\x1a", data)
    return data.replace(b"\x10", b"\x10\x10")


def code(letter: str) -> bytes:
    """An event as it goes over the wire."""
    return bytes((DLE, ord(letter)))


@dataclass(frozen=True, slots=True)
class Data:
    """A stretch of the data."""

    content: bytes


@dataclass(frozen=True, slots=True)
class Code:
    """An event or an order: the byte behind the DLE."""

    code: int


class Unshield:
    """Takes a shielded stream apart, however it is cut into pieces.

    `three`: a stream ends with ``DLE DLE DLE ETX`` only, and a plain ``DLE ETX`` is passed over (some Zoom
    modems).
    """

    def __init__(self, *, three: bool = False) -> None:
        self._three = three
        self._signed = False
        self._after_dle = False  # the last byte of the data was a shielded 0x10

    def feed(self, raw: bytes) -> Iterator[tuple[Data | Code, int]]:
        """What it holds, each with the count of bytes of `raw` that are behind it."""
        at, size = 0, len(raw)
        while at < size:
            if self._signed:
                char, at = raw[at], at + 1
                self._signed = False
                if char in _DATA:
                    self._after_dle = char == DLE
                    yield Data(_DATA[char]), size - at
                elif not (char == ETX and self._three and not self._after_dle):
                    self._after_dle = False
                    yield Code(char), size - at
                continue
            sign = raw.find(DLE, at)
            until = size if sign < 0 else sign
            if until > at:
                self._after_dle = False
                yield Data(raw[at:until]), size - until
            self._signed = sign >= 0
            at = until + 1
