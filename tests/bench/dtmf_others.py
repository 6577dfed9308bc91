"""Digit receivers and speech coders that are not ours, where installed: libspandsp by ctypes, multimon-ng and
SoX by their programs."""

from __future__ import annotations

import ctypes
import ctypes.util
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ctidrv.native.dtmf_trials import Hear, Heard
from ctidrv.native.pcm import Pcm

BLOCK = 16
S16 = ["-t", "raw", "-e", "signed", "-b", "16", "-c", "1", "-r", "8000"]


def spandsp() -> Hear | None:
    """spandsp's receiver with its defaults, fed 2 ms at a time."""
    found = ctypes.util.find_library("spandsp")
    if found is None:
        return None
    lib: Any = ctypes.CDLL(found)
    lib.dtmf_rx_init.restype = ctypes.c_void_p
    lib.dtmf_rx_get.restype = ctypes.c_size_t

    def hear(pcm: Pcm) -> list[Heard]:
        rx = ctypes.c_void_p(lib.dtmf_rx_init(None, None, None))
        data, buffer = pcm.bytes, ctypes.create_string_buffer(128)
        heard: list[Heard] = []
        for begin in range(0, len(pcm), BLOCK):
            block = data[2 * begin : 2 * (begin + BLOCK)]
            lib.dtmf_rx(rx, block, len(block) // 2)
            count = lib.dtmf_rx_get(rx, buffer, 127)
            heard += [Heard(chr(each), begin + BLOCK) for each in buffer.raw[:count]]
        lib.dtmf_rx_free(rx)
        return heard

    return hear


def multimon() -> Hear | None:
    """multimon-ng's decoder, which tells no times; SoX makes its 22,050 Hz."""
    if shutil.which("multimon-ng") is None or shutil.which("sox") is None:
        return None
    raw = ["-t", "raw", "-e", "signed", "-b", "16", "-c", "1", "-r"]

    def hear(pcm: Pcm) -> list[Heard]:
        with tempfile.TemporaryDirectory() as folder:
            slow, fast = Path(folder) / "slow.raw", Path(folder) / "fast.raw"
            slow.write_bytes(pcm.bytes)
            sox = ["sox", "-V1", "-R", *raw, "8000", str(slow), *raw, "22050", str(fast)]
            subprocess.run(sox, check=True, capture_output=True)
            command = ["multimon-ng", "-q", "-a", "DTMF", "-t", "raw", str(fast)]
            out = subprocess.run(command, check=True, capture_output=True, text=True)
        return [Heard(row.split()[1], None) for row in out.stdout.splitlines() if row.startswith("DTMF:")]

    return hear


def coders() -> dict[str, Callable[[Pcm], Pcm]]:
    """Coded and decoded again: IMA ADPCM by SoX, IMA ADPCM and G.726 at 32 kbit/s by libspandsp."""
    found = ctypes.util.find_library("spandsp")
    made: dict[str, Callable[[Pcm], Pcm]] = {}
    if shutil.which("sox") is not None:
        made["IMA ADPCM of SoX"] = _through_sox
    if found is not None:
        lib: Any = ctypes.CDLL(found)
        made["IMA ADPCM"] = lambda pcm: _through_spandsp(lib, "ima_adpcm", pcm, 0, 0)
        made["G.726"] = lambda pcm: _through_spandsp(lib, "g726", pcm, 32000, 0, 0)
    return made


def _through_sox(pcm: Pcm) -> Pcm:
    with tempfile.TemporaryDirectory() as folder:
        coded = Path(folder) / "coded.wav"
        there = ["sox", "-V1", "-R", *S16, "-", "-e", "ima-adpcm", str(coded)]
        subprocess.run(there, input=pcm.bytes, check=True, capture_output=True)
        back = subprocess.run(["sox", "-V1", "-R", str(coded), *S16, "-"], check=True, capture_output=True)
    return Pcm.from_bytes(back.stdout)


def _through_spandsp(lib: Any, codec: str, pcm: Pcm, *settings: int) -> Pcm:
    """codec: the prefix of its functions."""
    make = getattr(lib, f"{codec}_init")
    make.restype = ctypes.c_void_p
    coded = ctypes.create_string_buffer(len(pcm) + 64)
    samples = ctypes.create_string_buffer(2 * len(pcm) + 64)
    coder, decoder = (ctypes.c_void_p(make(None, *settings)) for _ in range(2))
    count = getattr(lib, f"{codec}_encode")(coder, coded, pcm.bytes, len(pcm))
    length = getattr(lib, f"{codec}_decode")(decoder, samples, coded, count)
    for state in (coder, decoder):
        getattr(lib, f"{codec}_free")(state)
    return Pcm.from_bytes(samples.raw[: 2 * length])
