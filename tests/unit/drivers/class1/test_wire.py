"""What a Class 1 modem sends is taken apart alike however it is cut, and nothing it sends is too much."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctidrv.drivers.class1.wire import MOST_LINE, End, Item, Line, Parser, result_of
from ctidrv.modem.dle import Data


def parsed(raw: bytes, *cuts: int, data: bool = True) -> list[Item]:
    parser = Parser()
    parser.expect_data(data)
    found: list[Item] = []
    for begin, end in zip((0, *cuts), (*cuts, len(raw)), strict=True):
        for item in parser.feed(raw[begin:end]):
            if isinstance(item, Data) and found and isinstance(found[-1], Data):
                found[-1] = Data(found[-1].content + item.content)
            else:
                found.append(item)
    return found


FRAME = b"\r\nCONNECT\r\n\xff\x13\x10\x10\x21\x10\x03\r\nOK\r\n"


def test_a_frame_is_connect_its_octets_its_end_and_the_result() -> None:
    assert parsed(FRAME) == [
        Line("CONNECT", "CONNECT"),
        Data(b"\xff\x13\x10\x21"),
        End(),
        Line("OK", "OK"),
    ]


@given(st.lists(st.integers(0, len(FRAME)), max_size=6))
def test_it_is_the_same_in_any_pieces(cuts: list[int]) -> None:
    assert parsed(FRAME, *sorted(cuts)) == parsed(FRAME)


def test_what_follows_connect_is_lines_where_no_data_are_expected() -> None:
    assert parsed(b"\r\nCONNECT\r\n\x13\r\nOK\r\n", data=False) == [
        Line("CONNECT", "CONNECT"),
        Line("OK", "OK"),
    ]


def test_data_that_end_without_dle_etx_end_by_the_result() -> None:
    assert parsed(b"\r\nCONNECT\r\nabc\r\nNO CARRIER\r\n")[-2:] == [End(), Line("NO CARRIER", "NO CARRIER")]


def test_a_line_without_end_is_thrown_away() -> None:
    assert parsed(b"x" * 100_000 + b"\r\nOK\r\n") == [Line("OK", "OK")]
    assert parsed(b"x" * MOST_LINE + b"\n") == [Line("x" * MOST_LINE, None)]


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("CONNECT 14400", "CONNECT"),
        ("no dial tone", "NO DIALTONE"),
        ("FCERROR", "+FCERROR"),
        ("+FRH:3", None),
        ("ringing", None),
    ],
)
def test_results_are_known_in_their_spellings(text: str, result: str | None) -> None:
    assert result_of(text) == result


@given(st.binary(max_size=600), st.booleans())
def test_whatever_comes_is_taken_apart(raw: bytes, data: bool) -> None:
    parsed(raw, data=data)
