"""The ear: all detectors of a few ports over the same audio (cti/ear.h), outside an engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ctidrv.events import PortEvent
from ctidrv.native import check, ffi, lib, state
from ctidrv.native.events import port_event
from ctidrv.native.pcm import Pcm
from ctidrv.units import PortId

DTMF: int = lib.CTI_EAR_DTMF
PROGRESS: int = lib.CTI_EAR_PROGRESS
VOICE: int = lib.CTI_EAR_VOICE
CALLER_ID: int = lib.CTI_EAR_CALLER_ID
FAX: int = lib.CTI_EAR_FAX
PRESENCE: int = lib.CTI_EAR_PRESENCE
ALL: int = lib.CTI_EAR_ALL

_EVENTS = 64
_PIECE = 8000
_MESSAGE_BYTES = 258


class Ear:
    """Detectors for `ports`, fed with audio of one length for each port at a time.

    `now` counts the samples heard; events hold times on that scale. A wrong port, mask
    or length is a NativeError.
    """

    def __init__(self, ports: Sequence[PortId] = (PortId("file/1"),), detectors: int = ALL) -> None:
        self.ports = tuple(ports)
        self.now = 0
        size = lib.cti_ear_size(len(self.ports))
        check(size or lib.CTI_ERR_ARG, f"ear of {len(self.ports)} ports")
        self._ear: Any = state("cti_ear", size)
        check(lib.cti_ear_init(self._ear, size, len(self.ports)), "ear")
        self._events = ffi.new("cti_event[]", _EVENTS)
        self._message = ffi.new("uint8_t[]", _MESSAGE_BYTES)
        for port in range(len(self.ports)):
            self.listen(port, detectors)

    def listen(self, port: int, detectors: int) -> None:
        """Chooses a port's detectors (mask of DTMF, PROGRESS …, or ALL); new ones start afresh."""
        check(lib.cti_ear_listen(self._ear, port, detectors), f"detectors {detectors} of port {port}")

    def progress(self, config: Any, port: int = -1) -> None:
        """The tones to go by: a ``cti_progress_config *`` (`ctidrv.ports.regions.progress_config`)."""
        check(lib.cti_ear_progress(self._ear, port, config), "call-progress definitions")

    def hear(self, *channels: Pcm) -> list[PortEvent]:
        """Feeds one stretch of audio, a `Pcm` a port, all of one length; what was heard, in order."""
        length = len(channels[0]) if channels else 0
        if len(channels) != len(self.ports) or any(len(each) != length for each in channels):
            check(lib.CTI_ERR_ARG, f"audio for {len(self.ports)} ports, of one length")
        found: list[PortEvent] = []
        for begin in range(0, length, _PIECE):
            pieces = [each[begin : begin + _PIECE] for each in channels]
            joined = pieces[0] if len(pieces) == 1 else sum(pieces[1:], pieces[0])
            self._run(joined, len(pieces[0]), found)
            self.now += len(pieces[0])
        return found

    def _run(self, planar: Pcm, samples: int, found: list[PortEvent]) -> None:
        count = lib.cti_ear_run(self._ear, planar.ptr, samples, samples, self._events, _EVENTS)
        while check(count, "ear") > 0:
            for index in range(count):
                event = self._events[index]
                if 0 <= event.port < len(self.ports):
                    made = port_event(event, self.ports[event.port], self._read)
                    if made is not None:
                        found.append(made)
            count = lib.cti_ear_run(self._ear, ffi.NULL, 0, 0, self._events, _EVENTS)

    def _read(self, port: int, ref: int) -> bytes:
        size = lib.cti_ear_message(self._ear, port, ref, self._message, _MESSAGE_BYTES)
        return bytes(ffi.buffer(self._message, size)) if size > 0 else b""
