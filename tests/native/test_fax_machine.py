"""A fax on audio from Python: two of them over an ordinary line."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from ctidrv.errors import UsageError
from ctidrv.native.fax_machine import FaxMachine
from ctidrv.native.pcm import Pcm
from ctidrv.native.t30 import Sheet, T30Config, T30Event
from tests.long.fax_wire import Wire, ordinary, talk

WIDTH, ROWS = 1728, 250
CALLER = T30Config(calling=True, receives=False, sheets=[Sheet(WIDTH, "fine")], ident="+49 30 1")
ANSWERER = T30Config(calling=False, ident="+49 30 2")


def page(seed: int) -> bytes:
    dice = random.Random(seed)
    return b"".join(dice.choice([bytes(216), dice.randbytes(8) * 27, b"\xff" * 216]) for _ in range(ROWS))


def attend(machine: FaxMachine, rows: bytes, events: list[T30Event]) -> None:
    for event in machine.events():
        events.append(event)
        if event.kind == "page-wanted":
            assert event.width == WIDTH
            machine.page(event.page, rows, event.width)


@pytest.mark.parametrize("ecm", [True, False])
def test_a_page_over_an_ordinary_line_is_bit_exact_and_both_ends_say_so(ecm: bool) -> None:
    rows = page(3)
    caller = FaxMachine(replace(CALLER, ecm=ecm))
    answerer = FaxMachine(ANSWERER, level=-11)
    sent: list[T30Event] = []
    got: list[T30Event] = []

    def says(rx: Pcm) -> Pcm:
        attend(caller, rows, sent)
        return caller.run(rx)

    def hears(rx: Pcm) -> Pcm:
        attend(answerer, b"", got)
        return answerer.run(rx)

    talk(Wire(ordinary(random.Random(1)), 1), says, hears, lambda: caller.is_over and answerer.is_over, 120)
    assert [event.what for event in sent if event.kind in ("page-sent", "done")] == ["confirmed", "ok"]
    taken = [event for event in got if event.kind == "page-taken"]
    assert [(event.what, event.clean, event.damaged) for event in taken] == [("taken", True, 0)]
    assert taken[0].data == rows
    assert got[-1].what == "ok"
    assert caller.link is not None
    assert answerer.link is not None
    assert (caller.link.ident, answerer.link.ident) == ("+49 30 2", "+49 30 1")
    assert (caller.link.modem, caller.link.bit_rate, caller.link.ecm) == ("v17", 14_400, ecm)
    assert answerer.quality is not None
    assert answerer.quality.snr > 25


def test_nobody_answers_as_a_fax_does() -> None:
    caller = FaxMachine(CALLER)
    while not caller.is_over:
        caller.run(Pcm.silence(8000))
    assert [event.what for event in caller.events() if event.kind == "done"] == ["no-fax"]


def test_what_no_fax_does_is_refused() -> None:
    with pytest.raises(UsageError, match="no identity of a fax"):
        FaxMachine(replace(CALLER, ident="x" * 21))
    with pytest.raises(UsageError, match="no identity of a fax"):
        FaxMachine(replace(CALLER, ident="abc"))
    with pytest.raises(UsageError, match="no fax speaks at 5 dBm0: -60 to 0"):
        FaxMachine(CALLER, level=5)
    with pytest.raises(UsageError, match="no line's echo takes 1001 ms: 0 to 1000"):
        FaxMachine(CALLER, echo_ms=1001)
    with pytest.raises(UsageError, match=r"no fax call can be made with modems .* and rows of 7 ms$"):
        FaxMachine(replace(CALLER, row_ms=7))
