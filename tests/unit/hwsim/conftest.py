"""A simulated board with its engine, in virtual time, and what the board's lines were told."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest

from ctidrv.clock import SampleClock
from ctidrv.events import PortEvent
from ctidrv.media.channel import Channel
from ctidrv.media.engine import MediaEngine
from ctidrv.media.virtual import run_virtual
from ctidrv.native.ear import CALLER_ID, DTMF, FAX, PROGRESS, VOICE
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import DriverContext
from ctidrv.ports.regions import load_region, progress_config
from ctidrv.units import TICK, seconds
from hwsim.board import SimBoard, open_board

T = TypeVar("T")
QUIET = {"loss_db": 0.0, "noise_dbm0": -120.0, "return_loss_db": 60.0, "law": "linear"}


class Office:
    """`lines[i]`: the channel of a board line; `told[i]`: its events so far."""

    def __init__(self, folder: Path, *, seed: int = 7, live: bool = False, **settings: Any) -> None:
        self.clock = SampleClock(datetime(2027, 3, 8, 10, tzinfo=UTC))
        self.region = load_region(settings.get("country", "US"))
        context = DriverContext(self.clock, folder, seed, live)
        self.board: SimBoard = open_board("sim", settings, context)
        self.board.open()
        self.engine = MediaEngine([self.board], self.clock, inline=True)
        self.lines: list[Channel] = list(self.engine.channels)
        self.told: list[list[PortEvent]] = [[] for _ in self.lines]
        for channel, told in zip(self.lines, self.told, strict=True):
            self.engine.progress(channel.info.id, progress_config(self.region))
            channel.subscribe(told.append)
            channel.listen(DTMF | PROGRESS | VOICE | CALLER_ID | FAX)
        self._seen = [0 for _ in self.lines]

    def close(self) -> None:
        self.engine.close()
        self.board.close()

    def play(self, scene: Coroutine[Any, Any, T], *, limit: int = 600) -> T:
        """Runs a scene in virtual time, `limit` seconds at the most."""
        return run_virtual(scene, self.engine, limit=seconds(limit))

    async def event(self, kind: type[Any], *, line: int = 0, within: float = 30.0) -> Any:
        """The next event of this kind on a board line, after the one returned before."""
        deadline = self.clock.now() + seconds(within)
        while True:
            for index in range(self._seen[line], len(self.told[line])):
                if isinstance(self.told[line][index], kind):
                    self._seen[line] = index + 1
                    return self.told[line][index]
            assert self.clock.now() < deadline, f"no {kind.__name__} within {within} s: {self.told[line]}"
            await self.clock.sleep(TICK)

    def of(self, *kinds: type[Any], line: int = 0) -> list[Any]:
        return [event for event in self.told[line] if isinstance(event, kinds)]


@pytest.fixture
def make_office(tmp_path: Path) -> Iterator[Callable[..., Office]]:
    """``make_office(seed=…, **settings)``; all are closed at the end."""
    made: list[Office] = []

    def make(**settings: Any) -> Office:
        office = Office(tmp_path, **settings)
        made.append(office)
        return office

    yield make
    for office in made:
        office.close()


@pytest.fixture
def office(make_office: Callable[..., Office]) -> Office:
    """One line and two telephones of the United States."""
    return make_office(phones=2)


@pytest.fixture
def speech() -> Callable[[int], Pcm]:
    """Something like speech: noise in syllables, seeded, so many samples of it."""
    import numpy

    def make(samples: int, seed: int = 1) -> Pcm:
        noise = numpy.random.default_rng(seed).normal(0, 1, samples + 8)
        low = numpy.convolve(noise, numpy.ones(8) / 8, "valid")[:samples]
        syllable = 0.5 - 0.5 * numpy.cos(2 * numpy.pi * numpy.arange(samples) / 1900)
        return Pcm((9000 * low * syllable).astype(int).tolist())

    return make
