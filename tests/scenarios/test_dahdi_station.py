"""A station on a simulated card in virtual time: a line at channel 1, an operator at channel 2."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from dahdi_bench import START, OnCard

from ctidrv.apps.ivr import load
from ctidrv.apps.ivr.shipped import shipped_folder
from ctidrv.callcontrol.told import messages_fact
from ctidrv.config import BoardConfig, LineConfig, Office, SeatConfig, StationConfig
from ctidrv.drivers.dahdi import board as driver
from ctidrv.folder import DataFolder
from ctidrv.media.virtual import VirtualLoop
from ctidrv.media.wav import read_wav
from ctidrv.native.compare import find_over_line
from ctidrv.native.pcm import Pcm
from ctidrv.service.daemon import Station
from ctidrv.units import PortId, ms, seconds
from hwsim.devices.dahdi.card import CardOnLines
from hwsim.devices.dahdi.door import CardDoor

SCRIPT = shipped_folder() / "reception.ivr.yaml"
PROMPTS = load(SCRIPT).prompts
VOICES = Path(__file__).parents[2] / "hw-sim/hwsim/voices"
HELLO = read_wav(VOICES / "ann-lee.wav").channels[0][:16000]
ANSWER = read_wav(VOICES / "not-in-service.wav").channels[0][:16000]


class OfficeOnCard:
    """`clearing`: what the line gets once its caller has hung up."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, clearing: str, given: dict[str, Any]
    ) -> None:
        config = StationConfig(
            office=Office(country="US"),
            boards=[BoardConfig("card", "dahdi", given)],
            lines=[LineConfig(PortId("card/1"), str(SCRIPT))],
            seats=[SeatConfig("ann", "01", PortId("card/2"), groups=("operators",), wrap_up=2)],
        )
        start: datetime = START
        self.station = Station(DataFolder(folder), config, live=False, seed=3, start=start)
        self.clock = self.station.clock
        self.there = CardOnLines({"clearing": [clearing, "dial-tone"]}, fxo=1, fxs=1, clock=self.clock)
        monkeypatch.setattr(driver, "SystemDoor", lambda nodes: CardDoor(self.there.card))
        self.station.open()
        time: Any = OnCard(self.station.engine, self.there)
        self._runner = asyncio.Runner(loop_factory=lambda: VirtualLoop(time))
        (self.operator,) = self.there.board.operators
        self.caller = self.there.board.caller("2125550100", "ANN LEE")

    def play(self, scene: Coroutine[Any, Any, None]) -> dict[str, Any]:
        """The row of the one call there was, if there was one."""

        async def whole() -> None:
            self.station.start()
            await self.clock.sleep(ms(500))
            await scene
            await self.until(lambda: self.line == "idle" and self.seat == "ready")
            await self.station.recorder.settled()
            await self.station.stop()

        self._runner.run(whole())
        rows = self.station.store.calls(limit=5)
        return self.station.store.call(rows[0]["id"]) or {} if rows else {}

    @property
    def line(self) -> str:
        return str(self.station.lines[PortId("card/1")].controller.state.word)

    @property
    def seat(self) -> str:
        return str(self.station.seat_rows()[0]["state"])

    async def until(self, what: Callable[[], bool], within: int = 30) -> None:
        end = self.clock.now() + seconds(within)
        while not what():
            assert self.clock.now() < end, f"line {self.line}, seat {self.seat}"
            await self.clock.sleep(ms(20))

    def close(self) -> None:
        self._runner.close()
        self.station.close()
        self.there.close()


@pytest.fixture
def make_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., OfficeOnCard]]:
    made: list[OfficeOnCard] = []

    def make(clearing: str, **given: Any) -> OfficeOnCard:
        made.append(OfficeOnCard(tmp_path / "data", monkeypatch, clearing, given))
        return made[-1]

    yield make
    for each in made:
        each.close()


def prompt(name: str) -> Pcm:
    return PROMPTS.sound("en-US", name)


async def _to_the_operator(office: OfficeOnCard) -> None:
    """Through the menu; her telephone shows who calls, and is lifted."""
    await office.caller.dial(office.there.number(1))
    await office.caller.hears(prompt("welcome")[:8000])
    await office.caller.press("1")
    await office.caller.hears(prompt("reception-menu")[:8000])
    await office.caller.press("0")
    await office.operator.is_rung()
    await office.caller.hears(prompt("music/calm")[:16000])
    await office.operator.answer(rings=2)
    assert [each.number for each in office.operator.shown] == ["2125550100"]
    await office.until(lambda: office.seat == "talking")
    await office.clock.sleep(seconds(0.5))


def test_a_caller_is_led_to_the_operator_and_the_loop_breaks_when_he_goes(
    make_office: Callable[..., OfficeOnCard],
) -> None:
    office = make_office("loop-break")

    async def scene() -> None:
        await _to_the_operator(office)
        await office.caller.speak(HELLO)
        await office.operator.hears(HELLO)
        await office.operator.speak(ANSWER)
        await office.caller.hears(ANSWER)
        await office.caller.hang_up()
        await office.until(lambda: office.line == "idle")
        await office.operator.hang_up()

    row = office.play(scene())
    assert (row["number"], row["name"]) == ("2125550100", "ANN LEE")
    assert (row["outcome"], row["cause"]) == ("answered", "remote-loop-break")
    (recording,) = row["recordings"]
    assert (recording["state"], recording["lost_seconds"]) == ("closed", 0)
    sent, came = read_wav(recording["path"]).channels
    assert len(sent) == len(came)
    for sound, channel in (
        (prompt("welcome"), sent),
        (prompt("reception-menu")[:8000], sent),
        (ANSWER, sent),
        (HELLO, came),
    ):
        match = find_over_line(sound, channel)
        assert match is not None
        assert match.snr_db > 15


def test_the_operator_hangs_up_and_the_station_ends_the_call(
    make_office: Callable[..., OfficeOnCard],
) -> None:
    office = make_office("busy-tone")

    async def scene() -> None:
        await _to_the_operator(office)
        await office.operator.hang_up()
        await office.caller.hears(prompt("goodbye"))
        await office.caller.hears_tone("busy")
        await office.caller.hang_up()

    row = office.play(scene())
    assert (row["outcome"], row["cause"]) == ("answered", "local-script")
    assert not office.there.card.status(1).off_hook


def test_messages_are_shown_by_the_card_s_lamp(make_office: Callable[..., OfficeOnCard]) -> None:
    office = make_office("busy-tone", lamp="neon")

    async def scene() -> None:
        for count in (3, 0):
            await office.station.show_messages("01", count)
            await office.clock.sleep(seconds(0.2))
            assert office.there.card.status(2).lamp == count
        assert office.operator.shown == []

    office.play(scene())


def test_messages_are_shown_by_fsk_once_the_telephone_lies_on_hook(
    make_office: Callable[..., OfficeOnCard],
) -> None:
    office = make_office("busy-tone")

    async def scene() -> None:
        await office.operator.lift()
        await office.clock.sleep(seconds(1))
        await office.station.show_messages("ann", 2)
        await office.clock.sleep(seconds(1))
        await office.operator.hang_up()
        office.operator._begin_to_read()  # a display that listens on hook, though nothing rings
        await office.clock.sleep(seconds(6))
        (shown,) = office.operator.shown
        assert (shown.kind, messages_fact(shown)["messages"]) == ("message-waiting", 2)

    office.play(scene())
