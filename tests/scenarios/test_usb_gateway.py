"""A call at an operator's telephone that is plugged into a USB box: the whole station in virtual time, the
real driver on a simulated USB and sound card, somebody at the telephone.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ctidrv.config import BoardConfig, SeatConfig
from ctidrv.drivers.usbgw.board import GatewayBoard
from ctidrv.drivers.usbgw.session import Wanted
from ctidrv.events import DigitDown
from ctidrv.folder import DataFolder
from ctidrv.media.wav import read_wav
from ctidrv.native.levels import level
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import Part, render, tone
from ctidrv.ports import registry
from ctidrv.ports.api import DriverContext
from ctidrv.service import loading
from ctidrv.units import RATE, PortId, ms, seconds
from hwsim.devices.usbgw.stand_in import GatewayStandIn
from hwsim.rig.station import Rig, one_board, script_path

SAID_DBM0 = -12.0
ROOM_DB = 1.0
LINE_LOSS_DB = 6.0
"""Between two lines of the simulated exchange."""


class InStep(GatewayBoard):
    """With its stand-in, a tick of the station's after the other."""

    device: GatewayStandIn

    def pump(self) -> None:
        self.device.tick()
        super().pump()


class Office:
    """A line, and a seat at the telephone of a box."""

    def __init__(self, folder: Path, model: str, monkeypatch: pytest.MonkeyPatch) -> None:
        def open_board(driver: str, name: str, settings: Any, context: DriverContext) -> Any:
            if driver != "usbgw":
                return registry.open_board(driver, name, settings, context)
            device = GatewayStandIn(model, clock=context.clock, settings={"caller_id": False})
            board = InStep(
                name,
                Wanted(**settings),
                backend=device.backend,
                sounds=device.sounds,
                now=lambda: context.clock.now() / RATE,
                threaded=False,
            )
            board.device = device
            return board

        monkeypatch.setattr(loading, "open_board", open_board)
        config = one_board(script_path("hotline.ivr.yaml"), phones=2)
        self.rig = Rig(
            DataFolder(folder),
            replace(
                config,
                boards=[*config.boards, BoardConfig("box", "usbgw", {"model": model})],
                lines=[replace(line, first="operator", to="08", ring=60) for line in config.lines],
                seats=[SeatConfig("Li Mei", "08", PortId("box/1"), wrap_up=0)],
            ),
        )
        self.station, self.clock = self.rig.station, self.rig.clock
        board: Any = self.station.boards["box"]
        self.device: GatewayStandIn = board.device
        self.telephone = self.device.telephone
        (self.channel,) = (each for each in self.station.engine.channels if each.info.id == PortId("box/1"))

    def play(self, scene: Coroutine[Any, Any, None]) -> None:
        self.rig.run(scene, seconds(300))

    @property
    def seat(self) -> str:
        (row,) = self.station.seat_rows()
        return str(row["state"])

    async def until(self, what: Callable[[], bool], within_s: float = 30) -> None:
        end = self.clock.now() + seconds(within_s)
        while not what():
            assert self.clock.now() < end, f"not within {within_s} s: the seat is {self.seat}"
            await self.clock.sleep(ms(20))

    async def talking(self) -> Any:
        """A caller whom the telephone has answered."""
        await self.until(lambda: self.seat == "ready")
        caller = self.rig.board.caller("2125550100", "ANN LEE")
        await caller.dial(self.rig.first_number)
        await self.telephone.answer()
        await self.until(lambda: self.seat == "talking")
        await self.clock.sleep(ms(500))
        return caller


@pytest.fixture(params=["b2k", "b3g"])
def office(
    tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    made = Office(tmp_path, request.param, monkeypatch)
    yield made
    made.rig.close()
    assert made.device.firmware.relay, "its telephone is the exchange's when the station has ended"
    made.device.close()


def beep(length: float, hz: float) -> Pcm:
    return render(tone([Part((hz,), SAID_DBM0, 1000)], loop=True), seconds(length))


def loud(sound: Pcm) -> tuple[Pcm, int]:
    """From the first to the last piece that is not quiet, and how many within are."""
    pieces = [at for at in range(0, len(sound) - 80, 80) if level(sound[at : at + 80]) > SAID_DBM0 - 15]
    whole = sound[pieces[0] : pieces[-1] + 80]
    return whole, len(whole) // 80 - len(pieces)


async def said_and_heard(office: Office, says: Any, hears: Any, hz: float) -> float:
    """The level of what one says at another's ear; it is whole, and without a gap."""
    hears.collect()
    before = len(hears.heard)
    await says(beep(1.5, hz))
    await office.clock.sleep(seconds(0.5))
    hears.collect()
    heard, gaps = loud(Pcm(hears.heard[before:]))
    assert len(heard) == pytest.approx(seconds(1.5), abs=160)
    assert gaps == 0
    return level(heard[800:-800])


def test_a_call_rings_at_the_box_is_answered_heard_both_ways_keyed_and_hung_up(office: Office) -> None:
    keys: list[tuple[str, str]] = []
    levels: list[float] = []

    def told(event: Any) -> None:
        if isinstance(event, DigitDown):
            keys.append((event.digit, event.source))

    async def prompt(sound: Pcm) -> None:
        await office.channel.play(sound).done()

    async def scene() -> None:
        phone = office.telephone
        caller = await office.talking()
        office.channel.subscribe(told)
        for says, hears, hz in (
            (prompt, phone, 1004),
            (phone.speak, caller, 700),
            (caller.speak, phone, 1300),
        ):
            levels.append(await said_and_heard(office, says, hears, hz))
        await phone.press("159#")
        await office.clock.sleep(seconds(0.5))
        await phone.hang_up()
        await office.until(lambda: office.seat == "ready")
        await office.rig.comes_to_rest()

    office.play(scene())
    near, far = SAID_DBM0, SAID_DBM0 - LINE_LOSS_DB
    assert levels == [pytest.approx(each, abs=ROOM_DB) for each in (near, far, far)]
    assert keys == [(key, "hardware") for key in "159#"], "each once"
    rows = {row["id"]: row for row in office.station.ports()}
    assert [(rows[each]["kind"], rows[each]["slips"]) for each in ("box/1", "box/2")] == [
        ("FXS", 0),
        ("MONITOR", 0),
    ]
    (call,) = office.rig.calls()
    assert call["outcome"] == "answered"
    assert [(leg["kind"], leg["cause"]) for leg in call["legs"]][1] == ("seat", "operator")
    (row,) = call["recordings"]
    sent, came = read_wav(row["path"]).channels
    assert level(tone_in(sent, 700)) == pytest.approx(SAID_DBM0, abs=ROOM_DB)
    assert level(tone_in(came, 1300)) == pytest.approx(far, abs=ROOM_DB)
    assert not office.device.firmware.lamp[0]


def tone_in(sound: Pcm, hz: float) -> Pcm:
    """A second of the longest stretch in which this frequency is nearly all."""
    pcm = np.frombuffer(sound.bytes, "<i2").astype(float)
    pieces = pcm[: len(pcm) // 800 * 800].reshape(-1, 800)
    part = 2 * np.abs(pieces @ np.exp(-2j * np.pi * hz * np.arange(800) / RATE)) / 800
    whole = np.sqrt(2 * np.mean(pieces**2, axis=1)) + 1
    found = np.flatnonzero((part / whole > 0.95) & (whole > 300))
    assert len(found) >= 12
    return sound[800 * int(found[1]) : 800 * int(found[1]) + RATE]


def test_a_box_that_is_unplugged_in_a_talk_ends_it_and_takes_the_next_call_when_it_is_back(
    office: Office,
) -> None:
    async def scene() -> None:
        caller = await office.talking()
        office.device.unplug()
        await office.until(lambda: office.seat == "out-of-order")
        await office.telephone.hang_up()
        await caller.hang_up()
        await office.rig.comes_to_rest()
        office.device.plug()
        await office.until(lambda: office.seat == "ready")
        office.rig.board.give_back(caller)
        await office.talking()
        await office.telephone.hang_up()
        await office.rig.comes_to_rest()

    office.play(scene())
    first, second = office.rig.calls()
    assert [leg["cause"] for leg in first["legs"] if leg["kind"] == "seat"] == ["line-lost"]
    assert [leg["cause"] for leg in second["legs"] if leg["kind"] == "seat"] == ["operator"]
    assert [each["state"] for call in (first, second) for each in call["recordings"]] == ["closed", "closed"]


def test_a_call_of_the_exchange_at_the_box_leaves_the_seat_out_of_order_until_it_is_over(
    office: Office,
) -> None:
    async def scene() -> None:
        await office.until(lambda: office.seat == "ready")
        box = office.device.at_box.board
        private = box.caller("5551234")
        await private.dial(box.exchange.lines[0].number)
        await office.until(lambda: office.seat == "out-of-order")
        await office.telephone.answer()
        await private.answered()
        await office.clock.sleep(seconds(1))
        await private.hang_up()
        await office.telephone.hang_up()
        await office.until(lambda: office.seat == "ready")
        await office.talking()
        await office.telephone.hang_up()
        await office.rig.comes_to_rest()

    office.play(scene())
    (call,) = office.rig.calls()
    assert call["outcome"] == "answered"
