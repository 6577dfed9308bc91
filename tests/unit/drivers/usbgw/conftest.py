"""The driver on a simulated telephone, step by step in a time of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest

from ctidrv.drivers.usbgw.board import GatewayBoard
from ctidrv.drivers.usbgw.session import Wanted
from ctidrv.events import PortEvent
from ctidrv.native import lib
from ctidrv.native.engine import NativeEngine
from ctidrv.native.events import port_event
from hwsim.devices.usbgw.stand_in import GatewayStandIn

E = TypeVar("E", bound=PortEvent)
STEP_S = 0.02


class Bench:
    """`told`: what the ports have told."""

    def __init__(self, model: str, wanted: Wanted, **stand_in: Any) -> None:
        self.now = 100.0
        self.device = GatewayStandIn(model, **stand_in)
        self.board = GatewayBoard(
            "box",
            wanted,
            backend=self.device.backend,
            sounds=self.device.sounds,
            now=lambda: self.now,
            threaded=False,
        )
        self.told: list[PortEvent] = []
        self.engine: NativeEngine | None = None

    @property
    def firmware(self) -> Any:
        return self.device.firmware

    def open(self) -> Bench:
        self.board.open()
        self.engine = NativeEngine(len(self.board.ports), 1)
        self.engine.add_board(self.board.native())
        return self

    def go(self, seconds: float) -> None:
        assert self.engine is not None
        for _ in range(round(seconds / STEP_S)):
            self.now += STEP_S
            self.device.tick()
            self.engine.tick()
            self.board.pump()
            for raw in self.engine.events():
                made = port_event(raw, self.board.ports[raw.port].id, lambda port, ref: b"")
                if made is not None:
                    self.told.append(made)

    def press(self, keys: str, each_s: float = 0.2) -> None:
        for key in keys:
            self.device.press(key)
            self.go(each_s)
            self.device.release()
            self.go(each_s)

    def ring(self, on: bool) -> None:
        assert self.engine is not None
        self.engine.line(0, lib.CTI_LINE_RING, int(on))
        self.go(0.1)

    def of(self, kind: type[E], port: int = 1) -> list[E]:
        return [each for each in self.told if isinstance(each, kind) and each.port == f"box/{port}"]

    def close(self) -> None:
        self.board.close()
        self.device.close()


@pytest.fixture
def bench() -> Iterator[Callable[..., Bench]]:
    """Makes one of a model that is open; `opened=False`: not yet; `wanted`: settings."""
    made: list[Bench] = []

    def make(model: str, *, opened: bool = True, wanted: Wanted | None = None, **stand_in: Any) -> Bench:
        name = "auto" if model != "kip1000" else model
        made.append(Bench(model, wanted or Wanted(model=name), **stand_in))
        return made[-1].open() if opened else made[-1]

    yield make
    for each in made:
        each.close()
