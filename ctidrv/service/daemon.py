"""`Station`: wires boards, engine, lines, scripts, recordings and store; live and in virtual time.

Live, within a running loop:      station.open(); station.start(); …; await station.stop(); station.close()
Virtual, before and after it:     station.open(); run_virtual(story(station), station.engine); station.close()
where the story calls `start` and awaits `stop`.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import os
import re
import secrets
from collections import deque
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ctidrv import __version__
from ctidrv.apps import ivr
from ctidrv.apps.ivr import run as interpreter
from ctidrv.apps.ivr.clips import Services
from ctidrv.apps.music import hold_music
from ctidrv.apps.recording import CallRecorder
from ctidrv.apps.records import Customer
from ctidrv.apps.returns import spoken_reasons
from ctidrv.apps.voicemail import Mailboxes
from ctidrv.callcontrol.call import Call, CallState
from ctidrv.callcontrol.causes import Cause
from ctidrv.callcontrol.ids import Ids
from ctidrv.callcontrol.journal import CallEvent, Journal
from ctidrv.callcontrol.line import LineController
from ctidrv.callcontrol.number_policy import NumberPolicy
from ctidrv.callcontrol.profile import LineProfile
from ctidrv.callcontrol.seat import Seat
from ctidrv.callcontrol.switchboard import Switchboard, Talk
from ctidrv.clock import SampleClock
from ctidrv.config import LineConfig, SeatConfig, StationConfig
from ctidrv.errors import CallEnded, CtiError, InputError, PortError, UsageError
from ctidrv.folder import DataFolder
from ctidrv.media.core import MakeCore, native_core
from ctidrv.media.engine import MediaEngine
from ctidrv.media.wav import read_wav
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import Able, Board, DriverContext, Kind, PortInfo
from ctidrv.ports.learnt import LearntTone, LineTone
from ctidrv.ports.regions import Region, country_tone, load_region
from ctidrv.ports.registry import open_board
from ctidrv.service.greetings import read_greetings
from ctidrv.service.history import History
from ctidrv.service.hub import Hub
from ctidrv.service.outbound import Outbound
from ctidrv.service.recovery import Recovered, recover
from ctidrv.service.retention import Retention
from ctidrv.service.taught import TaughtTones
from ctidrv.store import Store, check_version
from ctidrv.units import PortId, ms, seconds

ERRORS_KEPT = 20
LAST_TICKS = ms(100)
"""After the last hang-up the ticks go on for so long: the hook command reaches the board."""

log = logging.getLogger("ctidrv.service")


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A configured line at work."""

    config: LineConfig
    region: Region
    script: ivr.Script
    controller: LineController


class Station:
    """One data folder's station. `open` and `close` pair, `start` and `stop` stand between them.

    live: real time, ticks by the core's own thread, rows by the store's; else virtual time, everything in
    the caller's thread. seed, start: what makes a run in virtual time repeat (ids, noise, wall time).
    core: makes its engine.
    """

    def __init__(
        self,
        folder: DataFolder,
        config: StationConfig,
        *,
        live: bool = True,
        seed: int | None = None,
        start: datetime | None = None,
        core: MakeCore = native_core,
    ) -> None:
        if not live and (seed is None or start is None):
            raise UsageError("a station in virtual time needs a seed and the wall time of its start")
        self.folder = folder
        self.config = config
        self.live = live
        self.clock = SampleClock(None if live else start)
        self.ids = Ids(None if live else seed, self.clock)
        self.boards: dict[str, Board] = {}
        self.lines: dict[PortId, Line] = {}
        self.seats: dict[str, Seat] = {}
        """By name."""
        self.errors: deque[str] = deque(maxlen=ERRORS_KEPT)
        """The latest of the store's errors."""
        self.recovered = Recovered(0, 0, 0)
        self.token = ""
        """Of the API; empty where none is served."""
        self._core = core
        self._seed = secrets.randbits(31) if seed is None else seed
        self._lookups: set[asyncio.Task[None]] = set()
        self._loaded: dict[PortId, tuple[Region, LineProfile, ivr.Script]] = {}
        self._greetings: dict[str, dict[str, Pcm]] = {}
        self._scripts: dict[Path, ivr.Script] = {}
        self._made: dict[str, Board] = {}

    # From open to close.

    def load(self) -> None:
        """Reads the scripts and the countries of the lines, and the database's version; makes the boards by
        their settings. Changes nothing and opens nothing.

        InputError, NewerDatabase, StoreError or PortError for what will not do. `open` does it if nobody has.
        """
        if not self._loaded:
            check_version(self.folder.database)
            lines = {line.port: (*self._country(line), self._script(line)) for line in self.config.lines}
            spoken = [self.config.office.language]
            spoken += [each for _, _, script in lines.values() for each in script.header.languages]
            for seat in self.config.seats:
                try:
                    self._greetings[seat.name] = read_greetings(self.config, seat, dict.fromkeys(spoken))
                except InputError as error:
                    raise InputError(f"{_at(seat)}greeting: {error}") from error
            self._made = self._make_boards()
            self._loaded = lines

    def open(self) -> None:
        """Opens the store, puts right what a crash left, and opens the boards.

        InputError for a configuration or a script that does not hold, NewerDatabase, StoreError or PortError
        for what it stands on; what was opened is closed then. Live, it needs the running loop.
        """
        self.load()
        office = self.config.office
        self.store = Store.open(
            self.folder,
            inline=not self.live,
            country=office.country,
            area=office.area,
            wall=lambda: self.clock.wall(self.clock.now()),
            on_error=lambda error: self.errors.append(str(error)),
            clock=None if self.live else self.clock,
        )
        with contextlib.ExitStack() as undo:
            undo.callback(self.store.close)
            self.journal = Journal(self.clock, self.store.last_seq() + 1)
            self.hub = Hub(self.store)
            menus = {line.port: line.script for line in self.config.lines}
            self.history = History(self.journal, self.store, self.clock, self.hub, menus)
            self.recovered = recover(self.folder, self.store, self.journal)
            self.journal.subscribe(self._on_journal)
            undo.callback(self._close_boards)
            for name, board in self._made.items():
                board.open()
                self.boards[name] = board
            self.engine = MediaEngine(
                list(self.boards.values()), self.clock, inline=not self.live, core=self._core
            )
            undo.callback(self.engine.close)
            for seat in self.config.seats:
                self.seats[seat.name] = self._seat(seat)
            self._make_services()
            self.taught = TaughtTones(self.store, self.engine, self.journal, self.lines)
            for line in self.config.lines:
                self.lines[line.port] = self._line(line)
            undo.pop_all()

    def start(self) -> None:
        """Puts every line on hook and takes calls; live, the ticks begin."""
        for line in self.lines.values():
            line.controller.start()
        for seat in self.seats.values():
            seat.start()
        if self.retention is not None:
            self.retention.start()
        if self.live:
            self.engine.start_live(asyncio.get_running_loop())

    async def stop(self) -> None:
        """Hangs up, lets recordings and rows be finished, and tells those who listen that it was the last."""
        if self.retention is not None:
            await self.retention.stop()
        await asyncio.gather(*(line.controller.stop() for line in self.lines.values()))
        for seat in self.seats.values():
            seat.stop()
        if self._lookups:
            await asyncio.wait(self._lookups)
        await self.clock.sleep(LAST_TICKS)
        await self.recorder.settled()
        await self.hub.close()

    def close(self) -> None:
        """Ends the ticks, closes boards (every line is on hook then) and the store."""
        try:
            self.engine.close()
        finally:
            self._close_boards()
            self.history.close()
            self.store.close()

    # How it is put together.

    def _script(self, line: LineConfig) -> ivr.Script:
        path = self.config.script_path(line)
        if not path.is_file():
            raise InputError(f"{_at(line)}script {line.script}: there is no file {path}")
        if path not in self._scripts:  # one that many lines have is read, and its prompts are held, once
            self._scripts[path] = self._read_script(path)
        return self._scripts[path]

    def _read_script(self, path: Path) -> ivr.Script:
        script = ivr.load(path)
        ivr.check_seats(script, self.config.seat_words())
        return script

    def _country(self, line: LineConfig) -> tuple[Region, LineProfile]:
        try:
            region = load_region(line.country or self.config.office.country)
            return region, LineProfile.for_region(region, line.signals)
        except InputError as error:
            raise InputError(f"{_at(line)}{error}") from error

    def _make_boards(self) -> dict[str, Board]:
        """The boards, not yet open, with the ports of every line as far as they are known by now."""
        context = DriverContext(self.clock, self.folder.root, self._seed, self.live)
        made: dict[str, Board] = {}
        for config in self.config.boards:
            try:
                made[config.name] = open_board(config.driver, config.name, config.settings, context)
            except InputError as error:
                raise InputError(f"{config.where}: {error}" if config.where else str(error)) from error
        for line in self.config.lines:
            _check_port(made, line.port, _TO_THE_EXCHANGE, _at(line))
        for seat in self.config.seats:
            _check_port(made, seat.phone, _TELEPHONES, _at(seat))
        return made

    def _close_boards(self) -> None:
        boards, self.boards = self.boards, {}
        for name, board in boards.items():
            try:
                board.close()
            except CtiError as error:
                log.error("board %s: %s", name, error)

    def _make_services(self) -> None:
        form = self.config.recording.format
        self.recorder = CallRecorder(self.folder, self.store, self.clock, self.ids, format=form)
        boxes = Mailboxes(self.folder, self.store, self.clock, self.ids, self._customer_of, format=form)
        keep = self.config.recording.keep
        self.retention = (
            None if keep is None else Retention(self.folder, self.store, self.journal, self.clock, keep)
        )
        self.switchboard = Switchboard(
            self.seats.values(),
            self.clock,
            bridge=self.engine.bridge,
            ringback=lambda port: country_tone(self.lines[port].region, "ringback"),
            hold=[hold_music()],
            reasons=spoken_reasons(self.config.office.language),
        )
        self.services = Services(boxes, self.folder, self.store, self.clock, self.ids, self.switchboard)
        office, rules = self.config.office, self.config.outbound
        lines = self._loaded.values()
        emergency = {number for region, _, _ in lines for number in region.emergency}
        leading_out = {re.sub("[^0-9]", "", line.outside) for line in self.config.lines if line.outside}
        policy = NumberPolicy(
            country=office.country,
            area=office.area,
            emergency=emergency | set(load_region(office.country).emergency),
            allow=rules.allow,
            deny=rules.deny,
            prefixes=sorted(leading_out),
        )
        self.outbound = Outbound(self.lines, policy, rules.reserve, self.recorder, self.clock)

    def _line(self, config: LineConfig) -> Line:
        region, profile, script = self._loaded[config.port]
        try:
            channel = self.engine.channel(config.port)
            _check_kind(channel.info, _TO_THE_EXCHANGE)
            self.taught.apply(config.port, region)
        except CtiError as error:
            raise type(error)(f"{_at(config)}{error}") from error

        async def serve(call: Call) -> None:
            await self._serve(script, call)

        controller = LineController(channel, self.clock, self.journal, self.ids, profile, serve)
        return Line(config, region, script, controller)

    def _seat(self, config: SeatConfig) -> Seat:
        office = self.config.office
        try:
            channel = self.engine.channel(config.phone)
            _check_kind(channel.info, _TELEPHONES)
        except CtiError as error:
            raise type(error)(f"{_at(config)}{error}") from error
        return Seat(
            config.name,
            config.number,
            channel,
            self.clock,
            self.journal,
            load_region(office.country),
            groups=config.groups,
            wrap_up=seconds(config.wrap_up),
            greetings=self._greetings[config.name],
            zone=ZoneInfo(office.timezone),
        )

    # A call.

    async def _serve(self, script: ivr.Script, call: Call) -> None:
        """Serves a call: the recording of its line, and the script until an operator takes it."""
        recording = self.recorder.start(call)
        try:
            await self._by_script_or_operator(script, call)
            await call.ended()
        finally:
            await recording.finish()

    async def _by_script_or_operator(self, script: ivr.Script, call: Call) -> None:
        menu = asyncio.ensure_future(interpreter.run(script, call, self.services))
        taken = asyncio.ensure_future(call.taken())
        try:
            await asyncio.wait({menu, taken}, return_when=asyncio.FIRST_COMPLETED)
            if taken.done() and taken.exception() is None:
                return
            await asyncio.wait({menu})
            if (error := menu.exception()) is not None and not isinstance(error, CallEnded):
                log.error("%s: the script failed", call.id, exc_info=error)
            if call.state is not CallState.ENDED:
                await call.hang_up(Cause.LOCAL_SCRIPT if error is None else Cause.ERROR)
        finally:
            for task in (menu, taken):
                task.cancel()
            await asyncio.gather(menu, taken, return_exceptions=True)

    def _customer_of(self, call: Call) -> int | None:
        row = self.history.call(call.id)
        return None if row is None else row.customer

    def _on_journal(self, event: CallEvent) -> None:
        if event.type in ("call.caller", "call.offered") and event.data.get("number"):
            task = asyncio.get_running_loop().create_task(self._look_up(event))
            self._lookups.add(task)
            task.add_done_callback(self._lookups.discard)

    async def _look_up(self, event: CallEvent) -> None:
        """Finds the customer of a caller; the call waits for nothing."""
        e164 = self.store.normalise(event.data["number"])
        if e164 is None or event.call is None:
            return
        try:
            found = await asyncio.to_thread(self.store.customers_by_number, e164)
        except CtiError as error:
            log.error("%s: the customer was not looked up: %s", event.call, error)
            return
        if found and self.history.call(event.call) is not None:
            first, *others = found
            card = {**_short(first), "notes": first.notes, "tags": list(first.tags)}
            self.journal.emit(
                "call.customer", event.port, event.call, **card, others=[_short(other) for other in others]
            )

    # What clients see and ask (api.Door).

    def info(self) -> dict[str, Any]:
        writer = self.store.writer
        return {
            "version": __version__,
            "pid": os.getpid(),
            "data": str(self.folder.root),
            "office": dataclasses.asdict(self.config.office),
            "engine": dataclasses.asdict(self.engine.stats()),
            "store": {"waiting": writer.waiting, "stalled": writer.stalled, "errors": list(self.errors)},
        }

    def ports(self) -> list[dict[str, Any]]:
        """Every port of every board with its line's state."""
        rows = []
        seats = {seat.port: seat for seat in self.seats.values()}
        for board in self.boards.values():
            for port in board.ports:
                line, seat = self.lines.get(port.id), seats.get(port.id)
                call = None if line is None else line.controller.call
                state = "unused" if line is None else line.controller.state.word
                label = None if line is None else line.config.label
                if seat is not None:
                    call, state, label = seat.call, seat.phone.state.value, seat.name
                rows.append(
                    {
                        "id": port.id,
                        "board": board.info.name,
                        "driver": board.info.driver,
                        "kind": port.kind.value,
                        "label": label or port.label,
                        "named": label is not None,
                        "state": state,
                        "call": None if call is None else call.id,
                        "messages_waiting": None if line is None else line.controller.messages_waiting,
                        "script": None if line is None else line.config.script,
                        "country": None if line is None else line.region.code.upper(),
                        "learnt": self.taught.rows(port.id),
                        "caps": _words(port.caps),
                    }
                )
        return rows

    def call(self, call: str) -> Call:
        """The call that is on a line now; LookupError when none of that id is."""
        for line in self.lines.values():
            found = line.controller.call
            if found is not None and found.id == call:
                return found
        raise LookupError(call)

    async def dial(self, number: str, *, line: str | None, script: str | None, play: str | None) -> str:
        """Calls a number; whoever answers is given to a script, or hears a WAV file. The id of the call,
        which has begun. InputError, NotAllowed, PortError."""
        if (script is None) == (play is None):
            raise InputError("say what an answered call is given to: either a script, or a WAV file to play")
        if script is not None:
            menu = await asyncio.to_thread(self._menu, script)
            call = await self.outbound.dial(
                number, lambda call: self._by_script_or_operator(menu, call), port=_port(line)
            )
        else:
            assert play is not None
            sound = (await asyncio.to_thread(read_wav, play)).channels[0]
            call = await self.outbound.dial(
                number, lambda call: _hears(call, sound, Path(play).name), port=_port(line)
            )
        return call.id

    def _menu(self, script: str) -> ivr.Script:
        path = self.config.find_script(script)
        if not path.is_file():
            raise InputError(f"script {script}: there is no file {path}")
        return self._read_script(path)

    async def answer(self, call: str) -> None:
        """In the operator's name; LookupError, or CallEnded when it ends before it is answered."""
        await self.call(call).answer(by="operator")

    async def hang_up(self, call: str) -> None:
        """LookupError. A call that rings goes on ringing: it cannot be refused without answering it."""
        await self.call(call).hang_up(Cause.LOCAL_OPERATOR)

    def seat_rows(self) -> list[dict[str, Any]]:
        """As configured, with the state of each."""
        return [seat.row() for seat in self.seats.values()]

    async def pause_seat(self, seat: str, paused: bool) -> None:
        """By name or number; LookupError. `paused` false: ready for calls, at once."""
        for found in self.seats.values():
            if seat in (found.name, found.number):
                return found.pause() if paused else found.resume()
        raise LookupError(seat)

    async def change_talk(self, call: str, talk: str) -> None:
        """held, muted or talking, of a call at a seat. LookupError, ServiceError."""
        self.switchboard.change(self.call(call), Talk(talk))

    async def transfer(self, call: str, to: str, ring_s: float, card: Mapping[str, str]) -> None:
        """Sends a call at a seat on to another seat or a group. LookupError, InputError, ServiceError."""
        self.switchboard.send_on(self.call(call), to, seconds(ring_s), card)

    async def park(self, call: str, seconds_: float) -> int:
        """The place in which a call at a seat is parked. LookupError, ServiceError."""
        return self.switchboard.park(self.call(call), seconds(seconds_))

    async def pick_up(self, call: str, seat: str) -> None:
        """A parked call, to a seat. LookupError, InputError, ServiceError."""
        self.switchboard.pick_up(self.call(call), seat)

    async def listen(self, port: str) -> LearntTone:
        """The tone that a line hears in the next ten seconds; PortError, ServiceError."""
        return await self.taught.sample(PortId(port))

    async def teach(self, port: str, tone: str, heard: LearntTone) -> None:
        """Keeps a tone with a line; PortError, InputError, StoreError."""
        await self.taught.teach(LineTone(port, tone, heard, self.clock.wall(self.clock.now())))

    async def forget_tones(self, port: str) -> int:
        """How many there were; PortError, StoreError."""
        return await self.taught.forget(PortId(port))


_TO_THE_EXCHANGE: tuple[Kind, ...] = (Kind.FXO, Kind.TRUNK)
_TELEPHONES: tuple[Kind, ...] = (Kind.FXS, Kind.HANDSET)
_WHERE = {_TO_THE_EXCHANGE: "a line is at a port to the exchange", _TELEPHONES: "a seat is at a telephone"}


def _check_kind(port: PortInfo, kinds: tuple[Kind, ...], at: str = "") -> None:
    """PortError where a line, or a seat, cannot be."""
    if port.kind not in kinds:
        raise PortError(f"{at}{port.id}: {_WHERE[kinds]}; this one is of kind {port.kind.value}")


def _check_port(boards: Mapping[str, Board], port: PortId, kinds: tuple[Kind, ...], at: str) -> None:
    """Of boards whose ports are known before they are open. PortError."""
    board = boards.get(port.split("/")[0])
    known = {} if board is None else {each.id: each for each in board.ports}
    if known and port not in known:
        raise PortError(f"{at}{port}: no such port; there are {', '.join(known)}")
    if known:
        _check_kind(known[port], kinds, at)


async def _hears(call: Call, sound: Pcm, name: str) -> None:
    await call.play([sound], label=name)


def _port(line: str | None) -> PortId | None:
    return None if line is None else PortId(line)


def _at(config: LineConfig | SeatConfig) -> str:
    return f"{config.where}: " if config.where else ""


def _short(customer: Customer) -> dict[str, Any]:
    return {"id": customer.id, "name": customer.name, "company": customer.company}


def _words(caps: Mapping[str, Able]) -> dict[str, str]:
    return {name: able.value for name, able in caps.items()}
