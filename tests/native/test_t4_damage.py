"""Damaged fax pages: bits flipped, lost and slipped in. What is not as it was sent is not called clean.

What T.4 cannot show is the one exception, and is held against the bits themselves: the damaged page is then
one that could have been sent, EOL for EOL and code for code.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import numpy
import pytest

from ctidrv.native import t4

sys.path.append(str(Path(__file__).parent))

import page_set

Bits = numpy.ndarray
Dice = numpy.random.Generator
WIDTH, ROWS, K, MIN_ROW_BITS = 1728, 40, 4, 144
ROW_BYTES = WIDTH // 8


def sample(name: str) -> bytes:
    """Rows from the middle of what is drawn on a page."""
    rows = page_set.packed(page_set.page(name))
    return rows[110 * ROW_BYTES : (110 + ROWS) * ROW_BYTES]


def bits(data: bytes) -> Bits:
    return numpy.unpackbits(numpy.frombuffer(data, numpy.uint8), bitorder="little")


def coded(rows: bytes, coding: str, k: int = K) -> Bits:
    fill = 0 if coding == "mmr" else MIN_ROW_BITS
    return bits(t4.Encoder(coding, WIDTH, k=k, min_row_bits=fill).page(rows))


def flip(page: Bits, dice: Dice, n: int = 1) -> Bits:
    page = page.copy()
    page[dice.choice(len(page), n, replace=False)] ^= 1
    return page


def drop(page: Bits, dice: Dice, n: int = 1) -> Bits:
    at = dice.integers(0, len(page) - n)
    return numpy.delete(page, slice(at, at + n))


def slip_in(page: Bits, dice: Dice, n: int = 1) -> Bits:
    return numpy.insert(page, dice.integers(0, len(page)), dice.integers(0, 2, n, numpy.uint8))


def scramble(page: Bits, dice: Dice, n: int = 100) -> Bits:
    page, at = page.copy(), dice.integers(0, len(page) - n)
    page[at : at + n] = dice.integers(0, 2, n)
    return page


DAMAGES: dict[str, Callable[[Bits, Dice], Bits]] = {
    "a bit flipped": flip,
    "three bits flipped": lambda page, dice: flip(page, dice, 3),
    "one bit in a thousand flipped": lambda page, dice: flip(page, dice, len(page) // 1000),
    "a bit lost": drop,
    "nine bits lost": lambda page, dice: drop(page, dice, 9),
    "300 bits lost": lambda page, dice: drop(page, dice, 300),
    "a bit slipped in": slip_in,
    "seven bits slipped in": lambda page, dice: slip_in(page, dice, 7),
    "100 bits scrambled": scramble,
}


def _pieces(page: Bits, coding: str) -> list[str]:
    """What lies between the EOLs (of MR with the tag in front), without fill; MMR: all of it.

    An EOL more than six at the end is not held to be of a last row that was lost: some senders end so.
    """
    text = "".join(map(str, page.tolist()))
    if coding == "mmr":
        return [text.rstrip("0")]
    pieces = [piece.rstrip("0") for piece in re.split("0{11,}1", text)[1:-6]]
    return pieces[:-1] if pieces and pieces[-1] == ("1" if coding == "mr" else "") else pieces


def could_have_been_sent(page: Bits, rows: bytes, coding: str) -> bool:
    """The page is what T.4 makes of these rows, whatever its K."""
    if coding != "mr":
        return _pieces(page, coding) == _pieces(coded(rows, coding), coding)
    by_itself = _pieces(coded(rows, "mr", k=1), "mr")
    by_reference = _pieces(coded(rows, "mr", k=10**6), "mr")
    found = _pieces(page, "mr")
    return len(found) == len(by_itself) and all(
        piece in both for piece, *both in zip(found, by_itself, by_reference, strict=True)
    )


@pytest.mark.parametrize("name", ["text", "table", "photograph"])
@pytest.mark.parametrize("coding", t4.CODINGS)
def test_no_damaged_page_is_called_clean_unless_it_could_have_been_sent(coding: str, name: str) -> None:
    dice = numpy.random.default_rng(len(name) + len(coding))
    rows, told = sample(name), 0
    page, decoder = coded(rows, coding), t4.Decoder(coding, WIDTH)
    assert could_have_been_sent(page, rows, coding)
    for damage in DAMAGES.values():
        for _ in range(60):
            wrong = damage(page, dice)
            read = decoder.page(numpy.packbits(wrong, bitorder="little").tobytes())
            assert len(read.damage) * ROW_BYTES == len(read.rows)
            assert read.report.damaged == len(read.damage) - read.damage.count(0)
            if not read.report.clean:
                told += 1
            elif read.rows != rows:
                assert could_have_been_sent(wrong, read.rows, coding)
    assert told > 0.6 * 60 * len(DAMAGES)
