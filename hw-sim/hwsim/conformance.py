"""The simulated board on the conformance kit's bench, in virtual time; and its exchange, for other boards."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ctidrv.clock import SampleClock
from ctidrv.ports.api import Board, DriverContext, Kind, PortInfo
from ctidrv.ports.conformance.raw import RawTicks
from ctidrv.units import TICK
from hwsim.board import SimBoard, open_board
from hwsim.far_ends import AtLine, AtPort, Scene
from hwsim.faulty_board import OUT, WELL

CLEARS = ("reversal", "loop-break", "busy-tone")
LOSS_DB = 3.0
TELEPHONE_LOSS_DB = 0.5
EXCHANGE = MappingProxyType(
    {
        "phones": 2,
        "clearing": list(CLEARS),
        "loss_db": LOSS_DB,
        "flash": True,
        "flash_ms": [80, 700],
        "control": False,
    }
)
"""Settings of an exchange whose first line is the board's that is tried."""


class SimRig:
    """An `ctidrv.ports.conformance.Rig`; `settings`: more of the board's."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self._folder = folder
        self._settings = {**EXCHANGE, **settings}
        self._scene = Scene()
        self._clock = SampleClock(datetime(2027, 3, 8, 10, tzinfo=UTC))
        self._board: SimBoard | None = None
        self._far: dict[str, AtLine | AtPort] = {}
        self._closed_at: RawTicks | None = None

    def make_board(self) -> Board:
        context = DriverContext(self._clock, self._folder, 7, live=False)
        self._board = board = open_board("sim", self._settings, context)
        self._far = {}
        for operator in board.operators:
            port = next(each for each in board.ports if each.id == operator.port)
            loss_db = TELEPHONE_LOSS_DB if port.kind is Kind.FXS else 0.0
            self._far[port.id] = AtPort(self._scene, operator, loss_db=loss_db)
        if board.phones:
            self._far[board.ports[0].id] = AtLine(self._scene, board, loss_db=2 * LOSS_DB, clears=CLEARS)
        return board

    @property
    def board(self) -> SimBoard:
        assert self._board is not None
        return self._board

    def tick(self, now: int) -> None:
        self._clock.advance(now)
        self._scene.turn()

    def tick_alone(self, now: int) -> None:
        if self._closed_at is None:
            self._closed_at = RawTicks(self.board.native(), now=now - TICK)
        self._closed_at.exchange()
        self.board.pump()
        self.tick(now)

    def far(self, port: PortInfo) -> AtLine | AtPort:
        return self._far[port.id]

    def unplug(self) -> None:
        self.board.faults.set(OUT)

    def plug_in(self) -> None:
        self.board.faults.set(WELL)

    def close(self) -> None:
        self._scene.close()
