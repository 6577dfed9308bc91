"""A fax page as a PNG: black on white, its damaged rows in red, pixels as good as square."""

from __future__ import annotations

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
