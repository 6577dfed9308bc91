"""No click where people are joined: a tone that the one sends all along begins at the other without a step
above its own, after hold, a blind and an attended transfer. A whole station in virtual time, real audio.
"""

from __future__ import annotations

import asyncio
import math
from typing import Any

import numpy
import pytest

from ctidrv.native.pcm import Pcm
from ctidrv.units import ms, seconds

TONE = Pcm([round(3000 * math.sin(2 * math.pi * 1004 * n / 8000)) for n in range(14 * 8000)])
STEP = 1.05
"""Of the tone's own largest step from sample to sample."""


async def holds(office: Any) -> Any:
    call = office.connected[0].id
    await office.station.change_talk(call, "held")
    await office.clock.sleep(seconds(1.5))
    await office.station.change_talk(call, "talking")
    return office.operators[0]


async def sends_on(office: Any) -> Any:
    await office.station.transfer(office.connected[0].id, "02", 20, {})
    await office.operators[1].answer()
    return office.operators[1]


async def hands_over(office: Any) -> Any:
    call = office.connected[0].id
    await office.station.consult(call, "02", 20, {})
    await office.operators[1].answer()
    await office.clock.sleep(seconds(1))
    await office.station.complete(call)
    return office.operators[1]


def steps(sound: numpy.ndarray) -> numpy.ndarray:
    return numpy.abs(numpy.diff(sound))


@pytest.mark.parametrize("what", [holds, sends_on, hands_over])
def test_the_callers_tone_begins_at_the_operator_without_a_click(make_seats: Any, what: Any) -> None:
    office = make_seats(seats=2, to=["01"], noise_dbm0=-90)
    heard: list[numpy.ndarray] = []

    async def scene() -> None:
        ann, desk = await office.talking()
        speaking = asyncio.ensure_future(ann.speak(TONE))
        await office.clock.sleep(seconds(1))
        other = await what(office)
        await office.until(lambda: office.seat_events()[-1][1] == "talking")
        await office.clock.sleep(seconds(2))
        other.collect()
        heard.append(numpy.frombuffer(Pcm(other.heard).bytes, dtype="<i2").astype(float))
        await speaking
        await other.hang_up()
        await desk.hang_up()
        await ann.hang_up()

    office.play(scene())
    tone = heard[0]
    steady = tone[-8000:]
    assert numpy.abs(steady).max() > 500
    at = len(tone) - 2 * 8000 - 4000  # the joint, and half a second on either side of it at least
    assert steps(tone[at:]).max() <= STEP * steps(steady).max()


def test_the_operators_tone_begins_at_the_caller_without_a_click_behind_the_music(make_seats: Any) -> None:
    office = make_seats(noise_dbm0=-90)
    heard: list[numpy.ndarray] = []

    async def scene() -> None:
        ann, desk = await office.talking()
        speaking = asyncio.ensure_future(desk.speak(TONE))
        await office.clock.sleep(seconds(1))
        await holds(office)
        await office.until(lambda: office.seat_events()[-1][1] == "talking")
        await office.clock.sleep(seconds(1.5))
        ann.collect()
        heard.append(numpy.frombuffer(Pcm(ann.heard).bytes, dtype="<i2").astype(float))
        await office.clock.sleep(ms(100))
        await desk.hang_up()
        await ann.hang_up()
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)

    office.play(scene())
    tone = heard[0]
    steady = tone[-8000:]
    assert numpy.abs(steady).max() > 500
    assert steps(tone[-12_500:]).max() <= STEP * steps(steady).max()
