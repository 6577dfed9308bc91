"""Caller-ID receivers that are not ours, where installed: libspandsp by ctypes, minimodem by its program."""

from __future__ import annotations

import ctypes
import ctypes.util
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ctidrv.events import CallerIdSeen
from ctidrv.media.wav import WavWriter
from ctidrv.native.ear import CALLER_ID, Ear
from ctidrv.native.pcm import Pcm

Numbers = Callable[[Pcm, str], list[str]]
"""(sound, standard) -> the numbers it reports; they are told which standard, but ours."""
SPANDSP_STANDARDS = {"bell202": 1, "v23": 2}
NUMBER = re.compile(rb"\x02([\x01-\x14])([0-9]+)")


def ours() -> Numbers:
    def hear(sound: Pcm, _standard: str) -> list[str]:
        heard = Ear(detectors=CALLER_ID).hear(sound)
        return [e.number for e in heard if isinstance(e, CallerIdSeen) and e.number]

    return hear


def fields(message: bytes) -> list[str]:
    """The numbers (parameter 2) in an MDMF message."""
    found, at = [], 2
    while message[:1] == b"\x80" and at + 1 < len(message):
        kind, size = message[at], message[at + 1]
        if kind == 2:
            found.append(message[at + 2 : at + 2 + size].decode("latin-1"))
        at += 2 + size
    return found


def spandsp() -> Numbers | None:
    found = ctypes.util.find_library("spandsp")
    if found is None:
        return None
    lib: Any = ctypes.CDLL(found)
    lib.adsi_rx_init.restype = ctypes.c_void_p
    put_message = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint8), ctypes.c_int)

    def hear(sound: Pcm, standard: str) -> list[str]:
        got: list[bytes] = []
        callback = put_message(lambda _user, message, length: got.append(bytes(message[:length])))
        rx = ctypes.c_void_p(lib.adsi_rx_init(None, SPANDSP_STANDARDS[standard], callback, None))
        data = sound.bytes
        lib.adsi_rx(rx, ctypes.create_string_buffer(data, len(data)), len(sound))
        lib.adsi_rx_free(rx)
        return [number for each in got for number in fields(each)]

    return hear


def minimodem() -> Numbers | None:
    """Its bytes as they come, with no checksum looked at: the number is there or not."""
    path = shutil.which("minimodem")
    if path is None:
        return None
    tones = {"bell202": ("1200", "2200"), "v23": ("1300", "2100")}

    def hear(sound: Pcm, standard: str) -> list[str]:
        mark, space = tones[standard]
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "line.wav"
            writer = WavWriter(file, 1, sync=False)
            writer.write(sound.bytes)
            writer.close()
            command = [path, "--rx", "-q", "-8", "-M", mark, "-S", space, "-f", str(file), "1200"]
            heard = subprocess.run(command, capture_output=True, check=False, timeout=60).stdout
        return [m[2][: m[1][0]].decode() for m in NUMBER.finditer(heard) if len(m[2]) >= m[1][0]]

    return hear
