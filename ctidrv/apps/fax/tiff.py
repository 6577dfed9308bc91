"""TIFF files of fax pages: each page one strip of MMR (TIFF 6.0; RFC 2301, 5: profile F; TIFF class F).

A file may be read after each page: the page and its directory are written first, and then the four bytes
that lead to them.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import BinaryIO

from ctidrv.apps.fax.page import MOST_ROWS, PageRows
from ctidrv.errors import InputError, UsageError
from ctidrv.native import t4

_SHORT, _LONG, _RATIO, _TEXT = 3, 4, 5, 2
_HEAD = struct.pack("<2sHI", b"II", 42, 0)
_FIRST_LINK = 4
_DAMAGED = 326
_MOST_PAGES = 10_000
_MOST_STRIP = 64 << 20
"""Of a page: 20,000 rows of 4,864 pixels, each coded as badly as can be."""
_MAKER = b"ctidrv\0\0"
"""Aligned; the tag's count is that of the word and one nought."""


def longest_run(damage: bytes) -> int:
    """The most damaged rows on end."""
    return max((len(run) for run in damage.translate(_GOOD_OR_NOT).split(b"\0")), default=0)


_GOOD_OR_NOT = bytes([0]) + bytes([1]) * 255


def _entries(
    page: PageRows, number: int, strip: int, size: int, extra: int
) -> list[tuple[int, int, int, int]]:
    """Tag, type, count and value or place. `extra`: where the two ratios and the maker's name begin."""
    damaged = page.count - page.damage.count(0) if page.damage else 0
    return [
        (254, _LONG, 1, 2),  # a page of several
        (256, _LONG, 1, page.width),
        (257, _LONG, 1, page.count),
        (258, _SHORT, 1, 1),
        (259, _SHORT, 1, 4),  # T.6
        (262, _SHORT, 1, 0),  # a nought is white
        (266, _SHORT, 1, 1),  # the highest bit first
        (273, _LONG, 1, strip),
        (274, _SHORT, 1, 1),
        (277, _SHORT, 1, 1),
        (278, _LONG, 1, page.count),
        (279, _LONG, 1, size),
        (282, _RATIO, 1, extra),
        (283, _RATIO, 1, extra + 8),
        (293, _LONG, 1, 0),  # no uncompressed mode
        (296, _SHORT, 1, 2),  # inches
        (297, _SHORT, 2, number),  # of an unknown number
        (305, _TEXT, len(_MAKER) - 1, extra + 16),
        (_DAMAGED, _LONG, 1, damaged),
        (327, _SHORT, 1, 1 if damaged else 0),  # 1: there were damaged rows, and others stand for them
        (328, _LONG, 1, longest_run(page.damage)),
    ]


class TiffWriter:
    """Writes pages to a file that can seek, from its present place 0 on. What the disk says is raised as it
    comes (OSError); the pages before stand."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._link = _FIRST_LINK
        self._end = len(_HEAD)
        self.pages = 0
        file.write(_HEAD)

    def add(self, page: PageRows, *, sync: bool = False) -> None:
        """`sync`: the page is on the disk itself before it is told of, and so is the telling."""
        coded = t4.Encoder("mmr", page.width, msb_first=True).page(page.rows)
        coded += b"\0" * (len(coded) % 2)
        extra = self._end + len(coded)
        ratios = struct.pack("<4I", page.x_dpi, 1, page.y_dpi, 1) + _MAKER
        place = extra + len(ratios)
        entries = _entries(page, self.pages, self._end, len(coded), extra)
        directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *e) for e in entries)
        link = place + len(directory)
        self._at(self._end, coded + ratios + directory + bytes(4), sync)
        self._at(self._link, struct.pack("<I", place), sync)
        self._link, self._end = link, link + 4
        self.pages += 1

    def _at(self, place: int, data: bytes, sync: bool) -> None:
        self._file.seek(place)
        self._file.write(data)
        self._file.flush()
        if sync:
            os.fsync(self._file.fileno())


def pages_in(file: BinaryIO) -> list[int]:
    """Of each page of a file that `TiffWriter` began, its damaged rows; what was not written to its end is
    not there."""
    return [values.get(_DAMAGED, 0) for values in _directories(file)]


def _directories(file: BinaryIO) -> Iterator[dict[int, int]]:
    """Of each page what its tags say: the value, or its place where it needs more than four bytes."""
    file.seek(0)
    if file.read(4) != _HEAD[:4]:
        return
    pages, at = 0, _FIRST_LINK
    size = os.fstat(file.fileno()).st_size
    while pages < _MOST_PAGES:
        file.seek(at)
        link = file.read(4)
        if len(link) < 4 or not 0 < (place := struct.unpack("<I", link)[0]) < size:
            return
        file.seek(place)
        entries = struct.unpack("<H", file.read(2).ljust(2, b"\0"))[0]
        directory = file.read(12 * entries)
        if len(directory) < 12 * entries:
            return
        pages, at = pages + 1, place + 2 + 12 * entries
        yield dict(struct.unpack_from("<H6xI", directory, 12 * entry) for entry in range(entries))


def read_pages(file: BinaryIO, name: str) -> Iterator[PageRows]:
    """The pages of a file that `TiffWriter` wrote, one after another; which of its rows were damaged it does
    not hold. InputError, with `name` and the page: it is another file, or is not whole."""
    for number, values in enumerate(_directories(file), 1):
        where = f"{name}, page {number}"
        try:
            width, count, size = (values[tag] for tag in (256, 257, 279))
            x_dpi, y_dpi = (_dots(file, values[tag]) for tag in (282, 283))
            decoder = t4.Decoder("mmr", width, rows=min(max(count, 1), MOST_ROWS), msb_first=True)
        except (KeyError, struct.error, UsageError) as error:
            raise InputError(f"{where}: is no fax page as ctidrv keeps them") from error
        file.seek(values.get(273, 0))
        page = decoder.page(file.read(min(size, _MOST_STRIP)))
        if len(page.rows) != count * t4.row_bytes(width) or any(page.damage):
            raise InputError(f"{where}: the file is damaged: it has been changed or the disk is failing")
        yield PageRows(page.rows, width, x_dpi, y_dpi)


def _dots(file: BinaryIO, place: int) -> int:
    file.seek(place)
    dots, of = struct.unpack("<II", file.read(8))
    if not dots or of != 1:
        raise struct.error("a resolution")
    return int(dots)
