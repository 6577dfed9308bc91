"""OP-9: a seat's greetings by type of caller. A whole station in virtual time, real audio."""

from __future__ import annotations

from typing import Any

import pytest
from office_of_seats import ANSWER, HELLO, OTHER

from ctidrv.units import seconds

VIP, KNOWN, HIDDEN = HELLO, ANSWER, OTHER[16000:30000]
EVERYBODY = OTHER[30000:44000]


@pytest.mark.parametrize(
    ("number", "kinds", "heard"),
    [
        ("2125550100", {"VIP": VIP, "customer": KNOWN}, VIP),
        ("2125550100", {"customer": KNOWN, "withheld": HIDDEN}, KNOWN),
        ("2125550100", {"withheld": HIDDEN}, EVERYBODY),
        ("2125550177", {"VIP": VIP, "unknown": HIDDEN}, HIDDEN),
        (None, {"unknown": KNOWN, "withheld": HIDDEN}, HIDDEN),
    ],
)
def test_op_9_who_calls_hears_the_greeting_of_his_type(
    make_seats: Any, number: str | None, kinds: dict[str, Any], heard: Any
) -> None:
    office = make_seats(greeting=EVERYBODY, greetings=kinds)
    office.station.store.add_customer("Ann", ["+12125550100"], tags=["bakery", "VIP"])

    async def scene() -> None:
        ann = office.board.caller("2125550177" if number is None else number, None, withheld=number is None)
        await ann.dial(office.board.exchange.lines[0].number)
        await office.operators[0].answer()
        await ann.hears(heard, within=seconds(8))
        await office.operators[0].hang_up()
        await ann.hang_up()

    office.play(scene())
