"""An API on a real socket, before a store and a station that only notes what it is asked."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ctidrv.apps.fax.causes import FaxCause
from ctidrv.apps.fax.dispatch import FaxQueue
from ctidrv.apps.fax.document import Cover
from ctidrv.apps.fax.hours import Hours
from ctidrv.apps.fax.records import FaxJob, PageState
from ctidrv.apps.fax.sender import FaxEvent, Outcome, PageTold
from ctidrv.apps.records import CallRow, EventRow, MessageRow, RecordingRow
from ctidrv.callcontrol.ids import Ids
from ctidrv.callcontrol.journal import Journal
from ctidrv.callcontrol.number_policy import NumberPolicy
from ctidrv.clock import SampleClock
from ctidrv.config import FaxConfig, Office, StationConfig
from ctidrv.errors import InputError, NotAllowed, NotCapable, PortError, ServiceError
from ctidrv.folder import DataFolder
from ctidrv.ports.learnt import LearntTone
from ctidrv.service import access
from ctidrv.service.api import make_app
from ctidrv.service.client import StationClient
from ctidrv.service.fax_desk import FaxDesk
from ctidrv.service.fax_papers import FaxPapers
from ctidrv.service.faxes import cover_maker
from ctidrv.service.hub import Hub
from ctidrv.service.server import ApiServer, bind
from ctidrv.store import Store, event_json
from ctidrv.units import PortId

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PORT = {
    "id": "sim/1",
    "board": "sim",
    "driver": "sim",
    "kind": "FXO",
    "label": "line 1",
    "state": "idle",
    "call": None,
    "script": "hotline.ivr.yaml",
    "country": "US",
    "learnt": [],
    "caps": {"flash": "yes"},
}
SEAT = {
    "name": "Li Mei",
    "number": "08",
    "port": "sim/2",
    "groups": ["sales"],
    "state": "ready",
    "pausing": False,
    "seconds": 1.5,
    "call": None,
    "consulted": False,
}


QUEUE = {
    "name": "sales",
    "seats": [{"name": "Li Mei", "state": "ready"}, {"name": "Bo", "state": "paused"}],
    "most": 20,
    "waiting": [
        {"call": "c1", "position": 1, "number": "13800000001", "seconds": 61.5, "rings": "Li Mei"},
        {"call": "c2", "position": 2, "number": None, "seconds": 2.0, "rings": None},
    ],
}


OFFICE = StationConfig(Office(name="Lotus Tea", language="zh-CN"), fax=FaxConfig(ident="+1 212 555 0100"))


class FaxLine:
    """A line for one fax at a time, and its sender: it confirms the pages up to the first of `refuses`, and
    then goes on only when it is let."""

    def __init__(self) -> None:
        self.refuses: set[int] = set()
        self.let = asyncio.Event()
        self.sent: list[tuple[str, tuple[int, ...]]] = []

    async def send(
        self, job: FaxJob, port: PortId, pages: Sequence[int], on_event: Callable[[FaxEvent], None]
    ) -> Outcome:
        self.sent.append((job.number, tuple(pages)))
        for page in pages:
            on_event(PageTold(page, PageState.SENDING, 9600))
            if page in self.refuses:
                await self.let.wait()
                return Outcome(FaxCause.INCOMPATIBLE, "no DIS")
            on_event(PageTold(page, PageState.CONFIRMED, 9600))
        return Outcome(FaxCause.SENT)


async def count_pages(document: Path, cover: Cover | None) -> int:
    lines = (await asyncio.to_thread(document.read_text, "utf-8")).splitlines()
    if not lines:
        raise InputError(f"{document.name}: is empty")
    if cover is not None and len(cover.note) > 3000:
        raise InputError("cover page: the note is too long")
    return len(lines) + (cover is not None)


def fax_desk(station: NotingStation) -> FaxDesk:
    """Of one line, `station.fax_line`, in the United States."""
    clock, store = SampleClock(), station.store
    journal, ids = Journal(clock), Ids(None, clock)
    station.fax_line = FaxLine()
    policy = NumberPolicy("US", emergency=("911",))
    queue = FaxQueue(
        station.fax_line,
        lambda taken: [port for port in (PortId("sim/1"),) if port not in taken],
        store.faxes,
        journal,
        clock,
        ZoneInfo("UTC"),
    )
    return FaxDesk(
        station.folder,
        store,
        ids,
        clock,
        policy.judge,
        ("sim/1",),
        Hours.parse("00:00-23:59"),
        count_pages,
        queue,
        cover_maker(OFFICE),
    )


class NotingStation:
    """`ctidrv.service.door.Door` over a real store."""

    def __init__(self, folder: DataFolder) -> None:
        self.folder = folder
        self.store = Store.open(folder, inline=False, country="CN")
        self.hub = Hub(self.store)
        self.token = access.token(folder)
        self.asked: list[tuple[str, str]] = []
        self.seat = dict(SEAT)
        self.fax_desk = fax_desk(self)
        self.fax_papers = FaxPapers(cover_maker(OFFICE))

    def info(self) -> dict[str, Any]:
        state = {"waiting": 0, "stalled": False, "errors": []}
        return {
            "version": "0",
            "pid": 1,
            "data": "x",
            "office": {},
            "engine": {},
            "lateness": [],
            "store": state,
        }

    def ports(self) -> list[dict[str, Any]]:
        return [PORT]

    async def change_talk(self, call: str, talk: str) -> None:
        if call == "menu":
            raise ServiceError("call menu talks with no seat")
        self.asked.append((talk, call))

    async def transfer(self, call: str, to: str, ring_s: float, card: Any) -> None:
        if to == "nobody":
            raise InputError("nobody: there is no such seat or group; there are Li Mei")
        self.asked.append(("transfer", f"{call} {to} {ring_s} {card}"))

    async def destinations(self, call: str) -> list[dict[str, Any]]:
        if call != "c2":
            raise LookupError(call)
        usual = {"number": None, "pages": None, "at": None}
        return [
            {"to": "box:office", "kind": "voicemail", "name": "office", **usual},
            {"to": "fax-send:f1", "kind": "send-fax", "name": "555 0199", **usual, "pages": 2},
        ]

    async def consult(self, call: str, to: str, ring_s: float, card: Any) -> None:
        self.asked.append(("consult", f"{call} {to} {ring_s} {card}"))

    async def swap(self, call: str) -> None:
        self.asked.append(("swap", call))

    async def conference(self, call: str) -> None:
        self.asked.append(("conference", call))

    async def complete(self, call: str) -> None:
        self.asked.append(("complete", call))

    async def park(self, call: str, seconds_: float) -> int:
        self.asked.append(("park", f"{call} {seconds_}"))
        return 3

    async def pick_up(self, call: str, seat: str) -> None:
        self.asked.append(("pick_up", f"{call} {seat}"))

    def seat_rows(self) -> list[dict[str, Any]]:
        return [self.seat]

    def queue_rows(self) -> list[dict[str, Any]]:
        return [QUEUE]

    async def pause_seat(self, seat: str, paused: bool) -> None:
        if seat not in (self.seat["name"], self.seat["number"]):
            raise LookupError(seat)
        self.asked.append(("pause" if paused else "ready", seat))
        self.seat |= {"state": "paused" if paused else "ready", "pausing": paused}

    async def show_messages(self, seat: str, count: int) -> None:
        if seat not in (self.seat["name"], self.seat["number"]):
            raise LookupError(seat)
        if count == 13:
            raise NotCapable("sim/2: it cannot be told of messages")
        self.asked.append(("messages", f"{seat} {count}"))

    async def dial(self, number: str, *, line: str | None, script: str | None, play: str | None) -> str:
        if number == "0900":
            raise NotAllowed("0900: not dialled")
        self.asked.append(("dial", f"{number} {line} {script} {play}"))
        self.store.put_call(CallRow("c9", "sim/1", "out", START, number=number))
        return "c9"

    async def answer(self, call: str) -> None:
        if call == "busy":
            raise PortError("sim/1 is in use")
        if call == "bug":
            raise RuntimeError("boom")
        self.asked.append(("answer", call))

    async def hang_up(self, call: str) -> None:
        if self.store.call(call) is None:
            raise ServiceError(f"call {call} has ended")
        self.asked.append(("hang_up", call))

    async def listen(self, port: str) -> LearntTone:
        if port != "sim/1":
            raise PortError(f"{port}: no line is configured there")
        return LearntTone((520.0,), (170, 230), -14.0, 12)

    async def teach(self, port: str, tone: str, heard: LearntTone) -> None:
        self.asked.append(("teach", f"{port} {tone} {heard}"))

    async def forget_tones(self, port: str) -> int:
        self.asked.append(("forget", port))
        return 2

    def publish(self, seq: int, **more: Any) -> None:
        row = EventRow(
            **{
                "seq": seq,
                "call": "c1",
                "port": "sim/1",
                "type": "call.ring",
                "at": 160 * seq,
                "wall": START,
                "data": {"count": seq},
                **more,
            }
        )
        self.store.put_event(row)
        self.hub.publish(event_json(row))


class ServedApi:
    """The API in a thread of its own."""

    def __init__(self, folder: DataFolder) -> None:
        self.folder = folder
        self.loop = asyncio.new_event_loop()
        self.station = NotingStation(folder)
        self.server = ApiServer(make_app(self.station), bind(0))
        self.url = self.server.url
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()
        self.run(self.server.start())
        access.announce(folder, self.url)

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(10)

    def call_soon(self, what: Callable[[], None]) -> None:
        async def do() -> None:
            what()

        self.run(do())

    def stop(self) -> None:
        async def all_of_it() -> None:
            await self.station.hub.close()
            await self.server.stop()

        self.run(all_of_it())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        self.station.store.close()

    def put_story(self) -> None:
        """A call with a closed recording and a message, and one that rings."""
        folder, store = self.folder, self.station.store
        for wav in (folder.recording(START, "c1"), folder.message(START, "m1")):
            wav.parent.mkdir(parents=True, exist_ok=True)
            wav.write_bytes(b"RIFF" + wav.stem.encode())
        store.put_call(CallRow("c1", "sim/1", "in", START, "ended", "13800138000", "+8613800138000"))
        store.put_call(CallRow("c2", "sim/2", "in", START.replace(hour=10)))
        path = str(folder.recording(START, "c1"))
        store.put_recording(RecordingRow("r1", "c1", path, START, "ab" * 32, 8000, "closed"))
        store.put_recording(RecordingRow("r2", "c2", str(Path(path).with_name("gone.wav")), START))
        store.put_message(MessageRow("m1", "office", "c1", str(folder.message(START, "m1")), START, 800))
        store.writer.flush(10)


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    root = tmp_path / "data"
    root.mkdir()
    return DataFolder(root)


@pytest.fixture
def served(folder: DataFolder) -> Iterator[ServedApi]:
    api = ServedApi(folder)
    yield api
    api.stop()


@pytest.fixture
def client(served: ServedApi) -> Iterator[StationClient]:
    with StationClient.discover(served.folder) as found:
        yield found
