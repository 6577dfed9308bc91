"""Command lines of a modem, from the characters that are typed to commands (ITU-T V.250, clause 5).

Lines begin with ``AT`` in either case, what comes before is passed over. A line holds any number of commands,
those that begin with ``+ - * #`` end at ``;``. Blanks mean nothing outside of quotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST = 256
"""Characters of a line after its ``AT``; a longer one is an ERROR."""
_EXTENDED = re.compile(r"([+\-*#][A-Z0-9!%./:_\-]{1,16})(=\?|\?|=)?")
_BASIC = re.compile(r"([&\\%][A-Z]|[A-CE-RT-Z])([0-9]{0,5})")
_REGISTER = re.compile(r"S([0-9]{1,3})(\?|=([0-9]{0,5}))?")
_SIGNS = "+-*#"
LONGEST_NUMBER = 64
_DIALS = frozenset("0123456789*#ABCD-.()/TPW,!@;")


class NoCommand(ValueError):
    """Not what a command line may hold."""


@dataclass(frozen=True, slots=True)
class Command:
    """`name` in capitals: +VSM, E, &F, S0; `how`: "" (do it), "?", "=?", or "=" with a `value`."""

    name: str
    how: str = ""
    value: str = ""


class CommandLine:
    """Gathers characters; `feed` gives a line's text, without its ``AT``, when it has ended."""

    def __init__(self) -> None:
        self._text: bytearray | None = None
        self._begun = False  # an A was typed
        self._last = ""

    def feed(self, char: int, *, end: int = 13, back: int = 8) -> str | None:
        """One character; `end` and `back` are registers S3 and S5. None while the line goes on."""
        if self._text is None:
            return self._before(char)
        if char == end:
            text, self._text = bytes(self._text), None
            self._last = text.decode("latin-1")
            return self._last
        if char == back:
            del self._text[-1:]
        elif len(self._text) <= MOST:
            self._text.append(char)
        return None

    def _before(self, char: int) -> str | None:
        begun, self._begun = self._begun, char in b"Aa"
        if begun and char in b"Tt":
            self._text = bytearray()
        elif begun and char == ord("/"):
            return self._last  # A/: the last line once more
        return None


def parse(text: str) -> list[Command]:
    """The commands of a line, in order. NoCommand for anything else, a line that is too long too."""
    if len(text) > MOST:
        raise NoCommand("too long")
    rest = _bare(text)
    found: list[Command] = []
    while rest:
        command, rest = _first(rest)
        found.append(command)
    return found


def _bare(text: str) -> str:
    """Capitals, without blanks and control characters; what is quoted stays as it is."""
    parts = text.split('"')
    for index in range(0, len(parts), 2):
        parts[index] = "".join(char for char in parts[index].upper() if char > " ")
    return '"'.join(parts)


def _first(rest: str) -> tuple[Command, str]:
    if rest[0] == "D":
        return Command("D", "=", rest[1:]), ""  # a number to dial is the rest of its line
    if rest[0] == ";":
        return _first(rest[1:]) if len(rest) > 1 else (Command(""), "")
    if rest[0] in _SIGNS:
        return _extended(rest)
    if match := _REGISTER.match(rest):
        number, how, value = match.groups()
        return Command(f"S{int(number)}", (how or "")[:1], value or ""), rest[match.end() :]
    if match := _BASIC.match(rest):
        return Command(match[1], "", match[2]), rest[match.end() :]
    raise NoCommand(rest)


def _extended(rest: str) -> tuple[Command, str]:
    match = _EXTENDED.match(rest)
    if match is None:
        raise NoCommand(rest)
    name, how = match[1], match[2] or ""
    value, _, after = rest[match.end() :].partition(";")
    if value and how != "=":
        raise NoCommand(rest)
    return Command(name, how, value), after


def numbers(value: str, most: int = 8) -> list[int | None]:
    """``1,8000,,0``: whole numbers, None where one is left out. NoCommand for anything else."""
    fields = value.split(",")
    if len(fields) > most or not all(re.fullmatch(r"[0-9]{0,6}", field) for field in fields):
        raise NoCommand(value)
    return [int(field) if field else None for field in fields]


def check_number(text: str) -> None:
    """NoCommand for what cannot be dialled (V.250, 6.3.1)."""
    if len(text) > LONGEST_NUMBER or not set(text) <= _DIALS:
        raise NoCommand(text)
