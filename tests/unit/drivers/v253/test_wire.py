from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctidrv.drivers.v253 import wire
from ctidrv.drivers.v253.wire import Audio, Code, End, Line, Parser, result_of, shield


def _joined(items: list[wire.Item]) -> list[wire.Item]:
    """Pieces of audio that follow each other as one."""
    found: list[wire.Item] = []
    for item in items:
        if isinstance(item, Audio) and found and isinstance(found[-1], Audio):
            found[-1] = Audio(found[-1].data + item.data)
        else:
            found.append(item)
    return found


def _fed(data: bytes, piece: int = 1 << 16, *, audio: bool = False, ending: bool = False) -> list[wire.Item]:
    parser = Parser()
    if audio:
        parser.expect_audio()
        parser.ending = ending
    items: list[wire.Item] = []
    for at in range(0, len(data), piece):
        items += parser.feed(data[at : at + piece])
    return _joined(items)


def test_lines_end_with_either_character_and_blanks_around_them_are_nothing() -> None:
    assert _fed(b"\r\nOK\r\n\r\nRING\r\n  NMBR = 5551234 \r\nlast\n") == [
        Line("OK"),
        Line("RING"),
        Line("NMBR = 5551234"),
        Line("last"),
    ]


def test_codes_come_between_lines_too() -> None:
    assert _fed(b"\r\nOK\r\n\x10b\x10/\x105\x10~\r\nRING\r\n") == [
        Line("OK"),
        Code("b"),
        Code("/"),
        Code("5"),
        Code("~"),
        Line("RING"),
    ]


_STREAM = b"\r\nCONNECT\r\nab\x10\x10c\x10\x1ad\x10be\x10\x03\r\nOK\r\n"
_TAKEN = [Line("CONNECT"), Audio(b"ab\x10c\x10\x10d"), Code("b"), Audio(b"e"), End(), Line("OK")]


@pytest.mark.parametrize("piece", [1, 2, 3, 5, 100])
def test_v253_audio_is_taken_apart_however_it_is_cut(piece: int) -> None:
    assert _fed(_STREAM, piece, audio=True) == _TAKEN


def test_audio_may_begin_with_a_line_feed_of_its_own() -> None:
    assert _fed(b"CONNECT\r\n\nx", audio=True) == [Line("CONNECT"), Audio(b"\nx")]


def test_connect_without_audio_expected_begins_none() -> None:
    assert _fed(b"CONNECT\r\nab\r\n") == [Line("CONNECT"), Line("ab")]


def test_an_end_that_no_result_follows_was_made_by_a_lost_byte() -> None:
    found = _fed(b"CONNECT\r\nab\x10\x03cd\x10\x10ef", audio=True)
    assert found == [Line("CONNECT"), Audio(b"abcd\x10ef")]


def test_an_end_that_was_asked_for_needs_no_proof() -> None:
    found = _fed(b"CONNECT\r\nab\x10\x03", audio=True, ending=True)
    assert found == [Line("CONNECT"), Audio(b"ab"), End()]


def test_an_end_is_one_when_nothing_follows_it() -> None:
    parser = Parser()
    parser.expect_audio()
    assert list(parser.feed(b"CONNECT\r\nab\x10\x03\r"))[-1] == Audio(b"ab")
    assert list(parser.quiet()) == [End()]
    assert not parser.in_audio


def test_a_line_without_an_end_is_thrown_away() -> None:
    parser = Parser()
    assert list(parser.feed(b"x" * 100_000 + b"\r\nOK\r\n")) == [Line("OK")]
    assert parser.junk > 90_000


@given(st.binary(max_size=400), st.integers(1, 50), st.booleans())
def test_whatever_comes_is_taken_apart_alike_in_any_pieces(data: bytes, piece: int, audio: bool) -> None:
    start = b"CONNECT\r\n" if audio else b""
    assert _fed(start + data, piece, audio=audio) == _fed(start + data, audio=audio)


@given(st.binary(max_size=600), st.integers(1, 50))
def test_what_is_shielded_comes_back(data: bytes, piece: int) -> None:
    found = _fed(b"CONNECT\r" + b"\n" + shield(data) + b"\x10\x03\r\nOK\r\n", piece, audio=True)
    assert b"".join(item.data for item in found if isinstance(item, Audio)) == data
    assert found[-2:] == [End(), Line("OK")]


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("OK", "OK"),
        ("ok", "OK"),
        ("VCON", "OK"),
        ("CONNECT", "CONNECT"),
        ("CONNECT 8000", "CONNECT"),
        ("NO DIAL TONE", "NO DIALTONE"),
        ("CONECT", "CONNECT"),
        ("K", "OK"),
        ("RIG", "RING"),
        ("OKAY", None),
        ("NMBR = 1", None),
        ("", None),
    ],
)
def test_result_codes_are_known_with_a_letter_lost(text: str, result: str | None) -> None:
    assert result_of(text) == result
