"""A sound card's callback in the core that feeds a HANDSET port (cti/fed_sound.h).

The sound system calls it in a thread of its own; no Python runs there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ctidrv.native import check, ffi, lib, state
from ctidrv.native.fed_board import FedBoard


@dataclass(frozen=True, slots=True)
class SoundLevels:
    """dBm0 of the loudest sample since the last look, as a sine's; -100: silence."""

    said: float
    heard: float


class FedSound:
    """Of one port. `callback` and `user` are addresses, for PortAudio's stream; valid as long as this is."""

    def __init__(self, board: FedBoard, port: int = 0) -> None:
        self._board = board  # the core reads it
        size = lib.cti_fed_sound_size()
        self._ptr: Any = state("cti_fed_sound", size)
        check(lib.cti_fed_sound_init(self._ptr, size, board.ptr, port), f"sound of port {port}")
        self._levels = ffi.new("cti_fed_sound_levels *")
        self.callback = int(ffi.cast("uintptr_t", ffi.addressof(lib, "cti_fed_sound_run")))
        self.user = int(ffi.cast("uintptr_t", self._ptr))

    def run(self, said: bytes) -> bytes:
        """The callback, for a device whose sound Python serves (a stand-in): what it says, 16-bit samples, at
        most half a second, for as much that it is to hear."""
        samples = len(said) // 2
        heard = bytearray(2 * samples)
        lib.cti_fed_sound_run(ffi.from_buffer(said), ffi.from_buffer(heard), samples, ffi.NULL, 0, self._ptr)
        return bytes(heard)

    def gains(self, microphone_db: float, earpiece_db: float) -> None:
        """-30 to 30 dB each."""
        check(lib.cti_fed_sound_gains(self._ptr, microphone_db, earpiece_db), "gains: -30 to 30 dB")

    def mute(self, on: bool) -> None:
        """The microphone is not heard."""
        check(lib.cti_fed_sound_mute(self._ptr, int(on)), "mute")

    def levels(self) -> SoundLevels:
        """Not from two threads at once."""
        check(lib.cti_fed_sound_levels_of(self._ptr, self._levels), "levels")
        return SoundLevels(self._levels.said, self._levels.heard)

    def blocks(self) -> int:
        """How many the sound system has asked for, ever."""
        return int(lib.cti_fed_sound_blocks(self._ptr))
