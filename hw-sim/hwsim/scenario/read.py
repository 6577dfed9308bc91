"""Reads a scenario: a file, or a text or mapping of a test. Everything wrong is named with its line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ctidrv.document.findings import DocumentErrors
from ctidrv.document.shape import Findings, Language, locate
from ctidrv.document.source import Node, Source, Table, parse, read_text
from ctidrv.document.understand import understood
from hwsim.exchange_settings import ExchangeSettings
from hwsim.scenario import model
from hwsim.scenario.faults import FAULTS
from hwsim.scenario.verbs import VERBS
from hwsim.wire_settings import Cable, WireSettings

SCENARIO = Language(
    key="scenario",
    version=model.VERSION,
    file="a scenario",
    verbs=tuple(VERBS),
    example='dial: "8001"',
    listed={"faults": tuple(FAULTS)},
    bodies={
        **VERBS,
        **FAULTS,
        "board": model.Line,
        "exchange": ExchangeSettings,
        "wire": WireSettings,
        "cable": Cable,
        "callers": model.Party,
        "calls": model.ExpectedCall,
        "": model.Document,
    },
)


class ScenarioErrors(DocumentErrors):
    """A scenario that cannot be played."""

    MORE = ": ctidrv sim check"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A file that was understood; `root` knows the lines."""

    path: Path
    """Of the file: what it names is looked for beside it."""
    file: str
    """As findings name it."""
    document: model.Document
    root: Table

    @property
    def name(self) -> str:
        return self.document.name or self.path.name.removesuffix(".yaml").removesuffix(".scenario")

    def node(self, party: int, step: int | None = None) -> Node:
        """Where a party, or one of his steps, was written."""
        path: tuple[str | int, ...] = ("callers", party)
        if step is not None:
            path = ("caller", step) if self.document.caller is not None else (*path, "steps", step)
        return locate(self.root, path)[0]

    def fault(self, number: int) -> Node:
        """Where one of the faults was written."""
        return locate(self.root, ("faults", number))[0]

    def collect(self) -> Findings:
        """For what only shows when the scenario meets its script."""
        return Findings(self.file, SCENARIO)

    @staticmethod
    def errors(found: Findings) -> ScenarioErrors:
        return ScenarioErrors(found.findings)


def read_scenario(path: Path) -> Scenario:
    """InputError where the file cannot be read, ScenarioErrors where it is no scenario."""
    return _understand(parse(read_text(path), str(path)), path)


def parse_scenario(text: str, path: Path) -> Scenario:
    """From a text; `path`: what it names is looked for beside that."""
    return _understand(parse(text, str(path)), path)


def _understand(source: Source, path: Path) -> Scenario:
    found, document = understood(source, SCENARIO, model.Document)
    if document is None:
        raise ScenarioErrors(found.findings)
    assert isinstance(source.root, Table)
    return Scenario(path, source.file, document, source.root)
