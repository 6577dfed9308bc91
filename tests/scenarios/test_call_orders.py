"""What is done with a call is told as events, in order, to who listens; and a call is taken at the desk from
where it rings. A whole station in virtual time."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parent))

from ctidrv.units import ms, seconds

ORDERED = {"call.answered", "call.seat", "call.parked", "call.clearing", "call.ended"}


def told(event: Mapping[str, Any]) -> tuple[str, ...]:
    """The event in a few words."""
    data = event.get("data", event)
    words = (data.get(name) for name in ("seat", "slot", "state", "by", "cause"))
    return (str(event["type"]), *(str(word) for word in words if word is not None))


def test_every_order_of_a_call_is_an_event_of_the_stream(make_seats) -> None:
    office = make_seats(seats=2, to=["01"])
    heard: list[tuple[str, ...]] = []

    async def scene() -> None:
        station, (first, second) = office.station, office.operators
        listener = await station.hub.listen()
        ann, _ = await office.talking()
        call = office.connected[0].id
        for talk in ("held", "talking", "muted", "talking"):
            await station.change_talk(call, talk)
            await office.clock.sleep(ms(300))
        await station.transfer(call, "seat 2", 20, {})
        await second.answer()
        await first.hang_up()
        await office.until(lambda: office.seat(1) == "talking")
        await office.clock.sleep(seconds(1))
        place = await station.park(call, 120)
        await second.hang_up()
        await office.clock.sleep(seconds(4))  # her wrap-up
        await station.pick_up(call, "01")
        await first.answer()
        await office.clock.sleep(seconds(1))
        await station.hang_up(call)
        await first.hears_tone("busy")
        await first.hang_up()
        await ann.hang_up()
        await station.store.committed()
        await office.clock.sleep(ms(100))
        station.hub.leave(listener)
        listener.end()
        while (event := await listener.get()) is not None:
            if event["type"] in ORDERED and event["call"] == call:
                heard.append(told(event))
        assert place == 1

    office.play(scene())
    one, two = ("call.seat", "seat 1"), ("call.seat", "seat 2")
    assert heard == [
        ("call.answered", "script"),
        (*one, "ringing"),
        (*one, "answered"),
        (*one, "talking"),
        (*one, "held"),
        (*one, "talking"),
        (*one, "muted"),
        (*one, "talking"),
        (*one, "left", "sent-on"),
        (*two, "ringing"),
        (*two, "answered"),
        (*two, "talking"),
        (*two, "left", "parked"),
        ("call.parked", "1", "parked"),
        (*one, "ringing"),
        (*one, "answered"),
        ("call.parked", "1", "picked-up"),
        (*one, "talking"),
        ("call.clearing", "local-operator"),
        (*one, "left", "caller-left"),
        ("call.ended", "local-operator"),
    ]


def test_a_call_that_rings_at_a_seat_is_taken_at_the_desk(make_seats) -> None:
    office = make_seats(script="reception.ivr.yaml", groups=("operators",))

    async def scene() -> None:
        ann = await office.caller()
        await office.clock.sleep(seconds(9))
        await ann.press("1")
        await office.clock.sleep(seconds(3))
        await ann.press("0")
        await office.operators[0].is_rung()
        (row,) = office.station.store.calls(state="connected")
        await office.station.answer(row["id"])
        await office.clock.sleep(ms(100))
        assert office.seat() == "ready"
        assert not office.operators[0].ringing
        await office.station.hang_up(row["id"])
        await ann.hang_up()

    office.play(scene())
    assert office.seat_events()[-1] == ("seat 1", "left", "taken")
    assert [event["by"] for event in office.events("call.answered")] == ["script", "operator"]
    assert office.rig.calls()[0]["cause"] == "local-operator"
