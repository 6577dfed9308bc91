"""A-law and mu-law (cti/g711.h, ITU-T G.711)."""

from __future__ import annotations

from ctidrv.errors import UsageError
from ctidrv.native import check, ffi, lib
from ctidrv.native.pcm import Pcm

LAWS = ("alaw", "ulaw")


def encode(sound: Pcm, law: str) -> bytes:
    """One octet a sample; `law` is ``alaw`` or ``ulaw``."""
    out = ffi.new("uint8_t[]", max(1, len(sound)))
    if len(sound):
        code = lib.cti_alaw_encode if _is_alaw(law) else lib.cti_ulaw_encode
        check(code(sound.ptr, out, len(sound)), law)
    return bytes(ffi.buffer(out, len(sound)))


def decode(octets: bytes, law: str) -> Pcm:
    """One sample an octet; `law` is ``alaw`` or ``ulaw``."""
    out = ffi.new("int16_t[]", max(1, len(octets)))
    if octets:
        decode_ = lib.cti_alaw_decode if _is_alaw(law) else lib.cti_ulaw_decode
        check(decode_(ffi.from_buffer(octets), out, len(octets)), law)
    return Pcm.from_bytes(bytes(ffi.buffer(out, 2 * len(octets))))


def _is_alaw(law: str) -> bool:
    if law not in LAWS:
        raise UsageError(f"{law!r} is no law of G.711: alaw or ulaw")
    return law == "alaw"
