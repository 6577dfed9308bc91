"""The form of a trace's rows (docs/reference/port-trace.md): names for the core's numbers, and limits.

Times in rows are seconds of audio since the trace began: samples over 8,000, so that nothing is lost.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from ctidrv.native import lib
from ctidrv.units import RATE, TICK

Row: TypeAlias = dict[str, Any]

VERSION = 1
MOST_S = 3600
"""A trace ends by itself after an hour: its audio is then 115 MB."""
MOST_TICKS = MOST_S * RATE // TICK
MOST_ROWS = 200_000
MOST_LINE = 65_536
"""Bytes of a row."""
MOST_BYTES = 40_000_000
"""Of all rows."""
MOST_TEXT = 200
EARLY = 60 * RATE
"""Samples: what a board tells began so long before at the most."""
DIGITS = "0123456789*#ABCD"

EVENTS = {
    lib.CTI_EV_RING_ON: "ring-on",
    lib.CTI_EV_RING_OFF: "ring-off",
    lib.CTI_EV_SEIZED: "seized",
    lib.CTI_EV_RELEASED: "released",
    lib.CTI_EV_BATTERY: "battery",
    lib.CTI_EV_POLARITY: "polarity",
    lib.CTI_EV_HOOK: "hook",
    lib.CTI_EV_FLASH: "flash",
    lib.CTI_EV_ALARM: "alarm",
    lib.CTI_EV_PULSING: "pulsing",
    lib.CTI_EV_DIALLED: "dialled",
    lib.CTI_EV_REMOTE_GONE: "remote-gone",
    lib.CTI_EV_MUTED: "muted",
    lib.CTI_EV_DIGIT_DOWN: "digit-down",
    lib.CTI_EV_DIGIT_UP: "digit-up",
    lib.CTI_EV_CALLER_ID: "caller-id",
}
"""What a board may tell (cti/board.h)."""
COMMANDS = {
    lib.CTI_LINE_HOOK: "hook",
    lib.CTI_LINE_FLASH: "flash",
    lib.CTI_LINE_RING: "ring",
    lib.CTI_LINE_BATTERY: "battery",
    lib.CTI_LINE_POLARITY: "polarity",
    lib.CTI_LINE_PULSES: "pulses",
    lib.CTI_LINE_LAMP: "lamp",
    lib.CTI_LINE_SHOW: "show",
}
DETECTORS = {
    lib.CTI_EAR_DTMF: "dtmf",
    lib.CTI_EAR_PROGRESS: "progress",
    lib.CTI_EAR_VOICE: "voice",
    lib.CTI_EAR_CALLER_ID: "caller-id",
    lib.CTI_EAR_FAX: "fax",
    lib.CTI_EAR_PRESENCE: "presence",
}


def detectors(mask: int) -> list[str]:
    """The names of a mask of `cti_ear_detector`."""
    return [name for bit, name in DETECTORS.items() if mask & bit]


def number_of(names: dict[int, str], name: str) -> int | None:
    """The core's number of a name in one of these tables."""
    return next((number for number, each in names.items() if each == name), None)


def seconds_of(samples: int) -> float:
    """As rows hold times."""
    return samples / RATE
