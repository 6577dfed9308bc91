"""A board of one port that gives again what a trace holds (cti/board_replay.h)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ctidrv.native import check, ffi, lib, state
from ctidrv.units import TICK

_AT_A_TIME = 64


@dataclass(frozen=True, slots=True)
class TapeEvent:
    """What a board told in a tick of the tape; `at` and `start` in samples of the tape."""

    tick: int
    at: int
    start: int
    kind: int
    value: int = 0
    length: int = 0
    ref: int = 0
    level: float = 0.0
    message: bytes = b""


@dataclass(frozen=True, slots=True)
class TapeCommand:
    """A `cti_line_control`, and what the board said: 0, or a cti_error."""

    tick: int
    what: int
    value: int
    result: int = 0


class ReplayBoard:
    """`rx`: 16-bit samples, 160 a tick; `gone`: a byte a tick, 1 where the board was gone."""

    def __init__(
        self,
        rx: bytes,
        gone: bytes,
        events: Sequence[TapeEvent],
        commands: Sequence[TapeCommand],
        *,
        lead: int = 0,
        telephone: bool = False,
    ) -> None:
        self._tape = tape = ffi.new("cti_tape *")
        self._events = ffi.new("cti_tape_event[]", max(1, len(events)))
        self._commands = ffi.new("cti_tape_command[]", max(1, len(commands)))
        messages = bytearray()
        for slot, each in zip(self._events, events, strict=False):
            slot.tick, slot.message, slot.bytes = each.tick, len(messages), len(each.message)
            slot.event.at, slot.event.start, slot.event.kind = each.at, each.start, each.kind
            slot.event.value, slot.event.length = each.value, each.length
            slot.event.ref, slot.event.level = each.ref, each.level
            messages += each.message
        for slot, order in zip(self._commands, commands, strict=False):
            slot.tick, slot.what, slot.value, slot.result = order.tick, order.what, order.value, order.result
        self._kept = (bytes(rx), bytes(gone), bytes(messages))
        self._buffers = [ffi.from_buffer(each) if each else ffi.NULL for each in self._kept]
        tape.rx, tape.gone, tape.messages = (
            ffi.cast("int16_t *", self._buffers[0]),
            ffi.cast("uint8_t *", self._buffers[1]),
            ffi.cast("uint8_t *", self._buffers[2]),
        )
        tape.ticks = self.ticks = min(len(rx) // (2 * TICK), len(gone))
        tape.events, tape.event_count = self._events, len(events)
        tape.commands, tape.command_count = self._commands, len(commands)
        tape.message_bytes = len(messages)
        size = lib.cti_board_replay_size()
        self._ptr: Any = state("cti_board_replay", size)
        what = f"tape of {self.ticks} ticks"
        check(lib.cti_board_replay_init(self._ptr, size, tape, lead, int(telephone)), what)
        self.native: Any = ffi.new("cti_board *")
        """The `cti_board *` for the engine; valid as long as this is."""
        check(lib.cti_board_replay_board(self._ptr, self.native), what)
        self._given = ffi.new("cti_tape_command[]", _AT_A_TIME)

    @property
    def tick(self) -> int:
        """The next of the tape to be given; negative before it, `ticks` at its end."""
        return int(lib.cti_board_replay_at(self._ptr))

    def commands(self) -> Iterator[TapeCommand]:
        """What has been commanded since."""
        while count := lib.cti_board_replay_commands(self._ptr, self._given, _AT_A_TIME):
            for index in range(check(count, "replay")):
                it = self._given[index]
                yield TapeCommand(int(it.tick), int(it.what), int(it.value), int(it.result))
