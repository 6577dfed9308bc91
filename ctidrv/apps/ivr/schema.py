"""The JSON Schema of scripts, made from the model that reads them."""

from __future__ import annotations

from typing import Any

from ctidrv.apps.ivr.model import Document
from ctidrv.document.schema import as_text, schema_of

FILE = "ivr.schema.json"


def schema() -> dict[str, Any]:
    """The schema as data."""
    return schema_of(Document, "ctidrv IVR script, language version 1")


def schema_text() -> str:
    """The schema as it is published."""
    return as_text(schema())
