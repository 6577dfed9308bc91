"""People of several lines at one exchange's telephones."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from ctidrv.clock import SampleClock
from ctidrv.media.virtual import run_virtual
from ctidrv.native.pcm import Pcm
from ctidrv.units import seconds
from hwsim.devices.dahdi.card import CardOnLines
from hwsim.devices.people import People
from hwsim.subscriber import Subscriber

LINES = 6


class Stage:
    """Virtual time of six lines that nobody answers, with one telephone more than lines."""

    def __init__(self) -> None:
        self.clock = SampleClock(datetime(2027, 3, 8, 10, 30, tzinfo=UTC))
        settings = {"country": "US", "phones": LINES + 1}
        self.there = CardOnLines(settings, fxo=LINES, clock=self.clock)
        taken: dict[Subscriber, People] = {}
        self.people = [
            People(self.there.board, self.there.number(line), lambda *_: None, lambda _: Pcm(), taken=taken)
            for line in range(1, LINES + 1)
        ]

    def step(self) -> None:
        self.there.tick()
        self.there.after()

    def idle(self, until: float) -> None:
        """Every tick is made."""


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.there.close()


def test_callers_of_several_lines_come_and_go_and_none_takes_anothers_telephone(stage: Stage) -> None:
    calls = 0

    async def line(people: People, chance: random.Random) -> None:
        nonlocal calls
        for turn in range(4):
            number = f"55500{stage.people.index(people)}{turn}"
            caller = await people.call(number)
            for _ in range(4):
                await stage.clock.sleep(seconds(chance.uniform(0.1, 0.6)))
                assert (caller.number, caller.off_hook) == (number, True)
            await people.hang_up()
            assert not caller.off_hook
            calls += 1
            # Long enough for another to take his telephone, or none, and for the exchange to clear.
            await stage.clock.sleep(seconds(chance.choice((2.0, 4.0))))

    async def main() -> None:
        await asyncio.gather(*(line(each, random.Random(i)) for i, each in enumerate(stage.people)))

    run_virtual(main(), stage, limit=seconds(200))
    assert calls == 4 * LINES


def test_who_never_came_to_talk_puts_no_other_caller_down(stage: Stage) -> None:
    first, second = stage.people[:2]

    async def main() -> None:
        await first.call("5550001")
        await first.hang_up()
        other = await second.call("5550002")
        await first.hang_up()
        assert other.off_hook

    run_virtual(main(), stage, limit=seconds(60))
