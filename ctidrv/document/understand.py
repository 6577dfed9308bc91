"""From a file's tree to its model: understood whole, or all that is wrong with it, line by line."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from ctidrv.document.shape import Findings, Language
from ctidrv.document.source import Source, Table, plain

Model = TypeVar("Model", bound=BaseModel)


def understood(source: Source, language: Language, model: type[Model]) -> tuple[Findings, Model | None]:
    """The model where nothing is wrong; else the findings say what, sorted by line."""
    found = Findings(source.file, language, list(source.findings))
    document = None
    if source.root is not None and not isinstance(source.root, Table):
        first = f"{language.key}: {language.version}"
        found.add(source.root, f"{language.file} is a mapping that begins with `{first}`")
    elif source.root is not None:
        try:
            document = model.model_validate(plain(source.root))
        except ValidationError as error:
            found.report(source.root, error)
    found.findings.sort(key=lambda finding: (finding.line, finding.column, finding.message))
    return found, None if found.findings else document
