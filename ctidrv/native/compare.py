"""Finds a known piece of audio inside a longer one (cti/compare.h)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ctidrv.native import check, ffi, lib
from ctidrv.native.pcm import Pcm


@dataclass(frozen=True, slots=True)
class Match:
    """Where the piece stands, how loud, and how clean."""

    offset: int  # samples
    correlation: float  # 0…1
    gain_db: float
    snr_db: float


def find(needle: Pcm, haystack: Pcm) -> Match | None:
    """The best place of `needle` (160 samples at least) in `haystack`; None when nothing resembles it."""
    return _search(lib.cti_compare_find, needle, haystack)


def find_over_line(needle: Pcm, haystack: Pcm) -> Match | None:
    """The same where a line has filtered it, and its clock is not ours."""
    return _search(lib.cti_compare_line, needle, haystack)


def _search(function: Any, needle: Pcm, haystack: Pcm) -> Match | None:
    size = lib.cti_compare_work_size(len(needle), len(haystack))
    check(size, f"comparison of {len(needle)} with {len(haystack)} samples")
    work = ffi.new("double[]", -(-size // 8))
    best = ffi.new("cti_match *")
    found = function(needle.ptr, len(needle), haystack.ptr, len(haystack), work, size, best)
    if check(found, "comparison") == 0:
        return None
    return Match(best.offset, best.correlation, best.gain_db, best.snr_db)
