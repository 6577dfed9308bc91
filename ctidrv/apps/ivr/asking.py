"""Keys taken from a call: one entry of a `gather`, one choice of a `menu`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from ctidrv.apps.ivr.words import DigitCount
from ctidrv.callcontrol.call import Call
from ctidrv.units import Samples

ALL_KEYS = "0123456789*#ABCD"


@dataclass(frozen=True, slots=True)
class Entry:
    """What was pressed. `noinput`: nothing; `invalid`: something that cannot be meant."""

    keys: str
    result: Literal["match", "invalid", "noinput"]


async def read_digits(
    call: Call, count: DigitCount, finish_on: str, first: Samples, between: Samples
) -> Entry:
    """Digits until there are `count.most`, the finishing key, or a pause of `between`.

    Waits `first` for the first. Too few digits, or a key that is no digit, are an invalid entry.
    """
    typed = ""
    while len(typed) < count.most:
        key = await call.digit(between if typed else first)
        if key is None and not typed:
            return Entry("", "noinput")
        if key is None or key == finish_on:
            return Entry(typed, "match" if len(typed) >= count.least else "invalid")
        typed += key
        if not key.isdigit():
            return Entry(typed, "invalid")
    return Entry(typed, "match")


async def read_choice(call: Call, choices: Collection[str], first: Samples, between: Samples) -> Entry:
    """One of the choices. Waits `first` for the first key, and `between` for another only where what was
    typed could go on (1 and 10)."""
    typed = ""
    while True:
        key = await call.digit(between if typed else first)
        if key is None:
            return Entry(typed, _judged(typed, choices))
        typed += key
        if not any(choice.startswith(typed) and choice != typed for choice in choices):
            return Entry(typed, _judged(typed, choices))


def _judged(typed: str, choices: Collection[str]) -> Literal["match", "invalid", "noinput"]:
    if not typed:
        return "noinput"
    return "match" if typed in choices else "invalid"
