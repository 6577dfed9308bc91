"""An emergency call while every line is busy, with talks at seats: a line is freed and dialled, the row of
the call that it took says why, its operator is told, and the other call goes on. Real audio, virtual time.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from office_of_seats import ANSWER, HELLO

from ctidrv.apps.music import hold_music
from ctidrv.callcontrol.call import Call
from ctidrv.units import ms, seconds

MUSIC = hold_music()[: seconds(2)]
DISTRESS = "911"


async def help_is_told(call: Call) -> None:
    await call.play([ANSWER], label="address")
    await call.pause(seconds(1))


@pytest.mark.parametrize(("other", "taken"), [("held", 0), ("parked", 1)])
def test_a_line_is_freed_and_dialled_its_row_says_why_and_the_operator_is_told(
    make_seats, other: str, taken: int
) -> None:
    """Of two calls at seats the older is ended, on hold or not; one that is parked has no operator, and is
    ended before either."""
    office = make_seats(lines=2, seats=2, to=["01", "02"])
    station, board = office.station, office.board

    async def scene() -> None:
        people = [await office.talking(line=0, seat=0), await office.talking(line=1, seat=1)]
        second = office.connected[1].id
        if other == "held":
            await station.change_talk(second, "held")
        else:
            await station.park(second, 200)
            await people[1][1].hears_tone("busy")
            await people[1][1].hang_up()
        await people[1][0].hears(MUSIC)
        police = board.caller(DISTRESS)
        begin = office.clock.now()
        call = await station.outbound.dial(DISTRESS, help_is_told)
        assert call.port == office.connected[taken].port
        assert office.clock.now() - begin < seconds(3)
        assert office.connected[taken].cause == "freed-for-emergency"
        assert office.connected[1 - taken].cause is None
        ann, operator = people[taken]
        if taken == 0:
            await operator.hears_tone("busy", within=seconds(8))
            await operator.hang_up()
        await ann.hears_tone("busy", within=seconds(15))
        await ann.hang_up()
        await police.is_rung()
        await police.lift()
        await office.clock.sleep(ms(500))
        await police.speak(HELLO)
        await police.hears(ANSWER)
        await call.ended()
        await police.hang_up()
        # Who was left alone talks on.
        ann, operator = people[1 - taken]
        if taken == 0:
            await station.change_talk(second, "talking")
            await office.clock.sleep(ms(500))
        await operator.speak(ANSWER)
        await ann.hears(ANSWER)
        await operator.hang_up()
        await ann.hang_up()

    office.play(scene())
    rows = {row["id"]: row for row in office.rig.calls()}
    ended, other_row = (rows[office.connected[each].id] for each in (taken, 1 - taken))
    (distress,) = (row for row in rows.values() if row["direction"] == "out")
    assert (ended["cause"], other_row["cause"]) == ("freed-for-emergency", "local-script")
    assert (distress["number"], distress["outcome"]) == (DISTRESS, "answered")
    seats = [leg for leg in ended["legs"] if leg["kind"] in ("seat", "park")]
    assert all(leg["ended"] and leg["ended"] <= ended["ended"] for leg in seats)
    assert [row["state"] for row in ended["recordings"]] == ["closed"]
