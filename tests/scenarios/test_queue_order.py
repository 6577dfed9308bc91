"""Callers who wait in a queue: who is answered, in which order and by whom. Real audio in virtual time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest
from office_with_queue import (
    OFFICE,
    longest_quiet,
    nobody_but_paused,
    nobody_ready,
    while_waiting,
)
from replay_of_queue import replay

from ctidrv.units import RATE, ms, seconds


def test_ac_2_twenty_callers_are_answered_in_their_order_each_by_the_operator_idle_longest(
    make_queue,
) -> None:
    office = make_queue(lines=20, phones=20, seats=4)

    async def scene() -> None:
        for index in (2, 0, 1):  # so they have been idle
            await office.operators[index].lift()
            await office.clock.sleep(ms(300))
            await office.operators[index].hang_up()
            await office.clock.sleep(seconds(1.5))
        await office.rush(20, spacing=1, talks=(3, 4, 5.5))

    office.play(scene())
    events = office.journal()
    found, chosen = replay(events, ["seat 1", "seat 2", "seat 3"])
    assert found == []
    assert chosen >= 2
    came = [event["call"] for event in events if event["type"] == "queue.entered"]
    had = [event for event in events if event["type"] == "queue.left"]
    assert [event["call"] for event in had] == came
    assert len(came) == 20
    assert {event["why"] for event in had} == {"answered"}
    assert [event["seat"] for event in had[:3]] == ["seat 3", "seat 1", "seat 2"]
    assert {waited.status for waited in office.waited} == {"answered"}
    assert max(event["seconds"] for event in had) > 20
    assert office.operators[3].notes == []  # she serves no queue


def test_ac_1_a_hundred_calls_for_a_group_never_ring_the_seat_outside_of_it(make_queue) -> None:
    office = make_queue(lines=10, phones=10, seats=4)

    async def scene() -> None:
        await office.rush(10, spacing=0.7, talks=(0.5, 1, 1.5), times=10)

    office.play(scene(), limit=900)
    assert [waited.status for waited in office.waited] == ["answered"] * 100
    assert office.operators[3].notes == []
    rung = [event["seat"] for event in office.journal("queue.offered")]
    assert set(rung) == {"seat 1", "seat 2", "seat 3"}
    found, chosen = replay(office.journal(), ["seat 1", "seat 2", "seat 3"])
    assert found == []
    assert chosen >= 30  # often several of them had nothing to do


def test_who_does_not_answer_goes_behind_and_the_caller_keeps_the_first_place(make_queue) -> None:
    office = make_queue(lines=2, seats=2, queue=replace(OFFICE, ring=8))

    async def scene() -> None:
        ann = await office.caller("2125550100", None, 0)
        await office.operators[0].is_rung()
        await office.station.pause_seat("02", True)
        bob = await office.caller("2125550111", None, 1)
        await office.until(lambda: len(office.places()) == 2)
        await office.station.pause_seat("02", False)  # rung for Bob, who is next
        await office.operators[1].is_rung()
        await office.until(lambda: len(office.events("queue.offered", 0)) == 2, within=30)
        assert office.places() == [("2125550100", 1), ("2125550111", 2)]
        for turn in (0, 1):  # after each other they are rung again
            await office.until(lambda: "ringing" in (office.seat(0), office.seat(1)))
            ringing = [office.seat(0), office.seat(1)].index("ringing")
            await office.operators[ringing].answer()
            await office.until(lambda turn=turn: len(office.places()) == 1 - turn)
        await ann.hang_up()
        await bob.hang_up()
        for operator in office.operators:
            await operator.hears_tone("busy", within=seconds(15))
            await operator.hang_up()

    office.play(scene())
    found, _ = replay(office.journal(), ["seat 1", "seat 2"])
    assert found == []
    missed = [event for event in office.seat_events(0) if event[1:] == ("left", "no-answer")]
    assert missed[0] == ("seat 1", "left", "no-answer")
    heard = while_waiting(office, 0)
    assert longest_quiet(heard) < 0.2  # that nobody answered is not to be heard


def test_outside_number_that_cannot_be_called_is_not_tried_without_end(make_queue) -> None:
    # No other line is free, so it is refused within no time.
    office = make_queue(outside="2125550188", queue=replace(OFFICE, seats=("mobile",), timeout=12))

    async def scene() -> None:
        ann = await office.caller()
        await office.until(lambda: office.waited, within=40)
        await ann.hang_up()

    office.play(scene())
    assert [waited.status for waited in office.waited] == ["timeout"]
    tried = [event["at"] for event in office.events("queue.offered")]
    assert 2 <= len(tried) <= 3
    assert all(after - before > 4.99 for before, after in pairwise(tried))
    assert longest_quiet(while_waiting(office, 0)) < 0.2


def test_seat_that_becomes_ready_takes_the_first_caller_and_the_card_comes_with_him(make_queue) -> None:
    office = make_queue(lines=2)
    office.served = replace(office.served, card={"order": "1234"})

    async def scene() -> None:
        await office.station.pause_seat("01", True)
        await nobody_ready(office)
        ann = await office.caller("2125550100", None, 0)
        bob = await office.caller("2125550111", None, 1)
        await office.until(lambda: len(office.places()) == 2)
        (row,) = office.station.queue_rows()
        assert row["seats"] == [{"name": "seat 1", "state": "in-use"}]
        await office.operators[0].hang_up()
        await office.station.pause_seat("01", False)
        await office.operators[0].answer(rings=2)
        await office.until(lambda: len(office.places()) == 1)
        assert [shown.number for shown in office.operators[0].shown] == ["2125550100"]
        assert office.places() == [("2125550111", 1)]
        await ann.hang_up()
        await bob.hang_up()
        await office.operators[0].hears_tone("busy", within=seconds(15))
        await office.operators[0].hang_up()

    office.play(scene())
    assert office.events("call.seat", 0)[0]["card"] == {"order": "1234"}


@pytest.mark.parametrize("rung", [1, 2])
def test_seat_that_becomes_ready_as_others_do_not_answer_is_rung_for_who_came_first(make_queue, rung) -> None:
    office = make_queue(lines=rung + 1, seats=3, queue=replace(OFFICE, ring=6))

    async def scene() -> None:
        people = await nobody_but_paused(office, callers=rung + 1, paused=("02", "03"))
        for seat in range(rung):
            await office.station.pause_seat(f"0{seat + 2}", False)
        await office.operators[1].is_rung()
        offered = office.journal("queue.offered")
        assert len(offered) == rung
        await office.clock.until(round(offered[0]["at"] * RATE) + seconds(6))
        await office.station.pause_seat("01", False)
        await office.operators[0].is_rung()
        await asyncio.gather(*(person.hang_up() for person in people))

    office.play(scene())
    assert replay(office.journal(), ["seat 1", "seat 2", "seat 3"])[0] == []
    first = next(event for event in office.journal("queue.offered") if event["seat"] == "seat 1")
    assert (first["call"], first["position"]) == (office.connected[0].id, 1)


def test_seat_that_missed_a_call_that_came_back_is_rung_for_who_waits_when_it_has_rested(make_queue) -> None:
    office = make_queue(lines=2)

    async def scene() -> None:
        ann, operator = await office.talking()
        bob = await office.caller("2125550111", None, 1)
        await office.until(lambda: len(office.places()) == 1)
        await office.station.park(office.connected[0].id, 1.6)
        await operator.hang_up()
        await office.until(lambda: office.seat() == "ringing")
        await office.until(lambda: office.seat() == "ready", within=35)
        await office.until(lambda: office.seat() == "ringing", within=6)
        await asyncio.gather(ann.hang_up(), bob.hang_up())

    office.play(scene())
    assert replay(office.journal(), ["seat 1"])[0] == []


def test_no_seat_is_rung_for_who_is_gone_as_it_becomes_ready(make_queue) -> None:
    office = make_queue(lines=2)

    async def scene() -> None:
        people = await nobody_but_paused(office, callers=2)
        office.connected[0].hang_up_now()
        await office.station.pause_seat("01", False)
        await office.operators[0].is_rung()
        await asyncio.gather(*(person.hang_up() for person in people))

    office.play(scene())
    (offered,) = office.journal("queue.offered")
    assert (offered["call"], offered["position"]) == (office.connected[1].id, 1)
