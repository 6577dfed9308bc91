"""Reads a population: a file, or a text. Everything wrong is named with its line."""

from __future__ import annotations

from ctidrv.document.findings import DocumentErrors
from ctidrv.document.shape import Language
from hwsim.load import model
from hwsim.scenario.verbs import VERBS
from hwsim.scenario.written import BODIES, Written


class PopulationErrors(DocumentErrors):
    """A population that cannot call."""


class Population(Written[model.Document]):
    """A population that was understood."""

    LANGUAGE = Language(
        key="population",
        version=model.VERSION,
        file="a population",
        verbs=tuple(VERBS),
        example='dial: "8000"',
        bodies={
            **BODIES,
            "hours": model.Hours,
            "traffic": model.Traffic,
            "callers": model.Callers,
            "subscribers": model.Subscriber,
            "": model.Document,
        },
    )
    ERRORS = PopulationErrors
    PARTIES = "subscribers"

    def on(self, lines: int | None = None, seed: int | None = None) -> Population:
        """With so many lines, or another seed."""
        return self.having(self.document.on(lines, seed))


read_population, parse_population = Population.read, Population.parse
