"""Fax pages from Python: coded and decoded, in pieces of any size, with errors that say what is wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctidrv.errors import UsageError
from ctidrv.native import lib, t4

sys.path.append(str(Path(__file__).parent))

import page_set


def test_words_of_damage_and_of_ends_are_those_of_the_core() -> None:
    assert len(t4.DAMAGES) == lib.CTI_T4_DAMAGES
    assert t4.DAMAGES[lib.CTI_T4_NO_REFERENCE] == "no-reference"
    assert t4.DAMAGES[lib.CTI_T4_ODD_CODE] == "odd-code"
    assert t4.ENDS[lib.CTI_T4_END_LONG] == "long"


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("coding", t4.CODINGS)
def test_pages_of_mixed_sizes_come_back(coding: str, number: int) -> None:
    image = page_set.mixed_sizes()[number]
    rows = page_set.packed(image)
    coded = t4.Encoder(coding, image.width, k=4, min_row_bits=72).page(rows)
    page = t4.Decoder(coding, image.width).page(coded)
    assert (page.rows, page.report.clean, page.report.rows) == (rows, True, image.height)
    assert page_set.unpacked(page.rows, image.width).tobytes() == image.tobytes()


def test_pages_of_a_document_follow_one_another_through_one_coder_and_decoder() -> None:
    encoder, decoder = t4.Encoder("mr"), t4.Decoder("mr")
    for image in page_set.document(12, rows=200):
        rows = page_set.packed(image)
        page = decoder.page(encoder.page(rows))
        assert (page.rows, page.report.clean) == (rows, True)


@settings(max_examples=60, deadline=None)
@given(
    data=st.binary(min_size=1, max_size=400),
    cuts=st.lists(st.integers(1, 90), min_size=1),
    coding=st.sampled_from(sorted(t4.CODINGS)),
)
def test_any_bits_cut_anyhow_give_the_same(data: bytes, cuts: list[int], coding: str) -> None:
    decoder = t4.Decoder(coding, 64, rows=500)
    whole = decoder.page(data)
    decoder.reset()
    rows, damage, at, n = b"", b"", 0, 0
    while at < 8 * len(data):
        step = min(cuts[n % len(cuts)], 8 * len(data) - at)
        more, of_more = decoder.feed(data, first=at, bits=step)
        rows, damage, at, n = rows + more, damage + of_more, at + step, n + 1
    last, of_last = decoder.end()
    assert t4.Page(rows + last, damage + of_last, decoder.report) == whole


def test_page_that_is_too_long_ends_and_is_not_clean() -> None:
    rows = page_set.packed(page_set.white(64, 100))
    coded = t4.Encoder("mmr", 64).page(rows)
    assert t4.Decoder("mmr", 64, rows=100).page(coded).report.clean
    page = t4.Decoder("mmr", 64, rows=99).page(coded)
    assert (page.report.end, page.report.rows, page.report.clean) == ("long", 99, False)


def test_damaged_row_is_counted_and_the_row_above_stands_for_it() -> None:
    rows = page_set.packed(page_set.text(1728, 150))
    coded = bytearray(t4.Encoder("mh").page(rows))
    coded[len(coded) // 2] ^= 0xFF
    page = t4.Decoder("mh").page(bytes(coded))
    bad = [row for row, kind in enumerate(page.damage) if kind]
    assert page.report.damaged == len(bad) >= 1
    assert page.report.first_damaged == bad[0]
    assert page.report.kinds == {"good": page.report.rows - len(bad)} | {
        name: page.damage.count(number)
        for number, name in enumerate(t4.DAMAGES)
        if number in page.damage[bad[0] :] and number
    }
    assert page.rows[bad[0] * 216 : bad[0] * 216 + 216] == page.rows[bad[0] * 216 - 216 : bad[0] * 216]
    assert not page.report.clean


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (lambda: t4.Encoder("jbig"), "mh, mr, mmr, not 'jbig'"),
        (lambda: t4.Encoder("mh", 5000), "5000 pixels"),
        (lambda: t4.Encoder("mr", k=0), "K is 1 or more"),
        (lambda: t4.Encoder("mh", min_row_bits=70_000), "not 70000"),
        (lambda: t4.Encoder("mh").row(bytes(215)), "215 bytes"),
        (lambda: t4.Encoder("mh").page(bytes(217)), "no whole rows"),
        (lambda: t4.Decoder("mh", 0), "0 pixels"),
        (lambda: t4.Decoder("mh", rows=0), "at most 0 rows"),
        (lambda: t4.Decoder("mh").feed(bytes(2), first=9, bits=8), "bits 9 to 17 of 16"),
    ],
)
def test_what_cannot_be_says_why(wrong: object, why: str) -> None:
    assert callable(wrong)
    with pytest.raises(UsageError, match=why):
        wrong()
