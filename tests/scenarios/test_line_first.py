"""Who has a line's calls first (OP-1), with real audio in virtual time: the script, an operator or a queue
with the script behind, or telephones that ring along until the script answers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent))

from office_of_seats import ANSWER, HELLO, Office
from office_with_queue import OFFICE, PROMPTS, SCRIPT

from ctidrv.native.compare import find
from ctidrv.native.pcm import Pcm
from ctidrv.units import seconds


def prompt(name: str) -> Pcm:
    return PROMPTS.sound("en-US", name)


@pytest.fixture
def make_office(tmp_path: Path) -> Iterator[Callable[..., Office]]:
    """``make_office(**first)``: of its line; `country` is the office's."""
    made: list[Office] = []

    def make(country: str = "US", **first: Any) -> Office:
        settings = {"groups": ("operators",), "script": SCRIPT.name, "queues": [OFFICE]}
        made.append(Office(tmp_path / str(len(made)), country, first_served=first, **settings))
        return made[-1]

    yield make
    for office in made:
        office.rig.close()


async def talk(office: Office, ann: Any) -> None:
    """They hear each other, and the operator hangs up."""
    operator = office.operators[0]
    await office.until(lambda: office.seat() == "talking")
    await office.clock.sleep(seconds(0.5))
    await ann.speak(HELLO)
    await operator.hears(HELLO)
    await operator.speak(ANSWER)
    await ann.hears(ANSWER)
    await operator.hang_up()
    await ann.hears_tone("busy", within=seconds(10))
    await ann.hang_up()


def they_talked_and_no_menu(office: Office) -> None:
    (row,) = office.rig.calls()
    assert (row["outcome"], row["cause"]) == ("answered", "local-operator")
    assert office.events("call.step") == office.events("call.prompt") == []
    sent, came = office.recording()
    assert find(ANSWER, sent).snr_db > 15
    assert find(HELLO, came).snr_db > 15


def test_op_1_script_first_answers_and_no_telephone_rings(make_office) -> None:
    office = make_office(first="script")

    async def scene() -> None:
        ann = await office.caller()
        await ann.hears(prompt("welcome"))
        await ann.hang_up()

    office.play(scene())
    assert office.operators[0].notes == []
    assert office.events("call.step")[0]["verb"] == "answer"


def test_op_1_operator_first_talks_and_the_menu_is_not_heard(make_office) -> None:
    office = make_office(first="operator", to="operators")

    async def scene() -> None:
        ann = await office.caller()
        await office.operators[0].answer(rings=2)
        assert office.operators[0].shown[0].number == "2125550100"
        await talk(office, ann)

    office.play(scene())
    they_talked_and_no_menu(office)
    assert office.legs() == [("line", "sim/1", "local-operator"), ("seat", "seat 1", "operator")]


@pytest.mark.parametrize("paused", [False, True])
def test_op_1_operator_first_with_nobody_there_goes_to_the_script(make_office, paused) -> None:
    office = make_office(first="operator", to="01", ring=8)

    async def scene() -> None:
        if paused:
            await office.station.pause_seat("01", True)
        ann = await office.caller()
        await ann.hears(prompt("welcome"), within=seconds(25))
        await ann.press("1")
        await ann.hears(prompt("reception-menu")[:8000])
        await ann.hang_up()

    office.play(scene())
    assert office.events("call.connect")[-1]["state"] == ("busy" if paused else "no-answer")
    assert len(office.events("call.answered")) == 1
    if not paused:
        rung, left = office.events("call.seat")
        assert left["at"] - rung["at"] == pytest.approx(8, abs=0.05)


@pytest.mark.parametrize("leaves", [False, True])
def test_op_1_queue_first_waits_and_whoever_leaves_it_hears_the_script(make_office, leaves) -> None:
    office = make_office(first="queue", to="office")

    async def scene() -> None:
        await office.operators[0].lift()
        await office.until(lambda: office.seat() == "in-use")
        ann = await office.caller()
        await ann.hears(prompt("you-are-number"), within=seconds(20))
        if leaves:
            await ann.press("*")
            await ann.hears(prompt("welcome"))
            await ann.hang_up()
            await office.operators[0].hang_up()
            return
        await office.operators[0].hang_up()
        await office.operators[0].answer()
        await talk(office, ann)

    office.play(scene())
    assert office.events("queue.left")[0]["why"] == ("left" if leaves else "answered")
    if not leaves:
        assert office.rig.calls()[0]["cause"] == "local-operator"
        assert office.events("call.step") == []


@pytest.mark.parametrize("country", ["US", "GB", "CN"])
def test_op_1_ring_n_then_script_an_operator_who_lifts_before_answers_the_line(make_office, country) -> None:
    office = make_office(country, first="rings", to="operators", rings=4)

    async def scene() -> None:
        ann = await office.caller(name=None)
        await office.operators[0].is_rung(within=seconds(40))
        await ann.hears_tone("ringback", within=seconds(8))  # the exchange's: nobody has answered
        await office.operators[0].answer()
        await talk(office, ann)

    office.play(scene())
    they_talked_and_no_menu(office)
    (answered,) = office.events("call.answered")
    rung, lifted = office.events("call.seat")[:2]
    assert answered["by"] == "seat"
    assert rung["at"] < lifted["at"] <= answered["at"] < lifted["at"] + 0.5
    assert [ring["count"] for ring in office.events("call.ring") if ring["at"] < answered["at"]][-1] < 4
    (seat,) = [leg for leg in office.rig.calls()[0]["legs"] if leg["kind"] == "seat"]
    assert (seat["party"], seat["cause"]) == ("seat 1", "operator")


@pytest.mark.parametrize("to", ["operators", None])
def test_op_1_ring_n_then_script_which_answers_after_them(make_office, to) -> None:
    office = make_office(first="rings", to=to, rings=3)

    async def scene() -> None:
        ann = await office.caller()
        await ann.hears(prompt("welcome"), within=seconds(40))
        assert office.seat() == "ready"
        await ann.hang_up()

    office.play(scene())
    (answered,) = office.events("call.answered")
    assert answered["by"] == "script"
    assert [ring["count"] for ring in office.events("call.ring") if ring["at"] < answered["at"]] == [1, 2, 3]
    rings = [] if to is None else [("seat 1", "ringing", None), ("seat 1", "left", "withdrawn")]
    assert office.seat_events() == rings


def test_caller_who_gives_up_while_telephones_ring_along_is_missed(make_office) -> None:
    office = make_office(first="rings", to="operators", rings=8)

    async def scene() -> None:
        ann = await office.caller()
        await office.operators[0].is_rung()
        await ann.hang_up()
        await office.until(lambda: office.seat() == "ready")

    office.play(scene())
    (row,) = office.rig.calls()
    assert (row["outcome"], row["answered"]) == ("missed", None)
    assert office.seat_events()[-1] == ("seat 1", "left", "caller-left")


def test_operator_who_answers_in_her_window_stops_the_telephones(make_office) -> None:
    office = make_office(first="rings", to="operators", rings=8)

    async def scene() -> None:
        ann = await office.caller()
        await office.operators[0].is_rung()
        await office.station.answer(office.rig.calls()[0]["id"])
        await office.until(lambda: office.seat() == "ready")
        await office.clock.sleep(seconds(1))
        await ann.hang_up()

    office.play(scene())
    assert [event["by"] for event in office.events("call.answered")] == ["operator"]
    assert office.events("call.step") == []
