"""Which carriers a Class 1 modem has, by its answers: what a fax procedure may offer on it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ctidrv.modem.t31.modulations import MODULATIONS, V21
from ctidrv.native.fax_modem import Modem

ASKS = ("AT+FTM=?", "AT+FRM=?")
"""In class 1: what it sends, what it receives (ITU-T T.31)."""


def carriers(sends: Iterable[str], receives: Iterable[str]) -> frozenset[Modem]:
    """Those by which it both sends and receives at each of their rates: `T30Config.modems`. By the lines
    that it answered to `ASKS`; empty: it is no fax modem, which has V.27ter (T.30)."""
    has = numbers(sends) & numbers(receives)
    of: dict[Modem, set[int]] = {}
    for number, made in MODULATIONS.items():
        if number != V21:
            of.setdefault(made.modem, set()).add(number)
    found = frozenset(modem for modem, wanted in of.items() if wanted <= has)
    return found if "v27ter" in found else frozenset()


def numbers(lines: Iterable[str]) -> set[int]:
    """Of an answer to ``=?``: single ones and ranges, in brackets or not (ITU-T V.250, 5.7.3)."""
    found: set[int] = set()
    for first, last in re.findall(r"(?<!\d)(\d{1,3})(?:-(\d{1,3}))?(?!\d)", " ".join(lines)):
        found |= set(range(int(first), int(last or first) + 1))
    return found
