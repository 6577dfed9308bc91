"""A PCM lockstep line for two: both terminals connect, and hear each other over an ordinary line."""

from __future__ import annotations

import os
import socket
import threading
import time
from pathlib import Path

from ctidrv.native.pcm import Pcm
from ctidrv.units import RATE, TICK
from tests.long.fax_wire import Conditions, Wire

FRAME = 2 * TICK
MOST_AFTER_CLEARING = 250


class Joiner:
    """Listens at two addresses (`addresses`; sockets at `paths`, or ports) for one call.

    `drop`: after so many frames both terminals lose the line. `frames` have passed.
    """

    def __init__(
        self, conditions: Conditions, seed: int, paths: list[Path] | None = None, drop: int | None = None
    ) -> None:
        if paths is None:
            self._doors = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
            self.addresses = [f"pcm:tcp:{door.getsockname()[1]}" for door in self._doors]
        else:
            self._doors = [socket.create_server(os.fspath(path), family=socket.AF_UNIX) for path in paths]
            self.addresses = [f"pcm:unix:{path}" for path in paths]
        self._wire = Wire(conditions, seed)
        self._drop = drop
        self.frames = 0
        self.behind_s = 0.0
        """How far the call was behind the clock at the worst: its terminals keep real time where the computer
        lets them."""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        ends = [door.accept()[0] for door in self._doors]
        for end in ends:
            end.settimeout(30)
        there, cleared, begun = [True, True], 0, time.monotonic()
        while any(there) and cleared < MOST_AFTER_CLEARING and self.frames != self._drop:
            said = [_read(end) if here else None for end, here in zip(ends, there, strict=True)]
            there = [frame is not None for frame in said]
            heard = self._wire.exchange((_pcm(said[0]), _pcm(said[1])))
            for number, end in enumerate(ends):
                if there[number]:
                    end.sendall(heard[number].bytes)
            self.frames += 1
            self.behind_s = max(self.behind_s, time.monotonic() - begun - self.frames * TICK / RATE)
            cleared += not all(there)
        for each in (*ends, *self._doors):
            each.close()

    def join(self) -> None:
        """Until both have hung up."""
        self._thread.join(60)
        assert not self._thread.is_alive()


def _pcm(frame: bytes | None) -> Pcm:
    return Pcm.silence(TICK) if frame is None else Pcm.from_bytes(frame)


def _read(end: socket.socket) -> bytes | None:
    frame = b""
    while len(frame) < FRAME:
        part = end.recv(FRAME - len(frame))
        if not part:
            return None
        frame += part
    return frame
