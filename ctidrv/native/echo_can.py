"""The line echo canceller (cti/echo_can.h), outside an engine: after ITU-T G.168, linear, without a delay."""

from __future__ import annotations

from typing import Any

from ctidrv.errors import UsageError
from ctidrv.native import check, ffi, lib, state
from ctidrv.native.pcm import Pcm


class EchoCanceller:
    """Learns a line's echo path of at most `taps` samples (128 or 256) and takes the echo out."""

    def __init__(self, taps: int = 128) -> None:
        config = ffi.new("cti_echo_can_config *")
        config.taps = taps
        size = lib.cti_echo_can_size()
        self._state: Any = state("cti_echo_can", size)
        check(lib.cti_echo_can_init(self._state, size, config), f"echo canceller of {taps} taps")

    def run(self, sent: Pcm, came: Pcm) -> Pcm:
        """`came` without the echo of `sent`; both of one length (UsageError)."""
        if len(sent) != len(came):
            raise UsageError(f"echo canceller: {len(sent)} samples were sent, {len(came)} came")
        out = ffi.new("int16_t[]", len(came))
        check(lib.cti_echo_can_run(self._state, sent.ptr, came.ptr, out, len(came)), "echo canceller")
        return Pcm.from_bytes(bytes(ffi.buffer(out)))

    def reset(self) -> None:
        """Forgets the path."""
        check(lib.cti_echo_can_reset(self._state), "echo canceller")


class ToneDisabler:
    """Hears a modem's asking that the canceller stand aside (cti/tone_disabler.h; G.168, clause 7)."""

    def __init__(self) -> None:
        size = lib.cti_tone_disabler_size()
        self._state: Any = state("cti_tone_disabler", size)
        check(lib.cti_tone_disabler_init(self._state, size), "tone disabler")

    def run(self, sent: Pcm, came: Pcm) -> bool:
        """Whether the canceller is to be disabled after this; both of one length (UsageError)."""
        if len(sent) != len(came):
            raise UsageError(f"tone disabler: {len(sent)} samples were sent, {len(came)} came")
        asked = lib.cti_tone_disabler_run(self._state, sent.ptr, came.ptr, len(came))
        return bool(check(asked, "tone disabler"))
