"""The numbers by which a host names carriers: ``+FTM``, ``+FRM``, ``+FTH``, ``+FRH`` (ITU-T T.31)."""

from __future__ import annotations

from dataclasses import dataclass

from ctidrv.native.fax_modem import Modem


@dataclass(frozen=True, slots=True)
class Modulation:
    """`bit_rate` in bit/s; `short_training`: V.17's, behind long training in the same call."""

    modem: Modem
    bit_rate: int
    short_training: bool = False


V21 = 3
MODULATIONS = {
    V21: Modulation("v21", 300),
    24: Modulation("v27ter", 2400),
    48: Modulation("v27ter", 4800),
    72: Modulation("v29", 7200),
    73: Modulation("v17", 7200),
    74: Modulation("v17", 7200, True),
    96: Modulation("v29", 9600),
    97: Modulation("v17", 9600),
    98: Modulation("v17", 9600, True),
    121: Modulation("v17", 12000),
    122: Modulation("v17", 12000, True),
    145: Modulation("v17", 14400),
    146: Modulation("v17", 14400, True),
}


def number_of(modem: str, bit_rate: int, short_training: bool) -> int | None:
    """Of a carrier; None: it has none."""
    wanted = Modulation(modem, bit_rate, short_training and modem == "v17")  # type: ignore[arg-type]
    return next((number for number, each in MODULATIONS.items() if each == wanted), None)
