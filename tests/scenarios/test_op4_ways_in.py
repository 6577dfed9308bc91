"""OP-4 however the call came to its operator: by a queue, by telephones that ring along, at a headset, as one
that we made; and she talks with the next caller while the one before is served."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent))

from office_of_seats import ANSWER, HELLO, Office
from office_that_dials import NUMBER

from ctidrv.apps.ivr import load
from ctidrv.apps.ivr.shipped import shipped_folder
from ctidrv.config import QueueConfig
from ctidrv.units import seconds
from hwsim.fax_telephone import FaxPage, FaxTelephone

SCRIPT = shipped_folder() / "fax.ivr.yaml"
WELCOME = load(SCRIPT).prompts.sound("en-US", "welcome")[-8000:]
MENU = load(SCRIPT).prompts.sound("en-US", "fax-menu")[:8000]
PRICES = load(SCRIPT).prompts.sound("en-US", "start-your-fax")
OPERATORS = ("operators",)


def call_on(office: Office, line: int = 0) -> Any:
    call = list(office.station.lines.values())[line].controller.call
    assert call is not None
    return call


async def into_the_menu(office: Office, ann: Any) -> None:
    """Sent there, he fetches the price list with his machine."""
    await office.station.transfer(call_on(office).id, "ivr:main-menu", 20, {})
    await ann.hears(MENU)
    await ann.press("1")
    await ann.hears(PRICES)
    told = await FaxTelephone(ann, calling=False).talks()
    assert (told.result, [event.clean for event in told.taken]) == ("ok", [True])
    await ann.hang_up()


def went_in_order(office: Office) -> None:
    call = office.rig.calls()[-1]
    assert call["outcome"] == "answered"
    assert [leg["ended"] is not None for leg in call["legs"]] == [True] * len(call["legs"])
    assert office.events("call.served")[0]["by"] == "ivr:main-menu"
    assert [event["direction"] for event in office.events("call.faxed")] == ["out"]
    assert office.station.store.check() == []
    assert office.station.queue_rows() == [] or office.station.queue_rows()[0]["waiting"] == []
    office.recording()


@pytest.mark.parametrize("first", ["queue", "rings"])
def test_op_4_out_of_a_queue_or_from_a_telephone_that_rang_along(
    make_seats: Callable[..., Office], first: str
) -> None:
    to = {"queue": "office", "rings": "operators"}[first]
    office = make_seats(
        groups=OPERATORS,
        script=SCRIPT.name,
        queues=[QueueConfig("office", OPERATORS)] if first == "queue" else [],
        first_served={"first": first, "to": to},
    )

    async def scene() -> None:
        ann, desk = await office.talking()
        giving = asyncio.ensure_future(into_the_menu(office, ann))
        await office.until(lambda: office.seat() == "wrap-up")
        await desk.hang_up()
        await giving

    office.play(scene())
    went_in_order(office)
    assert office.legs()[-1][:2] == ("ivr", "main-menu")


def test_op_4_a_headset_is_free_as_soon_as_it_is_put_down(make_seats: Callable[..., Office]) -> None:
    office = make_seats(
        groups=OPERATORS,
        script=SCRIPT.name,
        headset=True,
        first_served={"first": "operator", "to": "operators"},
    )

    async def scene() -> None:
        ann, desk = await office.talking()
        giving = asyncio.ensure_future(into_the_menu(office, ann))
        await office.until(lambda: office.seat() == "wrap-up")
        await desk.hang_up()
        await office.until(lambda: office.seat() == "ready")
        assert call_on(office).state.value == "connected"
        port = office.station.seat_rows()[0]["port"]
        assert next(row["state"] for row in office.station.ports() if row["id"] == port) == "idle"
        await giving

    office.play(scene())
    went_in_order(office)


def test_op_4_she_talks_with_the_next_while_the_one_before_sends_his_fax(
    make_seats: Callable[..., Office],
) -> None:
    office = make_seats(
        lines=2,
        groups=OPERATORS,
        script=SCRIPT.name,
        first_served={"first": "operator", "to": "operators"},
    )
    dice, told = random.Random(4), []
    rows = b"".join(dice.randbytes(8) * 27 for _ in range(300))

    async def scene() -> None:
        ann, desk = await office.talking()
        await office.station.transfer(call_on(office).id, "fax-receive:orders", 20, {})
        fax = FaxTelephone(ann, calling=True, pages=[FaxPage(rows, 1728, "fine")])
        faxing = asyncio.ensure_future(fax.talks())
        await desk.hang_up()
        await office.until(lambda: office.seat() == "ready")
        bob = await office.caller("2125550199", line=1)
        await desk.answer()
        await office.until(lambda: office.seat() == "talking")
        await office.clock.sleep(seconds(1))
        assert call_on(office, 0).state.value == call_on(office, 1).state.value == "connected"
        await bob.speak(HELLO)
        await desk.hears(HELLO)
        await desk.speak(ANSWER)
        await bob.hears(ANSWER)
        assert not faxing.done()
        told.append(await faxing)
        await ann.hang_up()
        await bob.hang_up()
        await desk.hang_up()

    office.play(scene())
    assert (told[0].result, told[0].sent) == ("ok", ["confirmed"])
    (fax,) = office.station.store.faxes.received(limit=9)
    assert (fax["whole"], fax["bad_rows"], fax["pages"]) == (True, 0, 1)


def test_op_4_one_whom_we_called_is_given_to_a_menu(make_seats: Callable[..., Office]) -> None:
    office = make_seats(groups=OPERATORS, script=SCRIPT.name)

    async def scene() -> None:
        ann = office.board.caller(NUMBER)
        await office.station.dial(NUMBER, line=None, script=SCRIPT.name, play=None)
        await ann.is_rung()
        await office.clock.sleep(seconds(3))
        await ann.lift()
        await ann.speak(HELLO)
        await ann.hears(WELCOME, within=seconds(60))
        await ann.press("1")
        await ann.hears(MENU)
        await ann.press("0")
        await office.operators[0].answer()
        await office.until(lambda: office.seat() == "talking")
        await office.clock.sleep(seconds(0.5))
        giving = asyncio.ensure_future(into_the_menu(office, ann))
        await office.until(lambda: office.seat() == "wrap-up")
        await office.operators[0].hang_up()
        await giving

    office.play(scene())
    went_in_order(office)
