"""The simulated board, in virtual time."""

from __future__ import annotations

from pathlib import Path

from ctidrv.ports.api import Kind
from ctidrv.ports.conformance import Conformance
from hwsim.conformance import SimRig


class TestSim(Conformance):
    kinds = (Kind.FXO, Kind.FXS, Kind.HANDSET)

    def rig(self, folder: Path) -> SimRig:
        return SimRig(folder, fxs=1, handsets=1)
