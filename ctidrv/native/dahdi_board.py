"""Channels of DAHDI cards, served in the tick itself (cti/dahdi_board.h)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ctidrv.errors import PortError
from ctidrv.native import check, ffi, lib, state
from ctidrv.native.sound_status import SoundStatus, sound_of

if TYPE_CHECKING:
    from ctidrv.native.dahdi_card import DahdiCard

FXO: int = lib.CTI_DAHDI_FXO
FXS: int = lib.CTI_DAHDI_FXS
AWAY: int = lib.CTI_DAHDI_AWAY
HERE: int = lib.CTI_DAHDI_HERE
LOST: int = lib.CTI_DAHDI_LOST
LATENCY = 400


@dataclass(frozen=True, slots=True)
class Port:
    """`kind`: FXO or FXS; `taps`: of our own echo canceller, 0: none; `tells_late`: the kernel tells of what
    comes too late."""

    kind: int
    taps: int = 0
    tells_late: bool = False


@dataclass(frozen=True, slots=True)
class PortStatus(SoundStatus):
    """Of one channel (cti/dahdi_board.h). `why`: the errno of the last order that the
    kernel refused, `lost`: that by which the channel is gone; 0: none."""

    off_hook: bool
    alarm: bool
    neon: bool
    refused: int
    why: int
    lost: int


def system_door() -> Any:
    """The system's ``cti_dahdi_door *``. PortError where there is no DAHDI."""
    door = ffi.new("cti_dahdi_door *")
    if lib.cti_dahdi_system_door(door) < 0:
        raise PortError("DAHDI's cards work on Linux only")
    return door


def card_door(card: DahdiCard) -> Any:
    """A simulated card's, which is to outlive it."""
    door = ffi.new("cti_dahdi_door *")
    check(lib.cti_dahdi_card_door(card.ptr, door), "door of a card")
    return door


class DahdiChannels:
    """A board of these channels."""

    def __init__(self, door: Any, ports: Sequence[Port], *, buffers: int, latency: int = LATENCY) -> None:
        config = ffi.new("cti_dahdi_board_config *")
        lib.cti_dahdi_board_defaults(config)
        config.ports, config.buffers, config.latency = len(ports), buffers, latency
        size = lib.cti_dahdi_board_size(config)
        what = f"{len(ports)} DAHDI channels, latency {latency}"
        check(size or lib.CTI_ERR_ARG, what)
        self._door = door
        self._board: Any = state("cti_dahdi_board", size)
        check(lib.cti_dahdi_board_init(self._board, size, config, door), what)
        self.set(ports)
        self.native: Any = ffi.new("cti_board *")
        """The `cti_board *` for the engine; valid as long as this is."""
        check(lib.cti_dahdi_board_board(self._board, self.native), what)
        self._status = ffi.new("cti_dahdi_port_status *")

    def set(self, ports: Sequence[Port]) -> None:
        """As they are now; while it is away."""
        config = ffi.new("cti_dahdi_port_config *")
        for number, port in enumerate(ports):
            config.kind, config.echo_taps, config.tells_late = port.kind, port.taps, int(port.tells_late)
            check(lib.cti_dahdi_board_port(self._board, number, config), f"channel {number + 1} of the board")

    def give(self, handles: Sequence[int]) -> None:
        """One for each port, on hook and set up; from the next tick on they are its own."""
        check(
            lib.cti_dahdi_board_give(self._board, ffi.new("int32_t[]", list(handles)), len(handles)),
            "handles of the channels",
        )

    def take_back(self) -> bool:
        """Away from now on; True once no tick uses the handles any more."""
        return bool(check(lib.cti_dahdi_board_take_back(self._board), "handles of the channels"))

    @property
    def state(self) -> int:
        """AWAY, HERE, or LOST: a channel is no more there."""
        return int(lib.cti_dahdi_board_state_of(self._board))

    def status(self, port: int) -> PortStatus:
        """Not from two threads at once."""
        told = self._status
        check(lib.cti_dahdi_board_status_of(self._board, port, told), f"port {port}")
        return PortStatus(
            off_hook=bool(told.off_hook),
            alarm=bool(told.alarm),
            neon=bool(told.neon),
            refused=told.refused,
            why=told.why,
            lost=told.lost,
            **sound_of(told),
        )
