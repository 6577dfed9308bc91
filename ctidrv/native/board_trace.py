"""A board that can be traced, between the engine and the board itself (cti/board_trace.h)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ctidrv.native import check, ffi, lib, uncleared
from ctidrv.units import TICK

TICK_DONE: int = lib.CTI_TRACE_TICK
EVENT: int = lib.CTI_TRACE_EVENT
COMMAND: int = lib.CTI_TRACE_COMMAND
LOST: int = lib.CTI_TRACE_LOST
ENDED: int = lib.CTI_TRACE_ENDED
"""Kinds of records."""
_AT_A_TIME = 64


class TracedBoard:
    """`sound`: the `cti_board *` within, which outlives this. Ports are counted within the board."""

    def __init__(self, sound: Any) -> None:
        size = lib.cti_board_trace_size(sound)
        check(size or lib.CTI_ERR_ARG, "board to be traced")
        # Its rings cost memory only where a port is traced.
        self._ptr: Any = uncleared("cti_board_trace", size)
        check(lib.cti_board_trace_init(self._ptr, size, sound), "board to be traced")
        self.native: Any = ffi.new("cti_board *")
        """The `cti_board *` for the engine."""
        check(lib.cti_board_trace_board(self._ptr, self.native), "board to be traced")
        self._records = ffi.new("cti_trace_record[]", _AT_A_TIME)

    def start(self, port: int) -> None:
        """From the next tick on. NativeError while a trace of the port is on."""
        check(lib.cti_board_trace_start(self._ptr, port), "trace")

    def stop(self, port: int) -> None:
        """The next tick ends it; its last record says so. NativeError when none is on."""
        check(lib.cti_board_trace_stop(self._ptr, port), "trace")

    def read(self, port: int) -> Iterator[Any]:
        """What the ticks have put down since: `cti_trace_record`s, each valid until the next is asked for."""
        records = self._records
        while count := lib.cti_board_trace_read(self._ptr, port, records, _AT_A_TIME):
            for index in range(check(count, "trace")):
                yield records[index]


def frames_of(record: Any) -> bytes:
    """Of a tick: 160 frames of two 16-bit samples, what we sent and what came."""
    frames = bytearray(4 * TICK)
    both = memoryview(frames).cast("h")
    both[0::2] = memoryview(ffi.buffer(record.tx)).cast("h")
    both[1::2] = memoryview(ffi.buffer(record.rx)).cast("h")
    return bytes(frames)


def message_of(record: Any) -> bytes:
    """Of an event: the caller-ID message."""
    return bytes(ffi.buffer(record.message, record.bytes))
