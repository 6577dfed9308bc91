"""Files that people write for the simulator, scenarios and populations, and their faults by line."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Generic, Protocol, Self, TypeVar

from pydantic import BaseModel

from ctidrv.document.findings import DocumentErrors
from ctidrv.document.shape import Findings, Language, locate
from ctidrv.document.source import Node, Source, Table, parse, read_text
from ctidrv.document.understand import understood
from hwsim.exchange_settings import ExchangeSettings
from hwsim.scenario.model import Line
from hwsim.scenario.verbs import VERBS
from hwsim.wire_settings import Cable, WireSettings

BODIES: Mapping[str, type[BaseModel]] = {
    **VERBS,
    "board": Line,
    "exchange": ExchangeSettings,
    "wire": WireSettings,
    "cable": Cable,
}
"""What both languages have, by its key."""


class _Named(Protocol):
    @property
    def name(self) -> str | None: ...


Document = TypeVar("Document", bound=_Named)


@dataclass(frozen=True, slots=True)
class Written(Generic[Document]):
    """A file that was understood; `root` knows the lines."""

    LANGUAGE: ClassVar[Language]
    ERRORS: ClassVar[type[DocumentErrors]]
    PARTIES: ClassVar[str]
    """The key under which those who call stand."""

    path: Path
    """Of the file: what it names is looked for beside it."""
    file: str
    """As findings name it."""
    document: Document
    root: Table

    @property
    def name(self) -> str:
        key = self.LANGUAGE.key
        return self.document.name or self.path.name.removesuffix(".yaml").removesuffix(f".{key}")

    def node(self, party: int, step: int | None = None) -> Node:
        """Where one of those who call, or one of his steps, was written."""
        path: tuple[str | int, ...] = (self.PARTIES, party)
        return locate(self.root, path if step is None else (*path, "steps", step))[0]

    def having(self, document: Document) -> Self:
        """As it is, with another document."""
        return dataclasses.replace(self, document=document)

    def collect(self) -> Findings:
        """For what only shows when the file meets its script."""
        return Findings(self.file, self.LANGUAGE)

    @classmethod
    def errors(cls, found: Findings) -> DocumentErrors:
        return cls.ERRORS(found.findings)

    @classmethod
    def read(cls, path: Path) -> Self:
        """InputError where the file cannot be read, ERRORS where it is none of this language."""
        return cls._understand(parse(read_text(path), str(path)), path)

    @classmethod
    def parse(cls, text: str, path: Path) -> Self:
        """From a text; `path`: what it names is looked for beside that."""
        return cls._understand(parse(text, str(path)), path)

    @classmethod
    def _understand(cls, source: Source, path: Path) -> Self:
        found, document = understood(source, cls.LANGUAGE, cls.LANGUAGE.bodies[""])
        if document is None:
            raise cls.ERRORS(found.findings)
        assert isinstance(source.root, Table)
        return cls(path, source.file, document, source.root)  # type: ignore[arg-type]
