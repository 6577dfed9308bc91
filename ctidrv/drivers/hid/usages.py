"""The keys and lamps that a headset may have, by their usages (HID Usage Tables 1.12: Telephony 0x0B, section
14; LED 0x08, section 11; Button 0x09, section 12)."""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType

TELEPHONY = 0x0B


class Key(Enum):
    """What its user presses."""

    HOOK = "hook"
    MUTE = "mute"
    FLASH = "flash"
    DROP = "drop"
    REJECT = "reject"
    DIGIT = "digit"


class Lamp(Enum):
    """What the host tells the headset; many light nothing, and all act by it."""

    OFF_HOOK = "off-hook"
    RING = "ring"
    MUTE = "mute"
    HOLD = "hold"


KEYS = MappingProxyType(
    {
        0x0B_0020: Key.HOOK,
        0x0B_002F: Key.MUTE,
        0x0B_0021: Key.FLASH,
        0x0B_0026: Key.DROP,
        0x09_0007: Key.REJECT,
    }
    | {0x0B_00B0 + place: Key.DIGIT for place in range(12)}
)
DIGITS = MappingProxyType({0x0B_00B0 + place: digit for place, digit in enumerate("0123456789*#")})
LAMPS = MappingProxyType(
    {
        0x08_0017: Lamp.OFF_HOOK,
        0x08_0018: Lamp.RING,
        0x0B_009E: Lamp.RING,  # its ringer
        0x08_0009: Lamp.MUTE,
        0x08_0020: Lamp.HOLD,
    }
)
