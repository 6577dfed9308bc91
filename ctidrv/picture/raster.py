"""The spectrogram's colours, and its columns as a PNG that stands in an SVG."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence

from ctidrv.picture.spectrum import FLOOR_DBM0, TOP_DBM0

_STOPS = (
    (0, 0, 12),
    (40, 11, 84),
    (101, 21, 110),
    (159, 42, 99),
    (212, 72, 66),
    (245, 125, 21),
    (252, 255, 164),
)
"""Even steps from the floor to the top; each is brighter than the one before, for any eye."""
_COLOURS = 64


def _colour(part: float) -> tuple[int, int, int]:
    place = part * (len(_STOPS) - 1)
    low = min(int(place), len(_STOPS) - 2)
    red, green, blue = (
        round(a + (b - a) * (place - low)) for a, b in zip(_STOPS[low], _STOPS[low + 1], strict=True)
    )
    return red, green, blue


PALETTE = [_colour(number / (_COLOURS - 1)) for number in range(_COLOURS)]


def shade(dbm0: float) -> int:
    """Its place in PALETTE."""
    part = (dbm0 - FLOOR_DBM0) / (TOP_DBM0 - FLOOR_DBM0)
    return round(min(max(part, 0.0), 1.0) * (_COLOURS - 1))


def picture_of(columns: Sequence[Sequence[float]]) -> str:
    """A ``data:`` address; the lowest frequency is at the bottom."""
    rows = [bytes(shade(level) for level in row) for row in zip(*columns, strict=True)]
    return "data:image/png;base64," + base64.b64encode(png(rows[::-1], len(columns), 8, PALETTE)).decode()


def png(rows: Sequence[bytes], width: int, depth: int, palette: Sequence[tuple[int, int, int]]) -> bytes:
    """ISO/IEC 15948, indexed colour; `depth`: bits of a pixel, the leftmost pixel in the highest bits."""
    header = struct.pack(">IIBBBBB", width, len(rows), depth, 3, 0, 0, 0)
    colours = b"".join(bytes(colour) for colour in palette)
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 6)
    chunks = ((b"IHDR", header), (b"PLTE", colours), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )
