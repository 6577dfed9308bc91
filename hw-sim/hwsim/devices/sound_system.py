"""A sound system in memory, as the package sounddevice shows it to ctidrv: a headset, and a loudspeaker.

    with SoundSystem() as sound:            # `import sounddevice` gives it, until the end
        sound.say(beep)                     # into the microphone
        sound.heard()                       # what the earpiece has played since it was opened

Streams run in real time, each on a thread that calls as PortAudio's does: 160 samples, with its clock.
"""

from __future__ import annotations

import sys
import threading
import time
import types
from collections.abc import Callable
from typing import Any, ClassVar

from ctidrv.native import ffi
from ctidrv.native.levels import level
from ctidrv.native.pcm import Pcm
from ctidrv.units import RATE, TICK

HEADSET, LOUDSPEAKER = "stand-in headset", "stand-in loudspeaker"
_CALLBACK = "int(*)(const void *, void *, unsigned long, const void *, unsigned long, void *)"
_LOUD_DBM0 = -50.0


class PortAudioError(Exception):
    """As sounddevice's."""


class _Addresses:
    """In place of sounddevice's own ffi: what ctidrv hands on are addresses."""

    @staticmethod
    def cast(_kind: str, address: int) -> int:
        return address


class _Stream:
    """`block` is called with the stream's time, each 20 ms, from `start` to `abort`."""

    def __init__(self, system: SoundSystem, block: Callable[[float], None]) -> None:
        self._system, self._block = system, block
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sound system", daemon=True)

    def start(self) -> None:
        if not self._system.plugged:
            raise PortAudioError("Device unavailable [PaErrorCode -9985]")
        self._thread.start()

    @property
    def active(self) -> bool:
        return self._thread.is_alive()

    def abort(self) -> None:
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()

    close = abort

    def _run(self) -> None:
        due = time.monotonic()
        while self._system.plugged and not self._over.wait(max(0.0, due - time.monotonic())):
            self._block(due)
            due += TICK / RATE
            self._system.late_ticks += time.monotonic() > due + TICK / RATE


class SoundSystem(types.ModuleType):
    """The module. `plugged`: the headset and the loudspeaker are there."""

    PortAudioError: ClassVar[type[Exception]] = PortAudioError
    _ffi: ClassVar[Any] = _Addresses

    def __init__(self) -> None:
        super().__init__("sounddevice")
        self.plugged = True
        self.rings = False
        """The loudspeaker sounds now."""
        self.late_ticks = 0
        """Blocks that came when the next was due."""
        self._lock = threading.Lock()
        self._said, self._heard = bytearray(), bytearray()
        self._open = 0
        self._before: Any = None

    def __enter__(self) -> SoundSystem:
        self._before = sys.modules.get("sounddevice")
        sys.modules["sounddevice"] = self
        return self

    def __exit__(self, *_: object) -> None:
        if sys.modules.get("sounddevice") is self:
            del sys.modules["sounddevice"]
            if self._before is not None:
                sys.modules["sounddevice"] = self._before

    # Whoever has the headset on.

    @property
    def open(self) -> bool:
        """Microphone and earpiece are."""
        return self._open > 0

    def say(self, sound: Pcm) -> None:
        """Behind what is said already; returns at once."""
        with self._lock:
            self._said += sound.bytes

    def hush(self) -> None:
        with self._lock:
            self._said.clear()

    def heard(self) -> Pcm:
        """Since the earpiece was opened last."""
        with self._lock:
            return Pcm.from_bytes(self._heard)

    # The module.

    def query_hostapis(self) -> list[dict[str, str]]:
        return [{"name": "stand-in"}]

    def query_devices(self, kind: str | None = None) -> Any:
        there = [(HEADSET, 1, 1), (LOUDSPEAKER, 0, 2)] if self.plugged else []
        devices = [
            {"index": n, "name": name, "hostapi": 0, "max_input_channels": i, "max_output_channels": o}
            for n, (name, i, o) in enumerate(there)
        ]
        if kind is None:
            return devices
        if not devices:
            raise PortAudioError("Error querying device -1")
        return devices[0]

    def _initialize(self) -> None: ...
    def _terminate(self) -> None: ...

    def _StreamBase(self, kind: str, *, callback: Any, userdata: Any, **_: Any) -> _Stream:
        function = ffi.cast(_CALLBACK, callback)
        user = ffi.cast("void *", userdata)
        out = ffi.new("int16_t[]", TICK)
        clock = ffi.new("double[3]")
        with self._lock:
            self._heard.clear()

        def block(now: float) -> None:
            with self._lock:
                said = bytes(self._said[: 2 * TICK]).ljust(2 * TICK, b"\0")
                del self._said[: 2 * TICK]
            clock[0] = clock[1] = clock[2] = now
            function(said, out, TICK, clock, 0, user)
            with self._lock:
                self._heard += bytes(ffi.buffer(out))

        return _Counted(self, block)

    def RawOutputStream(self, *, callback: Any, **_: Any) -> _Stream:
        out = bytearray(2 * TICK)

        def block(now: float) -> None:
            callback(out, TICK, None, None)
            self.rings = level(Pcm.from_bytes(out)) > _LOUD_DBM0

        return _Bell(self, block)


class _Counted(_Stream):
    """Of microphone and earpiece."""

    def start(self) -> None:
        super().start()
        self._system._open += 1

    def abort(self) -> None:
        if self._thread.ident is not None and not self._over.is_set():
            self._system._open -= 1
        super().abort()

    close = abort


class _Bell(_Stream):
    def abort(self) -> None:
        super().abort()
        self._system.rings = False

    close = abort
