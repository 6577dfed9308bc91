from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctidrv.drivers.v253.caller_id import WAITS_S, CallerIdText
from ctidrv.native.cid import CallerIdMessage, encode_mdmf, encode_waiting, parse


def _heard(*lines: str) -> CallerIdMessage | None:
    """What lines tell, by the next RING at the latest."""
    text = CallerIdText()
    for line in lines:
        message = text.line(line, 0.0)
        if message is not None:
            return parse(message, "hardware")
    message = text.ring()
    return None if message is None else parse(message, "hardware")


@pytest.mark.parametrize(
    "lines",
    [
        ("DATE = 1122", "TIME = 1030", "NMBR = 8055551212", "NAME = SMITH JOHN"),
        ("DATE=1122", "TIME=1030", "NMBR=8055551212", "NAME=SMITH JOHN"),
        ("NAME = SMITH JOHN", "DATE = 11/22", "TIME = 10:30", "NMBR = 805-555-1212"),
    ],
)
def test_formatted_reports_of_all_kinds_are_one_message(lines: tuple[str, ...]) -> None:
    heard = _heard(*lines)
    assert heard is not None
    assert (heard.number, heard.name, heard.datetime) == ("8055551212", "SMITH JOHN", "11221030")
    assert heard.checksum_ok


def test_a_number_without_name_and_time_is_enough() -> None:
    heard = _heard("NMBR = 02079460000")
    assert heard is not None
    assert (heard.number, heard.name, heard.datetime, heard.name_reason) == ("02079460000", None, None, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("P", "private"),
        ("PRIVATE", "private"),
        ("ANONYMOUS", "private"),
        ("O", "unavailable"),
        ("OUT OF AREA", "unavailable"),
        ("", "unavailable"),
    ],
)
def test_why_there_is_no_number_is_kept(text: str, reason: str) -> None:
    heard = _heard(f"NMBR = {text}", "NAME = O")
    assert heard is not None
    assert (heard.number, heard.reason, heard.name) == (None, reason, None)


def test_a_raw_message_is_taken_as_it_is() -> None:
    message = encode_mdmf(number="5551234", name="ANN", when="11290302")
    text = CallerIdText()
    assert text.line(f"MESG = {message.hex().upper()}", 0.0) == message
    assert text.line(f"MESG={encode_waiting(True).hex()}", 0.0) == encode_waiting(True)


def test_a_damaged_raw_message_gives_no_number() -> None:
    message = bytearray(encode_mdmf(number="5551234"))
    message[-2] ^= 4
    heard = _heard(f"MESG = {message.hex()}")
    assert heard is not None
    assert (heard.number, heard.checksum_ok) == (None, False)


@pytest.mark.parametrize("text", ["", "8", "80", "8002", "zz", "80ff0011", "99011122", "80" * 400])
def test_what_is_no_raw_message_is_none(text: str) -> None:
    assert _heard(f"MESG = {text}") is None


def test_it_is_whole_a_while_after_its_last_line_and_once_only() -> None:
    text = CallerIdText()
    assert text.line("NMBR = 5551234", 10.0) is None
    assert text.at(10.0 + WAITS_S / 2) is None
    assert text.at(10.0 + WAITS_S) is not None
    assert text.at(20.0) is None
    assert text.ring() is None


def test_date_and_time_alone_are_no_caller() -> None:
    assert _heard("DATE = 1122", "TIME = 1030") is None


def test_a_time_that_is_none_costs_nobody_his_number() -> None:
    heard = _heard("DATE = 9999", "TIME = 9999", "NMBR = 5551234")
    assert heard is not None
    assert (heard.number, heard.datetime) == ("5551234", None)


def test_a_name_keeps_its_bytes() -> None:
    heard = _heard("NMBR = 1", "NAME = " + "Müller".encode().decode("latin-1"))
    assert heard is not None
    assert heard.name == "Müller"


@given(st.lists(st.text(st.characters(codec="latin-1"), max_size=700), max_size=8))
def test_no_lines_of_any_kind_are_more_than_a_message(lines: list[str]) -> None:
    text = CallerIdText()
    for line in [*lines, "NMBR = " + "".join(lines)]:
        for message in (text.line(line, 0.0), text.line(f"NAME = {line}", 0.0)):
            assert message is None or len(message) <= 260
    message = text.ring()
    assert message is None or parse(message, "hardware").checksum_ok
