"""OP-4: an operator sends her caller to voicemail, to a menu, to receive a fax from him, and to send him one.
A whole station in virtual time, real audio, real modems; her telephone is free afterwards."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent))

from office_of_seats import HELLO, Office

from ctidrv.apps.fax.keep import write_tiff
from ctidrv.apps.fax.page import PageRows
from ctidrv.apps.ivr import load
from ctidrv.apps.ivr.prompts import read_prompt
from ctidrv.apps.ivr.shipped import shipped_folder
from ctidrv.errors import CtiError, InputError, ServiceError
from ctidrv.native.pcm import Pcm
from ctidrv.units import seconds
from hwsim.fax_telephone import FaxPage, FaxTelephone, FaxTold

Image = pytest.importorskip("PIL.Image", reason="pillow is not installed")

SCRIPT = shipped_folder() / "fax.ivr.yaml"
PROMPTS = load(SCRIPT).prompts
HOTLINE = load(shipped_folder() / "hotline.ivr.yaml").prompts
ASKED = read_prompt(shipped_folder() / "prompts/en-US/please-leave-message.wav")
NO_ANSWER = read_prompt(shipped_folder() / "prompts/en-US/returned-no-answer.wav")
FAILED = read_prompt(shipped_folder() / "prompts/en-US/returned-failed.wav")
WIDTH = 1728


def rows(seed: int, count: int = 150) -> bytes:
    dice = random.Random(seed)
    return b"".join(dice.choice([bytes(216), dice.randbytes(8) * 27, b"\xff" * 216]) for _ in range(count))


def pages_of(path: str) -> list[bytes]:
    """Black is 1."""
    found = []
    with Image.open(path) as image:
        for number in range(image.n_frames):
            image.seek(number)
            found.append(bytes(255 - each for each in image.convert("1").tobytes()))
    return found


@pytest.fixture
def office(make_seats: Callable[..., Office]) -> Office:
    """Callers reach the operators first."""
    first = {"first": "operator", "to": "operators"}
    return make_seats(groups=("operators",), script=SCRIPT.name, first_served=first)


def call_of(office: Office) -> Any:
    (line,) = office.station.lines.values()
    assert line.controller.call is not None
    return line.controller.call


async def send(office: Office, to: str, ring: float = 20) -> None:
    await office.station.transfer(call_of(office).id, to, ring, {})


async def is_free(office: Office) -> None:
    """While the caller is still on his line."""
    await office.operators[0].hang_up()
    await office.until(lambda: office.seat() == "ready")
    assert call_of(office).state.value == "connected"
    seat, ports = office.station.seat_rows()[0], office.station.ports()
    assert seat["call"] is None
    assert next(row for row in ports if row["id"] == seat["port"])["state"] == "idle"


def served(office: Office) -> list[tuple[str, str]]:
    return [(event["by"], event["state"]) for event in office.events("call.served")]


def received(office: Office) -> list[dict[str, Any]]:
    return [dict(row) for row in office.station.store.faxes.received(limit=10)]


async def starts(phone: Any, **how: Any) -> FaxTold:
    """He presses the start key of his machine, and it goes on by itself."""
    told = await FaxTelephone(phone, **how).talks()
    await phone.hang_up()
    return told


def test_op_4_voicemail_the_caller_leaves_a_message_and_the_operator_is_free(office: Office) -> None:
    async def scene() -> None:
        ann, _ = await office.talking()
        await send(office, "box:li-mei")
        await ann.hears(ASKED, within=seconds(20))
        await office.clock.sleep(seconds(1))  # the beep
        speaking = asyncio.ensure_future(ann.speak(HELLO))
        await is_free(office)
        await speaking
        await ann.hears_tone("busy", within=seconds(25))
        await ann.hang_up()

    office.play(scene())
    (message,) = office.events("call.message")
    assert (message["box"], round(message["seconds"])) == ("li-mei", round(len(HELLO) / 8000))
    assert served(office) == [("box:li-mei", "started"), ("box:li-mei", "answered")]
    assert office.legs()[-1] == ("mailbox", "li-mei", "answered")
    row = office.rig.calls()[-1]
    assert (row["cause"], row["outcome"]) == ("local-operator", "message")
    assert office.seat_events()[-1] == ("seat 1", "left", "sent-on")
    office.recording()


def test_op_4_ivr_the_caller_goes_on_in_another_script_whose_keys_work(office: Office) -> None:
    async def scene() -> None:
        ann, _ = await office.talking()
        await send(office, "ivr:hotline.ivr.yaml#main-menu")
        await ann.hears(HOTLINE.sound("en-US", "main-menu")[:8000])
        await is_free(office)
        await ann.press("1")
        await ann.hears(HOTLINE.sound("en-US", "opening-hours")[:8000])
        await ann.hang_up()

    office.play(scene())
    steps = [(step["flow"], step["verb"]) for step in office.events("call.step")]
    assert steps[:3] == [("main-menu", "menu"), ("opening-hours", "play"), ("opening-hours", "goto")]
    assert served(office) == [("ivr:hotline.ivr.yaml#main-menu", "started"), *served(office)[1:]]
    assert [leg[:2] for leg in office.legs()][-1] == ("ivr", "hotline.ivr.yaml#main-menu")
    assert office.seat_events()[-1] == ("seat 1", "left", "sent-on")
    assert [event["state"] for event in office.events("call.connect")] == ["started", "sent-on"]
    assert office.rig.calls()[-1]["outcome"] == "answered"
    office.recording()


def test_op_4_ivr_a_flow_of_the_lines_script_leads_back_to_an_operator(office: Office) -> None:
    async def scene() -> None:
        ann, desk = await office.talking()
        await send(office, "ivr:main-menu")
        await ann.hears(PROMPTS.sound("en-US", "fax-menu")[:8000])
        await is_free(office)
        await ann.press("0")
        await desk.is_rung()
        await desk.answer()
        await ann.speak(HELLO)
        await desk.hears(HELLO)
        await desk.hang_up()
        await ann.hears(PROMPTS.sound("en-US", "goodbye")[:4000])
        await ann.hang_up()

    office.play(scene())
    kinds = [leg[:2] for leg in office.legs()]
    assert kinds == [
        ("line", "sim/1"),
        ("seat", "seat 1"),
        ("ivr", "main-menu"),
        ("seat", "seat 1"),
        kinds[-1],
    ]
    office.recording()


def test_op_4_receive_fax_the_callers_pages_lie_in_the_box_row_by_row(
    make_seats: Callable[..., Office],
) -> None:
    """His machine calls (CNG) in the talk already; the script's own `on_fax_tone` has no part in it."""
    office = make_seats(groups=("operators",), script=SCRIPT.name)
    pages, told = [rows(1), rows(2)], []

    async def scene() -> None:
        ann = await office.caller()
        await ann.hears(PROMPTS.sound("en-US", "welcome")[:8000])
        await ann.press("1")
        await ann.hears(PROMPTS.sound("en-US", "fax-menu")[:8000])
        await ann.press("0")
        await office.operators[0].answer()
        await office.until(lambda: office.seat() == "talking")
        fax = starts(ann, calling=True, pages=[FaxPage(each, WIDTH, "fine") for each in pages])
        faxing = asyncio.ensure_future(fax)
        await office.clock.sleep(seconds(5))
        await send(office, "fax-receive:orders")
        await is_free(office)
        told.append(await faxing)

    office.play(scene())
    assert (told[0].result, told[0].sent) == ("ok", ["confirmed", "confirmed"])
    (fax,) = received(office)
    call = office.rig.calls()[-1]
    assert (fax["box"], fax["pages"], fax["bad_rows"], fax["whole"], fax["call"]) == (
        "orders",
        2,
        0,
        True,
        call["id"],
    )
    assert pages_of(fax["path"]) == pages
    assert served(office) == [("fax-receive:orders", "started"), ("fax-receive:orders", "answered")]
    assert office.legs()[-1] == ("fax", "orders", "answered")
    assert [event["direction"] for event in office.events("call.faxed")] == ["in"]
    assert "fax_receive" not in [step["verb"] for step in office.events("call.step")]
    office.recording()


def test_op_4_send_fax_a_document_comes_out_of_the_callers_machine_row_by_row(
    office: Office, tmp_path: Path
) -> None:
    document, told = tmp_path / "price-list.tif", []
    write_tiff(document, [PageRows(rows(9), WIDTH, 204, 196)])

    async def scene() -> None:
        ann, _ = await office.talking()
        await send(office, f"fax-send:{document}")
        faxing = asyncio.ensure_future(starts(ann, calling=False))
        await is_free(office)
        told.append(await faxing)

    office.play(scene())
    (taken,) = told[0].taken
    assert (told[0].result, taken.clean, taken.data) == ("ok", True, rows(9))
    (faxed,) = office.events("call.faxed")
    assert (faxed["direction"], faxed["result"], faxed["pages"]) == ("out", "ok", 1)
    assert office.legs()[-1] == ("fax", str(document), "answered")
    assert office.seat_events()[-1] == ("seat 1", "left", "sent-on")
    office.recording()


def test_op_4_a_fax_that_came_is_sent_to_the_next_caller_and_told_as_read(office: Office) -> None:
    told: list[FaxTold] = []

    async def scene() -> None:
        ann, _ = await office.talking()
        await send(office, "fax-receive:orders")
        faxing = asyncio.ensure_future(starts(ann, calling=True, pages=[FaxPage(rows(3), WIDTH, "fine")]))
        await is_free(office)
        await faxing
        await office.until(lambda: not any(line.controller.call for line in office.station.lines.values()))
        await office.clock.sleep(seconds(3))
        (fax,) = received(office)
        bob, _ = await office.talking()
        offered = await office.station.destinations(call_of(office).id)
        assert f"fax-send:{fax['id']}" in [row["to"] for row in offered]
        await send(office, f"fax-send:{fax['id']}")
        faxing = asyncio.ensure_future(starts(bob, calling=False))
        await is_free(office)
        told.append(await faxing)

    office.play(scene(), limit=600)
    assert [event.data for event in told[0].taken] == [rows(3)]
    (fax,) = received(office)
    assert fax["state"] == "read"
    facts = office.station.store.faxes.received_one(fax["id"])["facts"]
    assert [fact["actor"] for fact in facts if fact["kind"] == "read"] == [office.rig.calls()[-1]["id"]]


# What goes wrong.


def test_op_4_a_caller_without_a_fax_machine_comes_back_to_the_operator_who_hears_why(office: Office) -> None:
    async def scene() -> None:
        ann, desk = await office.talking()
        await send(office, "fax-receive:orders")
        await is_free(office)
        await desk.is_rung(within=seconds(90))
        await desk.answer()
        await desk.hears(NO_ANSWER)
        await ann.speak(HELLO)
        await desk.hears(HELLO)
        await desk.hang_up()
        await ann.hang_up()

    office.play(scene())
    assert served(office) == [("fax-receive:orders", "started"), ("fax-receive:orders", "no-answer")]
    assert received(office) == []
    assert [state for _, state, _ in office.seat_events()][-5:] == [
        "left",
        "ringing",
        "answered",
        "talking",
        "left",
    ]
    office.recording()


def test_op_4_a_caller_who_hangs_up_in_the_middle_of_his_fax_leaves_the_pages_that_came(
    office: Office,
) -> None:
    async def scene() -> None:
        ann, _ = await office.talking()
        await send(office, "fax-receive:orders")
        machine = FaxTelephone(ann, calling=True, pages=[FaxPage(rows(1)), FaxPage(rows(2, 1100))])
        talking = asyncio.ensure_future(machine.talks())
        await is_free(office)
        while not machine.told.sent:
            await office.clock.sleep(seconds(0.1))
        await office.clock.sleep(seconds(3))
        await ann.hang_up()
        await talking

    office.play(scene())
    (fax,) = received(office)
    assert (fax["whole"], pages_of(fax["path"])[0]) == (False, rows(1))
    assert served(office)[-1] == ("fax-receive:orders", "caller-left")
    assert "ringing" not in [state for _, state, _ in office.seat_events()[2:]]  # busy tone is heard first
    assert office.rig.calls()[-1]["cause"].startswith("remote-")
    assert office.seat() == "ready"
    office.recording()


def test_op_4_an_operator_takes_back_a_caller_whose_fax_is_being_sent(office: Office, tmp_path: Path) -> None:
    document = tmp_path / "price-list.tif"
    write_tiff(document, [PageRows(rows(9, 1100), WIDTH, 204, 196)])

    async def scene() -> None:
        ann, _ = await office.talking()
        await send(office, f"fax-send:{document}")
        machine = FaxTelephone(ann, calling=False)
        talking = asyncio.ensure_future(machine.talks())
        await is_free(office)
        while "<DCS" not in machine.told.frames:
            await office.clock.sleep(seconds(0.1))
        await office.station.answer(call_of(office).id)
        await office.clock.sleep(seconds(1))
        await office.station.hang_up(call_of(office).id)
        await talking
        await ann.hang_up()

    office.play(scene())
    assert [event["result"] for event in office.events("call.faxed")] != ["ok"]
    assert office.legs()[-1][:2] == ("seat", "operator")
    assert served(office) == [(f"fax-send:{document}", "started")]


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("box:../x", "a box is called by"),
        ("fax-receive:", "a box is called by"),
        ("ivr:main-manu", "no flow 'main-manu'.*main-menu"),
        ("ivr:nothing.ivr.yaml", "there is no file"),
        ("ivr:hotline.ivr.yaml#x", "no flow 'x'"),
        ("ivr:#x", "no file|no flow"),
        ("fax-send:price-list.pdf", "no fax of this id"),
        ("fax-send:/nowhere/x.pdf", "/nowhere/x.pdf|x.pdf"),
        ("fax-send:", "no fax of this id"),
    ],
)
def test_op_4_what_is_not_there_is_refused_and_the_talk_goes_on(office: Office, to: str, said: str) -> None:
    async def scene() -> None:
        ann, desk = await office.talking()
        with pytest.raises(InputError, match=said):
            await send(office, to)
        assert office.seat() == "talking"
        await ann.speak(HELLO)
        await desk.hears(HELLO)
        await ann.hang_up()
        await desk.hang_up()

    office.play(scene())
    assert served(office) == []


def test_op_4_a_caller_who_waits_for_a_seat_is_sent_nowhere(office: Office) -> None:
    refused: list[CtiError] = []

    async def scene() -> None:
        ann = await office.caller()
        await office.operators[0].is_rung()
        for to in ("box:li-mei", "ivr:main-menu", "fax-receive:orders"):
            with pytest.raises(ServiceError, match="talks with no seat") as error:
                await send(office, to)
            refused.append(error.value)
        await ann.hang_up()

    office.play(scene())
    assert len(refused) == 3


def test_op_4_a_call_that_no_script_serves_is_given_to_none(make_seats: Callable[..., Office]) -> None:
    office = make_seats(groups=("operators",), to=("operators",))

    async def scene() -> None:
        ann, desk = await office.talking()
        await send(office, "ivr:main-menu")
        await desk.hears(FAILED)  # he has not hung up: he has the caller at once
        await ann.speak(HELLO)
        await desk.hears(HELLO)
        await ann.hang_up()
        await desk.hang_up()

    office.play(scene())
    assert served(office) == [("ivr:main-menu", "started"), ("ivr:main-menu", "failed")]


def test_op_4_the_caller_is_in_no_silence_on_his_way(office: Office) -> None:
    """Music, and the 1.8 s that T.30 wants before the answer tone."""
    told: list[int] = []

    async def scene() -> None:
        ann, _ = await office.talking()
        told.append(office.clock.now())
        await send(office, "fax-receive:orders")
        faxing = asyncio.ensure_future(starts(ann, calling=True, pages=[FaxPage(rows(1))]))
        await is_free(office)
        await faxing

    office.play(scene())
    sent, _ = office.recording()
    begun = office.rig.calls()[-1]["events"]
    seizure = next(event["at"] for event in begun if event["type"] == "call.answered")
    order = int(told[0] - seizure * 8000)
    assert longest_silence(sent[order : order + seconds(6)]) <= seconds(1.8)


def longest_silence(sound: Pcm) -> int:
    """In steps of 20 ms."""
    longest = now = 0
    for at in range(0, len(sound) - 160, 160):
        quiet = max(abs(each) for each in sound[at : at + 160]) < 64
        now = now + 160 if quiet else 0
        longest = max(longest, now)
    return longest
