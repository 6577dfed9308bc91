"""A-law WAV files (ITU-T G.711), which Python's `wave` does not read: to 16-bit frames."""

from __future__ import annotations

import struct
import sys

FORMAT = 6
_FORM = struct.Struct("<HHIIHH")


def _linear(octet: int) -> int:
    """G.711 table 1a: sign, segment, step within it; even bits are inverted on the line."""
    code = octet ^ 0x55
    segment, step = (code >> 4) & 7, code & 15
    size = (step << 4) + 8 if segment == 0 else ((step << 4) + 0x108) << (segment - 1)
    return size if code & 0x80 else -size


_BYTES = [_linear(octet).to_bytes(2, sys.byteorder, signed=True) for octet in range(256)]
_FIRST, _SECOND = (bytes(pair[place] for pair in _BYTES) for place in (0, 1))


def decode_octets(octets: bytes) -> bytes:
    """16-bit samples in this machine's byte order."""
    samples = bytearray(2 * len(octets))
    samples[0::2] = octets.translate(_FIRST)
    samples[1::2] = octets.translate(_SECOND)
    return bytes(samples)


def read(content: bytes) -> tuple[bytes, int, int] | None:
    """Frames, channels, rate of an A-law file; None for everything else."""
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        return None
    at, form = 12, None
    while at + 8 <= len(content):
        name, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        body = content[at + 8 : at + 8 + size]
        if name == b"fmt " and len(body) >= _FORM.size:
            form = _FORM.unpack_from(body)
        elif name == b"data" and form is not None:
            coding, channels, rate, _, _, bits = form
            fits = coding == FORMAT and bits == 8 and channels > 0
            return (decode_octets(body), channels, rate) if fits else None
        at += 8 + size + (size & 1)
    return None
