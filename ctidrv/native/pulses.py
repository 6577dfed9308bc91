"""Dial pulses in one number, as boards take them (cti/pulse_tx.h), and how an exchange reads them."""

from __future__ import annotations

from typing import Any

from ctidrv.errors import UsageError
from ctidrv.native import ffi, lib

NUMBERINGS = {
    "usual": lib.CTI_PULSE_USUAL,
    "sweden": lib.CTI_PULSE_SWEDEN,
    "new-zealand": lib.CTI_PULSE_NEW_ZEALAND,
}
"""How many pulses make a digit: n (ten for 0), n + 1, 10 - n."""


def pulse_value(digit: str, *, numbering: str, break_ms: int, make_ms: int, pause_ms: int) -> int:
    """The value of ``CTI_LINE_PULSES`` for a digit 0-9. UsageError for what has no pulses."""
    pulses = lib.cti_pulse_count(NUMBERINGS[numbering], ord(digit) if len(digit) == 1 else 0)
    if pulses < 0:
        raise UsageError(f"{digit!r} cannot be dialled by pulses: only 0-9 can")
    train = ffi.new("cti_pulse_train *")
    train.pulses, train.break_ms, train.make_ms, train.pause_ms = pulses, break_ms, make_ms, pause_ms
    value = int(lib.cti_pulse_value(train))
    if value < 0:
        raise UsageError(
            f"pulses of {break_ms}/{make_ms} ms with {pause_ms} ms between digits cannot be sent"
        )
    return value


def receiver(*, numbering: str, one_ms: int, flash_ms: int) -> Any:
    """A ``cti_pulse_rx_config *``: the longest break that alone is a digit 1, the longest that is a flash;
    both within what the core takes."""
    config = ffi.new("cti_pulse_rx_config *")
    lib.cti_pulse_rx_defaults(config)
    config.numbering = NUMBERINGS[numbering]
    config.one_ms = min(one_ms, config.pulse_ms)
    config.flash_ms = max(flash_ms, config.pulse_ms)
    return config
