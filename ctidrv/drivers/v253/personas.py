"""What families of voice modems differ in, as tables, and how one is told: by its answers, not its name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Persona:
    """`setup`: what it is told once it is in class 8; an ERROR to one of them does no harm."""

    name: str
    label: str
    setup: tuple[str, ...]
    caller_id: tuple[str, ...] = ("AT+VCID=1",)
    """Tried until one is taken."""
    lift: str = "AT+VLS=1"
    drop: str = "AT+VLS=0"
    flash: str = "AT+VTS=!"
    formats: Mapping[int, str] | None = None
    """What numbers of +VSM mean where its list has no words for it."""
    gap_s: float = 0.1
    """Behind a result, before the next command; cheap modems lose what comes sooner."""


_ALWAYS = ("AT+VIT=0", "AT+VNH=1", "AT+VDR=1,0")
"""No time-out of its own, no hanging up of its own, distinctive ringing."""

CX930XX = Persona(
    "cx930xx",
    "Conexant CX930xx",
    (*_ALWAYS, "AT+VSD=0,0", "AT-STE=7"),
    ("AT+VCID=1", "AT-SCID=1;+VCID=1"),
    formats={0: "signed", 1: "unsigned", 131: "ulaw", 132: "alaw"},
)
USR5637 = Persona("usr5637", "US Robotics 5637", (*_ALWAYS, "AT+VSD=128,0"), formats={128: "unsigned"})
SILABS = Persona(
    "silabs",
    "Silicon Labs",
    ("AT+VCDT=1", *_ALWAYS, "AT+VSD=128,0"),
    formats={0: "signed", 1: "unsigned", 4: "ulaw", 5: "alaw"},
)
GENERIC = Persona("generic", "V.253", (*_ALWAYS, "AT+VSD=128,0"))
PERSONAS = {each.name: each for each in (CX930XX, USR5637, SILABS, GENERIC)}
_BY_ANSWER = (("I0", r"\b56000\b", CX930XX), ("I0", r"\b5601\b", USR5637), ("VCDT", r"\d", SILABS))


def persona_of(answers: Mapping[str, tuple[str, ...]]) -> Persona:
    """By the lines that questions brought: I0 (ATI0), VCDT (+VCDT=?)."""
    for key, pattern, persona in _BY_ANSWER:
        if any(re.search(pattern, line) for line in answers.get(key, ())):
            return persona
    return GENERIC
