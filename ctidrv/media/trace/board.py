"""The driver ``trace``: a board of one port that does what a trace says.

[[board]]
name = "theirs"         driver = "trace"
file = "sim-1.jsonl"    a trace of `ctidrv ports trace`
lead_s = 1.0            before it the line is idle for so long
strict = false          true: an order that the trace does not have next is an error

What came from the line comes again, tick by tick, whatever is ordered; orders are compared with the trace's.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ctidrv.errors import InputError, PortError
from ctidrv.media.trace.form import COMMANDS, seconds_of
from ctidrv.media.trace.read import Trace, load
from ctidrv.native import lib
from ctidrv.native.board_replay import ReplayBoard, TapeCommand
from ctidrv.ports.api import BoardInfo, DriverContext, Kind, PortInfo
from ctidrv.units import TICK, PortId, seconds

_MOST_LEAD_S = 60.0
_MOST_DIFFERENCES = 100


class TraceBoard:
    """Plays a trace's tape, once."""

    def __init__(self, name: str, trace: Trace, *, lead_s: float = 0.0, strict: bool = False) -> None:
        self.info = BoardInfo(name, "trace", f"trace of {trace.info.id}", str(trace.path))
        self.ports: Sequence[PortInfo] = [replace(trace.info, id=PortId(f"{name}/1"))]
        self.differences: list[str] = []
        """Orders that were not the trace's, one line each, the first hundred."""
        self._trace = trace
        self._strict = strict
        orders = _orders(zip(trace.commands, trace.lines, strict=True))
        self._expected = deque(orders)
        self._off_hook = False
        self._ended = False
        self._board = ReplayBoard(
            trace.rx.bytes,
            bytes(trace.gone),
            trace.events,
            [each for each, _ in orders],
            lead=math.ceil(seconds(lead_s) / TICK),
            telephone=trace.info.kind in (Kind.FXS, Kind.HANDSET),
        )

    @property
    def ended(self) -> bool:
        """The tape is over: an idle line."""
        return self._board.tick >= self._trace.ticks

    @property
    def trouble(self) -> str | None:
        return self.differences[0] if self.differences else None

    def open(self) -> None:
        """Everything has been read."""

    def close(self) -> None:
        """Nothing is held."""

    def native(self) -> Any:
        return self._board.native

    def pump(self) -> None:
        """Compares what has been ordered. PortError for the first difference, where it is strict."""
        for given in self._board.commands():
            if not 0 <= given.tick < self._trace.ticks:
                continue
            if given.what == lib.CTI_LINE_HOOK:
                again, self._off_hook = not (given.value or self._off_hook), bool(given.value)
                if again:
                    continue  # on hook it was
            self._compare(given)
        if self.ended and not self._ended:
            self._ended = True
            for missing, line in self._expected:
                self._differs(f"{self._trace.path}:{line}: {_words(missing)}: it was never ordered")

    def _compare(self, given: TapeCommand) -> None:
        ahead = next((number for number, (each, _) in enumerate(self._expected) if _same(each, given)), None)
        if ahead is None:
            self._differs(f"{self._trace.path}: {_words(given)}: the trace has no such order from there on")
            return
        for _ in range(ahead):
            missing, line = self._expected.popleft()
            self._differs(f"{self._trace.path}:{line}: {_words(missing)}: it was not ordered")
        self._expected.popleft()

    def _differs(self, what: str) -> None:
        if len(self.differences) < _MOST_DIFFERENCES:
            self.differences.append(what)
        if self._strict:
            raise PortError(what)


def _same(one: TapeCommand, other: TapeCommand) -> bool:
    return (one.what, one.value) == (other.what, other.value)


def _orders(commands: Iterable[tuple[TapeCommand, int]]) -> list[tuple[TapeCommand, int]]:
    """Without those that put on hook what is on hook: a station begins with one."""
    kept, off_hook = [], False
    for each, line in commands:
        if each.what == lib.CTI_LINE_HOOK:
            again, off_hook = not (each.value or off_hook), bool(each.value)
            if again:
                continue
        kept.append((each, line))
    return kept


def _words(command: TapeCommand) -> str:
    return f"{COMMANDS.get(command.what, '?')} {command.value} at {seconds_of(command.tick * TICK):.2f} s"


def open_board(name: str, settings: Mapping[str, Any], context: DriverContext) -> TraceBoard:
    """The entry point of the driver ``trace``. InputError names the board and the key."""
    left = dict(settings)
    file, lead, strict = left.pop("file", None), left.pop("lead_s", 1.0), left.pop("strict", False)
    if not isinstance(file, str):
        raise InputError(f"board {name}: file: the name of a trace is needed (`ctidrv ports trace`)")
    if isinstance(lead, bool) or not isinstance(lead, int | float) or not 0 <= lead <= _MOST_LEAD_S:
        raise InputError(f"board {name}: lead_s: seconds of 0 to {_MOST_LEAD_S:g} are needed")
    if not isinstance(strict, bool):
        raise InputError(f"board {name}: strict: true or false is needed")
    if left:
        raise InputError(f"board {name}: {next(iter(left))}: the driver trace has no such key")
    return TraceBoard(name, load(Path(file)), lead_s=float(lead), strict=strict)
