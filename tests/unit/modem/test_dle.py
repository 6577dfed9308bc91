"""Shielding of voice data (ITU-T V.253): nothing is lost, however the stream is cut."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctidrv.modem.dle import Code, Data, Unshield, code, shield


def taken_apart(pieces: list[bytes], *, three: bool = False) -> tuple[bytes, list[int]]:
    data, codes, reader = b"", [], Unshield(three=three)
    for piece in pieces:
        for item, _ in reader.feed(piece):
            if isinstance(item, Data):
                data += item.content
            else:
                codes.append(item.code)
    return data, codes


@given(st.binary(max_size=200), st.booleans(), st.lists(st.integers(0, 400), max_size=8))
def test_v253_data_comes_back_however_it_is_cut(data: bytes, pairs: bool, cuts: list[int]) -> None:
    stream = shield(data, pairs=pairs) + code("5") + shield(data, pairs=pairs)
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    pieces = [stream[begin:end] for begin, end in itertools.pairwise(places)]
    assert taken_apart(pieces) == (data + data, [ord("5")])


@given(st.lists(st.sampled_from([0x10, 0x10, 0x1A, 0x03, 0x41]), max_size=60).map(bytes))
def test_many_signs_in_a_row_come_back(data: bytes) -> None:
    assert taken_apart([shield(data, pairs=True)]) == (data, [])


@pytest.mark.parametrize(
    ("stream", "data", "codes"),
    [
        (b"a\x10\x10b", b"a\x10b", []),
        (b"a\x10\x1ab", b"a\x10\x10b", []),  # SUB: two of them
        (b"\x10\x10\x10\x03", b"\x10", [3]),
        (b"a\x10/\x105\x10~b", b"ab", [0x2F, 0x35, 0x7E]),
        (b"a\x10", b"a", []),
    ],
)
def test_v253_a_pair_is_data_or_a_code(stream: bytes, data: bytes, codes: list[int]) -> None:
    assert taken_apart([stream]) == (data, codes)
    assert taken_apart([stream[i : i + 1] for i in range(len(stream))]) == (data, codes)


def test_the_bytes_behind_a_code_are_counted() -> None:
    assert [left for item, left in Unshield().feed(b"ab\x10\x03AT\r") if isinstance(item, Code)] == [3]


@pytest.mark.parametrize(("stream", "codes"), [(b"a\x10\x03", []), (b"a\x10\x10\x10\x03", [3])])
def test_some_zoom_modems_want_three_signs_before_the_end(stream: bytes, codes: list[int]) -> None:
    assert taken_apart([stream], three=True)[1] == codes
