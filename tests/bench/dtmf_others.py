"""Digit receivers that are not ours, where installed: libspandsp by ctypes, multimon-ng by its program."""

from __future__ import annotations

import ctypes
import ctypes.util
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from ctidrv.native.dtmf_trials import Hear, Heard
from ctidrv.native.pcm import Pcm

BLOCK = 16


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
