"""What a Class 1 modem sends, taken apart: lines, and data up to ``DLE ETX``. Pure, bounded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ctidrv.modem.dle import ETX, Data, Unshield

MOST_LINE = 256
"""Bytes of a line; what is longer is thrown away."""
RESULTS = (
    "OK",
    "ERROR",
    "CONNECT",
    "NO CARRIER",
    "+FCERROR",
    "BUSY",
    "NO ANSWER",
    "NO DIALTONE",
    "RING",
)
_AS = {"NO DIAL TONE": "NO DIALTONE", "FCERROR": "+FCERROR"}
_ENDS = (b"\r\nNO CARRIER\r\n", b"\r\nERROR\r\n")
"""Some modems end data so, without DLE ETX. In page data these would be 0.2 s of a line that nobody draws."""


@dataclass(frozen=True, slots=True)
class Line:
    """`result`: which result code it is; None: none."""

    text: str
    result: str | None


@dataclass(frozen=True, slots=True)
class End:
    """Of the data."""


Item = Line | Data | End


class Parser:
    """Fed with what came, in whatever pieces. `expect_data`: behind the next CONNECT."""

    def __init__(self) -> None:
        self.in_data = False
        self._expects = False
        self._text = bytearray()
        self._unshield = Unshield()
        self._tail = b""

    def expect_data(self, expects: bool) -> None:
        self._expects = expects

    def feed(self, raw: bytes) -> Iterator[Item]:
        while raw:
            if self.in_data:
                yield from self._data(raw)
                raw = self._rest
            else:
                line, raw = self._line(raw)
                if line is not None:
                    if line.result == "CONNECT" and self._expects:
                        self.in_data, self._unshield, self._tail = True, Unshield(), b""
                    yield line

    def _data(self, raw: bytes) -> Iterator[Item]:
        self._rest = b""
        for item, left in self._unshield.feed(raw):
            if isinstance(item, Data):
                yield item
                self._tail = (self._tail + item.content)[-max(map(len, _ENDS)) :]
                ending = next((end for end in _ENDS if self._tail.endswith(end)), None)
                if ending is not None:
                    self.in_data = False
                    yield End()
                    text = ending.strip().decode()
                    yield Line(text, text)
            elif item.code == ETX:
                self.in_data = False
                yield End()
            if not self.in_data:
                self._rest = raw[len(raw) - left :]
                return

    def _line(self, raw: bytes) -> tuple[Line | None, bytes]:
        end = raw.find(b"\n")
        piece, rest = (raw, b"") if end < 0 else (raw[:end], raw[end + 1 :])
        self._text += piece[: MOST_LINE + 1 - len(self._text)]
        if end < 0:
            return None, rest
        text = self._text.decode("latin-1").strip(" \r\x00\x11\x13")
        too_long = len(self._text) > MOST_LINE
        self._text.clear()
        return (Line(text, result_of(text)) if text and not too_long else None), rest


def result_of(text: str) -> str | None:
    """Which result code a line is."""
    word = _AS.get(text.upper(), text.upper())
    if word.startswith("CONNECT "):
        return "CONNECT"
    return word if word in RESULTS else None
