"""A board's card or driver that fails (cti/board_faults.h), between the engine's tick and the plant."""

from __future__ import annotations

from typing import Any

from ctidrv.errors import UsageError
from ctidrv.native import check, ffi, lib, state

WELL: int = lib.CTI_BOARD_WELL
OUT: int = lib.CTI_BOARD_OUT
STALLED: int = lib.CTI_BOARD_STALLED


class FaultyBoard:
    """`sound`: the `cti_board *` beneath, which outlives this."""

    def __init__(self, sound: Any) -> None:
        size = lib.cti_board_faults_size(sound)
        self._faults: Any = state("cti_board_faults", size)
        check(lib.cti_board_faults_init(self._faults, size, sound), "board with faults")
        self.native: Any = ffi.new("cti_board *")
        """The `cti_board *` for the engine."""
        check(lib.cti_board_faults_board(self._faults, self.native), "board with faults")

    def put_down(self) -> None:
        """Every line on hook, no bell; not while another thread ticks. A port refuses what it has not."""
        for port in range(self.native.ports):
            for what in (lib.CTI_LINE_HOOK, lib.CTI_LINE_RING):
                self.native.control(self.native.ctx, port, what, 0)

    def set(self, fault: int) -> None:
        """WELL, OUT or STALLED, from the next tick on."""
        check(lib.cti_board_faults_set(self._faults, fault), "fault of a board")

    def lose(self, ticks: int) -> None:
        """So many of the line's ticks (1 … 3000) that the engine never sees."""
        check(lib.cti_board_faults_lose(self._faults, ticks), "lost ticks")


class SoundBoard:
    """One that cannot fail: lines without audio have no samples to lose. The rig refuses such a fault before
    it begins; here it is a UsageError."""

    def __init__(self, native: Any) -> None:
        self.native = native

    def put_down(self) -> None:
        """A board without audio ends with its engine."""

    def set(self, fault: int) -> None:
        """WELL, from the next tick on."""
        if fault != WELL:
            raise UsageError("a board without audio has no faults")

    def lose(self, ticks: int) -> None:
        raise UsageError("a board without audio has no faults")
