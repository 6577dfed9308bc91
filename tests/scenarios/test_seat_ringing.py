"""Which seats ring for a call, for how long, and the legs of it. A whole station in virtual
time, callers at the simulated exchange, operators at the board's own telephones.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from office_of_seats import ANSWER, HELLO, OTHER

from ctidrv.callcontrol.call import Call
from ctidrv.callcontrol.switchboard import Reached
from ctidrv.errors import PortError
from ctidrv.folder import DataFolder
from ctidrv.units import ms, seconds
from hwsim.rig.station import Rig, script_path


def when(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_operator_is_shown_who_calls(make_seats) -> None:
    office = make_seats()

    async def scene() -> None:
        ann = await office.caller()
        await office.operators[0].answer(rings=2)
        (shown,) = office.operators[0].shown
        assert (shown.number, shown.name) == ("2125550100", "ANN LEE")
        await ann.hang_up()
        await office.operators[0].hears_tone("busy")
        await office.operators[0].hang_up()

    office.play(scene())


def test_nobody_answers_and_the_caller_is_given_back_after_the_ring_time(make_seats) -> None:
    office = make_seats(ring=12)

    async def scene() -> None:
        ann = await office.caller()
        await office.operators[0].ignore()
        await ann.hears_tone("busy", within=seconds(10))
        await ann.hang_up()

    office.play(scene())
    assert office.reached == [Reached.NO_ANSWER]
    ringing, left = office.events("call.seat")
    assert left["at"] - ringing["at"] == pytest.approx(12, abs=0.05)
    assert left["cause"] == "no-answer"


def test_a_second_call_finds_the_only_seat_busy(make_seats) -> None:
    office = make_seats(lines=2)

    async def scene() -> None:
        ann, operator = await office.talking()
        bob = await office.caller("2125550111", None, line=1)
        await bob.hears_tone("busy", within=seconds(15))
        await bob.hang_up()
        await operator.speak(ANSWER)
        await ann.hears(ANSWER)  # nothing of it was heard here
        await operator.hang_up()
        await ann.hang_up()

    office.play(scene())
    assert sorted(each.value for each in office.reached) == ["answered", "busy"]


def test_seats_in_order_each_for_its_time_and_unknown_ones_are_a_failure(make_seats) -> None:
    office = make_seats(seats=2, to=["nobody", "01", "seat 2"], ring=8)

    async def scene() -> None:
        ann = await office.caller()
        await office.operators[1].answer(within=seconds(60))
        await office.until(lambda: office.seat(1) == "talking")
        await ann.hang_up()
        await office.operators[1].hears_tone("busy")
        await office.operators[1].hang_up()
        office.to = ("nobody",)
        await office.clock.sleep(seconds(6))
        ann = await office.caller()
        await ann.hears_tone("busy", within=seconds(15))
        await ann.hang_up()

    office.play(scene())
    assert office.reached == [Reached.CALLER_LEFT, Reached.FAILED]
    assert office.seat_events(0)[:3] == [
        ("seat 1", "ringing", None),
        ("seat 1", "left", "no-answer"),
        ("seat 2", "ringing", None),
    ]


def test_ac_1_a_group_rings_at_once_the_first_has_the_call_and_one_outside_never_rings(make_seats) -> None:
    office = make_seats(seats=4)

    async def scene() -> None:
        for turn in range(3):
            ann = await office.caller()
            await asyncio.gather(*(operator.is_rung() for operator in office.operators[:3]))
            first = office.operators[turn]
            await first.answer()
            await office.clock.sleep(ms(100))
            assert not any(operator.ringing for operator in office.operators)
            await office.until(lambda turn=turn: office.seat(turn) == "talking")
            await first.speak(ANSWER)
            await ann.hears(ANSWER)
            await first.hang_up()
            await ann.hang_up()
            await office.clock.sleep(seconds(10))

    office.play(scene())
    assert office.operators[3].notes == []
    assert office.reached == [Reached.ANSWERED] * 3
    for turn in range(3):
        told = office.seat_events(turn)
        assert {event[:2] for event in told[:3]} == {(f"seat {each}", "ringing") for each in (1, 2, 3)}
        assert sorted(event[2] for event in told if event[1] == "left") == [
            "answered-elsewhere",
            "answered-elsewhere",
            "operator",
        ]


def test_legs_have_right_times_and_add_up_to_the_call(make_seats) -> None:
    office = make_seats(seats=2, greeting=OTHER[:8000])
    office.card = {"order": "1234"}

    async def again(call: Call, reached: Reached) -> None:
        call.note("call.step", flow="after", verb="play", line=1)
        await call.pause(seconds(2))

    office.then = again

    async def scene() -> None:
        ann, operator = await office.talking()
        await ann.speak(HELLO)
        await operator.hang_up()
        await ann.hears_tone("busy", within=seconds(12))
        await ann.hang_up()

    office.play(scene())
    (call,) = office.rig.calls()
    assert office.legs() == [
        ("line", "sim/1", "local-script"),
        ("seat", "seat 1", "operator"),
        ("seat", "seat 2", "answered-elsewhere"),
        ("ivr", str(script_path("hotline.ivr.yaml")), "local-script"),
    ]
    line, talked, other, menu = call["legs"]
    assert (when(line["started"]), when(line["ended"])) == (when(call["started"]), when(call["ended"]))
    assert when(talked["started"]) == when(other["started"])
    assert talked["answered"] == other["ended"]
    assert other["answered"] is None
    assert (when(menu["started"]) - when(talked["ended"])).total_seconds() <= 0.02  # a tick
    assert when(menu["ended"]) == when(call["ended"])
    assert (when(menu["ended"]) - when(menu["started"])).total_seconds() == pytest.approx(2, abs=0.1)
    ringing = office.events("call.seat")[0]
    assert ringing["card"] == {"order": "1234"}


def test_a_seat_that_is_paused_or_in_use_is_not_rung(make_seats) -> None:
    office = make_seats(seats=2)

    async def scene() -> None:
        await office.station.pause_seat("01", True)
        await office.operators[1].lift()
        assert [office.seat(0), office.seat(1)] == ["paused", "in-use"]
        ann = await office.caller()
        await ann.hears_tone("busy", within=seconds(15))
        await ann.hang_up()
        await office.operators[1].hang_up()
        await office.clock.sleep(seconds(2))  # longer than a flash
        await office.station.pause_seat("seat 1", False)
        assert [office.seat(0), office.seat(1)] == ["ready", "ready"]
        with pytest.raises(LookupError):
            await office.station.pause_seat("nobody", True)

    office.play(scene())
    assert office.reached == [Reached.BUSY]
    assert office.operators[0].notes == []


@pytest.mark.parametrize(
    ("phone", "words"), [("sim/1", "a seat is at a telephone"), ("sim/9", "no such port")]
)
def test_a_seat_where_there_is_no_telephone_is_refused_before_anything_opens(
    make_seats, tmp_path, phone, words
) -> None:
    config = make_seats().config
    wrong = replace(config, seats=[replace(config.seats[0], phone=phone, where="station.toml:9")])
    with pytest.raises(PortError, match=f"station.toml:9: {phone}: {words}"):
        Rig(DataFolder(tmp_path / "other"), wrong)
    assert not (tmp_path / "other").exists()
