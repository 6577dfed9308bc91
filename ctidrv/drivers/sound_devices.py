"""Which microphones and loudspeakers this computer has now, and the one that a name means.

PortAudio looks for devices once, when it starts; `rescan` starts it again, which no open stream survives: who
holds one says so (`in_use`), and then nothing is looked for.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ctidrv.drivers.soundcard import sounddevice
from ctidrv.errors import SoundMissing

WORDS = {"input": "microphone", "output": "loudspeaker"}

_lock = threading.Lock()
_streams = 0


@dataclass(frozen=True, slots=True)
class SoundDevice:
    """One of the system's. `kind`: input or output; `system`: the one that is used where none is named."""

    index: int
    name: str
    kind: str
    host: str
    system: bool


def sound_devices() -> list[SoundDevice]:
    """All of them, microphones first. SoundMissing: no package, or no PortAudio."""
    sd = sounddevice()
    hosts = [str(host["name"]) for host in sd.query_hostapis()]
    found = []
    for kind in WORDS:
        usual = _usual(sd, kind)
        for index, device in enumerate(sd.query_devices()):
            if device[f"max_{kind}_channels"] > 0:
                host = hosts[device["hostapi"]]
                found.append(SoundDevice(index, str(device["name"]), kind, host, index == usual))
    return found


def _usual(sd: Any, kind: str) -> int | None:
    try:
        return int(sd.query_devices(kind=kind)["index"])
    except (sd.PortAudioError, ValueError):
        return None


def choose(kind: str, wanted: str | None) -> SoundDevice:
    """The first whose name holds what is wanted, in any case of letters; without, the system's own.
    SoundMissing names those there are."""
    there = [device for device in sound_devices() if device.kind == kind]
    for device in there:
        if device.system if wanted is None else wanted.casefold() in device.name.casefold():
            return device
    names = ", ".join(dict.fromkeys(device.name for device in there)) or "none"
    if wanted is None:
        raise SoundMissing("device", f"no {WORDS[kind]} found: plug one in", f"there are: {names}")
    raise SoundMissing("device", f"no {WORDS[kind]} is called {wanted!r}; there are: {names}")


@contextmanager
def in_use() -> Iterator[None]:
    """While a stream is open."""
    global _streams
    with _lock:
        _streams += 1
    try:
        yield
    finally:
        with _lock:
            _streams -= 1


def rescan() -> bool:
    """Looks for devices anew; False: a stream is open, and nothing was done."""
    sd = sounddevice()
    with _lock:
        if _streams:
            return False
        sd._terminate()
        sd._initialize()
        return True
