"""Who has a line for a while, and what a program may dial on the one it has."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ctidrv.callcontrol.causes import Cause
from ctidrv.callcontrol.journal import CallEvent, Journal
from ctidrv.clock import SampleClock
from ctidrv.errors import PortError
from ctidrv.modem.wording import Result
from ctidrv.service.fax_modem_phone import RESULTS, number_of
from ctidrv.service.holds import Holds
from ctidrv.units import PortId

LINE, OTHER = PortId("sim/1"), PortId("sim/2")


def holder(name: str) -> Any:
    return SimpleNamespace(name=name)


@pytest.fixture
def told() -> list[CallEvent]:
    return []


@pytest.fixture
def holds(told: list[CallEvent]) -> Holds:
    journal = Journal(SampleClock())
    journal.subscribe(told.append)
    return Holds({LINE, OTHER}, journal)


def test_a_line_is_one_holders_and_others_are_told_whose(holds: Holds, told: list[CallEvent]) -> None:
    ann, bob = holder("ann"), holder("bob")
    holds.take(LINE, ann)
    holds.take(OTHER, bob)
    with pytest.raises(PortError, match="sim/1 is in use by ann"):
        holds.take(LINE, bob)
    assert (holds.of(LINE), holds.who(OTHER), holds.who(PortId("sim/3"))) == (ann, "bob", None)
    holds.release(LINE, bob)  # what another has is left alone
    assert holds.of(LINE) is ann
    holds.release(LINE, ann)
    holds.release(LINE, ann)
    holds.take(LINE, bob)
    assert [(event.type, event.port, event.data["holder"]) for event in told] == [
        ("line.held", LINE, "ann"),
        ("line.held", OTHER, "bob"),
        ("line.held", LINE, None),
        ("line.held", LINE, "bob"),
    ]


def test_two_holders_of_one_name_are_two(holds: Holds) -> None:
    holds.take(LINE, holder("ann"))
    with pytest.raises(PortError, match="sim/1 is in use by ann"):
        holds.take(LINE, holder("ann"))


def test_where_there_is_no_line_nothing_is_taken(holds: Holds, told: list[CallEvent]) -> None:
    with pytest.raises(PortError, match="sim/3: no line is configured there"):
        holds.take(PortId("sim/3"), holder("ann"))
    assert told == []


@pytest.mark.parametrize(
    ("dialled", "number"),
    [
        ("5550123", "5550123"),
        ("T555-0123", "5550123"),
        ("TW(030) 12.34/5", "03012345"),
        ("p5550123", "5550123"),
        ("*21#", "*21#"),
        ("", None),
        ("T", None),
        ("T9,5550123", None),
        ("T9W5550123", None),
        ("5550123;", None),
        ("5550123!", None),
        ("@5550123", None),
        ("55A0123", None),
    ],
)
def test_of_what_is_dialled_the_digits_count_and_what_cannot_be_followed_is_none(
    dialled: str, number: str | None
) -> None:
    assert number_of(dialled) == number


def test_no_call_that_failed_is_told_as_a_fax_that_connected() -> None:
    assert {RESULTS.get(cause, Result.NO_CARRIER) for cause in Cause} == {
        Result.BUSY,
        Result.NO_ANSWER,
        Result.NO_DIALTONE,
        Result.NO_CARRIER,
    }
