"""A simulated analogue card behind DAHDI's interface (cti/dahdi_card.h): its nodes, and the world's side.

Requests, errors and events are the numbers of Linux, on every system.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ctidrv.native import check, ffi, lib, state

CTL: int = lib.CTI_DAHDI_CTL
TIMER: int = lib.CTI_DAHDI_TIMER
CHANNEL: int = lib.CTI_DAHDI_CHANNEL
PSEUDO: int = lib.CTI_DAHDI_PSEUDO
"""Nodes; a channel's is its number."""
IN: int = lib.CTI_DAHDI_IN
PRI: int = lib.CTI_DAHDI_PRI
OUT: int = lib.CTI_DAHDI_OUT
ERR: int = lib.CTI_DAHDI_ERR
HUP: int = lib.CTI_DAHDI_HUP
"""What a node is ready for, as poll(2) has it."""
MU_LAW: int = lib.CTI_DAHDI_LAW_MU
A_LAW: int = lib.CTI_DAHDI_LAW_A
RED = 8
_MOST_BYTES = 65536


@dataclass(frozen=True, slots=True)
class ChannelStatus:
    """Of one channel; `off_hook`: of our relay, or of the telephone; see cti/dahdi_card.h."""

    open: bool
    off_hook: bool
    ringing: bool
    alarms: int
    echo_can: bool
    transfer: bool
    lamp: int
    busy: bool
    signalling: int
    tx_waits: int
    overruns: int
    underruns: int
    events_lost: int


class DahdiCard:
    """`line`: the `cti_board *` beneath, first its `fxo` ports to an exchange, then `fxs` to telephones; it
    outlives this. Results of the node's functions are 0, a count, or a negative errno, as the kernel's."""

    def __init__(
        self,
        line: Any,
        *,
        fxo: int = 1,
        fxs: int = 0,
        pseudo: int = 16,
        configured: bool = True,
        law: int = MU_LAW,
        echo_can: bool = True,
    ) -> None:
        config = ffi.new("cti_dahdi_card_config *")
        lib.cti_dahdi_card_defaults(config)
        config.fxo, config.fxs, config.pseudo = fxo, fxs, pseudo
        config.configured, config.law, config.echo_can = int(configured), law, int(echo_can)
        size = lib.cti_dahdi_card_size(config)
        what = f"card of {fxo} FXO and {fxs} FXS ports"
        check(size or lib.CTI_ERR_ARG, what)
        self.ptr: Any = state("cti_dahdi_card", size)
        """The `cti_dahdi_card *`, for what else the core does with it."""
        self.channels = fxo + fxs
        self._line = line
        check(lib.cti_dahdi_card_init(self.ptr, size, config, line), what)
        self._status = ffi.new("cti_dahdi_card_status *")

    # As programs see it.

    def open(self, node: int) -> int:
        """A handle, or a negative errno."""
        return int(lib.cti_dahdi_card_open(self.ptr, node))

    def close(self, handle: int) -> int:
        return int(lib.cti_dahdi_card_close(self.ptr, handle))

    def ioctl(self, handle: int, request: int, arg: bytearray | None = None) -> int:
        """`arg` holds what goes in, and then what comes out; None: a null pointer."""
        if arg is None or not arg:
            return int(lib.cti_dahdi_card_ioctl(self.ptr, handle, request, ffi.NULL, 0))
        return int(lib.cti_dahdi_card_ioctl(self.ptr, handle, request, ffi.from_buffer(arg), len(arg)))

    def indirect(self, handle: int, channel: int, request: int, arg: bytearray) -> int:
        """As `ioctl`, of another channel by the control node."""
        return int(
            lib.cti_dahdi_card_indirect(self.ptr, handle, channel, request, ffi.from_buffer(arg), len(arg))
        )

    def read(self, handle: int, size: int) -> bytes | int:
        """At most so many bytes, of one buffer; or a negative errno."""
        room = ffi.new("uint8_t[]", max(0, min(size, _MOST_BYTES)))
        got = lib.cti_dahdi_card_read(self.ptr, handle, room, len(room))
        return int(got) if got < 0 else bytes(ffi.buffer(room, got))

    def write(self, handle: int, data: bytes) -> int:
        """How many bytes were taken, or a negative errno."""
        return int(lib.cti_dahdi_card_write(self.ptr, handle, ffi.from_buffer(data), len(data)))

    def ready(self, handle: int) -> int:
        """A mask of IN, PRI, OUT, ERR, HUP."""
        return int(lib.cti_dahdi_card_ready(self.ptr, handle))

    def busy(self, handle: int) -> bool:
        """A hook order of its channel is under way: a blocking one is not over yet."""
        return bool(lib.cti_dahdi_card_busy(self.ptr, handle))

    # As the world does.

    def tick(self, at: int) -> None:
        """20 ms, from this sample on, of the card and the line beneath."""
        check(lib.cti_dahdi_card_tick(self.ptr, at), "tick of a card")

    def alarm(self, alarms: int) -> None:
        """Of its span: RED …; 0: none."""
        check(lib.cti_dahdi_card_alarm(self.ptr, alarms), "alarm of a card")

    def removed(self, removed: bool) -> None:
        """Taken out, or put back."""
        check(lib.cti_dahdi_card_removed(self.ptr, int(removed)), "card")

    def events(self, channel: int, event: int, count: int = 1) -> None:
        """So many events of one kind on a channel (1 …), whatever its line does."""
        check(lib.cti_dahdi_card_events(self.ptr, channel, event, count), "events of a card")

    def status(self, channel: int) -> ChannelStatus:
        told = self._status
        check(lib.cti_dahdi_card_status_of(self.ptr, channel, told), f"channel {channel}")
        return ChannelStatus(
            open=bool(told.open),
            off_hook=bool(told.off_hook),
            ringing=bool(told.ringing),
            alarms=told.alarms,
            echo_can=bool(told.echo_can),
            transfer=bool(told.transfer),
            lamp=told.lamp,
            busy=bool(told.busy),
            signalling=told.signalling,
            tx_waits=told.tx_waits,
            overruns=told.overruns,
            underruns=told.underruns,
            events_lost=told.events_lost,
        )
