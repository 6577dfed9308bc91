"""What a modem sends, taken apart: lines, codes behind a DLE, and audio (ITU-T V.253, V.250). Pure, bounded.

``DLE DLE`` in audio is a byte 0x10, ``DLE SUB`` two of them, ``DLE ETX`` its end. A byte that is lost on the
way, or one too many, makes codes that nobody sent: an end of audio which no result follows is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

DLE, SUB, ETX, CAN, ESC = 0x10, 0x1A, 0x03, 0x18, 0x1B
STOP_DUPLEX = bytes((DLE, ETX, DLE, ord("^")))
STOP_RECORD = bytes((DLE, ord("!")))
STOP_PLAY = bytes((DLE, ETX))
STOP_PLAY_ZOOM = bytes((DLE, DLE, DLE, ETX))
"""Some modems take the end of play for one only so; to others it is a sample more."""
HUSH = STOP_PLAY + STOP_RECORD + bytes((DLE, ord("^"))) + b"\r"
"""Ends whatever a modem was left in."""
MOST_LINE = 600
"""Bytes of a line; what is longer is thrown away. A raw caller ID has 523."""
_DATA = {DLE: b"\x10", SUB: b"\x10\x10"}
_ENDS = (b"\r\nOK", b"\r\nER", b"\r\nNO", b"\r\nVC")
"""What follows the end of audio."""
_LONGEST_END = 4


@dataclass(frozen=True, slots=True)
class Line:
    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """`letter`: the character behind the DLE."""

    letter: str


@dataclass(frozen=True, slots=True)
class Audio:
    data: bytes


@dataclass(frozen=True, slots=True)
class End:
    """Of the audio."""


Item = Line | Code | Audio | End


class Parser:
    """Fed with what came, in whatever pieces. `expect_audio`: behind the next CONNECT."""

    def __init__(self) -> None:
        self.junk = 0
        """Bytes that belonged to nothing."""
        self.in_audio = False
        self.ending = False
        """The end of the audio has been asked for: it needs no proof."""
        self._expects = False
        self._text = bytearray()
        self._too_long = False
        self._dle = False
        self._skip_feed = False
        self._tail: bytearray | None = None

    def expect_audio(self) -> None:
        self._expects, self.ending = True, False

    def feed(self, data: bytes) -> Iterator[Item]:
        while data:
            if self._tail is not None:
                found, data = self._after_end(data)
            elif self.in_audio:
                found, data = self._audio(data)
            else:
                found, data = self._lines(data)
            yield from found

    def quiet(self) -> Iterator[Item]:
        """Nothing has come for a while: an end of audio is one, whatever follows."""
        if self._tail is not None:
            rest = bytes(self._tail)
            yield from self._ended()
            yield from self.feed(rest)

    def _ended(self) -> Iterator[Item]:
        self.in_audio, self.ending, self._tail, self._dle = False, False, None, False
        yield End()

    def _after_end(self, data: bytes) -> tuple[list[Item], bytes]:
        tail = self._tail
        assert tail is not None
        need = _LONGEST_END - len(tail)
        tail += data[:need]
        rest = data[need:]
        if any(bytes(tail) == end[: len(tail)] for end in _ENDS):
            if len(tail) < _LONGEST_END:
                return [], rest
            return list(self._ended()), bytes(tail) + rest
        self._tail = None  # nobody sent it
        self.junk += 2
        return [], bytes(tail) + rest

    def _audio(self, data: bytes) -> tuple[list[Item], bytes]:
        """Up to its end."""
        found: list[Item] = []
        audio = bytearray()
        if self._skip_feed:
            self._skip_feed = False
            if data[0] == ord("\n"):
                data = data[1:]
        at = 0
        while at < len(data):
            if self._dle:
                char, at, self._dle = data[at], at + 1, False
                if char in _DATA:
                    audio += _DATA[char]
                    continue
                if audio:
                    found.append(Audio(bytes(audio)))
                    audio.clear()
                if char == ETX:
                    if self.ending:
                        return [*found, *self._ended()], data[at:]
                    self._tail = bytearray()
                    return found, data[at:]
                found.append(Code(chr(char)))
                continue
            sign = data.find(DLE, at)
            until = len(data) if sign < 0 else sign
            audio += data[at:until]
            self._dle = sign >= 0
            at = until + 1
        if audio:
            found.append(Audio(bytes(audio)))
        return found, b""

    def _lines(self, data: bytes) -> tuple[list[Item], bytes]:
        """Up to the line that begins audio."""
        found: list[Item] = []
        for at, char in enumerate(data):
            if self._dle:
                self._dle = False
                found.append(Code(chr(char)))
            elif char == DLE:
                self._dle = True
            elif char in b"\r\n":
                line = self._line()
                if line is None:
                    continue
                found.append(line)
                if self._expects and result_of(line.text) == "CONNECT":
                    self._expects, self.in_audio = False, True
                    self._skip_feed = char == ord("\r")
                    return found, data[at + 1 :]
            elif len(self._text) < MOST_LINE:
                self._text.append(char)
            else:
                self._too_long = True
                self.junk += 1
        return found, b""

    def _line(self) -> Line | None:
        text = self._text.decode("latin-1").strip(" \x00")
        too_long, self._too_long = self._too_long, False
        self._text.clear()
        return Line(text) if text and not too_long else None


RESULTS = ("OK", "ERROR", "CONNECT", "RING", "NO CARRIER", "NO ANSWER", "NO DIALTONE", "NO DIAL TONE", "BUSY")
_AS = {"VCON": "OK", "NO DIAL TONE": "NO DIALTONE"}
_SHORTENED = {
    word[:at] + word[at + 1 :]: word for word in ("ERROR", "CONNECT", "RING", "OK") for at in range(len(word))
}
"""With one letter lost on the way."""


def result_of(text: str) -> str | None:
    """Which result code a line is; None: none. One letter may have been lost."""
    word = text.upper()
    if word in RESULTS or word in _AS:
        return _AS.get(word, word)
    if word.startswith("CONNECT "):
        return "CONNECT"
    return _SHORTENED.get(word)


def shield(data: bytes) -> bytes:
    """Audio as it goes over the wire."""
    return data.replace(b"\x10", b"\x10\x10")
