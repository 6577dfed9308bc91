"""`Rig`: a station of one script on simulated lines, in virtual time, driven piece by piece."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ctidrv.errors import CtiError, InputError, UsageError
from ctidrv.folder import DataFolder
from ctidrv.picture.telling import told
from ctidrv.ports.api import Kind
from ctidrv.units import PortId, Samples, ms, seconds, to_seconds
from hwsim.board import SimBoard
from hwsim.eventmode.engine import event_core

if TYPE_CHECKING:
    from ctidrv.callcontrol.journal import CallEvent
    from ctidrv.config import StationConfig
    from ctidrv.service.daemon import Station

T = TypeVar("T")

BOARD = "sim"
START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""The wall time of sample 0 in virtual time: 10:00 in Shanghai."""
IDLE_WITHIN = seconds(180)
"""After the last caller has gone: the longest menu plays out, a silent line is given up."""


class OutOfTime(CtiError, AssertionError):
    """What a scenario does took longer than its limit."""


def script_path(script: str | Path, *folders: Path) -> Path:
    """A script in the first of these folders that has it, else one that ships. InputError."""
    from ctidrv.apps.ivr import shipped_script

    for folder in folders:
        if (path := folder / script).is_file():
            return path.absolute()
    with contextlib.suppress(InputError):
        return shipped_script(str(script))
    where = ", ".join(str(folder) for folder in folders)
    raise InputError(f"script {script}: there is no such file in {where}, and none of that name ships")


def one_board(
    script: Path,
    *,
    lines: int = 1,
    phones: int = 1,
    country: str = "US",
    board: Mapping[str, Any] | None = None,
    recording: Mapping[str, Any] | None = None,
    events: bool = False,
) -> StationConfig:
    """Every line runs `script`; `board` are settings of the simulated board (hwsim/board.py), `recording`
    those of the station's (``format``, ``keep``); `events`: its lines have no audio."""
    from ctidrv.config import BoardConfig, LineConfig, Office, RecordingConfig, StationConfig

    settings = {"control": False, **(board or {})}
    settings |= {"lines": lines, "phones": phones, "country": country, "events": events}
    return StationConfig(
        office=Office(country=country.upper()),
        boards=[BoardConfig(BOARD, "sim", settings)],
        lines=[LineConfig(PortId(f"{BOARD}/{line + 1}"), str(script)) for line in range(lines)],
        recording=RecordingConfig(**(recording or {})),
    )


class Rig:
    """The station of a configuration whose board `BOARD` is a simulated one.

    Same seed, same bytes; `start` is the wall time of sample 0. `rests`: idle lines may rest and idle time
    pass by (docs/explain/time.md), which changes nothing but how long it takes. `close` ends it whatever has
    happened.
    `remembers`: in words what the station did, and which calls came; not in a run of days.
    `events`: without audio, over a board that has none either (docs/decisions/0004-event-mode.md).
    InputError, PortError for what will not do.
    """

    def __init__(
        self,
        folder: DataFolder,
        config: StationConfig,
        *,
        seed: int = 1,
        start: datetime = START,
        remembers: bool = True,
        rests: bool = True,
        events: bool = False,
    ) -> None:
        from ctidrv.media.core import native_core
        from ctidrv.media.virtual import VirtualLoop
        from ctidrv.service.daemon import Station

        self.station: Station = Station(
            folder, config, live=False, seed=seed, start=start, core=event_core if events else native_core
        )
        self.station.open()
        self.station.engine.rest(rests)
        self.clock = self.station.clock
        self.told: list[tuple[Samples, str]] = []
        """What the station did, in words."""
        self.offered: list[str] = []
        """The calls that have come to it since it was made."""
        self._remembers = remembers
        self._open: dict[str, None] = {}
        """The calls that have not ended: a line is idle a moment before its call is."""
        self.station.journal.subscribe(self._on_event)
        self._loop = asyncio.Runner(loop_factory=lambda: VirtualLoop(self.station.engine))
        self._started = self._closed = False

    @property
    def board(self) -> SimBoard:
        board = self.station.boards[BOARD]
        assert isinstance(board, SimBoard)
        return board

    @property
    def first_number(self) -> str:
        """Of the first line."""
        return self.board.exchange.lines[0].number

    def run(self, main: Coroutine[Any, Any, T], limit: Samples = seconds(600)) -> T:
        """Goes on with the virtual time until this is done. OutOfTime after so much of it; UsageError within
        a coroutine, whose loop would stand still meanwhile."""
        with contextlib.suppress(RuntimeError):
            asyncio.get_running_loop()
            main.close()
            raise UsageError(
                "hwsim's verbs wait by themselves: use them in a plain function, not an async one"
            )
        return self._loop.run(self._within(main, limit))

    async def _within(self, main: Coroutine[Any, Any, T], limit: Samples) -> T:
        if not self._started:
            self._started = True
            self.station.start()
        try:
            async with asyncio.timeout(to_seconds(limit)):
                return await main
        except TimeoutError:
            raise OutOfTime(f"not done after {to_seconds(limit):g} s of telephone time") from None

    def _on_event(self, event: CallEvent) -> None:
        if event.type == "call.offered" and event.call is not None:
            self._open[event.call] = None
            if self._remembers:
                self.offered.append(event.call)
        elif event.type == "call.ended" and event.call is not None:
            self._open.pop(event.call, None)
        if not self._remembers:
            return
        data = {"type": event.type, **event.data}
        if event.type == "call.recording":
            data["path"] = Path(data["path"]).name
        words = told(data)
        if words is not None:
            self.told.append((event.at, words))

    async def comes_to_rest(self, within: Samples = IDLE_WITHIN) -> list[str]:
        """Waits until every line is idle and no call goes on; what is not so by then, one line each."""
        deadline = self.clock.now() + within
        while (stuck := self._at_work()) and self.clock.now() < deadline:
            await self.clock.sleep(ms(100))
        if not stuck:
            await self.station.recorder.settled()
        return [f"{each} {to_seconds(within):g} s after the last caller hung up" for each in stuck]

    def _at_work(self) -> list[str]:
        lines = [
            f"line {port} is {line.controller.state.word}"
            for port, line in self.station.lines.items()
            if line.controller.state.word != "idle"
        ]
        ports = [port for port in self.board.ports if port.kind is Kind.FXO]
        ends = zip(ports, self.board.exchange.lines, strict=False)
        off_hook = [f"line {port.id} is off hook" for port, line in ends if line.closed]
        waiting = self.station.store.writer.waiting
        rows = [f"the database has not taken {waiting} rows"] if waiting else []
        return [*lines, *off_hook, *rows, *(f"{call} has not ended" for call in self._open)]

    def calls(self) -> list[dict[str, Any]]:
        """The rows of all calls, oldest first, with `events legs recordings messages`."""
        store = self.station.store
        return [store.call(row["id"]) or row for row in reversed(store.calls(limit=1_000_000))]

    def close(self) -> None:
        """Hangs up whatever still talks. Safe twice."""
        if self._closed:
            return
        self._closed = True
        try:
            if self._started:
                self._loop.run(self.station.stop())
        finally:
            try:
                self._loop.close()
            finally:
                self.station.close()
