"""What programs say to DAHDI about a channel: requests, structures, signalling.

Facts of dahdi-linux' include/dahdi/user.h, as a 64-bit process on a little-endian machine has them.
"""

from __future__ import annotations

import struct

GET_PARAMS = 0xC088DA05
HOOK = 0x4004DA07
FLUSH = 0x4004DA03
SPANSTAT = 0xC13ADA0A
SETGAINS = 0x4204DA10
SET_BUFINFO = 0x4018DA1B
ECHOCANCEL = 0x4004DA21
SPECIFY = 0x4004DA26
ECHOTRAIN = 0x4004DA32
SETLAW = 0x4004DA27
SETLINEAR = 0x4004DA28
TONEDETECT = 0x4004DA5B
VMWI_CONFIG = 0x4004DA5F
BUFFER_EVENTS = 0x4004DA69
"""Requests of ioctl; each has its argument's size in it."""

ENODATA = 61
"""The errno of a channel without a tone zone, on every system."""
ONHOOK = 0
FLUSH_ALL = 7
RED = 8
"""An alarm of a channel or span."""
LAWS = {"ulaw": 1, "alaw": 2}
LAMPS = {"fsk": 0, "reversal": 1, "dc": 2, "neon": 4}
"""How a telephone is told that messages wait (VMWI_CONFIG)."""

FXSLS, FXSGS, FXSKS = 0x2001, 0x2002, 0x2004
FXOLS, FXOGS, FXOKS = 0x1008, 0x1010, 0x1020
SIGNALLING = {
    FXSLS: "fxsls",
    FXSGS: "fxsgs",
    FXSKS: "fxsks",
    FXOLS: "fxols",
    FXOGS: "fxogs",
    FXOKS: "fxoks",
}
"""As system.conf names it. A port that faces the exchange (FXO) has FXS signalling, one that faces a
telephone (FXS) FXO signalling."""
FACES_EXCHANGE, FACES_TELEPHONE = frozenset((FXSLS, FXSGS, FXSKS)), frozenset((FXOLS, FXOGS, FXOKS))
_CAN_FXS, _CAN_FXO = 0x2007, 0x1038
PARAMS_BYTES, SPAN_BYTES, CURLAW_AT = 136, 314, 40


def integer(value: int) -> bytearray:
    """An ``int`` as an argument."""
    return bytearray(struct.pack("=i", value))


def value(argument: bytes | bytearray, at: int = 0) -> int:
    """And back."""
    return int(struct.unpack_from("=i", argument, at)[0])


def text(argument: bytes | bytearray, at: int, size: int) -> str:
    """One of a structure's names, whatever the kernel has put there."""
    return bytes(argument[at : at + size]).split(b"\0")[0].decode("ascii", "replace")


def buffers(count: int, samples: int) -> bytearray:
    """``dahdi_bufferinfo``: sent at once, so many buffers of so many samples."""
    return bytearray(struct.pack("=6i", 0, 0, count, samples, 0, 0))


def could_face(sigcap: int) -> str:
    """What a port is that nobody has configured yet: "FXO" or "FXS", else nothing."""
    if sigcap & ~0x3000 & _CAN_FXS and sigcap & 0x2000:
        return "FXO"
    return "FXS" if sigcap & ~0x3000 & _CAN_FXO and sigcap & 0x1000 else ""
