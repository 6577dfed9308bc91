"""Which carriers a Class 1 modem has, asked before a call: what a fax procedure may offer on it."""

from __future__ import annotations

import re
import time

from ctidrv.drivers.class1.wire import Line, Parser
from ctidrv.drivers.v253.link import Link, LinkGone
from ctidrv.errors import PortError
from ctidrv.modem.t31.modulations import MODULATIONS, V21
from ctidrv.native.fax_modem import Modem

WITHIN_S = 5.0
"""Of each answer."""
_READ_S = 0.05
_MOST_LINES = 50
"""Of an answer; of a modem that says more, the first."""


def modems_of(link: Link, within_s: float = WITHIN_S) -> frozenset[Modem]:
    """Those by which it both sends and receives at each of their rates: `T30Config.modems` (ITU-T T.31:
    ``+FTM=?``, ``+FRM=?``). PortError: it does not answer, or is no Class 1 modem."""
    asks = _Asks(link, within_s)
    for text in ("ATE0V1Q0", "AT+FCLASS=1"):
        asks.lines(text)
    has = numbers(asks.lines("AT+FTM=?")) & numbers(asks.lines("AT+FRM=?"))
    of: dict[Modem, set[int]] = {}
    for number, made in MODULATIONS.items():
        if number != V21:
            of.setdefault(made.modem, set()).add(number)
    found = frozenset(modem for modem, wanted in of.items() if wanted <= has)
    if not found:
        raise PortError("the modem has no carrier for faxes both ways: it is no Class 1 fax modem")
    return found


def numbers(lines: list[str]) -> set[int]:
    """Of an answer to ``=?``: single ones and ranges, in brackets or not (ITU-T V.250, 5.7.3)."""
    found: set[int] = set()
    for first, last in re.findall(r"(?<!\d)(\d{1,3})(?:-(\d{1,3}))?(?!\d)", " ".join(lines)):
        found |= set(range(int(first), int(last or first) + 1))
    return found


class _Asks:
    def __init__(self, link: Link, within_s: float) -> None:
        self._link, self._within_s = link, within_s
        self._parser = Parser()

    def lines(self, text: str) -> list[str]:
        """What comes before OK."""
        try:
            return self._answer(text)
        except LinkGone as error:
            raise PortError(f"the modem is gone: {error}") from None

    def _answer(self, text: str) -> list[str]:
        end, out = time.monotonic() + self._within_s, text.encode() + b"\r"
        told: list[str] = []
        while time.monotonic() < end:
            if out:
                out = out[self._link.write(out) :]
            for item in self._parser.feed(self._link.read(_READ_S)):
                if not isinstance(item, Line) or item.result == "RING":
                    continue
                if item.result == "OK":
                    return told
                if item.result is not None:
                    raise PortError(f"the modem answers {text} with {item.result}: no Class 1 fax modem")
                if not item.text.upper().startswith("AT") and len(told) < _MOST_LINES:  # no echo
                    told.append(item.text)
        raise PortError(f"the modem does not answer {text} within {self._within_s:g} s")
