"""`MediaEngine`: the one place where time moves.

In virtual time `step` makes one tick and hands on what happened; live, a thread of the core makes the
ticks and this side follows, one `pump` for each tick or, when the interpreter was held up, for several.
In both, what a tick brings is handed on in the order (at, port, kind), then boards are pumped, then the
clock is moved on and fires the timers that are due.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import math
import threading
from collections.abc import Sequence
from typing import Any

from ctidrv.clock import SampleClock
from ctidrv.errors import PortError, UsageError
from ctidrv.events import PortEvent, RecordDone, RecordLost, Slip
from ctidrv.media.attachment import Attachment
from ctidrv.media.bridge import Bridge
from ctidrv.media.channel import Channel
from ctidrv.media.core import MakeCore, native_core
from ctidrv.media.recorder import Disk, Recording
from ctidrv.native import lib
from ctidrv.native.board_trace import TracedBoard
from ctidrv.native.engine import EngineStats, LiveLoop, NativeEngine
from ctidrv.native.events import port_event
from ctidrv.ports.api import Board, PortInfo
from ctidrv.ports.own_fax import OwnFax
from ctidrv.units import TICK, PortId, Samples, to_seconds

__all__ = ["EngineStats", "MediaEngine"]

_log = logging.getLogger(__name__)

_RING_SECONDS = 30
_RING_SECONDS_INLINE = 2
_DRAIN_TICKS = 25
"""Virtual time: the sinks are given what was recorded every so many ticks (and at its end)."""
_WAIT_MS = 200
_SLIP: int = lib.CTI_EV_SLIP
_EVENTS_LOST: int = lib.CTI_EV_EVENTS_LOST


_ECHO_TAPS = {0: 0, 16: 128, 32: 256}


def _echo_taps(port: PortInfo) -> int:
    """Of the core's echo canceller, which stands before detectors and recorders."""
    wanted = port.canceller_ms
    if wanted not in _ECHO_TAPS:
        raise PortError(f"{port.id}: echo_ms is {wanted}: the echo canceller spans 16 or 32 ms, 0 is none")
    return _ECHO_TAPS[wanted]


class MediaEngine:
    """The tick over all ports of `boards`, which are open before and closed after.

    `inline`: for virtual time, `step` by `step`, recordings written in between; else for live use,
    with rings that hold 30 s for a slow disk. `core`: makes the engine, which in virtual time may be another
    than the core's.
    """

    def __init__(
        self, boards: Sequence[Board], clock: SampleClock, *, inline: bool, core: MakeCore = native_core
    ) -> None:
        self.clock = clock
        self._boards = list(boards)
        ports = [(board, info) for board in self._boards for info in board.ports]
        if not ports:
            raise UsageError("no board has a port: name at least one [[board]] in station.toml")
        seconds = _RING_SECONDS_INLINE if inline else _RING_SECONDS
        self.native = core(len(ports), len(self._boards), seconds)
        self._traced: list[TracedBoard] = []
        if isinstance(self.native, NativeEngine):
            self._traced = [TracedBoard(board.native()) for board in self._boards]
        for number, board in enumerate(self._boards):
            self.native.add_board(self._traced[number].native if self._traced else board.native())
        self._channels = [Channel(info, number, self) for number, (_, info) in enumerate(ports)]
        for channel in self._channels:
            self.native.echo_can(channel.number, _echo_taps(channel.info))
        self._by_id = {channel.info.id: channel for channel in self._channels}
        if len(self._by_id) != len(ports):
            raise PortError("two ports have one name: give each [[board]] a name of its own")
        self.native.rest(inline)
        self._disk = Disk(self.native)
        self._bridges: dict[int, Bridge] = {}
        self._attached: list[Attachment] = []
        self._refs = 0
        self._ticks = 0
        self._injected: list[PortEvent] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._live: LiveLoop | None = None
        self._lateness: list[int] = []
        self._threads: list[threading.Thread] = []
        self._posted = False
        self._failure: BaseException | None = None

    @property
    def channels(self) -> Sequence[Channel]:
        """In the order of the boards and their ports."""
        return self._channels

    def channel(self, port: PortId) -> Channel:
        """PortError when there is no such port."""
        channel = self._by_id.get(port)
        if channel is None:
            known = ", ".join(self._by_id)
            raise PortError(f"{port}: no such port; there are {known}")
        return channel

    def progress(self, port: PortId, config: Any) -> None:
        """Sets the call-progress definitions (a `cti_progress_config *`) of a port from the next tick on."""
        self.native.progress(self.channel(port).number, config)

    def bridge(self) -> Bridge:
        """A new one, without parties. UsageError when as many as the core has are in use, and where it has
        none: a station without audio."""
        if self.native.bridges == 0:
            raise UsageError("there are no bridges here: without audio nobody hears another")
        free = next((number for number in range(self.native.bridges) if number not in self._bridges), None)
        if free is None:
            raise UsageError(f"all {self.native.bridges} bridges are in use")
        self._bridges[free] = made = Bridge(free, self)
        return made

    def traced(self, port: PortId) -> tuple[TracedBoard, int]:
        """Where a port can be traced: its board, and its number there. PortError when there is no such port,
        UsageError in a station without audio."""
        info = self.channel(port).info
        if not self._traced:
            raise UsageError("without audio there is nothing to trace")
        for traced, board in zip(self._traced, self._boards, strict=True):
            if info in board.ports:
                return traced, list(board.ports).index(info)
        raise PortError(f"{port}: no board has it any more")

    def own_fax(self, port: PortId) -> OwnFax | None:
        """The fax modem that a port's board has of its own."""
        for board in self._boards:
            numbers = [number for number, info in enumerate(board.ports) if info.id == port]
            if numbers and hasattr(board, "fax"):
                found: OwnFax | None = board.fax(numbers[0])
                return found
        return None

    @property
    def failure(self) -> BaseException | None:
        """Why the live loop ended by itself; None while all is well."""
        return self._failure

    def stats(self) -> EngineStats:
        return self.native.stats()

    def lateness(self) -> list[int]:
        """How many live ticks began how late, by tenths of a millisecond; of the last loop, when none
        runs; empty in virtual time."""
        return self._lateness if self._live is None else self._live.lateness()

    # Virtual time.

    def step(self) -> None:
        """One tick of virtual time, and what follows from it."""
        if self._live is not None:
            raise UsageError("the engine is live: its own loop makes the ticks")
        if self.native.tick() or self._injected:
            self._dispatch()
        if not self._disk.idle:
            self._ticks += 1
            if self._ticks >= _DRAIN_TICKS:
                self._ticks = 0
                self._disk.drain()
        for board in self._boards:
            board.pump()
        for attachment in list(self._attached):
            attachment.terminal.pump()
        self.clock.advance(self.clock.now() + TICK)

    def held_up(self, ticks: int) -> None:
        """Virtual time: this program gets no turn for so many ticks. They are made late and all at once, as
        the live loop does it, with a slip that is counted and told; what they bring comes after them."""
        if self._live is not None:
            raise UsageError("the engine is live: it is held up by itself")
        self.native.slip(ticks)
        for _ in range(ticks):
            self.native.tick()
        self.pump()

    def hold_disk(self, held: bool) -> None:
        """Virtual time: the disk takes no sound meanwhile, as a slow one; the rings hold two seconds."""
        self._disk.held = held

    def rest(self, may: bool) -> None:
        """Virtual time: whether lines that carry nothing may rest, and `idle` pass over ticks (they may, in
        the beginning). What happens is the same; it only takes longer without."""
        self.native.rest(may)

    def idle(self, until: float) -> None:
        """Virtual time: lets the ticks pass without making them that end before `until`, a sample count, as
        far as nothing can happen in them: every line rests, nothing waits, and no timer is due."""
        if self._injected or (self.native.drains and not self._disk.idle):
            return
        now, until = self.clock.now(), min(until, self.clock.due())
        ticks = math.ceil((until - now) / TICK - 1) if until < math.inf else 0
        if ticks > 0 and (passed := self.native.idle(ticks)):
            self.clock.advance(now + passed * TICK)

    # Live.

    def start_live(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begins to tick in real time; events, timers and boards' pumps run on `loop`."""
        if self._live is not None:
            raise UsageError("the engine is live already")
        if not isinstance(self.native, NativeEngine):
            raise UsageError("only the core's own engine ticks in real time")
        self._loop = loop
        self._failure = None
        self._live = live = LiveLoop(self.native)
        self._disk.start(lambda recording: self._on_loop(recording.closed))
        self._threads = [
            threading.Thread(target=self._run, args=(live,), name="ctidrv-tick", daemon=True),
            threading.Thread(target=self._follow, args=(live,), name="ctidrv-follow", daemon=True),
        ]
        atexit.register(self.stop_live)  # the core must not outlive the interpreter's memory
        for thread in self._threads:
            thread.start()

    def _run(self, live: LiveLoop) -> None:
        try:
            live.run()
        except Exception as error:
            self._failure = error
            _log.critical("the live loop ended: %s", error)
            live.stop()

    def _follow(self, live: LiveLoop) -> None:
        now = 0
        while self._live is live and self._failure is None:
            then, now = now, live.wait(now, _WAIT_MS)
            if now > then and not self._posted:
                self._posted = True
                self._on_loop(self._pump_live)

    def _on_loop(self, call: Any) -> None:
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(call)
        except RuntimeError:
            _log.debug("the loop is closed: nothing follows the ticks any more")

    def _pump_live(self) -> None:
        self._posted = False
        if self._live is not None:
            self.pump()

    def pump(self) -> None:
        """Hands on what the ticks made so far have brought; errors are logged, the others go on."""
        now = Samples(self.native.now())
        self._dispatch(guarded=True)
        for board in self._boards:
            try:
                board.pump()
            except Exception:
                _log.exception("board %s", board.info.name)
        for attachment in list(self._attached):
            try:
                attachment.terminal.pump()
            except Exception:
                _log.exception("%r", attachment.terminal)
        self.clock.advance(now)

    def stop_live(self) -> None:
        """Ends the ticks, hands on the last events, and finishes recordings that are open."""
        live, self._live = self._live, None
        if live is None:
            return
        atexit.unregister(self.stop_live)
        live.stop()
        for thread in self._threads:
            thread.join()
        self._lateness = live.lateness()
        live.end()
        self._disk.stop()
        self.pump()
        self._disk.finish_all()

    def close(self) -> None:
        """Ends everything; recordings that are open are finished with what they hold."""
        self.stop_live()
        self._disk.finish_all()

    # Between the parts of media.

    def next_ref(self) -> int:
        self._refs = self._refs % 0x7FFF_FFFF + 1
        return self._refs

    def forget_bridge(self, bridge: Bridge) -> None:
        """Closed, and nobody is on it any more: its number is free."""
        self._bridges.pop(bridge.number, None)

    def bridge_numbered(self, number: int) -> Bridge | None:
        return self._bridges.get(number)

    def bridge_with(self, channel: Channel, besides: Bridge) -> Bridge | None:
        """Another bridge that has the channel among its parties."""
        others = (bridge for bridge in self._bridges.values() if bridge is not besides)
        return next((bridge for bridge in others if channel in bridge.parties), None)

    def inject(self, event: PortEvent) -> None:
        """Hands on an event of this side's own with those of the next tick."""
        self._injected.append(event)

    def add_attachment(self, attachment: Attachment) -> None:
        self._attached.append(attachment)

    def forget_attachment(self, attachment: Attachment) -> None:
        self._attached.remove(attachment)

    def add_recording(self, recording: Recording) -> None:
        self._disk.add(recording)

    def forget_recording(self, recording: Recording) -> None:
        self._disk.forget(recording)

    def _dispatch(self, *, guarded: bool = False) -> None:
        injected, self._injected = self._injected, []
        for event in injected:
            self._hand_on(self._by_id[event.port], event, guarded)
        for raw in self.native.events():
            if raw.port >= 0:
                channel = self._channels[raw.port]
                made = port_event(raw, channel.info.id, self.native.message)
                if made is not None:
                    self._hand_on(channel, made, guarded)
            elif raw.kind == _SLIP:
                at, length = Samples(raw.at), raw.length
                _log.warning("the engine was %d ms late", length // 8)
                for channel in self._channels:
                    self._hand_on(channel, Slip(at, channel.info.id, length), guarded)
            elif raw.kind == _EVENTS_LOST:
                _log.error("%d events were lost: this program does not keep up", raw.value)

    def _hand_on(self, channel: Channel, event: PortEvent, guarded: bool) -> None:
        if isinstance(event, RecordDone):
            self._disk.ended(event.ref, event.length)
            if self._live is None:
                self._disk.drain()
        elif isinstance(event, RecordLost):
            _log.error(
                "%s: the disk is too slow: %.1f s of the recording are silence",
                channel.info.id,
                to_seconds(event.length),
            )
        if not guarded:
            channel.dispatch(event)
            return
        try:
            channel.dispatch(event)
        except Exception:
            _log.exception("%s: %s", channel.info.id, type(event).__name__)
