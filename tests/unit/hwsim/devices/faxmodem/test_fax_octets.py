"""The octets of pages, taken out of what a modem and its host said (tests/long/fax_octets.py)."""

from __future__ import annotations

from pathlib import Path

from ctidrv.modem.dle import shield
from hwsim.devices.faxmodem.host_trace import HostTrace
from tests.long.fax_class1 import HEADER, differences
from tests.long.fax_octets import arrived, carriers
from tests.long.fax_programs import WIDTH

PAGE = bytes(range(1, 256)) * 3
END = b"\x10\x03"


def test_pages_and_training_checks_are_found_however_they_are_cut(tmp_path: Path) -> None:
    trace = HostTrace(tmp_path / "t", lambda: 0.0)
    trace.row("host", b"\xff\x03C123\x10\x03AT+FT")
    trace.row("host", b"M=96\r")
    trace.row("modem", b"\r\nCONNECT\r\n")
    said = bytes(500) + END
    trace.row("host", said[:499])
    trace.row("host", said[499:])
    trace.row("modem", b"\r\nOK\r\n")
    trace.row("host", b"AT+FRM=96\r")
    trace.row("modem", b"\r\nCONNECT\r\n" + shield(PAGE)[:17])
    trace.row("modem", shield(PAGE)[17:] + END + b"\r\nNO CARRIER\r\n")
    trace.row("host", b"AT+FRM=96\r")
    trace.row("modem", b"\r\n+FCERROR\r\n")
    trace.close()
    found = carriers(tmp_path / "t")
    assert [(each.sent, each.is_page) for each in found] == [(True, False), (False, True)]
    assert found[1].octets == PAGE


def test_octets_arrive_that_are_there_at_whatever_bit() -> None:
    number = int.from_bytes(PAGE, "little")
    shifted = (number << 3 | 0b101).to_bytes(len(PAGE) + 1, "little")
    assert arrived(PAGE, shifted)
    assert not arrived(PAGE, (number << 3 ^ 1 << 700).to_bytes(len(PAGE) + 1, "little"))


def rows(*of: int) -> bytes:
    return b"".join(bytes((each,)) * (WIDTH // 8) for each in of)


def test_a_row_that_is_not_where_it_should_be_is_told_but_for_those_that_the_sender_broke() -> None:
    page = list(range(60))
    assert differences(rows(*page), rows(*page), 0, set()) == []
    assert differences(rows(*page), rows(*page[:-1]), 0, set()) == [59]
    assert differences(rows(*page), rows(0, *page), 0, set()) == page[1:]
    own = [0, 0, 0] + [255] * HEADER + page[HEADER:]  # white before the page, and a header over it
    assert differences(rows(*page), rows(*own), HEADER, set()) == []
    own[3 + 40] = own[3 + 39]
    assert differences(rows(*page), rows(*own), HEADER, set()) == [40]
    assert differences(rows(*page), rows(*own), HEADER, {3 + 40}) == []
