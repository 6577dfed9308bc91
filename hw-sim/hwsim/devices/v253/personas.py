"""What kinds of voice modem the stand-in can be: data, no code.

Where a source says how a modem answers, it answers so: the dialogues of callattendant and phone-modem, the
lists of voice formats that NCID's users have posted, the USRobotics and Conexant command manuals. What the
stand-in cannot do (ADPCM, fax class 2, rates other than 8,000) its lists do not name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ctidrv.modem.t31.modulations import MODULATIONS
from hwsim.devices.v253.formats import Format


@dataclass(frozen=True, slots=True)
class Persona:
    """`name`: what it is chosen by."""

    name: str
    maker: str
    model: str
    revision: str
    answers: Mapping[str, str]
    """ATI0 … and other commands that give a text."""
    formats: tuple[Format, ...]
    format_tail: str
    """Of each line of ``+VSM=?``, behind the bits: time marks, rates, silence compression."""
    silence_off: int
    """The sensitivity that ``+VSD`` has: with a time of 0 it turns the silence detector off."""
    silence: str
    """Which sensitivities it takes, as ``+VSD=?`` says it."""
    fax: bool = True
    """It has fax class 1."""
    carriers: frozenset[int] = frozenset(MODULATIONS)
    """For faxes, by the numbers of T.31."""
    full_duplex: bool = False
    """It has ``+VTR``."""
    blanks: bool = True
    """``NMBR = 5551234``, else ``NMBR=5551234``."""
    framed_digits: bool = True
    """A digit is ``DLE / DLE 5 DLE ~``; else ``DLE 5`` alone."""
    reorder: str = "b"
    """The code for congestion."""
    reports_parallel: bool = False
    """A telephone lifted beside it: DLE P and p, once ``-STE`` has bit 1."""
    three_dle: bool = False
    """Play ends with ``DLE DLE DLE ETX`` only."""
    pairs: bool = False
    """It sends ``DLE SUB`` for two bytes 0x10."""
    keeps_caller_id: bool = False
    """``+VCID`` outlives ATZ."""
    extra: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Parameters that others have not: their default, and what they take."""
    takes: frozenset[str] = frozenset()
    """Further commands that it answers with OK, and that do nothing here."""


_CONEXANT = (
    Format(0, "SIGNED PCM", "signed"),
    Format(1, "UNSIGNED PCM", "unsigned"),
    Format(130, "UNSIGNED PCM", "unsigned"),
    Format(131, "Mu-Law", "ulaw"),
    Format(132, "A-Law", "alaw"),
)
_USR = (
    Format(128, "8-BIT LINEAR", "unsigned"),
    Format(129, "16-BIT LINEAR", "linear16"),
    Format(130, "8-BIT ALAW", "alaw"),
    Format(131, "8-BIT ULAW", "ulaw"),
)
_PLAIN = (
    Format(0, "SIGNED PCM", "signed"),
    Format(1, "UNSIGNED PCM", "unsigned"),
    Format(4, "G.711U", "ulaw"),
    Format(5, "G.711A", "alaw"),
    Format(16, "16-BIT LINEAR", "linear16"),
)

CX930XX = Persona(
    name="cx930xx",
    maker="CONEXANT",
    model="CX93001-EIS_V0.2013-V92",
    revision="CX93001-EIS_V0.2013-V92",
    answers={"I": "56000", "I3": "CX93001-EIS_V0.2013-V92", "-PV": "0.2013"},
    formats=_CONEXANT,
    format_tail="0,8000,0,0",
    silence_off=0,
    silence="0",
    full_duplex=True,
    reports_parallel=True,
    extra={"-STE": ("0", "0-7"), "-SCID": ("0", "0-1"), "+VPR": ("0", "0-24")},
)
USR5637 = Persona(
    name="usr5637",
    maker="U.S. Robotics",
    model="U.S. Robotics 56K FAX USB V1.2.23",
    revision="1.2.23",
    answers={"I": "5601", "I3": "U.S. Robotics 56K FAX USB V1.2.23"},
    formats=_USR,
    format_tail="(8000)",
    silence_off=128,
    silence="127-129",
    blanks=False,
    extra={"+VPR": ("0", "0-24")},
    takes=frozenset({"&A", "&B", "&H", "&I", "&M", "&N", "&R"}),
)
GENERIC = Persona(
    name="generic",
    maker="hwsim",
    model="V.253 voice modem",
    revision="1",
    answers={"I": "336", "I3": "V.253 voice modem"},
    formats=_PLAIN,
    format_tail="0,(8000),(0),(0)",
    silence_off=128,
    silence="0,127-129",
    full_duplex=True,
    framed_digits=False,
    reorder="K",
    pairs=True,
    keeps_caller_id=True,
    carriers=frozenset({3, 24, 48, 72, 96}),
    extra={"+VCDT": ("0", "0-7")},
)
SILABS = replace(
    GENERIC,
    name="silabs",
    maker="Silicon Labs",
    model="Si2494",
    revision="A",
    answers={"I": "A", "I3": "Si2494"},
    formats=_PLAIN[:4],
    pairs=False,
    carriers=frozenset(MODULATIONS),
)
ZOOM3095 = replace(CX930XX, name="zoom3095", three_dle=True)
PERSONAS = {each.name: each for each in (CX930XX, USR5637, GENERIC, SILABS, ZOOM3095)}
