"""HDLC frames as a stream of octets and back (cti/hdlc.h; ISO/IEC 13239), least significant bit first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from ctidrv.native import check, ffi, lib, state

Kind = Literal["flags", "frame", "bad", "idle"]
FRAME_MAX: int = lib.CTI_HDLC_FRAME_MAX
_KINDS: dict[int, Kind] = {
    lib.CTI_HDLC_FLAGS: "flags",
    lib.CTI_HDLC_FRAME: "frame",
    lib.CTI_HDLC_BAD: "bad",
    lib.CTI_HDLC_IDLE: "idle",
}


class HdlcSender:
    """Frames without their check sequence in, octets out; flags where no frame waits."""

    def __init__(self) -> None:
        size = lib.cti_hdlc_tx_size()
        self._tx = state("cti_hdlc_tx", size)
        check(lib.cti_hdlc_tx_init(self._tx, size), "an HDLC sender")
        self._rest = False  # something is to be sent

    def flags(self, count: int) -> None:
        """At least so many before the next frame."""
        self._rest = True
        check(lib.cti_hdlc_tx_flags(self._tx, count), f"{count} flags")

    def frame(self, octets: bytes) -> None:
        """NativeError (CTI_ERR_FULL): too many wait."""
        self._rest = True
        check(lib.cti_hdlc_tx_frame(self._tx, octets, len(octets)), f"a frame of {len(octets)} octets")

    def octets(self, count: int) -> bytes:
        """The next so many; fewer when all is sent, with the flag that closes the last frame.

        The last octet is filled with the beginning of a flag."""
        bit, idle, tx = lib.cti_hdlc_tx_bit, lib.cti_hdlc_tx_is_idle, self._tx
        made = bytearray()
        while self._rest and len(made) < count:
            octet = 0
            for place in range(8):
                self._rest = self._rest and not idle(tx)
                if place == 0 and not self._rest:
                    break
                octet |= bit(tx) << place
            else:
                made.append(octet)
        return bytes(made)


class HdlcReceiver:
    """Octets in, what they say out."""

    def __init__(self) -> None:
        size = lib.cti_hdlc_rx_size()
        self._rx = state("cti_hdlc_rx", size)
        check(lib.cti_hdlc_rx_init(self._rx, size), "an HDLC receiver")
        self._at = ffi.new("uint8_t **")

    def hear(self, octets: bytes) -> Iterator[tuple[Kind, bytes]]:
        """Frames good and bad with their octets without the check sequence; flags and idle without any."""
        bit, rx = lib.cti_hdlc_rx_bit, self._rx
        for octet in octets:
            for place in range(8):
                event = bit(rx, octet >> place & 1)
                if event:
                    yield _KINDS[event], self._octets() if event in _WITH_OCTETS else b""

    def _octets(self) -> bytes:
        count = lib.cti_hdlc_rx_octets(self._rx, self._at)
        return bytes(ffi.buffer(self._at[0], count)) if count else b""


_WITH_OCTETS = (lib.CTI_HDLC_FRAME, lib.CTI_HDLC_BAD)
