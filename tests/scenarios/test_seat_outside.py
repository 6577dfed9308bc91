"""A seat that is an outside number: it is called on a second line, and talks with the caller through the
station. A whole station in virtual time, real audio.
"""

from __future__ import annotations

from typing import Any

import pytest
from office_of_seats import ANSWER, HELLO, OTHER

from ctidrv.callcontrol.switchboard import Reached
from ctidrv.config import OutboundConfig
from ctidrv.errors import InputError, NotAllowed
from ctidrv.native.compare import find_over_line
from ctidrv.native.pcm import Pcm
from ctidrv.units import ms, seconds

MOBILE = "5550002"


async def answers(office: Any, *, says: bool = True) -> Any:
    bob = office.board.caller(MOBILE)
    await bob.is_rung()
    await office.clock.sleep(seconds(3))
    await bob.lift()
    await office.clock.sleep(ms(500))
    if says:
        await bob.speak(HELLO)
    return bob


def heard_by(person: Any) -> Pcm:
    person.collect()
    return Pcm(person.heard)


def row(office: Any, direction: str) -> dict[str, Any]:
    (found,) = [each for each in office.rig.calls() if each["direction"] == direction]
    return dict(found)


def test_op6_an_outside_number_answers_and_each_hears_the_other(make_seats: Any) -> None:
    office = make_seats(lines=2, outside=MOBILE, to=("mobile",), ring=30)
    heard: dict[str, Pcm] = {}

    async def scene() -> None:
        ann = await office.caller()
        bob = await answers(office)
        await office.until(lambda: office.seat(1) == "talking")
        await office.clock.sleep(ms(500))
        first, second = len(heard_by(ann)), len(heard_by(bob))
        await ann.speak(OTHER[:16000])
        await bob.speak(ANSWER)
        await office.clock.sleep(ms(500))
        heard["ann"], heard["bob"] = heard_by(ann)[first:], heard_by(bob)[second:]
        await bob.hang_up()
        await office.until(lambda: office.reached)
        await ann.hears_tone("busy", within=seconds(12))
        await ann.hang_up()

    office.play(scene())
    assert office.reached == [Reached.ANSWERED]
    for said, by in ((OTHER[4000:12000], "bob"), (ANSWER[4000:12000], "ann")):
        match = find_over_line(said, heard[by])
        assert match is not None, by
        assert match.correlation > 0.9, by
    assert office.legs(0)[-1][:2] == ("seat", "mobile")
    assert row(office, "out")["number"].endswith(MOBILE)


def test_a_caller_who_hangs_up_ends_the_call_to_the_outside_number(make_seats: Any) -> None:
    office = make_seats(lines=2, outside=MOBILE, to=("mobile",), ring=30)

    async def scene() -> None:
        ann = await office.caller()
        bob = await answers(office)
        await office.until(lambda: office.seat(1) == "talking")
        await ann.hang_up()
        await bob.hears_tone("busy", within=seconds(12))
        await bob.hang_up()

    office.play(scene())
    assert office.reached == [Reached.CALLER_LEFT]


def test_a_caller_who_leaves_while_it_rings_stops_the_ringing(make_seats: Any) -> None:
    office = make_seats(lines=2, outside=MOBILE, to=("mobile",), ring=30)

    async def scene() -> None:
        ann = await office.caller()
        bob = office.board.caller(MOBILE)
        await bob.is_rung()
        await ann.hang_up()
        await office.until(lambda: office.reached)

    office.play(scene())
    assert office.reached == [Reached.CALLER_LEFT]
    assert row(office, "out")["cause"] == "local-script"


@pytest.mark.parametrize("number", ["1700", "5559999"])
def test_where_nobody_is_reached_the_menu_goes_on_at_once(make_seats: Any, number: str) -> None:
    office = make_seats(lines=2, outside=number, to=("mobile",), ring=60, exchange={"plan": {"1700": "busy"}})

    async def scene() -> None:
        ann = await office.caller()
        await office.until(lambda: office.reached, within=25)
        await ann.hang_up()

    office.play(scene())
    assert office.reached == [Reached.NO_ANSWER]
    assert office.legs(0)[-1] == ("seat", "mobile", "not-reached")


def test_a_machine_that_answers_is_nobody(make_seats: Any) -> None:
    office = make_seats(lines=2, outside=MOBILE, to=("mobile",), ring=60)

    async def scene() -> None:
        ann = await office.caller()
        bob = await answers(office, says=False)
        await bob.speak(OTHER + OTHER)
        await office.until(lambda: office.reached, within=25)
        await ann.hang_up()
        await bob.hang_up()

    office.play(scene())
    assert office.reached == [Reached.NO_ANSWER]


def test_without_a_free_line_or_one_above_the_reserve_nobody_is_reached(make_seats: Any) -> None:
    office = make_seats(lines=2, outside=MOBILE, to=("mobile",), ring=60, outbound=OutboundConfig(reserve=1))

    async def scene() -> None:
        ann = await office.caller()
        await office.until(lambda: office.reached)
        await ann.hang_up()

    office.play(scene())
    assert office.reached == [Reached.NO_ANSWER]
    assert [each["direction"] for each in office.rig.calls()] == ["in"]


def test_a_number_that_may_not_be_called_is_no_seat(make_seats: Any) -> None:
    with pytest.raises(NotAllowed, match=r"station|900"):
        make_seats(lines=2, outside="1-900-555-0100").play(None)
    with pytest.raises(InputError, match="emergency"):
        make_seats(lines=2, outside="911").play(None)


def test_op6_a_number_that_is_no_seat_is_called_and_one_that_may_not_be_fails(make_seats: Any) -> None:
    office = make_seats(lines=2, to=("tel:1-900-555-0100", f"tel:{MOBILE}"), ring=30)

    async def scene() -> None:
        ann = await office.caller()
        bob = await answers(office)
        await office.until(lambda: office.connected[0].seat == MOBILE)
        await office.clock.sleep(seconds(2))
        await bob.hang_up()
        await office.until(lambda: office.reached)
        await ann.hang_up()

    office.play(scene())
    assert office.reached == [Reached.ANSWERED]
    assert [leg for leg in office.legs(0) if leg[0] == "seat"] == [("seat", MOBILE, "operator")]


def test_op6_a_seat_sends_a_call_to_an_outside_number_and_has_it_back_when_nobody_answers(
    make_seats: Any,
) -> None:
    office = make_seats(lines=2, outside="1700", exchange={"plan": {"1700": "busy"}})

    async def scene() -> None:
        ann, desk = await office.talking()
        await office.station.transfer(office.connected[0].id, "mobile", 30, {})
        await desk.hears_tone("busy")
        await desk.hang_up()
        await desk.answer()
        await office.until(lambda: office.seat(0) == "talking")
        await ann.hang_up()
        await desk.hears_tone("busy")
        await desk.hang_up()

    office.play(scene())
    causes = [(seat, cause) for seat, state, cause in office.seat_events(0) if state == "left"]
    assert causes == [("seat 1", "sent-on"), ("mobile", "not-reached"), ("seat 1", "caller-left")]


def test_a_caller_who_listens_for_long_and_one_outside_who_does_are_not_taken_to_be_gone(
    make_seats: Any,
) -> None:
    office = make_seats(lines=2, outside=MOBILE, to=("mobile",), ring=30)
    words = OTHER[:16000]

    async def scene() -> None:
        ann = await office.caller()
        bob = await answers(office)
        await office.until(lambda: office.seat(1) == "talking")
        for talker in (ann, bob):
            for _ in range(20):
                await talker.speak(words)
                await office.clock.sleep(seconds(1))
        assert office.seat(1) == "talking"
        await bob.hang_up()
        await office.until(lambda: office.reached)
        await ann.hang_up()

    office.play(scene(), limit=400)
    assert office.reached == [Reached.ANSWERED]


def test_one_outside_who_holds_the_caller_for_long_is_not_taken_to_be_gone(make_seats: Any) -> None:
    office = make_seats(lines=2, outside=MOBILE, to=("mobile",), ring=30)

    async def scene() -> None:
        ann = await office.caller()
        bob = await answers(office)
        await office.until(lambda: office.seat_events(0)[-1][1] == "talking")
        await office.station.change_talk(office.connected[0].id, "held")
        await office.clock.sleep(seconds(75))
        await office.station.change_talk(office.connected[0].id, "talking")
        await office.clock.sleep(ms(500))
        await bob.speak(HELLO)
        await ann.hears(HELLO)
        await bob.hang_up()
        await office.until(lambda: office.reached)
        await ann.hang_up()

    office.play(scene())
    assert office.reached == [Reached.ANSWERED]
