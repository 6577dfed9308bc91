"""Headsets as data: report descriptors, and where the keys and lamps are, found by eye and not by a parser.

After what is public: the ION's bits as its maker's wiki has them, the bytes around them are ours; the
PowerConf's descriptor as a user's dump shows it; Plantronics' and the keypad's laid out as makers of firmware
have published theirs, not dumped from a device; the last two are what the usage tables allow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Place:
    """Of a key or lamp: the report, and the bit behind its number. `kind`: "state" says how it is, "turn" a
    one whenever its state turns, "press" a one while it is pressed."""

    report: int
    bit: int
    kind: str = "turn"


@dataclass(frozen=True, slots=True)
class Keypad:
    """Four bits that hold a digit's place in 0123456789*#, or `rest`."""

    report: int
    bit: int
    rest: int


@dataclass(frozen=True, slots=True)
class Model:
    name: str
    vendor: int
    product: int
    descriptor: bytes
    keys: Mapping[str, Place]
    """hook, mute, flash, drop, reject."""
    lamps: Mapping[str, Place]
    """off-hook, ring, mute, hold."""
    lengths: Mapping[int, int]
    """Bytes of each input report, without its number."""
    keypad: Keypad | None = None
    more_collections: tuple[int, ...] = field(default=())
    """Usage pages of its other top collections."""


def _lamps(report: int, **bits: int) -> dict[str, Place]:
    return {name.replace("_", "-"): Place(report, bit) for name, bit in bits.items()}


ION = Model(
    "Gigaset ION",
    0x1E85,
    0x0002,
    bytes.fromhex(
        "050b 0905 a101 8502 1500 2501 7501"
        "0920 0997 092a 9503 8122"  # hook, busy, line: their states
        "092f 0921 0924 0950 9504 8106"  # mute, flash, redial, speed dial: they turn
        "0509 0907 9501 8102"  # button 7
        "0508 0917 0909 0918 0920 9504 9122 9504 9101 c0"
    ),
    {
        "hook": Place(2, 0, "state"),
        "mute": Place(2, 3),
        "flash": Place(2, 4),
        "reject": Place(2, 7, "press"),
    },
    _lamps(2, off_hook=0, mute=1, ring=2, hold=3),
    {2: 1},
)
"""Its bits as its maker's wiki has them."""

SPEAKERPHONE = Model(
    "Anker PowerConf",
    0x291A,
    0x3301,
    bytes.fromhex(
        "050c 0901 a101 8501 1500 2501 09e9 09ea 09e2 09cd 09b5 09b6 09b3 09b7 7501 9508 8142 c0"
        "050b 0905 a101 8502 1500 2501"
        "0920 0997 7501 9502 8123"  # constants, by their flags
        "092f 0921 0970 0950 7501 9504 8107"
        "0508 0917 0909 0918 0920 0921 7501 9505 9122 9503 9103 c0"
    ),
    {"hook": Place(2, 0, "state"), "mute": Place(2, 2), "flash": Place(2, 3)},
    _lamps(2, off_hook=0, mute=1, ring=2, hold=3),
    {1: 1, 2: 1},
    more_collections=(0x0C,),
)
"""It calls its keys constant."""

PLANTRONICS = Model(
    "Plantronics Blackwire",
    0x047F,
    0xC056,
    bytes.fromhex(
        "050c 0901 a101 8501 09e9 09ea 1500 2501 7501 9502 8106 9506 8101 c0"
        "06a0ff 0901 a101 8504 1500 26ff00 0900 7508 9524 9102 8505 0900 9520 8102 c0"
        "050b 0905 a101 8508 1500 2501"
        "0920 7501 9501 8122 0997 8122 092b 8122 092a 8122"
        "092f 8106 0921 8106 0924 8106 0907 0509 0901 8102"
        "0508 8509 0909 9501 9122 9507 9101 8517 0917 9501 9122 9507 9101"
        "8518 0918 9501 9122 9507 9101 8520 0920 9501 9122 9507 9101 c0"
    ),
    {
        "hook": Place(8, 0, "state"),
        "mute": Place(8, 4),
        "flash": Place(8, 5),
        "reject": Place(8, 7, "press"),
    },
    {
        "mute": Place(0x09, 0),
        "off-hook": Place(0x17, 0),
        "ring": Place(0x18, 0),
        "hold": Place(0x20, 0),
    },
    {1: 1, 5: 32, 8: 1},
    more_collections=(0x0C, 0xFFA0),
)
"""A report for each lamp, a vendor's collection before, and two usages for one button."""

KEYPAD = Model(
    "USB phone with a keypad",
    0x0D8C,
    0x0150,
    bytes.fromhex(
        "050b 0905 a101 8502 1500 2501"
        "0920 0997 7501 9502 8122"
        "092f 0921 0970 0950 9504 8106"
        "0906 a102 19b0 29bb 1500 250c 7504 9501 8140 c0"
        "0907 1500 2501 0509 7501 9501 8102 9505 8101"
        "0508 0917 0909 0918 0920 0921 9505 9122 050b 099e 9501 9122 950a 9101 c0"
        "050c 0901 a101 8501 09ea 09e9 09e2 9503 8102 950d 8101 c0"
    ),
    {
        "hook": Place(2, 0, "state"),
        "mute": Place(2, 2),
        "flash": Place(2, 3),
        "reject": Place(2, 10, "press"),
    },
    _lamps(2, off_hook=0, mute=1, ring=2, hold=3),
    {1: 2, 2: 2},
    Keypad(2, 6, 12),
    more_collections=(0x0C,),
)
"""An array of digits in the midst of bits, and a ringer beside the ring lamp."""

TURNS = Model(
    "Toggle headset",
    0x1395,
    0x0025,
    bytes.fromhex(
        "050b 0905 a101 8503 1500 2501 7501"
        "0920 092f 0926 9503 8106 9505 8101"
        "0508 0917 0918 0909 9503 9102 9505 9101 c0"
    ),
    {"hook": Place(3, 0), "mute": Place(3, 1), "drop": Place(3, 2)},
    _lamps(3, off_hook=0, ring=1, mute=2),
    {3: 1},
)
"""Its hook switch says only that it was pressed; a second key hangs up."""

MUTE_ONLY = Model(
    "Mute cord",
    0x046D,
    0x0A45,
    bytes.fromhex("050b 0905 a101 1500 2501 7501 092f 9501 8122 9507 8103 0508 0909 9501 9122 9507 9103 c0"),
    {"mute": Place(0, 0, "press")},
    _lamps(0, mute=0),
    {0: 1},
)
"""No report numbers, no hook, and a mute key that says how its button is, not how its microphone is."""

MODELS = {model.name: model for model in (ION, SPEAKERPHONE, PLANTRONICS, KEYPAD, TURNS, MUTE_ONLY)}
