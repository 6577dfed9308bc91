"""A fax modem in a port's tick, driven from here (cti/fax_driven.h)."""

from __future__ import annotations

from typing import Any

from ctidrv.native import check, ffi, lib, state
from ctidrv.native.fax_line import FaxTurn, Said, native_turn, said_of, what_of
from ctidrv.native.pcm import Pcm

_MOST: int = lib.CTI_FAX_DRIVEN_WAITING
_LONGEST_FRAME: int = lib.CTI_HDLC_FRAME_MAX
_AT_ONCE = 8192
"""Samples of the line."""


class DrivenFaxLine:
    """`ctidrv.native.fax_line.ModemLine`: the turns are done in the tick of the port it is attached to
    (`native`), a tick behind the order.

    `level`: dBm0 of what is sent; `echo_ms`: the line's round trip.
    """

    def __init__(self, *, level: float = -13.0, echo_ms: int = 60) -> None:
        config = ffi.new("cti_fax_line_config *")
        lib.cti_fax_line_defaults(config)
        config.level_dbm0, config.echo_ms = level, echo_ms
        size = lib.cti_fax_driven_size()
        self._line = state("cti_fax_driven", size)
        what = f"a fax line sending {level} dBm0, with echo for {echo_ms} ms"
        check(lib.cti_fax_driven_init(self._line, size, config), what)
        self._terminal = ffi.new("cti_terminal *")
        self._event = ffi.new("cti_fax_driven_event *")

    @property
    def native(self) -> Any:
        """The ``cti_terminal`` for the engine, which is outlived by this."""
        check(lib.cti_fax_driven_terminal(self._line, self._terminal), "a fax modem as a terminal")
        return self._terminal[0]

    def turn(self, turn: FaxTurn) -> None:
        """UsageError for what no modem does. NativeError: eight wait."""
        check(lib.cti_fax_driven_turn(self._line, native_turn(turn)), what_of(turn))

    def put(self, octets: bytes) -> int:
        """As `ctidrv.native.fax_line.FaxLine`."""
        return check(lib.cti_fax_driven_put(self._line, octets, len(octets)), "a fax turn's page data")

    def frame(self, octets: bytes) -> None:
        """NativeError where there is no `room`."""
        check(lib.cti_fax_driven_frame(self._line, octets, len(octets)), f"a frame of {len(octets)} octets")

    def end(self) -> None:
        """No more comes in this turn."""
        check(lib.cti_fax_driven_end(self._line), "the end of a fax turn")

    @property
    def room(self) -> int:
        """Octets of page data, or of the longest frame, that there is room for now."""
        return min(_LONGEST_FRAME, _MOST - self.waiting)

    @property
    def waiting(self) -> int:
        """Octets that are not out yet, as of the last tick."""
        return int(lib.cti_fax_driven_waiting(self._line))

    def heard(self) -> Pcm:
        """What has come from the line since it was asked for last."""
        pcm = ffi.new("int16_t[]", _AT_ONCE)
        count = check(lib.cti_fax_driven_heard(self._line, pcm, _AT_ONCE), "what a fax modem's line hears")
        return Pcm.from_bytes(bytes(ffi.buffer(pcm, 2 * count)))

    def run(self, rx: Pcm) -> tuple[Pcm, Said | None]:
        """What was said, one after the other; what is sent is the tick's, and here it is silence."""
        while lib.cti_fax_driven_events(self._line, self._event, 1) == 1:
            said = said_of(self._event.line)
            if said is not None:
                return Pcm(), said
        return Pcm.silence(len(rx)), None
