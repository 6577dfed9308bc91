"""A scenario's faults at work: each at its sample, beneath the station's own code."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn

from ctidrv.errors import StoreError
from ctidrv.units import TICK, Samples, to_seconds
from hwsim.faulty_board import OUT, STALLED, WELL
from hwsim.faulty_files import FaultyFiles
from hwsim.rig.station import Rig
from hwsim.scenario import faults
from hwsim.scenario.faults import AnyFault, body_of
from hwsim.scenario.model import Document

RECORDINGS_LEFT: dict[type[AnyFault], str] = {
    faults.ProcessKilled: "repaired",
    faults.DiskFull: "missing",
}
"""In which state, besides closed, a recording may be left by a fault."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A fault whose times are drawn."""

    number: int
    """In the scenario's list."""
    at: Samples
    lasts: Samples
    body: AnyFault

    @property
    def kills(self) -> bool:
        return isinstance(self.body, faults.ProcessKilled)


def plan(document: Document) -> list[Planned]:
    """All of a scenario's faults, in the order of their times: the same for the same seed."""
    chance = random.Random(f"{document.seed}/faults")
    made = []
    for number, fault in enumerate(document.faults or ()):
        body = body_of(fault)
        lasts = getattr(body, "lasts", None)
        at = Samples(max(TICK, body.at.draw(chance)))
        made.append(Planned(number, at, lasts.draw(chance) if lasts else Samples(0), body))
    return sorted(made, key=lambda each: each.at)


def wall_set(document: Document, until: Samples) -> Samples:
    """By how much the clock has been set by then."""
    past = [each.body for each in plan(document) if each.at < until]
    return Samples(sum(body.by for body in past if isinstance(body, faults.ClockJump)))


OF_THE_SOUND = (faults.BoardOut, faults.DriverStall, faults.TicksLost, faults.DiskSlow)
"""What hits samples on their way: without audio there are none."""
OF_THE_PROCESS = (faults.ProcessKilled, faults.TicksLate)
"""What hits this process, and so whoever is at a telephone of it by its own clock too."""


class Faults:
    """Those of `planned` after sample `since` of the scenario, at which it begins to be played now."""

    def __init__(self, rig: Rig, planned: Sequence[Planned], since: Samples = Samples(0)) -> None:
        self._rig = rig
        self._planned = [each for each in planned if each.at > since]
        self._ahead = Samples(rig.clock.now() - since)
        """Of the scenario's time the rig's."""
        self._under: list[type[AnyFault]] = []
        self._ends: dict[type[AnyFault], Callable[[], None]] = {}
        self._begin: dict[type[AnyFault], Callable[[], Callable[[], None]]] = {
            faults.BoardOut: self._board_fails,
            faults.DriverStall: self._board_fails,
            faults.DiskFull: self._disk_full,
            faults.DiskSlow: self._disk_slow,
            faults.DatabaseLocked: self._database_locked,
        }

    async def play(self) -> None:
        """Until the last of them is over."""
        async with asyncio.TaskGroup() as group:
            if any(each.kills for each in self._planned):
                group.create_task(self._commit_each_tick())
            for each in self._planned:
                group.create_task(self._one(each))

    async def _one(self, fault: Planned) -> None:
        clock = self._rig.clock
        await clock.until(Samples(fault.at + self._ahead))
        ticks = max(1, min(fault.lasts, faults.MOST_TICKS) // TICK)
        self._rig.told.append((clock.now(), f"FAULT {self._words(fault)}"))
        match fault.body:
            case faults.ProcessKilled():
                kill()
            case faults.ClockJump():
                clock.set_wall(timedelta(seconds=to_seconds(fault.body.by)))
            case faults.TicksLate():
                self._rig.station.engine.held_up(ticks)
            case faults.TicksLost():
                self._rig.board.faults.lose(ticks)
            case _:
                await self._lasting(fault)

    async def _lasting(self, fault: Planned) -> None:
        kind = type(fault.body)
        self._under.append(kind)
        if self._under.count(kind) == 1:
            self._ends[kind] = self._begin[kind]()
        try:
            await self._rig.clock.sleep(fault.lasts)
        finally:
            self._under.remove(kind)
            if kind not in self._under:
                self._ends.pop(kind)()
        self._rig.told.append((self._rig.clock.now(), f"FAULT {self._words(fault)} is over"))

    def _words(self, fault: Planned) -> str:
        name = next(name for name, body in faults.FAULTS.items() if isinstance(fault.body, body))
        return name.replace("_", " ")

    async def _commit_each_tick(self) -> None:
        """As the live store does at once, which a process that is killed has behind it."""
        while True:
            with contextlib.suppress(StoreError):  # it is locked or full: that is told elsewhere
                self._rig.station.store.writer.flush()
            await self._rig.clock.sleep(TICK)

    # How each begins; the result ends it.

    def _board_fails(self) -> Callable[[], None]:
        """The graver of those that it is under."""

        def change() -> None:
            stalled = STALLED if faults.DriverStall in self._under else WELL
            self._rig.board.faults.set(OUT if faults.BoardOut in self._under else stalled)

        change()
        return change

    def _disk_full(self) -> Callable[[], None]:
        from ctidrv.store import trouble

        files = self._rig.station.folder.files
        assert isinstance(files, FaultyFiles)
        files.full = True
        make_room = trouble.fill(self._rig.station.store)

        def end() -> None:
            files.full = False
            make_room()

        return end

    def _disk_slow(self) -> Callable[[], None]:
        engine = self._rig.station.engine
        engine.hold_disk(True)
        return lambda: engine.hold_disk(False)

    def _database_locked(self) -> Callable[[], None]:
        from ctidrv.store import trouble

        return trouble.hold(self._rig.station.store)


def kill() -> NoReturn:
    """Ends this process as a crash does."""
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    raise AssertionError("a process that is killed does nothing more")
