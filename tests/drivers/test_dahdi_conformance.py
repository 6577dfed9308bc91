"""The driver of DAHDI's cards on a simulated card, in virtual time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from ctidrv.clock import SampleClock
from ctidrv.drivers.dahdi import settings
from ctidrv.drivers.dahdi.board import DahdiBoard
from ctidrv.ports.api import Board, Kind, PortInfo
from ctidrv.ports.conformance import Conformance
from hwsim.conformance import CLEARS, EXCHANGE, LOSS_DB, TELEPHONE_LOSS_DB
from hwsim.devices.dahdi.card import CardOnLines
from hwsim.devices.dahdi.door import CardDoor
from hwsim.far_ends import AtLine, AtPort, Scene


class DahdiRig:
    """Channel 1 is a line of the exchange, channel 2 has a telephone."""

    def __init__(self) -> None:
        self._clock = SampleClock(datetime(2027, 3, 8, 10, tzinfo=UTC))
        self.there = CardOnLines(EXCHANGE, fxo=1, fxs=1, seed=7, clock=self._clock)
        self._scene = Scene()
        sim = self.there.board
        self._far: dict[Kind, AtLine | AtPort] = {
            Kind.FXO: AtLine(self._scene, sim, loss_db=2 * LOSS_DB, clears=CLEARS),
            Kind.FXS: AtPort(self._scene, sim.operators[0], loss_db=TELEPHONE_LOSS_DB),
        }

    def make_board(self) -> Board:
        wanted = settings.read("card", {})
        return DahdiBoard("card", wanted, self._clock, open_door=lambda: CardDoor(self.there.card))

    def tick(self, now: int) -> None:
        self.there.card.tick(self._clock.now())
        self.there.board.pump()
        self._clock.advance(now)
        self._scene.turn()

    def tick_alone(self, now: int) -> None:
        self.tick(now)

    def far(self, port: PortInfo) -> AtLine | AtPort:
        return self._far[port.kind]

    def unplug(self) -> None:
        self.there.card.removed(True)

    def plug_in(self) -> None:
        self.there.card.removed(False)

    def close(self) -> None:
        self._scene.close()
        self.there.close()


class TestDahdi(Conformance):
    kinds = (Kind.FXO, Kind.FXS)

    def rig(self, folder: Path) -> DahdiRig:
        return DahdiRig()
