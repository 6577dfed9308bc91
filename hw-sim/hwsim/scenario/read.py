"""Reads a scenario: a file, or a text or mapping of a test. Everything wrong is named with its line."""

from __future__ import annotations

from ctidrv.document.findings import DocumentErrors
from ctidrv.document.shape import Language, locate
from ctidrv.document.source import Node
from hwsim.scenario import model
from hwsim.scenario.faults import FAULTS
from hwsim.scenario.verbs import VERBS
from hwsim.scenario.written import BODIES, Written


class ScenarioErrors(DocumentErrors):
    """A scenario that cannot be played."""

    MORE = ": ctidrv sim check"


class Scenario(Written[model.Document]):
    """A scenario that was understood."""

    LANGUAGE = Language(
        key="scenario",
        version=model.VERSION,
        file="a scenario",
        verbs=tuple(VERBS),
        example='dial: "8001"',
        listed={"faults": tuple(FAULTS)},
        bodies={
            **BODIES,
            **FAULTS,
            "callers": model.Party,
            "seats": model.Seat,
            "calls": model.ExpectedCall,
            "": model.Document,
        },
    )
    ERRORS = ScenarioErrors
    PARTIES = "callers"

    def node(self, party: int, step: int | None = None) -> Node:
        """Where a party, or one of his steps, was written."""
        if self.document.caller is not None and step is not None:
            return locate(self.root, ("caller", step))[0]
        return super().node(party, step)

    def seat(self, seat: int, step: int | None = None) -> Node:
        """Where a seat, or one of its operator's steps, was written."""
        path: tuple[str | int, ...] = ("seats", seat)
        return locate(self.root, path if step is None else (*path, "steps", step))[0]

    def fault(self, number: int) -> Node:
        """Where one of the faults was written."""
        return locate(self.root, ("faults", number))[0]


read_scenario, parse_scenario = Scenario.read, Scenario.parse
