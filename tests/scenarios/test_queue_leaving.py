"""Callers who wait in a queue: how they leave it when nobody has answered. Real audio in virtual time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from office_of_seats import VOICE
from office_with_queue import (
    MUSIC,
    OFFICE,
    nobody_ready,
    prompt,
    through_the_menu,
)

from ctidrv.callcontrol.waited import Spoken
from ctidrv.media.wav import read_wav
from ctidrv.native.compare import find
from ctidrv.units import seconds


@pytest.mark.parametrize("during", ["before", "words", "music", "ring"])
def test_ac_5_the_key_that_leaves_is_obeyed_at_once_and_leads_to_the_mailbox(make_queue_menu, during) -> None:
    office = make_queue_menu()

    async def scene() -> None:
        if during != "ring":
            await nobody_ready(office)
        ann = await through_the_menu(office, heard=8000 if during == "before" else None)
        if during == "words":
            await ann.hears(prompt("you-are-number")[:6000])
        elif during == "music":
            await ann.hears(MUSIC[:8000])
        elif during == "ring":
            await office.operators[0].is_rung()
        await ann.press("*")
        await ann.hears(prompt("please-leave-message"))
        await office.clock.sleep(seconds(1))
        await ann.speak(VOICE)
        await ann.press("#")
        await ann.hears(prompt("message-saved"))
        await ann.hang_up()
        await office.operators[0].hang_up()
        await office.until(lambda: office.seat() == "ready")

    office.play(scene())
    (left,) = office.events("queue.left")
    key = next(event for event in office.events("call.digit") if event["digit"] == "*")
    assert left["why"] == "left"
    assert key["during"] == {"before": "please-wait", "words": "queue-position"}.get(during, "queue")
    greeting = next(e for e in office.events("call.prompt") if e["prompt"] == "please-leave-message")
    assert greeting["at"] - (key["at"] - key["length_ms"] / 1000) < 0.25
    (message,) = office.rig.calls()[0]["messages"]
    assert find(VOICE[8000:], read_wav(message["path"]).channels[0]).snr_db > 15
    causes = [cause for _, state, cause in office.seat_events() if state == "left"]
    assert causes == (["withdrawn"] if during == "ring" else [])
    kinds = [leg["kind"] for leg in office.rig.calls()[0]["legs"]]
    seats = ["seat"] if during == "ring" else []
    assert kinds == ["line", "ivr", "queue", *seats, "ivr", "mailbox"]


def test_the_key_is_obeyed_in_the_words_that_come_first_and_no_seat_rings(make_queue) -> None:
    office = make_queue()
    words = prompt("please-leave-message")
    office.served = replace(office.served, first=Spoken("please-leave-message", "en-US", [words]))

    async def scene() -> None:
        ann = await office.caller()
        await ann.hears(words[:8000])
        await ann.press("*")
        await office.until(lambda: office.waited, within=1)
        await ann.hang_up()

    office.play(scene())
    assert [waited.status for waited in office.waited] == ["left"]
    assert office.operators[0].notes == []


@pytest.mark.parametrize("rings", [False, True])
def test_nobody_waits_longer_than_the_queue_allows(make_queue_menu, rings) -> None:
    office = make_queue_menu(replace(OFFICE, timeout=12, ring=30))

    async def scene() -> None:
        if not rings:
            await nobody_ready(office)
        ann = await through_the_menu(office)
        await ann.hears(prompt("nobody-free"), within=seconds(20))
        await ann.hears(prompt("please-leave-message"))
        await ann.hang_up()
        await office.operators[0].hang_up()

    office.play(scene())
    (left,) = office.events("queue.left")
    assert (left["why"], left["position"]) == ("timeout", 1)
    assert left["seconds"] == pytest.approx(12, abs=0.05)
    assert office.seat() == "ready"


@pytest.mark.parametrize(
    ("country", "clearing"),
    [("US", "busy-tone"), ("CN", "busy-tone"), ("GB", "loop-break"), ("DE", "congestion-tone")],
)
def test_caller_who_hangs_up_is_gone_and_the_next_moves_up(make_queue, country, clearing) -> None:
    office = make_queue(country, lines=3, clearing=[clearing])

    async def scene() -> None:
        await nobody_ready(office)
        people = []
        for line in range(3):
            people.append(await office.caller(f"212555010{line}", None, line))
            await office.until(lambda line=line: len(office.places()) == line + 1)
        await office.clock.sleep(seconds(5))
        await people[0].hang_up()
        await office.until(lambda: len(office.places()) == 2, within=12)
        assert office.connected[0].cause is not None
        assert [place for _, place in office.places()] == [1, 2]
        for person in people[1:]:
            await person.hang_up()
        await office.operators[0].hang_up()

    office.play(scene())
    assert [call["cause"].startswith("remote-") for call in office.rig.calls()] == [True] * 3
    assert office.events("queue.left", 0)[0]["why"] == "caller-left"
    assert office.events("queue.position", 1)[0]["position"] == 1
    (gone,) = office.events("call.clearing", 0)
    assert office.events("queue.left", 0)[0]["at"] == pytest.approx(gone["at"], abs=0.05)


def test_full_queue_and_one_where_nobody_is_refuse_at_once(make_queue) -> None:
    office = make_queue(lines=2, queue=replace(OFFICE, most=1))

    async def scene() -> None:
        await nobody_ready(office)
        ann = await office.caller(line=0)
        await office.until(lambda: len(office.places()) == 1)
        bob = await office.caller(line=1)
        await bob.hears_tone("busy", within=seconds(15))
        await bob.hang_up()
        await ann.hang_up()
        await office.until(lambda: not office.places(), within=12)
        await office.operators[0].hang_up()
        await office.clock.sleep(seconds(2))
        await office.station.pause_seat("01", True)
        await office.clock.sleep(seconds(4))
        ann = await office.caller(line=0)
        await ann.hears_tone("busy", within=seconds(15))
        await ann.hang_up()

    office.play(scene())
    assert [(each.status, each.place) for each in office.waited] == [("full", None), ("nobody", None)]
    assert [event["why"] for event in office.journal("queue.left")] == ["full", "caller-left", "nobody"]


def test_operator_who_takes_the_call_by_the_api_ends_the_waiting(make_queue_menu) -> None:
    office = make_queue_menu()

    async def scene() -> None:
        await nobody_ready(office)
        ann = await through_the_menu(office)
        await office.clock.sleep(seconds(1))
        await office.station.answer(office.rig.calls()[0]["id"])
        await office.clock.sleep(seconds(1))
        assert office.station.queue_rows()[0]["waiting"] == []
        await ann.hang_up()
        await office.operators[0].hang_up()

    office.play(scene())
    assert office.events("queue.left")[0]["why"] == "taken"
