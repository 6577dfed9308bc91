"""OP-6: a seat sends a caller to a box for messages. A whole station in virtual time, real audio."""

from __future__ import annotations

from typing import Any

import pytest
from office_of_seats import HELLO

from ctidrv.apps.ivr.prompts import read_prompt
from ctidrv.apps.ivr.shipped import shipped_folder
from ctidrv.callcontrol.switchboard import Reached
from ctidrv.errors import InputError
from ctidrv.units import seconds

ASKED = read_prompt(shipped_folder() / "prompts/en-US/please-leave-message.wav")


def test_op_6_a_seat_sends_its_caller_to_a_box_where_he_leaves_a_message(make_seats: Any) -> None:
    office = make_seats()

    async def scene() -> None:
        ann, desk = await office.talking()
        with pytest.raises(InputError, match="box"):
            await office.station.transfer(office.connected[0].id, "box:../x", 20, {})
        await office.station.transfer(office.connected[0].id, "box:li-mei", 20, {})
        await ann.hears(ASKED, within=seconds(20))
        await office.clock.sleep(seconds(1))  # the beep
        await desk.hang_up()
        await ann.speak(HELLO)
        await ann.hears_tone("busy", within=seconds(25))
        await ann.hang_up()

    office.play(scene())
    assert office.reached == [Reached.CALLER_LEFT]
    (message,) = office.events("call.message")
    assert message["box"] == "li-mei"
    assert message["seconds"] == pytest.approx(len(HELLO) / 8000, abs=1)
    row = office.rig.calls()[-1]
    assert (row["cause"], row["outcome"]) == ("local-operator", "message")
    assert office.seat_events()[-1] == ("seat 1", "left", "sent-on")


def test_op_6_a_menu_that_reaches_nobody_leads_to_a_box(make_seats: Any) -> None:
    office = make_seats(to=("01", "box:li-mei"), ring=6)

    async def scene() -> None:
        ann = await office.caller()
        await ann.hears(ASKED, within=seconds(20))
        await office.clock.sleep(seconds(1))  # the beep
        await ann.speak(HELLO)
        await ann.hang_up()

    office.play(scene())
    (message,) = office.events("call.message")
    assert message["box"] == "li-mei"
