"""Records a port of a running engine: from the core's ring, the channel's events and its ear to rows."""

from __future__ import annotations

import dataclasses
import re
from collections import deque
from collections.abc import Mapping
from typing import Any

from ctidrv.errors import NativeError, ServiceError
from ctidrv.events import Bridged, CallerIdSeen, PlayDone, PortEvent, RecordDone, RecordLost
from ctidrv.media.engine import MediaEngine
from ctidrv.media.trace.form import (
    COMMANDS,
    EARLY,
    EVENTS,
    MOST_S,
    MOST_TEXT,
    MOST_TICKS,
    VERSION,
    Row,
    detectors,
    seconds_of,
)
from ctidrv.native import board_trace
from ctidrv.units import RATE, TICK, PortId

OURS = (PlayDone, RecordDone, RecordLost, Bridged)
"""Of players, recorders and bridges, not of the port."""
_MOST_WAITING = 10_000
_TIMES = ("start", "length")
_LEVELS = ("level",)


class Tracer:
    """A trace of one port, from the engine's next tick on. ServiceError while another is on, UsageError where
    the engine has no audio. `take` has to be called at least every few seconds: the core keeps 30.

    `about`: what else its header is to tell.
    """

    def __init__(self, engine: MediaEngine, port: PortId, about: Mapping[str, Any]) -> None:
        self.ended = False
        """All has been taken: there is nothing more to come."""
        self.ticks = 0
        """Taken so far."""
        self.stopping = False
        self._channel = engine.channel(port)
        self._clock = engine.clock
        self._about = about
        self._board, self._index = engine.traced(port)
        self._origin: int | None = None
        self._told: deque[PortEvent] = deque(maxlen=_MOST_WAITING)
        self._ears: deque[tuple[int, int]] = deque(maxlen=_MOST_WAITING)
        self._notes: deque[tuple[int, Row]] = deque(maxlen=_MOST_WAITING)
        try:
            self._board.start(self._index)
        except NativeError as error:
            raise ServiceError(f"{port}: is being traced already; end that trace first") from error
        self._ears_before = detectors(self._channel.ear)
        self._undo = (
            self._channel.subscribe(self._on_event),
            self._channel.watch_ear(lambda mask: self._ears.append((engine.native.now(), mask))),
        )

    def _on_event(self, event: PortEvent) -> None:
        if not isinstance(event, OURS):
            self._told.append(event)

    def note(self, at: int, row: Row) -> None:
        """A row of somebody above, of what became known at sample `at`."""
        self._notes.append((at, row))

    def stop(self) -> None:
        """The next tick is the first that is not traced; what is before it is still to be taken."""
        if not self.stopping:
            self.stopping = True
            for undo in self._undo:
                undo()
            self._board.stop(self._index)

    def leave(self) -> None:
        """Nobody takes it any more. What waits is thrown away: the core ends a trace where there is room to
        say so, and until then there is no other of this port."""
        self.stop()
        for _ in self._board.read(self._index):
            pass
        self.ended = True

    def header(self) -> Row:
        """The first row, once the first tick has been taken."""
        info = self._channel.info
        assert self._origin is not None
        return {
            "type": "trace",
            "version": VERSION,
            "rate": RATE,
            "port": info.id,
            "kind": info.kind.value,
            "label": info.label[:MOST_TEXT],
            "caps": {name: able.value for name, able in info.caps.items()},
            "echo_ms": info.echo_ms,
            "hook_ms": info.hook_ms,
            "ear": self._ears_before,
            "started": self._clock.wall(self._origin).isoformat(timespec="microseconds"),
            "at": seconds_of(self._origin),
            **self._about,
        }

    def take(self) -> tuple[list[Row], bytes]:
        """What there is since: rows in the order of time, and the audio of `ticks` more, two channels as in a
        recording (what we sent, what came)."""
        rows: list[Row] = []
        audio = bytearray()
        for record in self._board.read(self._index):
            if self.ended:
                continue
            if self._origin is None:
                self._origin = int(record.at)
            self._take_record(record, rows, audio)
            if self.ticks >= MOST_TICKS:
                self.stop()
                self.ended = True
        if self._origin is not None:
            rows += self._waiting()
        rows.sort(key=lambda row: float(row["t"]))
        return [row for row in rows if row["t"] <= MOST_S], bytes(audio)

    def _take_record(self, record: Any, rows: list[Row], audio: bytearray) -> None:
        kind, t = record.kind, self._t(record.at)
        if kind == board_trace.TICK_DONE:
            audio += board_trace.frames_of(record)
            self.ticks += 1
            if record.result < 0:
                rows.append({"type": "gone", "t": t, "ticks": 1})
        elif kind == board_trace.EVENT:
            rows.append(self._event(record, t))
        elif kind == board_trace.COMMAND:
            name = COMMANDS.get(record.what, "unknown")
            rows.append(
                {"type": "command", "t": t, "command": name, "value": record.value, "result": record.result}
            )
        elif kind == board_trace.LOST:
            ticks = min(int(record.result), MOST_TICKS - self.ticks)
            audio += bytes(4 * TICK * ticks)
            self.ticks += ticks
            rows.append({"type": "lost", "t": t, "ticks": ticks, "rows": int(record.value)})
        else:
            self.ended = True

    def _event(self, record: Any, t: float) -> Row:
        it = record.event
        row: Row = {"type": "event", "t": t, "event": EVENTS.get(it.kind, "unknown")}
        if it.kind not in EVENTS:
            row["kind"] = it.kind
        for name, at, early in (("known", it.at, 0), ("start", it.start, EARLY)):
            # A board need not know the time: the engine takes what is known as of this tick too.
            within = min(max(at, record.at - early), record.at + TICK)
            if within != record.at:
                row[name] = self._t(within)
        row |= {name: getattr(it, name) for name in ("value", "ref") if getattr(it, name)}
        if it.length > 0:
            row["length"] = it.length
        if record.bytes:
            row["message"] = board_trace.message_of(record).hex()
        return row

    def _waiting(self) -> list[Row]:
        """What has been told, and asked of the ear, in the ticks taken."""
        rows: list[Row] = []
        while self._told:
            event = self._told.popleft()
            if event.at > self._origin_at:
                rows.append(told_row(event, self._origin_at))
        while self._ears:
            at, mask = self._ears.popleft()
            t = max(0.0, self._t(at))
            rows.append({"type": "ear", "t": t, "detectors": detectors(mask)})
        while self._notes:
            at, row = self._notes.popleft()
            rows.append({**row, "t": max(0.0, self._t(at))})
        return rows

    @property
    def _origin_at(self) -> int:
        assert self._origin is not None
        return self._origin

    def _t(self, at: int) -> float:
        return seconds_of(int(at) - self._origin_at)


def name_of(event: PortEvent) -> str:
    """``digit-down`` of a DigitDown."""
    return re.sub("(?<=[a-z])(?=[A-Z])", "-", type(event).__name__).lower()


def told_row(event: PortEvent, origin: int) -> Row:
    """What call control was told, with all that it says."""
    row: Row = {"type": "told", "t": seconds_of(event.at - origin), "told": name_of(event)}
    for each in dataclasses.fields(event):
        value = getattr(event, each.name)
        if each.name in ("at", "port"):
            continue
        if each.name == "start":
            value = seconds_of(value - origin)
        elif each.name in _TIMES:
            value = seconds_of(value)
        elif each.name in _LEVELS:
            value = round(value, 2)
        elif isinstance(event, CallerIdSeen) and each.name == "raw":
            value = event.raw.hex()
        row[each.name] = value
    return row
