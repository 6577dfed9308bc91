"""Tones from tables (cti/tone_gen.h) and digits as audio (cti/dtmf_tx.h, ITU-T Q.23)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ctidrv.errors import UsageError
from ctidrv.native import check, ffi, lib, state
from ctidrv.native.pcm import Pcm
from ctidrv.units import ms as samples_of

MOST_PARTS = 16


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a tone: up to four frequencies, each at `level` dBm0; none: silence."""

    hz: Sequence[float] = ()
    level: float = -10.0
    ms: float | None = None
    """None: for ever."""
    am_hz: float = 0.0
    am_depth: float = 0.0


class ToneSpec:
    """A tone as the core takes it; `ptr` (``cti_tone_spec *``) lives as long as the ToneSpec."""

    __slots__ = ("ptr",)

    def __init__(self, parts: Sequence[Part], loop: bool) -> None:
        if not 1 <= len(parts) <= MOST_PARTS:
            raise UsageError(f"a tone of {len(parts)} parts: 1 to {MOST_PARTS}")
        self.ptr: Any = ffi.new("cti_tone_spec *")
        self.ptr.parts = len(parts)
        self.ptr.loop_from = 0 if loop else -1
        for index, part in enumerate(parts):
            if len(part.hz) > 4:
                raise UsageError("a tone has at most four frequencies")
            slot = self.ptr.part[index]
            for place, hz in enumerate(part.hz):
                slot.hz[place] = hz
            slot.level_dbm0 = part.level
            slot.am_hz, slot.am_depth = part.am_hz, part.am_depth
            slot.samples = 0 if part.ms is None else samples_of(part.ms)


def tone(parts: Sequence[Part], *, loop: bool = False) -> ToneSpec:
    """A tone of these parts, over and over with `loop`."""
    return ToneSpec(parts, loop)


def render(spec: ToneSpec, samples: int) -> Pcm:
    """At most so many samples of a tone; fewer when it ends before."""
    size = lib.cti_tone_gen_size()
    generator = state("cti_tone_gen", size)
    check(lib.cti_tone_gen_init(generator, size, spec.ptr), "tone")
    out = ffi.new("int16_t[]", max(1, samples))
    made = check(lib.cti_tone_gen_run(generator, out, samples), "tone")
    return Pcm.from_bytes(bytes(ffi.buffer(out, 2 * made)))


def dtmf(digits: str, *, on_ms: int = 80, off_ms: int = 80, level: float = -8.0, twist: float = 2.0) -> Pcm:
    """Digits 0-9 * # A-D as audio; a comma is a pause of 2 s. `level` is the stronger tone's, in dBm0.

    Raises UsageError for other characters.
    """
    config = ffi.new("cti_dtmf_tx_config *")
    lib.cti_dtmf_tx_defaults(config)
    config.on_ms, config.off_ms, config.level_dbm0, config.twist_db = on_ms, off_ms, level, twist
    text = digits.encode("ascii", errors="replace")
    room = lib.cti_dtmf_tx_length(config, text)
    if room < 0:
        raise UsageError(f"{digits!r}: digits are 0-9, * and #, A to D, and a comma for a pause")
    out = ffi.new("int16_t[]", max(1, room))
    made = check(lib.cti_dtmf_tx_render(config, text, out, room), "digits")
    return Pcm.from_bytes(bytes(ffi.buffer(out, 2 * made)))
