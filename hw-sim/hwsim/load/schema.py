"""The JSON Schema of populations, made from the model that reads them."""

from __future__ import annotations

from typing import Any

from ctidrv.document.schema import as_text, schema_of
from hwsim.load.model import VERSION, Document

FILE = "population.schema.json"


def schema() -> dict[str, Any]:
    """The schema as data."""
    return schema_of(Document, f"ctidrv population, language version {VERSION}")


def schema_text() -> str:
    """The schema as it is published."""
    return as_text(schema())
