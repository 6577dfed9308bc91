"""A call-progress detector that is not ours, where installed: libspandsp's super_tone_rx by ctypes."""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Callable
from typing import Any

from ctidrv.native.pcm import Pcm
from ctidrv.ports.regions import Region, Tone, progress_config

TONES = ("dial", "ringback", "busy", "congestion")
Hear = Callable[[Region, Pcm, bool], list[str]]
"""(country, sound, in one cycle) -> the tones told; libspandsp always tells a tone after one cycle."""
BLOCK = 160
# Its blocks are 16 ms and it changes its mind after two of them.
EDGE_MS = 30
TOLERANCE = 0.10
# Nearer than this it takes two frequencies for one, and then looks for the second in the wrong place.
MERGED_HZ = 10
# With one frequency in all its definitions it never tells any, and a sound is always of the nearest it knows:
# so it is given some that no tone has, for other sounds to be of.
SPARE_HZ = (250, 700, 1000, 1500, 2000)
_REPORT = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_int)


def spandsp() -> Hear | None:
    """Two frequencies a tone, times within 10 % and 30 ms (as its own tests have it); a continuous tone is
    known as late as ours."""
    found = ctypes.util.find_library("spandsp")
    if found is None:
        return None
    lib: Any = ctypes.CDLL(found)
    lib.super_tone_rx_make_descriptor.restype = lib.super_tone_rx_init.restype = ctypes.c_void_p

    def hear(region: Region, sound: Pcm, _one_cycle: bool) -> list[str]:
        definitions = _definitions(lib, region)
        told: list[str] = []
        report = _REPORT(lambda _user, code, _level, _delay: told.append(TONES[code]) if code >= 0 else None)
        state = ctypes.c_void_p(lib.super_tone_rx_init(None, definitions, report, None))
        data = sound.bytes
        for begin in range(0, len(data), 2 * BLOCK):
            block = data[begin : begin + 2 * BLOCK]
            lib.super_tone_rx(state, block, len(block) // 2)
        lib.super_tone_rx_free(state)
        lib.super_tone_rx_free_descriptor(definitions)
        return told

    return hear


def _definitions(lib: Any, region: Region) -> ctypes.c_void_p:
    """A tone's index is its place in TONES. Frequencies are made known in rising order, since a block's two
    are told in the order in which they were made known, and a definition's must stand in the same."""
    made = ctypes.c_void_p(lib.super_tone_rx_make_descriptor(None))
    places = [lib.super_tone_rx_add_tone(made) for _ in TONES]
    near: dict[int, int] = {}
    for hz in sorted(int(hz) for name in TONES for hz in _two(region.tones[name])):
        last = next(reversed(near), None)
        near[hz] = near[last] if last is not None and hz - near[last] <= MERGED_HZ else hz
    spare = lib.super_tone_rx_add_tone(made)
    for hz in (*dict.fromkeys(near.values()), *SPARE_HZ):
        lib.super_tone_rx_add_element(made, spare, hz, 0, 60000, 0)
    continuous = progress_config(region).continuous_ms
    for place, name in zip(places, TONES, strict=True):
        tone = region.tones[name]
        first, second, *_ = (*dict.fromkeys(near[int(hz)] for hz in _two(tone)), 0, 0)
        if not tone.ms:
            lib.super_tone_rx_add_element(made, place, first, second, continuous, 0)
        for step, ms in enumerate(tone.ms):
            pair = (first, second) if step % 2 == 0 else (0, 0)
            room = round(ms * TOLERANCE) + EDGE_MS
            lib.super_tone_rx_add_element(made, place, *pair, max(1, ms - room), ms + room)
    return made


def _two(tone: Tone) -> tuple[float, ...]:
    """It knows no more than two; of three the outer ones."""
    return tone.hz if len(tone.hz) < 3 else (min(tone.hz), max(tone.hz))
