"""`Station`: wires boards, engine, lines, scripts, recordings and store; live and in virtual time.

Live, within a running loop:      station.open(); station.start(); …; await station.stop(); station.close()
Virtual, before and after it:     station.open(); run_virtual(story(station), station.engine); station.close()
where the story calls `start` and awaits `stop`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections import deque
from collections.abc import Callable
from datetime import datetime

from ctidrv.apps.fax.sender import FaxSender
from ctidrv.apps.ivr.clips import Services
from ctidrv.apps.recording import CallRecorder
from ctidrv.apps.voicemail import Mailboxes
from ctidrv.callcontrol.call import Call
from ctidrv.callcontrol.ids import Ids
from ctidrv.callcontrol.journal import Journal
from ctidrv.callcontrol.number_policy import NumberPolicy
from ctidrv.clock import SampleClock
from ctidrv.config import FaxModemConfig, StationConfig
from ctidrv.errors import CtiError, UsageError
from ctidrv.folder import DataFolder
from ctidrv.media.core import MakeCore, native_core
from ctidrv.media.engine import MediaEngine
from ctidrv.modem.pty_port import PtyPort
from ctidrv.ports.api import DriverContext
from ctidrv.service import loading
from ctidrv.service.errands import Errands
from ctidrv.service.fax_desk import FaxDesk
from ctidrv.service.fax_modems import MOST_A_TICK, FaxModem, HostPort, MakePort
from ctidrv.service.fax_papers import FaxPapers
from ctidrv.service.fax_receptions import Receptions
from ctidrv.service.fax_sender import LineSender
from ctidrv.service.faxes import (
    FaxGround,
    cover_maker,
    faxes_left,
    header_maker,
    make_call_faxes,
    make_desk,
    settle_received,
)
from ctidrv.service.history import History
from ctidrv.service.holds import Holds
from ctidrv.service.hub import Hub
from ctidrv.service.mailing import make_outbox
from ctidrv.service.orders import Orders
from ctidrv.service.outbound import Outbound
from ctidrv.service.parts import Makers
from ctidrv.service.recovery import Recovered, recover
from ctidrv.service.retention import Retention
from ctidrv.service.serving import Customers, recorded, serve
from ctidrv.service.taught import TaughtTones
from ctidrv.service.tracing import Traces
from ctidrv.store import Store, check_version
from ctidrv.units import ms

ERRORS_KEPT = 20
LAST_TICKS = ms(100)
"""After the last hang-up the ticks go on for so long: the hook command reaches the board."""

log = logging.getLogger("ctidrv.service")


class Station(Orders):
    """One data folder's station. `open` and `close` pair, `start` and `stop` stand between them.

    live: real time, ticks by the core's own thread, rows by the store's; else virtual time, everything in
    the caller's thread. seed, start: what makes a run in virtual time repeat (ids, noise, wall time).
    core: makes its engine. fax_sender: instead of its own lines.
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
        fax_sender: FaxSender | None = None,
    ) -> None:
        if not live and (seed is None or start is None):
            raise UsageError("a station in virtual time needs a seed and the wall time of its start")
        self.folder = folder
        self.config = config
        self.live = live
        self.clock = SampleClock(None if live else start)
        self.ids = Ids(None if live else seed, self.clock)
        self.boards = {}
        self.lines = {}
        self.seats = {}
        self.errors = deque(maxlen=ERRORS_KEPT)
        self.recovered = Recovered(0, 0, 0)
        self.token = ""
        """Of the API; empty where none is served."""
        self._core = core
        self._fax_sender = fax_sender
        self._seed = secrets.randbits(31) if seed is None else seed
        self._loaded: loading.Loaded | None = None
        self.fax_modems: list[FaxModem] = []

    def load(self) -> loading.Loaded:
        """Reads the scripts and the countries of the lines, and the database's version; makes the boards by
        their settings. Changes nothing and opens nothing.

        InputError, NewerDatabase, StoreError or PortError for what will not do. `open` does it if nobody has.
        """
        if self._loaded is None:
            check_version(self.folder.database)
            context = DriverContext(self.clock, self.folder.root, self._seed, self.live)
            self._loaded = loading.load(self.config, context)
        return self._loaded

    def open(self) -> None:
        """Opens the store, puts right what a crash left, and opens the boards.

        InputError for a configuration or a script that does not hold, NewerDatabase, StoreError or PortError
        for what it stands on; what was opened is closed then. Live, it needs the running loop.
        """
        loaded = self.load()
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
            settle_received(self.config, self.store, self.journal)
            self._faxes_left = faxes_left(self.store, self.journal, self.clock)
            self.customers = Customers(self.store, self.history, self.journal)
            undo.callback(self._close_boards)
            for name, board in loaded.boards.items():
                board.open()
                self.boards[name] = board
            self.engine = MediaEngine(
                list(self.boards.values()), self.clock, inline=not self.live, core=self._core
            )
            undo.callback(self.engine.close)
            self._make_parts(loaded)
            undo.callback(self._take_fax_modems)
            for modem in self.fax_modems:
                modem.place()
            undo.pop_all()

    def start(self) -> None:
        """Puts every line on hook and takes calls; live, the ticks begin."""
        for line in self.lines.values():
            line.controller.start()
        for seat in self.seats.values():
            seat.start()
        self.fax_desk.start(self._faxes_left)
        for modem in self.fax_modems:
            modem.start()
        if self.outbox is not None:
            self.outbox.start()
        if self.retention is not None:
            self.retention.start()
        if self.live:
            self.engine.start_live(asyncio.get_running_loop())

    async def stop(self) -> None:
        """Hangs up, lets recordings and rows be finished, and tells those who listen that it was the last."""
        if self.retention is not None:
            await self.retention.stop()
        self.receptions.stop()
        for modem in self.fax_modems:
            await modem.close()
        await self.fax_desk.close()
        if self.outbox is not None:
            await self.outbox.close()
        await asyncio.gather(*(line.controller.stop() for line in self.lines.values()))
        for seat in self.seats.values():
            seat.stop()
        await self.customers.settled()
        self.traces.stop()
        await self.clock.sleep(LAST_TICKS)
        await self.recorder.settled()
        await self.hub.close()

    def close(self) -> None:
        """Ends the ticks, closes boards (every line is on hook then) and the store."""
        try:
            self.engine.close()
        finally:
            self._take_fax_modems()
            self._close_boards()
            self.history.close()
            self.store.close()

    def _make_parts(self, loaded: loading.Loaded) -> None:
        store, clock, folder, ids = self.store, self.clock, self.folder, self.ids
        form, keep = self.config.recording.format, self.config.recording.keep
        make = Makers(self.config, self.engine, clock, self.journal, ids)
        self.recorder = CallRecorder(folder, store, clock, ids, format=form)
        policy = loading.number_policy(self.config)
        self.holds = Holds(self.lines, self.journal)
        self.outbound = Outbound(
            self.lines, policy, self.config.outbound.reserve, self.recorder, clock, self.holds
        )
        for seat in self.config.seats:
            self.seats[seat.name] = make.seat(seat, loaded.greetings[seat.name], self.outbound)
        self.retention = None if keep is None else Retention(folder, store, self.journal, clock, keep)
        boxes = Mailboxes(folder, store, clock, ids, self.customers.of, format=form)
        self.switchboard = make.switchboard(
            self.seats.values(), self.lines, self.outbound, self.customers, boxes
        )
        self.queues = make.queues(self.switchboard, loaded.music)
        self._fax_ground = FaxGround(folder, store, self.journal, ids, clock)
        faxes = make_call_faxes(self.config, self._fax_ground)
        self.receptions = Receptions(self.holds, faxes, clock)
        self.services = Services(boxes, folder, store, clock, ids, self.switchboard, self.queues, faxes)
        self.errands = Errands(self.lines, self.services, store, self.script)
        self.taught = TaughtTones(store, self.engine, self.journal, self.lines)
        self.fax_desk = self._make_fax_desk(policy)
        self.fax_papers = FaxPapers(cover_maker(self.config))
        self.outbox = make_outbox(self.config, store, self.journal, clock, self.fax_papers)
        self.traces = Traces(self.config, self.engine, self.boards, self.lines, self.taught, self.journal)
        for line in self.config.lines:
            self.lines[line.port] = make.line(line, loaded.lines[line.port], self.taught, self._serve)
        if self.live:
            self.fax_modems = [self.fax_modem(each, _pty_port) for each in self.config.fax_modems]

    def fax_modem(self, config: FaxModemConfig, make_port: MakePort) -> FaxModem:
        """One at a line, and where its program is."""
        return FaxModem(
            self.config.link_path(config),
            self.lines[config.port],
            self.engine.channel(config.port),
            self.outbound,
            self.holds,
            self.journal,
            self.clock,
            make_port,
        )

    def _make_fax_desk(self, policy: NumberPolicy) -> FaxDesk:
        sender = self._fax_sender or LineSender(
            self.outbound,
            self.clock,
            header_maker(self.config),
            cover_maker(self.config),
            self.config.fax.ident,
        )
        return make_desk(self.config, self._fax_ground, policy.judge, self.outbound.free, sender)

    async def _serve(self, call: Call) -> None:
        line, holder = self.lines[call.port], self.holds.of(call.port)
        if holder is not None:
            await recorded(holder.serve(call), call, self.recorder)
            return
        await serve(line.config, line.script, call, self.recorder, self.services)

    def _take_fax_modems(self) -> None:
        for modem in self.fax_modems:
            modem.take()

    def _close_boards(self) -> None:
        boards, self.boards = self.boards, {}
        for name, board in boards.items():
            try:
                board.close()
            except CtiError as error:
                log.error("board %s: %s", name, error)


def _pty_port(heard: Callable[[bytes], None], gone: Callable[[], None]) -> HostPort:
    return PtyPort(asyncio.get_running_loop(), heard, gone, piece=MOST_A_TICK)
