"""libspandsp's modems, an implementation that is not ours, by ctypes."""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Iterator
from typing import Any

import pytest

from ctidrv.native.pcm import Pcm

V21_CHANNEL_2 = 1
SYNCHRONOUS = 1
END_OF_DATA = -7

GET_BIT = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)
PUT_BIT = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int)
FRAME = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint8), ctypes.c_int, ctypes.c_int)


def load() -> Any:
    """The library; the test that asks is skipped where there is none."""
    found = ctypes.util.find_library("spandsp")
    if found is None:
        pytest.skip("libspandsp is not installed")
    lib = ctypes.CDLL(found)
    for modem in ("v27ter", "v29", "v17"):
        getattr(lib, f"{modem}_tx_init").restype = ctypes.c_void_p
        getattr(lib, f"{modem}_rx_init").restype = ctypes.c_void_p
    for name in ("fsk_tx_init", "fsk_rx_init", "hdlc_tx_init", "hdlc_rx_init"):
        getattr(lib, name).restype = ctypes.c_void_p
    return lib


def _v21(lib: Any) -> ctypes.c_void_p:
    size = ctypes.sizeof(ctypes.c_char_p) + 5 * ctypes.sizeof(ctypes.c_int)
    size += -size % ctypes.sizeof(ctypes.c_char_p)
    specs = ctypes.addressof(ctypes.c_char.in_dll(lib, "preset_fsk_specs"))
    return ctypes.c_void_p(specs + V21_CHANNEL_2 * size)


def v21_sends(lib: Any, frames: list[bytes], samples: int) -> Pcm:
    """A preamble of flags and the frames, by its HDLC and its FSK."""
    hdlc = ctypes.c_void_p(lib.hdlc_tx_init(None, 0, 1, 0, None, None))
    lib.hdlc_tx_flags(hdlc, 38)

    def bits() -> Iterator[int]:
        for _ in range(38 * 8):
            yield lib.hdlc_tx_get_bit(hdlc)
        for frame in frames:
            while lib.hdlc_tx_frame(hdlc, frame, len(frame)) < 0:  # the last one is not out yet
                yield lib.hdlc_tx_get_bit(hdlc)
        while True:
            yield lib.hdlc_tx_get_bit(hdlc)

    source = bits()
    next_bit = GET_BIT(lambda _: next(source))
    sender = ctypes.c_void_p(lib.fsk_tx_init(None, _v21(lib), next_bit, None))
    out = (ctypes.c_int16 * samples)()
    made = lib.fsk_tx(sender, out, samples)
    lib.fsk_tx_free(sender)
    lib.hdlc_tx_free(hdlc)
    return Pcm(out[:made])


def v21_hears(lib: Any, sound: Pcm) -> list[bytes]:
    """The good frames it hears."""
    frames: list[bytes] = []
    take = FRAME(lambda _, octets, n, ok: frames.append(bytes(octets[:n])) if ok and n > 0 else None)
    hdlc = ctypes.c_void_p(lib.hdlc_rx_init(None, 0, 0, 5, take, None))
    put_bit = PUT_BIT(lambda _, bit: lib.hdlc_rx_put_bit(hdlc, bit))
    receiver = ctypes.c_void_p(lib.fsk_rx_init(None, _v21(lib), SYNCHRONOUS, put_bit, None))
    for begin in range(0, len(sound), 160):
        block = sound[begin : begin + 160].bytes
        lib.fsk_rx(receiver, block, len(block) // 2)
    lib.fsk_rx_free(receiver)
    lib.hdlc_rx_free(hdlc)
    return frames


Bits = list[int]


def page_sends(
    lib: Any,
    modem: str,
    bit_rate: int,
    bits: Bits,
    *,
    short_training: bool = False,
    echo_protection: bool = False,
) -> Pcm:
    """A training and these bits, by its V.27ter, V.29 or V.17."""
    source = iter(bits)
    next_bit = GET_BIT(lambda _: next(source, END_OF_DATA))
    sender = ctypes.c_void_p(
        getattr(lib, f"{modem}_tx_init")(None, bit_rate, int(echo_protection), next_bit, None)
    )
    if short_training:
        lib.v17_tx_restart(sender, bit_rate, int(echo_protection), 1)
    samples = 8000 * len(bits) // bit_rate + 24000
    out = (ctypes.c_int16 * samples)()
    made = getattr(lib, f"{modem}_tx")(sender, out, samples)
    getattr(lib, f"{modem}_tx_free")(sender)
    return Pcm(out[:made])


class PageReceiver:
    """Its V.27ter, V.29 or V.17 receiver."""

    def __init__(self, lib: Any, modem: str, bit_rate: int) -> None:
        self._lib, self._modem, self._bit_rate = lib, modem, bit_rate
        self.bits: Bits = []
        self._put_bit = PUT_BIT(lambda _, bit: self.bits.append(bit) if bit >= 0 else None)
        self._rx = ctypes.c_void_p(getattr(lib, f"{modem}_rx_init")(None, bit_rate, self._put_bit, None))

    def restart(self, *, short_training: bool) -> None:
        self.bits.clear()
        self._lib.v17_rx_restart(self._rx, self._bit_rate, int(short_training))

    def hear(self, sound: Pcm) -> Bits:
        run = getattr(self._lib, f"{self._modem}_rx")
        for begin in range(0, len(sound), 160):
            block = sound[begin : begin + 160].bytes
            run(self._rx, block, len(block) // 2)
        return self.bits
