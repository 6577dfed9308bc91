"""A call at a seat is held, muted, sent on to another and given back, with real audio in virtual time."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent))

from office_of_seats import ANSWER, HELLO, OTHER, Office

from ctidrv.apps.music import hold_music
from ctidrv.apps.returns import spoken_reasons
from ctidrv.callcontrol.switchboard import Reached
from ctidrv.errors import InputError, ServiceError
from ctidrv.native.compare import find
from ctidrv.native.pcm import Pcm
from ctidrv.units import ms, seconds

LOSS_DB = 6.5
"""From a caller to an operator's telephone, as in test_seats."""
MUSIC = hold_music()[: seconds(2)]
REASONS = spoken_reasons("en-US")


@pytest.fixture
def make_office(make_seats: Callable[..., Office]) -> Callable[..., Office]:
    return lambda *args, **more: make_seats(*args, **{"seats": 2, "to": ["01"], **more})


async def both_ways(ann: Any, operator: Any) -> None:
    """They hear each other at the level of the lines."""
    await ann.speak(HELLO)
    assert (await operator.hears(HELLO)).gain_db == pytest.approx(-LOSS_DB, abs=1.0)
    await operator.speak(ANSWER)
    assert (await ann.hears(ANSWER)).gain_db == pytest.approx(-LOSS_DB, abs=1.0)


def reached_him(sound: Pcm, operator: Any, since: int = 0) -> bool:
    """This sound was at his ear, after so many samples of what was."""
    operator.collect()
    heard = Pcm(operator.heard[since:])
    match = find(sound, heard) if len(heard) > len(sound) else None
    return match is not None and match.snr_db > 6


def test_on_hold_the_caller_hears_music_for_a_minute_and_the_recording_goes_on(make_office) -> None:
    office = make_office()

    async def scene() -> None:
        ann, operator = await office.talking()
        call = office.connected[0].id
        await office.station.change_talk(call, "held")
        await ann.hears(MUSIC)
        since = len(operator.heard)
        await operator.speak(ANSWER)
        await ann.speak(HELLO)
        assert not reached_him(HELLO, operator, since)
        await office.clock.sleep(seconds(60))
        assert office.connected[0].cause is None
        await office.station.change_talk(call, "talking")
        await office.clock.sleep(ms(200))
        await both_ways(ann, operator)
        await operator.hang_up()
        await office.until(lambda: office.reached)
        with pytest.raises((LookupError, ServiceError)):
            await office.station.change_talk(call, "held")
        await ann.hang_up()

    office.play(scene())
    states = [state for _, state, _ in office.seat_events()]
    assert states == ["ringing", "answered", "talking", "held", "talking", "left"]
    sent, came = office.recording()
    assert find(MUSIC, sent).snr_db > 20
    held, resumed = (event["at"] for event in office.events("call.seat")[3:5])
    begin = office.events("call.answered")[0]["at"]
    music = sent[int((held - begin) * 8000) : int((resumed - begin) * 8000)]
    meanwhile = find(ANSWER, music)  # the operator's words
    assert meanwhile is None or meanwhile.snr_db < 0
    assert find(HELLO, came).snr_db > 15
    ended = office.events("call.clearing")[0]["at"]
    assert len(sent) == len(came) == pytest.approx((ended - begin) * 8000, abs=480)


def test_muted_the_operator_hears_and_is_not_heard(make_office) -> None:
    office = make_office()

    async def scene() -> None:
        ann, operator = await office.talking()
        call = office.connected[0].id
        await office.station.change_talk(call, "muted")
        await office.clock.sleep(ms(200))
        since = len(ann.heard)
        await operator.speak(ANSWER)
        await ann.speak(HELLO)
        await operator.hears(HELLO)
        assert not reached_him(ANSWER, ann, since)
        await office.station.change_talk(call, "talking")
        await office.clock.sleep(ms(200))
        await both_ways(ann, operator)
        await operator.hang_up()
        await ann.hang_up()

    office.play(scene())


@pytest.mark.parametrize(
    ("country", "clearing"),
    [("US", "busy-tone"), ("CN", "busy-tone"), ("GB", "loop-break"), ("DE", "congestion-tone")],
)
def test_caller_who_hangs_up_on_hold_is_noticed_and_the_operator_told(make_office, country, clearing) -> None:
    office = make_office(country, clearing=[clearing])

    async def scene() -> None:
        ann, operator = await office.talking()
        await office.station.change_talk(office.connected[0].id, "held")
        await office.clock.sleep(seconds(3))
        await ann.hang_up()
        await office.until(lambda: office.connected[0].cause is not None, within=12)
        await operator.hears_tone("busy", within=seconds(8))
        await operator.hang_up()

    office.play(scene())
    assert office.rig.calls()[0]["cause"].startswith("remote-")
    assert office.rig.calls()[0]["cause"] != "remote-silence"


def test_op_6_ct_2_a_call_is_sent_on_with_its_card_and_the_sender_is_free(make_office) -> None:
    office = make_office()
    office.card = {"order": "1234"}

    async def scene() -> None:
        ann, first = await office.talking()
        second = office.operators[1]
        call = office.connected[0].id
        await office.station.transfer(call, "02", 20, {"note": "wants a refund"})
        await first.hears_tone("busy")
        await first.hang_up()
        await ann.hears(MUSIC)
        await second.answer(rings=2)
        assert second.shown[-1].number == "2125550100"
        await office.until(lambda: office.seat(1) == "talking")
        await office.clock.sleep(ms(500))
        await both_ways(ann, second)
        assert office.seat(0) == "ready"
        await second.hang_up()
        await ann.hang_up()

    office.play(scene())
    assert office.reached == [Reached.ANSWERED]
    assert office.legs()[1:] == [("seat", "seat 1", "sent-on"), ("seat", "seat 2", "operator")]
    (rung,) = [event for event in office.events("call.seat") if event.get("card", {}).get("note")]
    assert (rung["seat"], rung["state"]) == ("seat 2", "ringing")
    assert rung["card"] == {"order": "1234", "note": "wants a refund"}
    _, first, second = office.rig.calls()[0]["legs"]
    assert first["ended"] == second["started"] < second["answered"] < second["ended"]
    sent, came = office.recording()
    for said, channel in ((ANSWER, sent), (HELLO, came), (MUSIC, sent)):
        assert find(said, channel).snr_db > 15


def test_nobody_answers_and_the_call_comes_back_to_the_sender_with_the_reason(make_office) -> None:
    office = make_office()

    async def scene() -> None:
        ann, first = await office.talking()
        await office.station.transfer(office.connected[0].id, "seat 2", 8, {})
        await first.hears_tone("busy")
        await first.hang_up()
        await first.answer(within=seconds(60))
        since = len(ann.heard)
        await first.hears(REASONS[Reached.NO_ANSWER])
        await office.clock.sleep(ms(500))
        assert not reached_him(REASONS[Reached.NO_ANSWER], ann, since)
        await both_ways(ann, first)
        await first.hang_up()
        await ann.hang_up()

    office.play(scene())
    assert office.reached == [Reached.ANSWERED]
    assert [leg[1:] for leg in office.legs()[1:]] == [
        ("seat 1", "sent-on"),
        ("seat 2", "no-answer"),
        ("seat 1", "operator"),
    ]
    backs = [event["back"] for event in office.events("call.seat") if "back" in event]
    assert backs == ["no-answer"]


def test_the_other_is_busy_and_the_sender_who_has_not_hung_up_has_the_call_at_once(make_office) -> None:
    office = make_office()

    async def scene() -> None:
        await office.operators[1].lift()
        ann, first = await office.talking()
        call = office.connected[0].id
        with pytest.raises(InputError, match="no such seat"):
            await office.station.transfer(call, "nobody", 8, {})
        with pytest.raises(InputError, match="already"):
            await office.station.transfer(call, "01", 8, {})
        await office.station.transfer(call, "02", 8, {})
        await first.hears(REASONS[Reached.BUSY])
        await office.clock.sleep(ms(500))
        await both_ways(ann, first)
        await first.hang_up()
        await ann.hang_up()
        await office.operators[1].hang_up()

    office.play(scene())
    assert office.reached == [Reached.ANSWERED]


def test_who_can_neither_be_sent_on_nor_given_back_goes_on_in_the_menu(make_office) -> None:
    office = make_office(lines=2)

    async def scene() -> None:
        ann, first = await office.talking()
        await office.station.transfer(office.connected[0].id, "02", 25, {})
        await first.hears_tone("busy")
        await first.hang_up()
        await office.clock.sleep(seconds(4))  # its wrap-up
        bob, first = await office.talking(line=1)
        await ann.hears_tone("busy", within=seconds(60))
        await ann.hang_up()
        await both_ways(bob, first)
        await first.hang_up()
        await bob.hang_up()

    office.play(scene())
    assert office.reached == [Reached.NO_ANSWER, Reached.ANSWERED]


def test_a_sender_who_left_his_telephone_off_hook_does_not_have_the_call_back(make_office) -> None:
    office = make_office()

    async def scene() -> None:
        ann, first = await office.talking()
        await office.station.transfer(office.connected[0].id, "02", 40, {})
        await ann.hears_tone("busy", within=seconds(60))  # the menu has hung up
        assert office.station.seats["seat 1"].telephone == "off-hook"
        await first.hang_up()
        await ann.hang_up()

    office.play(scene())
    assert office.reached == [Reached.NO_ANSWER]
    assert [leg[1:] for leg in office.legs()[1:]] == [("seat 1", "sent-on"), ("seat 2", "no-answer")]


def test_caller_who_leaves_while_he_is_sent_on_stops_the_ringing(make_office) -> None:
    office = make_office(clearing=["busy-tone"])

    async def scene() -> None:
        ann, first = await office.talking()
        await office.station.transfer(office.connected[0].id, "02", 60, {})
        await office.operators[1].is_rung()
        await ann.hang_up()
        await office.until(lambda: office.connected[0].cause is not None, within=12)
        assert office.seat(1) == "ready"
        await first.hang_up()

    office.play(scene())
    assert office.reached == [Reached.CALLER_LEFT]


def test_an_operator_who_takes_the_call_over_by_the_api_frees_the_seat(make_office) -> None:
    office = make_office()

    async def scene() -> None:
        ann, first = await office.talking()
        speaking = asyncio.ensure_future(first.speak(OTHER))
        await office.clock.sleep(seconds(1))
        await office.station.hang_up(office.connected[0].id)
        await first.hears_tone("busy")
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)
        await first.hang_up()
        await ann.hang_up()

    office.play(scene())
    assert office.rig.calls()[0]["cause"] == "local-operator"


# Parked.


def test_a_parked_call_is_picked_up_by_its_place_at_any_seats_telephone(make_office) -> None:
    office = make_office()

    async def scene() -> None:
        ann, first = await office.talking()
        second = office.operators[1]
        place = await office.station.park(office.connected[0].id, 120)
        await first.hears_tone("busy")
        await first.hang_up()
        await ann.hears(MUSIC)
        await office.clock.sleep(seconds(50))  # nobody speaks, and the call is not gone
        await second.dial(f"*8{place}#")
        await office.until(lambda: office.seat(1) == "talking")
        await office.clock.sleep(ms(500))
        await both_ways(ann, second)
        assert office.seat(0) == "ready"
        await second.hang_up()
        await ann.hang_up()

    office.play(scene())
    assert office.reached == [Reached.ANSWERED]
    assert office.legs()[1:] == [
        ("seat", "seat 1", "parked"),
        ("park", "1", None),
        ("seat", "seat 2", "operator"),
    ]
    assert [event["state"] for event in office.events("call.parked")] == ["parked", "picked-up"]
    sent, _ = office.recording()
    assert find(MUSIC, sent).snr_db > 20


def test_a_parked_call_is_given_to_a_seat_that_rings_and_no_second_time(make_office) -> None:
    office = make_office()

    async def scene() -> None:
        ann, first = await office.talking()
        call = office.connected[0].id
        await office.station.park(call, 120)
        await first.hears_tone("busy")
        await first.hang_up()
        with pytest.raises(InputError, match="no such seat"):
            await office.station.pick_up(call, "nobody")
        await office.station.pick_up(call, "02")
        with pytest.raises(ServiceError, match="is not parked"):
            await office.station.pick_up(call, "01")
        await office.operators[1].answer()
        await office.until(lambda: office.seat(1) == "talking")
        await office.clock.sleep(ms(500))
        await both_ways(ann, office.operators[1])
        with pytest.raises(ServiceError, match="is not parked"):
            await office.station.pick_up(call, "01")
        await office.operators[1].hang_up()
        await ann.hang_up()

    office.play(scene())


def test_a_call_parked_too_long_comes_back_and_a_wrong_place_is_congestion(make_office) -> None:
    office = make_office()

    async def scene() -> None:
        ann, first = await office.talking()
        await office.station.park(office.connected[0].id, 20)
        await first.hears_tone("busy")
        await first.hang_up()
        await office.operators[1].dial("*82#")
        await office.operators[1].hears_tone("congestion")
        await office.operators[1].hang_up()
        await first.answer(within=seconds(40))
        await first.hears(REASONS[Reached.NO_ANSWER])
        await office.clock.sleep(ms(500))
        await both_ways(ann, first)
        await first.hang_up()
        await ann.hang_up()

    office.play(scene())
    assert [event["state"] for event in office.events("call.parked")] == ["parked", "over"]
    assert office.reached == [Reached.ANSWERED]


@pytest.mark.parametrize(("country", "clearing"), [("CN", "busy-tone"), ("GB", "loop-break")])
def test_caller_who_hangs_up_while_parked_is_noticed(make_office, country, clearing) -> None:
    office = make_office(country, clearing=[clearing])

    async def scene() -> None:
        ann, first = await office.talking()
        await office.station.park(office.connected[0].id, 120)
        await first.hears_tone("busy")
        await first.hang_up()
        await office.clock.sleep(seconds(2))
        await ann.hang_up()
        await office.until(lambda: office.connected[0].cause is not None, within=12)

    office.play(scene())
    assert office.reached == [Reached.CALLER_LEFT]
    assert office.rig.calls()[0]["cause"] in ("remote-busy-tone", "remote-loop-break")
