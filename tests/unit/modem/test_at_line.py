"""What is typed becomes commands (ITU-T V.250, clause 5), whatever is typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctidrv.modem.at_line import MOST, Command, CommandLine, NoCommand, numbers, parse


def typed(text: bytes) -> list[str]:
    line = CommandLine()
    return [found for char in text if (found := line.feed(char)) is not None]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (b"AT\r", [""]),
        (b"at+vcid=1\r\n", ["+vcid=1"]),
        (b"xxATZ\r", ["Z"]),  # what comes before AT is passed over
        (b"AATZ\r", ["Z"]),
        (b"ATE0\rATZ\r", ["E0", "Z"]),
        (b"ATX\x08Z\r", ["Z"]),  # S5 takes a character back
        (b"AT\x08\x08Z\r", ["Z"]),  # and no more than there are
        (b"ATI3\rA/", ["I3", "I3"]),  # the last line once more
        (b"Z\r+++\r", []),
    ],
)
def test_v250_5_2_a_line_begins_with_at_and_ends_with_cr(text: bytes, lines: list[str]) -> None:
    assert typed(text) == lines


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("", []),
        ("E0V1", [Command("E", "", "0"), Command("V", "", "1")]),
        ("e0 q1 &f", [Command("E", "", "0"), Command("Q", "", "1"), Command("&F")]),
        ("&D2S0=1", [Command("&D", "", "2"), Command("S0", "=", "1")]),
        ("S07?", [Command("S7", "?")]),
        (
            "-scid=1;+vcid=1;-ste=3",
            [Command("-SCID", "=", "1"), Command("+VCID", "=", "1"), Command("-STE", "=", "3")],
        ),
        ("+FCLASS=?", [Command("+FCLASS", "=?")]),
        ("+VSM?", [Command("+VSM", "?")]),
        ("+VTS=[900,900,120],{5,10}", [Command("+VTS", "=", "[900,900,120],{5,10}")]),
        ("+VCID=1;E0", [Command("+VCID", "=", "1"), Command("E", "", "0")]),
        ("DT 555-1234;", [Command("D", "=", "T555-1234;")]),  # a number is the rest of its line
        ("H0;", [Command("H", "", "0"), Command("")]),
    ],
)
def test_v250_5_3_several_commands_of_a_line_come_in_order(text: str, commands: list[Command]) -> None:
    assert parse(text) == commands


@pytest.mark.parametrize("text", ["!", "\x7f", "+", "+=1", "SX", "S9999", "+VCID?1", "9", "é"])
def test_what_is_no_command_is_refused(text: str) -> None:
    with pytest.raises(NoCommand):
        parse(text)


def test_a_line_that_is_too_long_is_kept_to_its_bound_and_refused() -> None:
    (line,) = typed(b"AT" + b"E" * 100_000 + b"\r")
    assert len(line) == MOST + 1
    with pytest.raises(NoCommand):
        parse(line)


@given(st.binary(max_size=600))
def test_no_input_breaks_the_parser(raw: bytes) -> None:
    for line in typed(raw + b"\rAT" + raw + b"\r"):
        try:
            found = parse(line)
        except NoCommand:
            continue
        assert len(found) <= MOST
        for command in found:
            assert command.how in ("", "?", "=?", "=")


@given(st.text(alphabet="0123456789,-x ", max_size=40))
def test_numbers_are_whole_or_refused(text: str) -> None:
    try:
        found = numbers(text)
    except NoCommand:
        return
    assert all(each is None or 0 <= each < 1_000_000 for each in found)
