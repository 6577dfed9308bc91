"""How calls that the station makes are dialled, with real audio: by tones and pulses, out of a PBX, on a line
without dial tone or cut, with a hang-up on the way, while somebody rings.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from office_that_dials import HELLO, NUMBER, facts

from ctidrv.config import OutboundConfig
from ctidrv.errors import UsageError
from ctidrv.units import TICK, seconds


@pytest.mark.parametrize("how", ["dtmf", "pulse"])
def test_a_call_goes_out_of_a_pbx_behind_its_second_dial_tone(make_office: Any, how: str) -> None:
    office = make_office("DE", exchange={"outside": "0"}, line={"outside": "0W", "dial": how})

    async def scene() -> None:
        call = await office.dial()
        await office.person()
        await call.ended()

    office.play(scene())
    (dialled,) = facts(office.row(), "call.dialled")
    assert (dialled["digits"], dialled["how"]) == (f"W0W{NUMBER}", how)
    assert office.row()["outcome"] == "answered"
    assert facts(office.row(), "call.digit") == []  # our own digits that the line returns are nobody's keys


def test_a_line_without_dial_tone_has_a_cause_of_its_own(make_office: Any) -> None:
    office = make_office("US", exchange={"dial_tone": "1s", "congestion": "1s", "howler": "1s"})

    async def scene() -> None:
        office.exchange.fault(office.exchange.lines[0], "parallel")  # somebody's telephone was left off hook
        await office.clock.sleep(seconds(5))
        await (await office.dial()).ended()
        office.exchange.fault(office.exchange.lines[0], None)

    office.play(scene())
    assert office.came_to() == ("no-dial-tone", "failed")


def test_a_line_that_is_cut_while_it_dials_is_lost(make_office: Any) -> None:
    office = make_office("US", line={"dial": "pulse"})

    async def scene() -> None:
        call = await office.dial()
        await office.clock.sleep(seconds(4))
        office.exchange.fault(office.exchange.lines[0], "cut")
        await call.ended()
        office.exchange.fault(office.exchange.lines[0], None)

    office.play(scene())
    assert office.came_to() == ("line-lost", "interrupted")
    assert facts(office.row(), "call.dialled") == []


def test_a_call_is_hung_up_while_it_dials_and_while_it_rings(make_office: Any) -> None:
    office = make_office("US")

    async def scene() -> None:
        for wait in (3, 10):
            office.rig.board.caller(NUMBER)
            call = await office.dial()
            await office.clock.sleep(seconds(wait))
            await office.rig.station.hang_up(call.id)
            await call.ended()
            await office.rig.comes_to_rest()

    office.play(scene())
    came = [(row["cause"], row["outcome"]) for row in office.rig.calls()]
    assert came == [("local-operator", "cancelled")] * 2


def test_what_cannot_be_dialled_by_pulses_is_refused_before_anything_happens(make_office: Any) -> None:
    office = make_office("US", line={"dial": "pulse"}, outbound=OutboundConfig(allow=("service",)))

    async def scene() -> None:
        with pytest.raises(UsageError, match="cannot be dialled by pulses"):
            await office.dial("*72")

    office.play(scene())
    assert office.rig.calls() == []


@pytest.mark.parametrize("first", ["script", "rings"])
def test_somebody_rings_as_we_seize_the_line_and_is_served_while_the_call_goes_out_elsewhere(
    make_office: Any, first: str
) -> None:
    office = make_office("US", lines=2, line={"first": first})
    plant: Any = office.exchange._plant
    ring = plant.ring

    async def scene() -> None:
        def rings(line: int, on: bool, late: int = 0) -> None:
            ring(line, on, late)
            if on and not pending:
                controller = office.rig.station.lines["sim/2"].controller
                assert controller.state.word == "idle"
                pending.append(asyncio.ensure_future(office.dial()))

        pending: list[Any] = []
        plant.ring = rings
        bob = office.rig.board.caller("5550002")
        await bob.dial("8002")
        person = asyncio.ensure_future(office.person(NUMBER))
        while not pending:
            await office.clock.sleep(TICK)
        await pending[0]
        await office.clock.sleep(seconds(1))
        await bob.speak(HELLO)
        await office.clock.sleep(seconds(6))
        await bob.hang_up()
        await person

    office.play(scene())
    out = [row for row in office.rig.calls() if row["direction"] == "out"]
    assert (out[0]["port"], out[0]["cause"]) == ("sim/2", "glare")
    assert facts(out[0], "call.moved")[0]["to"] == out[1]["id"]
    assert (out[1]["port"], out[1]["outcome"]) == ("sim/1", "answered")
    came = office.row(direction="in")
    assert (came["port"], came["outcome"]) == ("sim/2", "answered")
    assert facts(came, "call.prompt") != []  # whatever is to ring first: he has been answered
    (recording,) = came["recordings"]
    assert recording["state"] == "closed"
    assert recording["seconds"] > 3
