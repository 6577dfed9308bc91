"""The JSON Schema of scripts (2020-12), made from the model that reads them."""

from __future__ import annotations

import json
from typing import Any

from ctidrv.apps.ivr.model import Document
from ctidrv.units import RATE

FILE = "ivr.schema.json"


def schema() -> dict[str, Any]:
    """The schema as data."""
    made = Document.model_json_schema(by_alias=True)
    _tidy(made)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ctidrv IVR script, language version 1",
        **{key: value for key, value in made.items() if key != "title"},
    }


def schema_text() -> str:
    """The schema as it is published."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _tidy(node: Any) -> None:
    """Defaults as they are written in a script, not in samples; no titles that repeat the key."""
    if isinstance(node, list):
        for item in node:
            _tidy(item)
    if not isinstance(node, dict):
        return
    for name, part in (node.get("properties") or {}).items():
        if isinstance(part, dict):
            if str(part.get("title", "")).lower().replace(" ", "_") in (name, f"{name}s"):
                part.pop("title", None)
            if part.get("type") == "string" and isinstance(part.get("default"), int):
                part["default"] = f"{part['default'] / RATE:g}s"
    for part in node.values():
        _tidy(part)
