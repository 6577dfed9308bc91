"""Training checks (TCF): 1.5 s of zeros by which a receiver judges a rate (ITU-T T.30, 5.3.6.1.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ctidrv.apps.fax.analysis.carriers import Carrier
from ctidrv.apps.fax.analysis.procedure import Call

LENGTH_S, TOLERANCE = 1.5, 0.1


@dataclass(frozen=True, slots=True)
class Check:
    """`bits`, `errors`: what was read, and how much of it was no zero; `span`: the most zeros on end.
    `answer`: CFR, FTT, or None: nothing that was heard."""

    carrier: Carrier
    modem: str
    bit_rate: int
    bits: int
    errors: int
    span: int
    answer: str | None

    @property
    def seconds(self) -> float:
        """How long the zeros lasted."""
        return self.bits / self.bit_rate


def checks_of(call: Call) -> list[Check]:
    """Every training check that was read."""
    return [
        _check(call, carrier)
        for carrier in call.carriers
        if carrier.role == "check" and carrier.reading is not None
    ]


def _check(call: Call, carrier: Carrier) -> Check:
    assert carrier.reading is not None
    way, octets = carrier.reading.way, carrier.octets
    bits = "".join(f"{octet:08b}"[::-1] for octet in octets)
    span = max((len(zeros) for zeros in re.findall("0+", bits)), default=0)
    return Check(carrier, way.modem, way.bit_rate, len(bits), bits.count("1"), span, _answer(call, carrier))


def _answer(call: Call, carrier: Carrier) -> str | None:
    """What came behind it, before the next DCS."""
    for message in call.messages:
        if message.at > carrier.end and message.frame is not None:
            name = message.frame.name
            if name in ("CFR", "FTT"):
                return name
            if name == "DCS":
                return None
    return None
