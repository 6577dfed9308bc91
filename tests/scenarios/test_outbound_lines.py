"""On which line a call of the station goes out, which numbers it may have, and emergency calls before all."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from office_that_dials import NUMBER, facts

from ctidrv.config import OutboundConfig
from ctidrv.errors import NotAllowed, PortError
from ctidrv.units import seconds


def test_qa_5_the_same_lines_take_calls_and_make_them_and_the_reserve_is_never_dialled_away(
    make_office: Any,
) -> None:
    office = make_office("US", lines=2, outbound=OutboundConfig(reserve=1))

    async def scene() -> None:
        office.rig.board.caller(NUMBER)
        first = await office.dial()
        assert first.port == "sim/2"
        for more in ({}, {"port": "sim/1"}):
            with pytest.raises(PortError, match="1 lines are idle, and 1 are kept for callers"):
                await office.dial("5550003", **more)
        bob = office.rig.board.caller("5550002")
        await bob.dial("8001")  # a caller still gets in
        await bob.answered(within=seconds(20))
        with pytest.raises(PortError, match="no line is free"):
            await office.dial("5550003")
        await bob.hang_up()
        await office.rig.station.hang_up(first.id)
        await office.rig.comes_to_rest()
        again = await office.dial("1700", port="sim/1")  # and the line that took him dials
        assert again.port == "sim/1"
        await again.ended()

    office.play(scene())
    rows = office.rig.calls()
    assert [(row["direction"], row["port"]) for row in rows] == [
        ("out", "sim/2"),
        ("in", "sim/1"),
        ("out", "sim/1"),
    ]
    assert rows[1]["outcome"] == "answered"


def test_an_emergency_call_takes_the_reserve_and_goes_past_every_list(make_office: Any) -> None:
    office = make_office("US", outbound=OutboundConfig(allow=(), deny=("911", "short"), reserve=1))

    async def scene() -> None:
        with pytest.raises(NotAllowed):
            await office.dial()
        call = await office.dial("911")
        await office.person("911")
        await call.ended()

    office.play(scene())
    assert office.row("911")["outcome"] == "answered"
    assert facts(office.row("911"), "call.offered")[0]["emergency"] is True


def test_an_emergency_call_with_every_line_busy_ends_the_least_harmful_call_whose_row_says_why(
    make_office: Any,
) -> None:
    office = make_office("CN", lines=2)

    async def scene() -> None:
        bob = office.rig.board.caller("5550002")
        await bob.dial("8001")
        await bob.answered(within=seconds(20))
        person = asyncio.ensure_future(office.person(NUMBER, stays=30))
        await office.through()
        begin = office.clock.now()
        call = await office.dial("110")
        assert office.clock.now() - begin < seconds(3)  # the pause that the exchange needs, and no more
        police = asyncio.ensure_future(office.person("110"))
        await office.dial("119")  # the caller's line is freed for it
        with pytest.raises(PortError, match="no line works, or all have emergency calls"):
            await office.dial("120")
        await police
        await call.ended()
        await person
        await bob.hang_up()

    office.play(scene())
    assert office.came_to(NUMBER) == ("freed-for-emergency", "interrupted")
    assert office.row("110")["outcome"] == "answered"
    assert office.row(direction="in")["cause"] == "freed-for-emergency"


def test_an_emergency_call_that_finds_a_dead_line_goes_out_on_the_next(make_office: Any) -> None:
    office = make_office("JP", lines=2, exchange={"dial_tone": "5s", "congestion": "1s", "howler": "1s"})

    async def scene() -> None:
        office.exchange.fault(office.exchange.lines[1], "parallel")
        await office.clock.sleep(seconds(9))
        call = await office.dial("119")
        assert call.port == "sim/2"
        await office.person("119")
        office.exchange.fault(office.exchange.lines[1], None)

    office.play(scene())
    rows = office.rig.calls()
    assert [(row["port"], row["outcome"]) for row in rows] == [("sim/2", "failed"), ("sim/1", "answered")]
    assert facts(rows[0], "call.moved")[0]["to"] == rows[1]["id"]


def test_a_number_abroad_and_one_that_costs_more_are_refused_and_nothing_happens(make_office: Any) -> None:
    office = make_office("GB")

    async def scene() -> None:
        for number in ("+8613800138000", "00 49 30 1234567", "0909 879 0000"):
            with pytest.raises(NotAllowed, match="not dialled"):
                await office.dial(number)

    office.play(scene())
    assert office.rig.calls() == []
