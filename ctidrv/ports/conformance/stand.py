"""A board under the core's engine: opened, ticked, ordered and listened to, as in a station."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from ctidrv.events import PlayDone, PortEvent
from ctidrv.native import lib
from ctidrv.native.ear import ALL, DTMF
from ctidrv.native.engine import BOTH, LINE, NativeEngine
from ctidrv.native.events import port_event
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import Board, Kind, PortInfo
from ctidrv.ports.conformance.judge import Nonconformity, expect
from ctidrv.ports.conformance.pace import Live, Pace, Stepped
from ctidrv.ports.conformance.rig import AtExchange, AtTelephone, FarEnd, Rig
from ctidrv.ports.regions import load_region, progress_config
from ctidrv.units import RATE, TICK, seconds

E = TypeVar("E", bound=PortEvent)

HOOK: int = lib.CTI_LINE_HOOK
FLASH: int = lib.CTI_LINE_FLASH
RING: int = lib.CTI_LINE_RING
BATTERY: int = lib.CTI_LINE_BATTERY
POLARITY: int = lib.CTI_LINE_POLARITY
PULSES: int = lib.CTI_LINE_PULSES
"""Orders (cti/board.h)."""
WITHIN = 5.0
"""Seconds that whatever has to happen may take, beside the port's own `hook_ms`."""
_TAPS = {0: 0, 16: 128, 32: 256}
_RECORD_SECONDS = 15


class Recording:
    """Both directions of a port, from the tick on in which it was begun."""

    def __init__(self, ref: int) -> None:
        self.ref = ref
        self.data = bytearray()

    def _channel(self, which: int) -> Pcm:
        return Pcm.from_bytes(self.data)[which::2]

    @property
    def sent(self) -> Pcm:
        return self._channel(0)

    @property
    def came(self) -> Pcm:
        return self._channel(1)


class Stand:
    """`events`: all that the board's ports have told since it was opened."""

    def __init__(self, rig: Rig, *, live: bool, country: str) -> None:
        self.rig = rig
        self.live = live
        self.board: Board = rig.make_board()
        self.events: list[PortEvent] = []
        self.lost = 0
        """Events that the board had no right to tell, or that found no room."""
        self.country = country
        self._engine: NativeEngine | None = None
        self._pace: Pace | None = None
        self._numbers: dict[str, int] = {}
        self._refs = 0
        self._done: set[int] = set()
        self._recordings: dict[int, Recording] = {}
        self._sounds: dict[int, Pcm] = {}
        self._progress: Any = None

    # Open and closed.

    def open(self) -> None:
        self.board.open()
        ports = self.board.ports
        expect(len(ports) > 0, "a board with ports once it is open", ports)
        self._engine = engine = NativeEngine(len(ports), 1, record_seconds=_RECORD_SECONDS)
        engine.add_board(self.board.native())
        self._progress = progress_config(load_region(self.country))
        self.events, self._recordings = [], {}
        for number, port in enumerate(ports):
            self._numbers[port.id] = number
            engine.echo_can(number, _TAPS.get(port.canceller_ms, 0))
            engine.progress(number, self._progress)
            engine.listen(number, ALL & ~DTMF if port.tells_keys else ALL)
        self._pace = Live(engine) if self.live else Stepped(engine)
        self.wait(0.1)

    def stop(self) -> None:
        """No more ticks: a board is closed behind them."""
        pace, self._pace = self._pace, None
        if pace is not None:
            pace.stop()
            self._take()

    def shut(self) -> None:
        """The board is closed."""
        self.stop()
        self.board.close()
        self._engine = None

    def close(self) -> None:
        """All of it; safe twice."""
        try:
            self.shut()
        finally:
            self.rig.close()

    @property
    def engine(self) -> NativeEngine:
        assert self._engine is not None, "the board is not open"
        return self._engine

    def held_up(self) -> int:
        """How often the machine was too busy for the tick or the rig, ever, and sound was lost by that, as
        the board counts it; 0 where time is stepped."""
        if not self.live:
            return 0
        count = int(getattr(self.rig, "late_ticks", 0))
        if self._engine is not None:
            stats = self._engine.stats()
            count += stats.late_ticks + stats.slips
        status: Any = getattr(self.board, "status", None)
        if status is not None and self._pace is not None:
            for place in range(len(self.board.ports)):
                count += status(place).rx_slips + status(place).tx_slips
        return count

    def port(self, kind: Kind) -> PortInfo:
        """The first of that kind."""
        found = next((port for port in self.board.ports if port.kind is kind), None)
        if found is None:
            kinds = [port.kind.value for port in self.board.ports]
            raise Nonconformity(f"a port of kind {kind.value}", str(kinds), "api.py: PortInfo.kind")
        return found

    def far(self, port: PortInfo) -> FarEnd:
        return self.rig.far(port)

    def exchange(self, port: PortInfo) -> AtExchange:
        return cast(AtExchange, self.rig.far(port))

    def telephone(self, port: PortInfo) -> AtTelephone:
        return cast(AtTelephone, self.rig.far(port))

    # Time.

    def step(self) -> None:
        """A tick, and what follows from it; live, those that were made since."""
        assert self._pace is not None
        self._pace.step()
        self._take()
        self.board.pump()
        self.rig.tick(self.engine.now())

    def wait(self, length: float) -> None:
        until = self.engine.now() + seconds(length)
        while self.engine.now() < until:
            self.step()

    def until(self, so: Callable[[], bool], what: str, within: float = WITHIN) -> None:
        """Nonconformity, in these words, when it is not so in time."""
        end = self.engine.now() + seconds(within)
        while not so():
            if self.engine.now() >= end:
                raise Nonconformity(f"{what} within {within:g} s", self._told())
            self.step()

    def event(
        self,
        port: PortInfo,
        kind: type[E],
        since: int,
        within: float = WITHIN,
        so: Callable[[E], bool] = lambda _: True,
    ) -> E:
        """The first such event of the port from the `since`-th of all on, now or soon."""
        found: list[E] = []

        def came() -> bool:
            found[:] = [event for event in self.of(port, kind, since=since) if so(event)]
            return bool(found)

        self.until(came, f"{kind.__name__} of {port.id}", within)
        return found[0]

    def of(self, port: PortInfo, *kinds: type[E], since: int = 0) -> list[E]:
        return [event for event in self.events[since:] if event.port == port.id and isinstance(event, kinds)]

    def _told(self) -> str:
        last = ", ".join(str(event) for event in self.events[-6:])
        trouble = getattr(self.board, "trouble", None)
        return f"none; the last events were {last or 'none'}" + (f"; trouble: {trouble}" if trouble else "")

    def _take(self) -> None:
        engine = self.engine
        ids = {number: port for port, number in self._numbers.items()}
        for raw in engine.events():
            if raw.kind == lib.CTI_EV_EVENTS_LOST:
                self.lost += raw.value
            made = port_event(raw, ids[raw.port], engine.message) if raw.port >= 0 else None  # type: ignore[arg-type]
            if isinstance(made, PlayDone):
                self._done.add(made.ref)
                self._sounds.pop(made.ref, None)
            elif made is not None:
                self.events.append(made)
        for number, recording in self._recordings.items():
            while engine.reading(number, LINE) == recording.ref and (data := engine.read(number, LINE, 2)):
                recording.data += data

    # Orders.

    def order(self, port: PortInfo, what: int, value: int) -> int:
        """Gives it to the board; how many events there were before."""
        since = len(self.events)
        self.engine.line(self._numbers[port.id], what, value)
        return since

    def play(self, port: PortInfo, sound: Pcm) -> int:
        """Its ref; `played` says when it is over."""
        self._refs += 1
        self._sounds[self._refs] = sound
        self.engine.play(self._numbers[port.id], self._refs, pcm=sound.ptr, samples=len(sound))
        return self._refs

    def played(self, ref: int) -> bool:
        return ref in self._done

    def record(self, port: PortInfo) -> Recording:
        self._refs += 1
        number = self._numbers[port.id]
        self._recordings[number] = made = Recording(self._refs)
        self.engine.record(number, LINE, BOTH, self._refs)
        return made

    def stop_recording(self, port: PortInfo, recording: Recording) -> None:
        number = self._numbers[port.id]
        self.engine.record_stop(number, LINE, recording.ref)
        self.wait(2 * TICK / RATE)
        self._recordings.pop(number, None)
