"""A fax page as a PNG: black on white, its damaged rows in red, pixels as good as square."""

from __future__ import annotations

import itertools

from ctidrv.picture.raster import png

_DEPTH = 2
_PALETTE = ((255, 255, 255), (0, 0, 0), (255, 205, 205), (200, 0, 0))
_PLAIN, _DAMAGED = (0b00, 0b01), (0b10, 0b11)


def _spread(colours: tuple[int, int]) -> list[bytes]:
    """For each octet of eight pixels their colours, two bits each."""
    spread = []
    for octet in range(256):
        bits = 0
        for place in range(7, -1, -1):
            bits = bits << _DEPTH | colours[octet >> place & 1]
        spread.append(bits.to_bytes(2, "big"))
    return spread


def page_png(rows: bytes, damage: bytes, width: int, dots: tuple[float, float]) -> bytes:
    """`rows`: packed, the leftmost pixel in the highest bit, 1 is black; `damage`: for each row, 0 is good;
    `dots`: an inch across and down: a row is repeated where there are fewer down than across."""
    size = (width + 7) // 8
    plain, damaged = _spread(_PLAIN), _spread(_DAMAGED)
    times = max(1, round(dots[0] / dots[1]))
    drawn: list[bytes] = []
    for number, is_damaged in enumerate(damage):
        table = damaged if is_damaged else plain
        row = b"".join(map(table.__getitem__, rows[number * size : (number + 1) * size]))
        drawn += [row[: (width * _DEPTH + 7) // 8]] * times
    return png(drawn, width, _DEPTH, _PALETTE)


_THUMB = 8
"""Pixels of the page across to one of a thumbnail: an octet."""
_GREYS = 16
_SHADES = [(grey, grey, grey) for grey in (255 - 255 * step // _GREYS for step in range(_GREYS + 1))]
_BLACK_IN = bytes(octet.bit_count() for octet in range(256))


def thumbnail_png(rows: bytes, width: int, dots: tuple[float, float]) -> bytes:
    """The page an eighth as wide (A4: 216 pixels) and as high as it is on paper, in greys; as `page_png`."""
    size = (width + 7) // 8
    black = [rows[at : at + size].translate(_BLACK_IN) for at in range(0, len(rows), size)]
    height = max(1, round(len(black) * dots[0] / dots[1] / _THUMB))
    edges = [number * len(black) // height for number in range(height + 1)]
    drawn = []
    for top, bottom in itertools.pairwise(edges):
        some = black[top : max(bottom, top + 1)]
        most = _THUMB * len(some)
        drawn.append(bytes(sum(column) * _GREYS // most for column in zip(*some, strict=True)))
    return png(drawn, size, 8, _SHADES)
