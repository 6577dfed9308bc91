"""Whom a call is brought to, as one word: a seat or a group by its name, or what a prefix says is neither."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a destination is; the value is what stands before its name."""

    SEAT = ""  # a seat's name or number, or a group's
    OUTSIDE = "tel:"  # a number, called on a line
    PBX = "pbx:"  # another extension of the PBX that the caller's line is one of
    BOX = "box:"  # for messages
    SCRIPT = "ivr:"  # a menu: a flow of the line's own, or another script
    FAX_IN = "fax-receive:"  # a box: the caller's fax is taken
    FAX_OUT = "fax-send:"  # a document: the caller is sent it


@dataclass(frozen=True, slots=True)
class Destination:
    """``str`` makes a word of it again."""

    kind: Kind
    name: str

    @classmethod
    def of(cls, word: str) -> Destination:
        """Of any text; whether there is such a one is another matter."""
        kind = next((each for each in Kind if each.value and word.startswith(each.value)), Kind.SEAT)
        return cls(kind, word.removeprefix(kind.value))

    def __str__(self) -> str:
        return self.kind.value + self.name
