"""What a modem writes: result codes (ITU-T V.250, table 1), and caller ID and line events (ITU-T V.253)."""

from __future__ import annotations

from enum import Enum

from ctidrv.events import CallerIdSeen


class Result(Enum):
    """The text of V1, and the number of V0."""

    OK = ("OK", 0)
    CONNECT = ("CONNECT", 1)
    RING = ("RING", 2)
    NO_CARRIER = ("NO CARRIER", 3)
    ERROR = ("ERROR", 4)
    NO_DIALTONE = ("NO DIALTONE", 6)
    BUSY = ("BUSY", 7)
    NO_ANSWER = ("NO ANSWER", 8)

    def bytes(self, *, verbose: bool, end: int, feed: int) -> bytes:
        """`end`, `feed`: registers S3 and S4."""
        text, number = self.value
        stop = bytes((end, feed))
        return stop + text.encode() + stop if verbose else b"%d" % number + bytes((end,))


TONE_CODES = {
    "busy": "b",
    "dial": "d",
    "dial2": "d",
    "stutter": "i",
    "ringback": "r",
    "sit": "J",
    "call_waiting": "w",
}
"""Tones as they are told behind a DLE; congestion is the persona's."""
FAX_CODES = {"cng": "c", "ced": "a", "ansam": "a"}
_REASONS = {"private": "P", "unavailable": "O"}

EVENTS_IDLE = (0, 2, 3)
EVENTS_OFF_HOOK = (4, 6, 9, 10, 11, 13, 14, 15, 18, 19, 20, 21, 23, 25)
"""By their numbers in ``+VLS=?``: caller ID, distinctive ring, ring; digits, CNG, silence, quiet, SIT, loop
break, reversal, call waiting, ringback, busy, dial tone, reorder, underrun, answer tone."""


def event_mask(events: tuple[int, ...]) -> str:
    """Bit 31 is event 0."""
    return f"{sum(1 << (31 - event) for event in events):08X}"


def caller_id_lines(seen: CallerIdSeen, *, formatted: bool, blanks: bool, name: bool = True) -> list[str]:
    """The report of ``+VCID``; nothing of a message whose checksum is wrong, as a modem does it."""
    if seen.checksum_ok is False:
        return []
    equals = " = " if blanks else "="
    if not formatted or seen.kind != "call":
        return [f"MESG{equals}{seen.raw.hex().upper()}"]
    fields = {
        "DATE": (seen.datetime or "")[:4],
        "TIME": (seen.datetime or "")[4:],
        "NMBR": seen.number or _REASONS.get(seen.reason or "", "O"),
        "NAME": (seen.name or "") if name else "",
    }
    return [f"{key}{equals}{value}" for key, value in fields.items() if value]


COUNTRIES = {
    "00": "jp",
    "04": "de",
    "09": "au",
    "0A": "at",
    "0F": "be",
    "16": "br",
    "20": "ca",
    "26": "cn",
    "3D": "fr",
    "42": "de",
    "50": "hk",
    "53": "in",
    "59": "it",
    "61": "kr",
    "7B": "nl",
    "7E": "nz",
    "9F": "za",
    "A0": "es",
    "B4": "gb",
    "B5": "us",
    "B8": "ru",
    "FE": "tw",
}
"""``+GCI``: ITU-T T.35's code, and the country whose tones the detectors go by."""
