"""HL-5: calls that are given on by the PBX, which a hook flash asks for it. A whole station in virtual time
behind the simulated PBX, real audio.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from office_of_seats import ANSWER, HELLO, OTHER

from ctidrv.callcontrol.switchboard import Reached
from ctidrv.errors import NotAllowed
from ctidrv.native.compare import find_over_line
from ctidrv.native.pcm import Pcm
from ctidrv.units import ms, seconds

PBX = {"profile": "pbx-extension", "busy_hz": [480, 620], "busy_ms": [500, 500]}
"""With the busy tone of the USA: one of its own, which is not in the tables, has to be learnt."""
BOB = "5550077"
BEHIND = f"pbx:9W{BOB}"
"""The PBX's extensions are the board's lines; people are outside of it, behind 9 and a second dial tone."""


async def hear_one_another(office: Any, ann: Any, bob: Any) -> None:
    for speaker, listener, words in ((ann, bob, HELLO), (bob, ann, ANSWER)):
        listener.collect()
        begin = len(listener.heard)
        await speaker.speak(words)
        await office.clock.sleep(ms(300))
        listener.collect()
        match = find_over_line(words[4000:12000], Pcm(listener.heard[begin:]))
        assert match is not None
        assert match.correlation > 0.9


def line_state(office: Any) -> str:
    return str(office.station.lines["sim/1"].controller.state.word)


@pytest.mark.parametrize("country", ["US", "CN", "GB", "DE"])
def test_hl_5_a_caller_is_given_to_an_extension_that_answers_while_our_line_is_free(
    make_seats: Any, country: str
) -> None:
    office = make_seats(country=country, to=(BEHIND,), **PBX)

    async def scene() -> None:
        bob = office.board.caller(BOB)
        ann = await office.caller()
        await bob.is_rung()
        await office.until(lambda: line_state(office) == "idle")
        await bob.lift()
        await office.clock.sleep(seconds(1))
        await hear_one_another(office, ann, bob)
        await bob.hang_up()
        await ann.hang_up()

    office.play(scene())
    (row,) = office.rig.calls()
    assert (row["cause"], row["outcome"]) == ("given-on", "answered")
    assert [event["state"] for event in office.events("call.connect")] == ["started", "given-on"]
    assert [event["state"] for event in office.events("call.given_on")] == ["started", "rung"]


def test_hl_5_who_answers_at_once_and_says_so_has_the_caller(make_seats: Any) -> None:
    office = make_seats(to=(BEHIND,), **PBX)

    async def scene() -> None:
        bob = office.board.caller(BOB)
        ann = await office.caller()
        await bob.is_rung()
        await bob.lift()
        await office.clock.sleep(ms(300))
        await bob.speak(HELLO)
        await office.until(lambda: line_state(office) == "idle")
        await office.clock.sleep(ms(500))
        await hear_one_another(office, ann, bob)
        await bob.hang_up()
        await ann.hang_up()

    office.play(scene())


@pytest.mark.parametrize(("number", "reached"), [("9W1700", Reached.BUSY), ("8999", Reached.FAILED)])
def test_hl_5_busy_or_no_such_extension_brings_the_caller_back(
    make_seats: Any, number: str, reached: Reached
) -> None:
    office = make_seats(to=(f"pbx:{number}",), exchange={"plan": {"1700": "busy"}}, **PBX)
    heard: list[Pcm] = []

    async def then(call: Any, _: Reached) -> None:
        await call.pause(ms(500))
        await call.play([OTHER[:16000]])

    office.then = then

    async def scene() -> None:
        ann = await office.caller()
        await office.until(lambda: office.reached, within=30)
        ann.collect()
        begin = len(ann.heard)
        await office.clock.sleep(seconds(4))
        ann.collect()
        heard.append(Pcm(ann.heard[begin:]))
        await ann.hang_up()

    office.play(scene())
    assert office.reached == [reached]
    match = find_over_line(OTHER[4000:12000], heard[0])
    assert match is not None
    assert match.correlation > 0.9


def test_hl_5_a_seat_gives_its_caller_to_an_extension_or_has_him_back(make_seats: Any) -> None:
    office = make_seats(exchange={"plan": {"1700": "busy"}}, **PBX)

    async def scene() -> None:
        bob = office.board.caller(BOB)
        ann, desk = await office.talking()
        await office.station.transfer(office.connected[0].id, "pbx:9W1700", 10, {})
        await desk.hears_tone("busy")
        await desk.hang_up()
        await desk.answer()
        await office.until(lambda: office.seat_events()[-1][1] == "talking")
        await office.station.transfer(office.connected[0].id, BEHIND, 10, {})
        await bob.is_rung()
        await desk.hang_up()
        await office.until(lambda: line_state(office) == "idle")
        await bob.lift()
        await office.clock.sleep(seconds(1))
        await hear_one_another(office, ann, bob)
        await ann.hang_up()
        await bob.hang_up()

    office.play(scene())
    causes = [cause for _, state, cause in office.seat_events() if state == "left"]
    assert causes == ["sent-on", "sent-on"]
    assert office.rig.calls()[-1]["cause"] == "given-on"


def test_hl_5_a_caller_who_hangs_up_meanwhile_ends_the_call_as_ever(make_seats: Any) -> None:
    office = make_seats(to=("pbx:9W1700",), exchange={"plan": {"1700": "busy"}}, **PBX)

    async def scene() -> None:
        ann = await office.caller()
        await office.until(lambda: office.events("call.given_on"))
        await ann.hang_up()
        await office.until(lambda: office.reached, within=30)

    office.play(scene())
    assert office.rig.calls()[-1]["ended"] is not None


def test_what_may_not_be_dialled_is_not_dialled_behind_the_pbx_either(make_seats: Any) -> None:
    office = make_seats(to=("pbx:9W1-900-555-0100", "01"), **PBX)

    async def scene() -> None:
        ann, desk = await office.talking()
        with pytest.raises(NotAllowed):
            await office.station.transfer(office.connected[0].id, "pbx:9W1-900-555-0100", 10, {})
        await desk.hang_up()
        await ann.hang_up()

    office.play(scene())
    assert office.events("call.given_on") == []


def test_hl_5_who_is_taken_from_the_menu_while_he_is_given_on_is_there_again(make_seats: Any) -> None:
    office = make_seats(to=("nobody",), **PBX)

    async def then(call: Any, _: Reached) -> None:
        menu = asyncio.ensure_future(office.station.switchboard.connect(call, [BEHIND], ring=seconds(20)))
        await call.pause(ms(1500))  # the PBX gives dial tone
        menu.cancel()
        await asyncio.gather(menu, return_exceptions=True)
        await call.pause(seconds(2))
        await call.play([OTHER[:16000]])

    office.then = then

    async def scene() -> None:
        ann = await office.caller()
        await ann.hears(OTHER[:16000], within=seconds(20))
        await ann.hang_up()

    office.play(scene())
