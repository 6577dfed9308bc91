"""What the codes behind a DLE mean (ITU-T V.253, table of events to the host). A table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType


class Heard(Enum):
    RING = auto()
    DIGIT = auto()
    DIGIT_BEGINS = auto()
    DIGIT_ENDS = auto()
    LOOP_BREAK = auto()
    REVERSAL = auto()
    TONE = auto()  # of a far end that has gone
    SILENCE = auto()
    UNDERRUN = auto()
    OVERRUN = auto()
    PARALLEL_LIFTED = auto()
    PARALLEL_DOWN = auto()


@dataclass(frozen=True, slots=True)
class Meaning:
    """`cause`: of a call that it ends, with how sure that is."""

    heard: Heard
    cause: str = ""
    confidence: float = 0.0


CODES = MappingProxyType(
    {
        **{digit: Meaning(Heard.DIGIT) for digit in "0123456789*#ABCD"},
        "/": Meaning(Heard.DIGIT_BEGINS),
        "~": Meaning(Heard.DIGIT_ENDS),
        "R": Meaning(Heard.RING),
        "l": Meaning(Heard.LOOP_BREAK, "remote-loop-break", 0.9),
        "L": Meaning(Heard.REVERSAL),
        "b": Meaning(Heard.TONE, "remote-busy-tone", 0.7),
        "K": Meaning(Heard.TONE, "remote-busy-tone", 0.7),
        "d": Meaning(Heard.TONE, "remote-dial-tone", 0.6),
        "i": Meaning(Heard.TONE, "remote-dial-tone", 0.6),
        "s": Meaning(Heard.SILENCE, "remote-silence", 0.4),
        "q": Meaning(Heard.SILENCE, "remote-silence", 0.4),
        "u": Meaning(Heard.UNDERRUN),
        "o": Meaning(Heard.OVERRUN),
        "P": Meaning(Heard.PARALLEL_LIFTED),
        "p": Meaning(Heard.PARALLEL_DOWN),
    }
)
"""Others (fax tones, ringback, voice …) are passed over: our own ear hears them."""
