"""One line of the simulated exchange under call control, recorded, in virtual time; and a project."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ctidrv.apps.ivr.shipped import shipped_folder
from ctidrv.apps.recording import CallRecorder
from ctidrv.callcontrol.call import Call
from ctidrv.callcontrol.ids import Ids
from ctidrv.callcontrol.journal import CallEvent, Journal
from ctidrv.callcontrol.line import LineController
from ctidrv.callcontrol.profile import LineProfile
from ctidrv.clock import SampleClock
from ctidrv.events import PortEvent
from ctidrv.folder import DataFolder
from ctidrv.media.engine import MediaEngine
from ctidrv.media.virtual import run_virtual
from ctidrv.ports.api import DriverContext
from ctidrv.ports.regions import load_region, progress_config
from ctidrv.units import TICK, Samples, seconds
from hwsim.board import SimBoard, open_board

sys.path.append(str(Path(__file__).parent))

import office_of_seats
import office_that_dials
import office_with_queue


class ManagedLine:
    """`log`: its journal; `events`: what its port told; `recordings`: the rows put, newest last.

    serve: what serves its calls; by default they are answered at the first ring and last until their end.
    """

    def __init__(self, folder: Path, country: str, profile: dict[str, Any], **settings: Any) -> None:
        self.clock = SampleClock(datetime(2027, 3, 8, 10, tzinfo=UTC))
        context = DriverContext(self.clock, folder, 7, live=False)
        self.board: SimBoard = open_board("sim", {"phones": 3, "country": country, **settings}, context)
        self.engine = MediaEngine([self.board], self.clock, inline=True)
        region = load_region(country)
        (self.channel,) = self.engine.channels
        self.engine.progress(self.channel.info.id, progress_config(region))
        self.events: list[PortEvent] = []
        self.channel.subscribe(self.events.append)
        self.log: list[CallEvent] = []
        self.recordings: list[Any] = []
        journal, ids = Journal(self.clock), Ids(7)
        journal.subscribe(self.log.append)
        rows: Any = self
        self.recorder = CallRecorder(DataFolder(folder), rows, self.clock, ids)
        self.serve: Callable[[Call], Awaitable[None]] = self.answer
        habits = LineProfile.for_region(region)
        habits = LineProfile(**{**{name: getattr(habits, name) for name in habits.__slots__}, **profile})
        self.line = LineController(self.channel, self.clock, journal, ids, habits, self._on_call)

    async def _on_call(self, call: Call) -> None:
        recording = self.recorder.start(call)
        try:
            await self.serve(call)
        finally:
            await recording.finish()

    async def answer(self, call: Call) -> None:
        await call.answer(after_rings=1)
        await call.ended()

    def put_recording(self, row: Any) -> None:
        self.recordings.append(row)

    async def committed(self) -> None: ...

    def play(self, scene: Coroutine[Any, Any, None], *, limit: int = 300, idle: bool = True) -> None:
        """The scene, and then until the line is idle."""

        async def main() -> None:
            self.line.start()
            await scene
            while idle and self.state != "idle":
                await self.clock.sleep(TICK)
            await self.clock.sleep(seconds(1))

        run_virtual(main(), self.engine, limit=seconds(limit))

    @property
    def state(self) -> str:
        return self.line.state.word

    async def until(self, type: str, within: float = 30, **data: Any) -> CallEvent:
        """The first entry like this, now or soon."""
        deadline = self.clock.now() + seconds(within)
        while self.clock.now() < deadline:
            for entry in self.log:
                if entry.type == type and data.items() <= entry.data.items():
                    return entry
            await self.clock.sleep(TICK)
        raise AssertionError(f"no {type} {data}; there was {[(e.type, dict(e.data)) for e in self.log]}")

    def said(self, type: str) -> list[dict[str, Any]]:
        return [dict(entry.data) for entry in self.log if entry.type == type]

    def at(self, kind: type[PortEvent]) -> list[Samples]:
        """When the port told of such events."""
        return [event.at for event in self.events if isinstance(event, kind)]

    def close(self) -> None:
        self.engine.close()
        self.board.close()


@pytest.fixture
def managed_line(tmp_path: Path) -> Iterator[Callable[..., ManagedLine]]:
    """``managed_line(country, profile={}, **board_settings)``; all are closed at the end."""
    made: list[ManagedLine] = []

    def make(country: str, profile: dict[str, Any] | None = None, **settings: Any) -> ManagedLine:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(ManagedLine(folder, country, profile or {}, **settings))
        return made[-1]

    yield make
    for line in made:
        line.close()


CODE_SCRIPT = """\
ivr: 1
name: code
languages: [en-US]
start: door
flows:
  door:
    - answer: {after_rings: 1}
    - menu: {prompt: welcome, choices: {"*": code}, timeout: 3s, retries: 1, on_exhausted: bye}
  code:
    - gather: {prompt: please-enter, digits: "1-8", into: code, retries: 1, on_exhausted: bye}
    - say: {prompt: your-code, with: {code: "{code}"}}
    - goto: bye
  bye:
    - play: goodbye
    - hangup: {}
"""
CODE_PROMPTS = {
    "welcome": "welcome",
    "please-enter": "please-leave-message",
    "your-code-is": "your-number-is",
    "goodbye": "goodbye",
    "wrong": "not-a-choice",
}


@pytest.fixture
def code_project(tmp_path: Path) -> Path:
    """A folder with a menu that asks for a code and reads it back (code.ivr.yaml), and prompts of its own."""
    folder = tmp_path / "project"
    spoken = shipped_folder() / "prompts" / "en-US"
    prompts = folder / "prompts" / "en-US"
    shutil.copytree(spoken / "digits", prompts / "digits")
    for name, said in CODE_PROMPTS.items():
        shutil.copyfile(spoken / f"{said}.wav", prompts / f"{name}.wav")
    (prompts / "phrases.yaml").write_text("your-code: [your-code-is, {digits: code}]\n", encoding="utf-8")
    (folder / "code.ivr.yaml").write_text(CODE_SCRIPT, encoding="utf-8")
    return folder


def _made_in(folder: Path, kind: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Stations, each in a folder of its own; all are closed at the end."""
    made: list[Any] = []

    def make(*args: Any, **more: Any) -> Any:
        made.append(kind(folder / str(len(made)), *args, **more))
        return made[-1]

    yield make
    for office in made:
        office.rig.close()


@pytest.fixture
def make_office(tmp_path: Path) -> Iterator[Callable[..., office_that_dials.Office]]:
    """``make_office(country, **settings)``: a station that makes calls."""
    yield from _made_in(tmp_path, office_that_dials.Office)


@pytest.fixture
def make_seats(tmp_path: Path) -> Iterator[Callable[..., office_of_seats.Office]]:
    """``make_seats(country, **settings)``: a station with operators."""
    yield from _made_in(tmp_path, office_of_seats.Office)


@pytest.fixture
def make_queue(tmp_path: Path) -> Iterator[Callable[..., office_with_queue.QueueOffice]]:
    """``make_queue(country, **settings)``: one whose calls go straight into a queue."""
    yield from _made_in(tmp_path, office_with_queue.QueueOffice)


@pytest.fixture
def make_queue_menu(tmp_path: Path) -> Iterator[Callable[..., office_of_seats.Office]]:
    """``make_queue_menu(queue, **settings)``: one with `queue.ivr.yaml`."""
    yield from _made_in(tmp_path, office_with_queue.with_menu)
