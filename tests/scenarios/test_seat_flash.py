"""An operator's hook flash: dial tone while the caller hears music, a number, swap, back, and hanging up. A
whole station in virtual time, real audio.
"""

from __future__ import annotations

from typing import Any

import pytest
from office_of_seats import ANSWER, HELLO, OTHER

from ctidrv.apps.music import hold_music
from ctidrv.units import ms, seconds


async def flashes(desk: Any) -> None:
    await desk.flash()
    await desk.hears_tone("dial")


def test_a_flash_a_number_and_hanging_up_is_an_attended_transfer(make_seats: Any) -> None:
    office = make_seats(seats=2, to=["01"])
    bob = office.operators[1]

    async def scene() -> None:
        ann, desk = await office.talking()
        await flashes(desk)
        await ann.hears(hold_music()[:8000])
        await desk.press("02#")
        await bob.answer()
        await office.clock.sleep(ms(500))
        await desk.speak(OTHER[:16000])
        await bob.hears(OTHER[:16000])
        await desk.flash()  # to the caller, while the other hears music
        await office.clock.sleep(ms(500))
        await desk.speak(HELLO)
        await ann.hears(HELLO)
        await desk.hang_up()
        await office.until(lambda: office.seat_events()[-1][:2] == ("seat 2", "talking"))
        await office.clock.sleep(ms(300))
        await bob.speak(ANSWER)
        await ann.hears(ANSWER)
        await bob.hang_up()
        await ann.hears_tone("busy", within=seconds(10))
        await ann.hang_up()

    office.play(scene())
    assert [leg for leg in office.legs() if leg[0] == "seat"] == [
        ("seat", "seat 1", "handed-over"),
        ("seat", "seat 2", "operator"),
    ]


@pytest.mark.parametrize("keys", ["", "77#"])
def test_another_flash_or_a_number_that_is_nobodys_leads_back_to_the_caller(
    make_seats: Any, keys: str
) -> None:
    office = make_seats(seats=2, to=["01"])

    async def scene() -> None:
        ann, desk = await office.talking()
        await flashes(desk)
        if keys:
            await desk.press(keys)
        else:
            await desk.flash()
        await office.until(lambda: office.seat_events()[-1][1] == "talking")
        await office.clock.sleep(ms(300))
        await desk.speak(HELLO)
        await ann.hears(HELLO)
        await ann.speak(ANSWER)
        await desk.hears(ANSWER)
        await desk.hang_up()
        await ann.hang_up()

    office.play(scene())
    assert [state for _, state, _ in office.seat_events()] == [
        "ringing",
        "answered",
        "talking",
        "held",
        "talking",
        "left",
    ]


def test_who_flashes_and_hangs_up_is_rung_for_the_caller(make_seats: Any) -> None:
    office = make_seats(seats=2, to=["01"])

    async def scene() -> None:
        ann, desk = await office.talking()
        await flashes(desk)
        await desk.hang_up()
        await desk.answer()
        await office.until(lambda: office.seat_events()[-1][1] == "talking")
        await office.clock.sleep(ms(300))
        await desk.speak(HELLO)
        await ann.hears(HELLO)
        await desk.hang_up()
        await ann.hang_up()

    office.play(scene())


def test_a_caller_who_hangs_up_behind_a_flash_leaves_nobody_waiting(make_seats: Any) -> None:
    office = make_seats(seats=2, to=["01"])

    async def scene() -> None:
        ann, desk = await office.talking()
        await flashes(desk)
        await ann.hang_up()
        await office.until(lambda: office.reached, within=20)
        await desk.hang_up()

    office.play(scene())
    assert office.seat_events()[-1] == ("seat 1", "left", "caller-left")
