"""A caller who hangs up while he is held, parked, rung for, or in a conference: by each of the signals that
exchanges have for it the line is given back at once, and whoever was with him is told. A whole station in
virtual time, real audio.
"""

from __future__ import annotations

from typing import Any

import pytest

from ctidrv.units import ms, seconds

SIGNALS = [
    ("US", "loop-break"),
    ("CN", "busy-tone"),
    ("DE", "congestion-tone"),
    ("IN", "reversal"),
    ("LA", "dial-tone"),
]
KNOWN_WITHIN = 5.0
"""Seconds from the signal's first sample: four cycles of these countries' tones are less."""


async def rings(office: Any) -> Any:
    ann = await office.caller()
    await office.operators[0].is_rung()
    await office.clock.sleep(seconds(1))
    return ann


async def held(office: Any) -> Any:
    ann, _ = await office.talking()
    await office.station.change_talk(office.connected[0].id, "held")
    await office.until(lambda: office.seat_events()[-1][1] == "held")
    return ann


async def parked(office: Any) -> Any:
    ann, desk = await office.talking()
    await office.station.park(office.connected[0].id, 60)
    await desk.hang_up()
    return ann


async def conference(office: Any) -> Any:
    ann, _ = await office.talking()
    await office.station.consult(office.connected[0].id, "02", 20, {})
    await office.operators[1].answer()
    await office.until(lambda: office.seat(1) == "talking")
    await office.station.conference(office.connected[0].id)
    await office.until(lambda: office.seat_events()[-1][1] == "conference")
    return ann


@pytest.mark.parametrize("when", [rings, held, parked, conference])
@pytest.mark.parametrize(("country", "signal"), SIGNALS)
def test_a_caller_who_hangs_up_is_noticed_and_the_others_are_told(
    make_seats: Any, country: str, signal: str, when: Any
) -> None:
    office = make_seats(country, seats=2, to=["01"], ring=60, clearing=[signal])
    gone: list[float] = []

    async def scene() -> None:
        ann = await when(office)
        await office.clock.sleep(ms(500))
        gone.append(office.clock.now() / 8000)
        await ann.hang_up()
        await office.until(lambda: office.reached, within=30)
        await office.until(lambda: office.seat(0) in ("ready", "wrap-up", "in-use"))
        await office.until(lambda: office.seat(1) in ("ready", "wrap-up", "in-use"))
        for operator in office.operators[: 2 if when is conference else 1]:
            if when in (held, conference):
                await operator.hears_tone("busy", within=seconds(8))
            await operator.hang_up()

    office.play(scene())
    row = office.rig.calls()[0]
    assert row["cause"] == f"remote-{signal}"
    (cleared,) = office.events("call.clearing", 0)
    assert cleared["at"] - gone[0] < KNOWN_WITHIN
