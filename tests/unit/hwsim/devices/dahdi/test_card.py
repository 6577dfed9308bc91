"""A card at the simulated exchange, seen through its nodes: rung, answered, heard; telephones at it."""

from __future__ import annotations

import struct
from collections.abc import Coroutine, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from ctidrv.clock import SampleClock
from ctidrv.media.virtual import run_virtual
from ctidrv.native.dahdi_card import CHANNEL, IN, PRI
from ctidrv.native.levels import level
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import Part, render, tone
from ctidrv.units import TICK, Samples, seconds
from hwsim.devices.dahdi.card import CardOnLines
from hwsim.devices.people import People

HOOK, GETEVENT, SPECIFY, SET_BLOCKSIZE = 0x4004DA07, 0x8004DA08, 0x4004DA26, 0x4004DA01
SETLINEAR, SET_BUFINFO = 0x4004DA28, 0x4018DA1B
ONHOOK, RINGOFFHOOK, WINKFLASH, PULSE_START, RINGBEGIN = 1, 2, 3, 14, 18
EINPROGRESS = 115


class Program:
    """What a program does with one channel: `told` are its events, `heard` what it read."""

    def __init__(self, there: CardOnLines, channel: int) -> None:
        self._card = there.card
        self._handle = there.card.open(CHANNEL)
        self.told: list[int] = []
        self.heard = bytearray()
        assert self.order(SPECIFY, channel) == 0
        assert self.order(SET_BLOCKSIZE, TICK) == 0
        assert (
            self._card.ioctl(self._handle, SET_BUFINFO, bytearray(struct.pack("6i", 0, 0, 4, 160, 0, 0))) == 0
        )
        assert self.order(SETLINEAR, 1) == 0

    def order(self, request: int, value: int) -> int:
        return self._card.ioctl(self._handle, request, bytearray(struct.pack("i", value)))

    def serve(self) -> None:
        while self._card.ready(self._handle) & PRI:
            event = bytearray(4)
            assert self._card.ioctl(self._handle, GETEVENT, event) == 0
            self.told.append(struct.unpack("i", event)[0])
        while self._card.ready(self._handle) & IN:
            came = self._card.read(self._handle, 2 * TICK)
            assert isinstance(came, bytes)
            self.heard += came

    def say(self, sound: Pcm) -> None:
        assert self._card.write(self._handle, sound.bytes) == 2 * len(sound)


class Stage:
    """Virtual time of a card and its programs."""

    def __init__(self, **settings: Any) -> None:
        self.clock = SampleClock(datetime(2027, 3, 8, 10, 30, tzinfo=UTC))
        self.there = CardOnLines({"country": "US"}, fxo=1, fxs=1, clock=self.clock, **settings)
        self.programs: list[Program] = []

    def program(self, channel: int) -> Program:
        self.programs.append(Program(self.there, channel))
        return self.programs[-1]

    def step(self) -> None:
        self.there.tick()
        for each in self.programs:
            each.serve()
        self.there.after()

    def idle(self, until: float) -> None:
        """Every tick is made."""

    def run(self, main: Coroutine[Any, Any, None]) -> None:
        run_virtual(main, self, limit=seconds(120))

    async def until(self, program: Program, event: int, within: Samples = seconds(10)) -> None:
        end = self.clock.now() + within
        while event not in program.told:
            assert self.clock.now() < end, f"no event {event}: {program.told}"
            await self.clock.sleep(TICK)


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.there.close()


def test_a_call_of_the_exchange_rings_the_line_and_is_answered_and_heard(stage: Stage) -> None:
    line = stage.program(1)
    people = People(stage.there.board, stage.there.number(1), lambda *_: None, lambda name: Pcm())
    beep = render(tone([Part((1000,), -10)]), seconds(1))

    async def main() -> None:
        caller = await people.call("5551234", "ANN LEE")
        await stage.until(line, RINGBEGIN)
        await stage.until(line, RINGOFFHOOK)
        assert line.order(HOOK, 1) == 0
        await people.answered()
        line.heard.clear()
        await caller.speak(beep)
        heard = Pcm.from_bytes(bytes(line.heard))
        assert level(heard[2000:6000]) == pytest.approx(-10 - 6, abs=1.5)  # two lines' loss
        await caller.hang_up()

    stage.run(main())


def test_a_telephone_at_the_card_rings_is_lifted_dials_flashes_and_is_put_down(stage: Stage) -> None:
    phone = stage.program(2)
    operator = stage.there.board.operators[0]

    async def main() -> None:
        assert phone.order(HOOK, 5) == -EINPROGRESS
        await operator.is_rung()
        await operator.lift()
        await stage.until(phone, RINGOFFHOOK)
        await operator.turn_dial("4")
        await stage.until(phone, PULSE_START)
        await stage.until(phone, 1 << 16 | ord("4"))
        await operator.flash()
        await stage.until(phone, WINKFLASH)
        await operator.hang_up()
        await stage.until(phone, ONHOOK)

    stage.run(main())
