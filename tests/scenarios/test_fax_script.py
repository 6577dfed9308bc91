"""`fax.ivr.yaml` with real audio and fax machines: fax on demand, faxes that come, and all else in one script
(IV-1). A whole station in virtual time."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent))

from office_of_seats import ANSWER, HELLO, VOICE, Office

from ctidrv.apps.fax.document import open_document
from ctidrv.apps.ivr import load
from ctidrv.apps.ivr.shipped import shipped_folder
from ctidrv.native.pcm import Pcm
from ctidrv.units import seconds
from hwsim.fax_telephone import FaxPage, FaxTelephone, FaxTold

SCRIPT = shipped_folder() / "fax.ivr.yaml"
PROMPTS = load(SCRIPT).prompts


def prompt(name: str, language: str = "en-US") -> Pcm:
    return PROMPTS.sound(language, name)


def page(seed: int, rows: int = 150) -> FaxPage:
    dice = random.Random(seed)
    lines = [dice.choice([bytes(216), dice.randbytes(8) * 27, b"\xff" * 216]) for _ in range(rows)]
    return FaxPage(b"".join(lines))


@pytest.fixture
def office(make_seats: Callable[..., Office]) -> Office:
    return make_seats(groups=("operators",), script=SCRIPT.name)


async def at_the_menu(office: Office, key: str = "1", language: str = "en-US") -> Any:
    ann = await office.caller()
    await ann.hears(prompt("welcome")[:8000])
    await ann.press(key)
    await ann.hears(prompt("fax-menu", language)[:8000])
    return ann


async def faxes(phone: Any, **how: Any) -> FaxTold:
    """He presses the start key of his machine, and it goes on by itself."""
    told = await FaxTelephone(phone, **how).talks()
    await phone.hang_up()
    return told


def verbs(office: Office, call: int = -1) -> list[str]:
    return [step["verb"] for step in office.events("call.step", call)]


def received(office: Office) -> list[dict[str, Any]]:
    return [dict(row) for row in office.station.store.faxes.received(limit=10)]


def test_fax_on_demand_the_price_list_comes_out_of_the_callers_machine(office: Office) -> None:
    told: list[FaxTold] = []

    async def scene() -> None:
        ann = await at_the_menu(office, "2", "zh-CN")
        await ann.press("1")
        await ann.hears(prompt("start-your-fax", "zh-CN"))
        told.append(await faxes(ann, calling=False))

    office.play(scene())
    with open_document([SCRIPT.parent / "documents/price-list.txt"]) as letter:
        assert len(told[0].taken) == len(letter.pages)
    assert told[0].result == "ok"
    assert all(event.clean for event in told[0].taken)
    assert sum(bin(event.data.count(0)).count("1") for event in told[0].taken) > 0
    assert verbs(office)[-1] == "fax_send"
    (row,) = office.rig.calls()
    assert (row["outcome"], row["cause"]) == ("answered", "local-script")


def test_fax_to_a_voice_menu_is_received_though_nobody_presses_a_key(office: Office) -> None:
    told: list[FaxTold] = []
    pages = [page(1), page(2)]

    async def scene() -> None:
        phone = office.board.caller()
        await phone.dial(office.board.exchange.lines[0].number)
        told.append(await faxes(phone, calling=True, pages=pages))

    office.play(scene())
    assert told[0].sent == ["confirmed", "confirmed"]
    assert told[0].result == "ok"
    (fax,) = received(office)
    assert (fax["box"], fax["pages"], fax["bad_rows"], fax["ident"]) == ("front-desk", 2, 0, "555 0199")
    assert verbs(office)[-1] == "fax_receive"


def test_iv_1_play_keys_record_operator_fax_in_and_fax_out_in_one_script(office: Office) -> None:
    told: list[FaxTold] = []

    async def scene() -> None:
        # 播音 收号 录音: prompts, keys, and a recording
        ann = await at_the_menu(office)
        await ann.press("3")
        await ann.hears(prompt("say-your-order"))
        await ann.silence(seconds(1))
        await ann.speak(VOICE)
        await ann.press("#")
        await ann.hears(prompt("order-taken"))
        await ann.hang_up()
        await office.clock.sleep(seconds(5))
        # 转人工: an operator
        bob = await at_the_menu(office)
        await bob.press("0")
        await office.operators[0].is_rung()
        await office.operators[0].answer()
        await office.until(lambda: office.seat() == "talking")
        await office.clock.sleep(seconds(0.5))
        await bob.speak(HELLO)
        await office.operators[0].hears(HELLO)
        await office.operators[0].speak(ANSWER)
        await bob.hears(ANSWER)
        await office.operators[0].hang_up()
        await bob.hears(prompt("goodbye"))
        await bob.hang_up()
        await office.clock.sleep(seconds(5))
        # 收传真: he sends from where he is
        eve = await at_the_menu(office)
        await eve.press("2")
        await eve.hears(prompt("start-your-fax"))
        told.append(await faxes(eve, calling=True, pages=[page(3)]))
        await office.clock.sleep(seconds(5))
        # 发传真: she gets one
        dan = await at_the_menu(office)
        await dan.press("1")
        await dan.hears(prompt("start-your-fax"))
        told.append(await faxes(dan, calling=False))

    office.play(scene())
    done = {verb for call in range(4) for verb in verbs(office, call)}
    assert {"play", "gather", "menu", "record", "transfer", "fax_receive", "fax_send"} <= done
    came, went = told
    assert (came.sent, came.result) == (["confirmed"], "ok")
    assert (went.result, all(event.clean for event in went.taken)) == ("ok", True)
    assert [fax["pages"] for fax in received(office)] == [1]
    rows = office.rig.calls()
    assert [row["outcome"] for row in rows] == ["answered"] * 4
    kinds = [recording["path"] for row in rows for recording in row["recordings"]]
    assert len(kinds) == 5  # four lines, and the order


def test_a_fax_machine_that_reaches_an_operator_is_not_taken_from_her(office: Office) -> None:
    async def scene() -> None:
        phone = await at_the_menu(office)
        await phone.press("0")
        await office.operators[0].is_rung()
        await office.operators[0].answer()
        await office.until(lambda: office.seat() == "talking")
        machine = asyncio.ensure_future(FaxTelephone(phone, calling=True, pages=[page(4)]).talks())
        await office.clock.sleep(seconds(12))
        assert office.seat() == "talking"
        await office.operators[0].hang_up()
        await phone.hang_up()
        await machine

    office.play(scene())
    assert "fax_receive" not in verbs(office)
    assert received(office) == []
