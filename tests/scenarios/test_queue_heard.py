"""Callers who wait in a queue, with real audio in virtual time: what they hear."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from office_of_seats import ANSWER
from office_with_queue import (
    MUSIC,
    OFFICE,
    longest_quiet,
    nobody_ready,
    prompt,
    said_places,
    through_the_menu,
    while_waiting,
)

from ctidrv.callcontrol.waited import Spoken
from ctidrv.native.compare import find
from ctidrv.units import seconds

QUIET_S = 2.0


@pytest.mark.parametrize(("key", "language"), [("1", "en-US"), ("2", "zh-CN")])
def test_ac_5_caller_hears_music_at_once_and_each_better_place_once(make_queue_menu, key, language) -> None:
    office = make_queue_menu(lines=3)

    async def scene() -> None:
        await nobody_ready(office)
        people = [await through_the_menu(office, line, key, language) for line in range(3)]
        third = people[2]
        await third.hears(prompt("numbers/3", language), within=seconds(8))
        for person, number in ((0, "2"), (1, "1")):
            await people[person].hang_up()
            await third.hears(prompt(f"numbers/{number}", language), within=seconds(25))
        await office.clock.sleep(seconds(12))
        await office.operators[0].hang_up()
        await office.operators[0].answer()
        await office.until(lambda: office.seat() == "talking")
        await office.clock.sleep(seconds(0.5))
        await office.operators[0].speak(ANSWER)
        await third.hears(ANSWER)
        await office.operators[0].hang_up()
        await third.hears(prompt("goodbye", language))
        await third.hang_up()

    office.play(scene())
    assert [said_places(office, call) for call in range(3)] == [[1], [2, 1], [3, 2, 1]]
    said = [(event["prompt"], event["lang"]) for event in office.events("call.prompt", 2)]
    assert said.count(("queue-position", language)) == 6  # begun and ended
    for call in range(3):
        heard = while_waiting(office, call)
        start = find(MUSIC[:8000], heard[:12000])
        assert start.snr_db > 15
        assert start.offset <= 4000  # samples: 500 ms
        assert longest_quiet(heard) < QUIET_S
    answered = while_waiting(office, 2)
    places = [find(prompt(f"numbers/{number}", language), answered) for number in (3, 2, 1)]
    assert all(match.snr_db > 15 for match in places)
    assert [match.offset for match in places] == sorted(match.offset for match in places)
    assert [event["why"] for call in range(3) for event in office.events("queue.left", call)] == [
        "caller-left",
        "caller-left",
        "answered",
    ]


def test_what_is_announced_is_heard_whole_before_a_seat_rings_and_nobody_overtakes(make_queue) -> None:
    office = make_queue(lines=2, clearing=["loop-break"])
    words = prompt("please-leave-message")
    office.served = replace(office.served, first=Spoken("please-leave-message", "en-US", [words]))

    async def scene() -> None:
        ann = await office.caller(line=0)
        await office.until(lambda: len(office.places()) == 1)
        office.served = replace(office.served, first=None)
        bob = await office.caller(line=1)
        await ann.hears(words)
        await office.operators[0].is_rung()
        assert office.station.queue_rows()[0]["waiting"][0]["rings"] == "seat 1"
        await ann.hears(MUSIC[:8000])
        await ann.hang_up()
        await bob.hang_up()

    office.play(scene())
    (prompted, ended), (offered,) = office.events("call.prompt", 0), office.events("queue.offered", 0)
    assert (prompted["prompt"], ended["reason"]) == ("please-leave-message", "end")
    assert ended["at"] <= offered["at"] < ended["at"] + 0.1
    came = [event["call"] for event in office.journal("queue.entered")]
    assert [event["call"] for event in office.journal("queue.offered")][:1] == came[:1]


def test_places_beyond_the_recorded_numbers_are_not_said_and_the_music_goes_on(make_queue) -> None:
    office = make_queue(lines=22, phones=22, queue=replace(OFFICE, most=22, announce=1))

    async def scene() -> None:
        await nobody_ready(office)
        people = []
        for line in range(22):
            people.append(await office.caller(line=line))
            await office.until(lambda line=line: len(office.places()) == line + 1)
        await office.clock.sleep(seconds(6))
        assert not [event for event in office.journal("queue.said") if event["position"] > 20]
        await people[0].hang_up()
        await people[1].hang_up()
        await people[21].hears(prompt("numbers/20"), within=seconds(15))
        await asyncio.gather(*(person.hang_up() for person in people[2:]))
        await office.operators[0].hang_up()

    office.play(scene())
    assert said_places(office, 21) == [20]


def test_between_two_words_of_the_place_lies_the_time_of_the_queue(make_queue) -> None:
    office = make_queue(lines=4, queue=replace(OFFICE, announce=12), clearing=["loop-break"])

    async def scene() -> None:
        await nobody_ready(office)
        people = [await office.caller(line=line) for line in range(4)]
        await office.until(lambda: said_places(office, 3) == [4])
        for person in people[:3]:
            await person.hang_up()
            await office.clock.sleep(seconds(1))
        await office.until(lambda: said_places(office, 3) == [4, 1], within=14)
        await people[3].hang_up()
        await office.operators[0].hang_up()

    office.play(scene())
    first, second = office.events("queue.said", 3)
    assert second["at"] - first["at"] == pytest.approx(12, abs=0.1)
    assert [event["position"] for event in office.events("queue.position", 3)] == [3, 2, 1]
