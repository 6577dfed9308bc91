"""What a modem writes: result codes (ITU-T V.250, T.31), and caller ID (ITU-T V.253)."""

from __future__ import annotations

from enum import Enum

from ctidrv.events import CallerIdSeen

_REASONS = {"private": "P", "unavailable": "O"}


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
    FCERROR = ("+FCERROR", "+F4")
    """A fax modem heard another carrier than it was told to (ITU-T T.31)."""

    def bytes(self, *, verbose: bool, end: int, feed: int) -> bytes:
        """`end`, `feed`: registers S3 and S4."""
        text, number = self.value
        stop = bytes((end, feed))
        return stop + text.encode() + stop if verbose else f"{number}".encode() + bytes((end,))


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
