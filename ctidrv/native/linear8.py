"""Linear samples of eight bits (cti/linear8.h), as voice modems have them."""

from __future__ import annotations

from ctidrv.native import check, ffi, lib
from ctidrv.native.pcm import Pcm

UNSIGNED, SIGNED = 128, 0
"""The octet of silence."""


def encode(sound: Pcm, middle: int) -> bytes:
    """One octet a sample."""
    out = ffi.new("uint8_t[]", max(1, len(sound)))
    if len(sound):
        check(lib.cti_linear8_encode(sound.ptr, out, len(sound), middle), f"middle {middle}")
    return bytes(ffi.buffer(out, len(sound)))


def decode(octets: bytes, middle: int) -> Pcm:
    """One sample an octet."""
    out = ffi.new("int16_t[]", max(1, len(octets)))
    if octets:
        check(lib.cti_linear8_decode(ffi.from_buffer(octets), out, len(octets), middle), f"middle {middle}")
    return Pcm.from_bytes(bytes(ffi.buffer(out, 2 * len(octets))))
