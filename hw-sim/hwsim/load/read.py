"""Reads a population: a file, or a text. Everything wrong is named with its line."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from ctidrv.document.findings import DocumentErrors
from ctidrv.document.shape import Findings, Language, locate
from ctidrv.document.source import Node, Source, Table, parse, read_text
from ctidrv.document.understand import understood
from hwsim.exchange_settings import ExchangeSettings
from hwsim.load import model
from hwsim.scenario.model import Line
from hwsim.scenario.verbs import VERBS

POPULATION = Language(
    key="population",
    version=model.VERSION,
    file="a population",
    verbs=tuple(VERBS),
    example='dial: "8000"',
    bodies={
        **VERBS,
        "board": Line,
        "exchange": ExchangeSettings,
        "hours": model.Hours,
        "traffic": model.Traffic,
        "callers": model.Callers,
        "subscribers": model.Subscriber,
        "": model.Document,
    },
)


class PopulationErrors(DocumentErrors):
    """A population that cannot call."""


@dataclass(frozen=True, slots=True)
class Population:
    """A file that was understood; `root` knows the lines."""

    path: Path
    """Of the file: what it names is looked for beside it."""
    file: str
    """As findings name it."""
    document: model.Document
    root: Table

    @property
    def name(self) -> str:
        return self.document.name or self.path.name.removesuffix(".yaml").removesuffix(".population")

    def on(self, lines: int | None = None, seed: int | None = None) -> Population:
        """With so many lines, or another seed."""
        return dataclasses.replace(self, document=self.document.on(lines, seed))

    def node(self, party: int, step: int | None = None) -> Node:
        """Where a kind of subscriber, or one of its steps, was written."""
        path: tuple[str | int, ...] = ("subscribers", party)
        return locate(self.root, path if step is None else (*path, "steps", step))[0]

    def collect(self) -> Findings:
        """For what only shows when the population meets its script."""
        return Findings(self.file, POPULATION)

    @staticmethod
    def errors(found: Findings) -> PopulationErrors:
        return PopulationErrors(found.findings)


def read_population(path: Path) -> Population:
    """InputError where the file cannot be read, PopulationErrors where it is no population."""
    return _understand(parse(read_text(path), str(path)), path)


def parse_population(text: str, path: Path) -> Population:
    """From a text; `path`: what it names is looked for beside that."""
    return _understand(parse(text, str(path)), path)


def _understand(source: Source, path: Path) -> Population:
    found, document = understood(source, POPULATION, model.Document)
    if document is None:
        raise PopulationErrors(found.findings)
    assert isinstance(source.root, Table)
    return Population(path, source.file, document, source.root)
