"""The fax side of a modem's driver: what is told to whom, whenever it ends."""

from __future__ import annotations

import pytest

from ctidrv.drivers.v253.dialogue import Identity
from ctidrv.drivers.v253.fax import ModemFax, voice_lines
from ctidrv.drivers.v253.formats import CODINGS, Format
from ctidrv.drivers.v253.personas import CX930XX
from ctidrv.native.t30 import T30Config
from ctidrv.ports.own_fax import FaxCall


class Asked:
    """A fax that is asked for; `over`: how often that it is was told."""

    def __init__(self, fax: ModemFax, *, calling: bool = False) -> None:
        self.call = FaxCall(T30Config(calling, receives=not calling))
        self.over = 0
        self.written = bytearray()
        fax.begin(self.call, self._told)

    def _told(self) -> None:
        self.over += 1

    def write(self, data: bytes) -> int:
        self.written += data
        return len(data)

    def results(self) -> list[str | None]:
        return [event.what for event in self.call.events() if event.kind == "done"]


@pytest.fixture
def fax() -> ModemFax:
    return ModemFax()


def test_it_begins_on_the_line_that_is_there_and_is_told_as_over_once(fax: ModemFax) -> None:
    asked = Asked(fax)
    assert fax.wanted
    fax.start(asked.write, 0.0)
    assert not fax.wanted
    assert asked.written == b"ATE0V1Q0X1\r"
    assert fax.turn(b"\r\nOK\r\n", 0.02) is None
    assert asked.written.endswith(b"AT+FCLASS=1\r")
    assert fax.turn(b"\r\nERROR\r\n", 0.04) == "the modem refuses AT+FCLASS=1: it is no Class 1 fax modem"
    assert asked.over == 0
    fax.pump()
    fax.pump()
    assert (asked.over, asked.results()) == (1, ["line-lost"])


def test_a_modem_that_does_not_answer_ends_it_in_time(fax: ModemFax) -> None:
    asked = Asked(fax, calling=True)
    fax.start(asked.write, 0.0)
    assert fax.turn(b"", 4.0) is None
    assert fax.turn(b"", 6.0) == "the modem does not answer"
    assert asked.call.is_over


def test_one_that_is_given_up_before_it_began_never_begins(fax: ModemFax) -> None:
    asked = Asked(fax)
    fax.end()
    assert not fax.wanted
    fax.start(asked.write, 0.0)
    assert asked.written == b""
    assert fax.turn(b"", 0.1) == ""
    fax.pump()
    assert (asked.over, asked.results()) == (1, ["line-lost"])


def test_one_that_is_given_up_ends_with_the_next_turn_and_a_new_one_is_another(fax: ModemFax) -> None:
    first = Asked(fax)
    fax.start(first.write, 0.0)
    fax.end()
    assert fax.turn(b"", 0.1) == ""
    fax.pump()
    second = Asked(fax)
    assert fax.wanted
    fax.stop()  # the modem is pulled out
    fax.pump()
    assert (first.over, second.over) == (1, 1)
    assert second.results() == ["line-lost"]
    fax.stop()
    fax.end()


def test_pages_and_ends_that_are_ordered_are_done_with_the_next_turn(fax: ModemFax) -> None:
    asked = Asked(fax)
    fax.start(asked.write, 0.0)
    fax.turn(b"\r\nOK\r\n", 0.02)
    asked.call.gone()
    fax.turn(b"", 0.04)
    assert asked.results() == ["line-lost"]


@pytest.mark.parametrize(
    ("on_hook", "lines"),
    [
        (True, ["AT+FCLASS=8", "AT+FCLASS=8;+VCID=1", "AT+VSM=131,8000;+VLS=0"]),
        (False, ["AT+FCLASS=8", "AT+FCLASS=8;+VCID=1", "AT+VSM=131,8000"]),
    ],
)
def test_behind_a_fax_it_is_set_up_as_it_was_and_the_line_put_down_only_where_that_is_wanted(
    on_hook: bool, lines: list[str]
) -> None:
    setup = ("AT+FCLASS=8;+VCID=1", "AT+VSM=131,8000;+VLS=0")
    identity = Identity(CX930XX, Format(131, CODINGS["ulaw"]), True, lines=setup)
    assert voice_lines(identity, on_hook=on_hook) == lines
    alone = Identity(CX930XX, Format(131, CODINGS["ulaw"]), True, lines=("AT+VLS=0",))
    assert voice_lines(alone, on_hook=False) == ["AT+FCLASS=8"]
