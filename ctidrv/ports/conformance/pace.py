"""How time goes on a bench: stepped, tick by tick, or live, by the core's own loop."""

from __future__ import annotations

import threading
from typing import Protocol

from ctidrv.native.engine import LiveLoop, NativeEngine

_WAIT_MS = 100


class Pace(Protocol):
    def step(self) -> None:
        """Returns when a tick, or live some, are over."""

    def stop(self) -> None: ...


class Stepped:
    def __init__(self, engine: NativeEngine) -> None:
        self._engine = engine

    def step(self) -> None:
        self._engine.tick()

    def stop(self) -> None:
        """No tick is under way."""


class Live:
    def __init__(self, engine: NativeEngine) -> None:
        self._loop = LiveLoop(engine)
        self._seen = engine.now()
        self._thread = threading.Thread(target=self._loop.run, name="conformance-tick", daemon=True)
        self._thread.start()

    def step(self) -> None:
        self._seen = self._loop.wait(self._seen, _WAIT_MS)

    def stop(self) -> None:
        self._loop.stop()
        self._thread.join()
        self._loop.end()
