"""The conformance kit: what every driver of ctidrv does, tried on a board with whoever is at its far ends.

An author subclasses `Conformance` in a test module of his, and gives it a `Rig`: the board, its time, and a
far end for each kind of port::

    class TestMyBoard(Conformance):
        kinds = (Kind.FXO,)
        without = {"unplug": "the stand-in cannot be pulled out"}

        def rig(self, folder):
            return MyRig(folder)

pytest then collects a test for each check and each kind of port. What `without` and `rules_out` name is not
collected; `not_made()` lists it with the reasons. A failing check says what was expected, what came, and by
which clause of the contract (ctidrv/ports/api.py, native/include/cti/board.h). Without pytest, `outcomes`
makes them.
"""

from __future__ import annotations

from ctidrv.ports.conformance.judge import Nonconformity
from ctidrv.ports.conformance.rig import AtExchange, AtTelephone, FarEnd, Rig
from ctidrv.ports.conformance.suite import Conformance, outcomes

__all__ = ["AtExchange", "AtTelephone", "Conformance", "FarEnd", "Nonconformity", "Rig", "outcomes"]
