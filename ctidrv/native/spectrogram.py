"""How loud each frequency is, over time (cti/spectrogram.h)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ctidrv.native import check, ffi, lib
from ctidrv.native.pcm import Pcm

FRAME = 256
BINS = 128
"""From 0 Hz up, 31.25 Hz apart."""


def spectrogram(sound: Pcm, edges: Sequence[int], most_frames: int) -> Any:
    """A view of floats, in dBm0, of len(edges) - 1 rows of BINS: each from one edge (a sample's place) to the
    next, of which it shows the loudest of at most so many frames."""
    columns = max(0, len(edges) - 1)
    levels = ffi.new("float[]", max(1, columns * BINS))
    places = ffi.new("int32_t[]", list(edges) or 1)
    check(lib.cti_spectrogram(sound.ptr, len(sound), places, columns, most_frames, levels), "spectrogram")
    flat = memoryview(ffi.buffer(levels, 4 * columns * BINS))
    return flat.cast("f", [columns, BINS]) if columns else flat.cast("f")
