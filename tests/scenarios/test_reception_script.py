"""`reception.ivr.yaml` with real audio: from the menu to an operator at her telephone, and when nobody takes
the call to the mailbox. A whole station in virtual time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent))

from office_of_seats import ANSWER, HELLO, VOICE, Office

from ctidrv.apps.ivr import ScriptErrors, load
from ctidrv.apps.ivr.shipped import shipped_folder
from ctidrv.media.wav import read_wav
from ctidrv.native.compare import find
from ctidrv.native.pcm import Pcm
from ctidrv.units import seconds

SCRIPT = shipped_folder() / "reception.ivr.yaml"
PROMPTS = load(SCRIPT).prompts


def prompt(name: str, language: str = "en-US") -> Pcm:
    return PROMPTS.sound(language, name)


@pytest.fixture
def make_office(make_seats: Callable[..., Office]) -> Callable[..., Office]:
    return lambda **more: make_seats(**{"groups": ("operators",), "script": SCRIPT.name} | more)


async def to_the_operators(office: Office, key: str = "1", language: str = "en-US") -> Any:
    """A caller who has asked for an operator."""
    ann = await office.caller()
    await ann.hears(prompt("welcome")[:8000])
    await ann.press(key)
    await ann.hears(prompt("reception-menu", language)[:8000])
    await ann.press("0")
    await ann.hears(prompt("one-moment", language))
    return ann


def test_caller_is_led_from_the_menu_to_an_operator_and_both_talk(make_office) -> None:
    office = make_office()

    async def scene() -> None:
        ann = await to_the_operators(office, "2", "zh-CN")
        await office.operators[0].is_rung()
        await ann.hears(prompt("music/calm")[:16000])
        await office.operators[0].answer()
        await office.until(lambda: office.seat() == "talking")
        await office.clock.sleep(seconds(0.5))
        await ann.speak(HELLO)
        await office.operators[0].hears(HELLO)
        await office.operators[0].speak(ANSWER)
        await ann.hears(ANSWER)
        await office.operators[0].hang_up()
        await ann.hears(prompt("goodbye", "zh-CN"))
        await ann.hang_up()

    office.play(scene())
    (row,) = office.rig.calls()
    assert (row["outcome"], row["cause"]) == ("answered", "local-script")
    (started, ended) = office.events("call.connect")
    assert (started["to"], started["card"]) == (["operators"], {"caller": "2125550100", "language_key": "2"})
    assert ended["state"] == "answered"
    assert [step["cond"] for step in office.events("call.step") if step["verb"] == "if"] == [True]
    sent, came = office.recording()
    for sound in (prompt("welcome"), prompt("one-moment", "zh-CN"), ANSWER, prompt("goodbye", "zh-CN")):
        assert find(sound, sent).snr_db > 15
    assert find(HELLO, came).snr_db > 15


@pytest.mark.parametrize(("status", "paused"), [("no-answer", False), ("busy", True)])
def test_caller_whom_nobody_takes_leaves_a_message(make_office, status: str, paused: bool) -> None:
    office = make_office(seats=2)

    async def scene() -> None:
        for seat in ("01", "02") if paused else ():
            await office.station.pause_seat(seat, True)
        ann = await to_the_operators(office)
        await ann.hears(prompt("nobody-free"), within=seconds(40))
        await ann.hears(prompt("please-leave-message"))
        await office.clock.sleep(seconds(1))
        await ann.speak(VOICE)
        await ann.press("#")
        await ann.hears(prompt("message-saved"))
        await ann.hears(prompt("goodbye"))
        await ann.hang_up()

    office.play(scene())
    assert [event["state"] for event in office.events("call.connect")] == ["started", status]
    (row,) = office.rig.calls()
    (message,) = row["messages"]
    assert (row["outcome"], message["box"]) == ("message", "front-desk")
    assert find(VOICE[8000:], read_wav(message["path"]).channels[0]).snr_db > 15
    rung = [seat for seat, state, _ in office.seat_events() if state == "ringing"]
    assert rung == ([] if paused else ["seat 1", "seat 2"])


def test_caller_who_leaves_while_it_rings_stops_the_telephones(make_office) -> None:
    office = make_office(seats=2)

    async def scene() -> None:
        ann = await to_the_operators(office)
        await office.operators[1].is_rung()
        await ann.hang_up()
        await office.until(lambda: office.seat(0) == office.seat(1) == "ready")

    office.play(scene())
    assert office.events("call.connect")[-1]["state"] == "caller-left"
    assert office.rig.calls()[0]["messages"] == []


def test_station_whose_seats_the_script_does_not_know_does_not_load(make_office) -> None:
    with pytest.raises(ScriptErrors, match=r"reception\.ivr\.yaml:28:13: error: .* no group `operators`"):
        make_office(groups=("sales",))
