"""The JSON Schema (2020-12) of a language, made from the model that reads it."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

from ctidrv.units import RATE


def schema_of(model: type[BaseModel], title: str) -> dict[str, Any]:
    """The schema as data."""
    made = model.model_json_schema(by_alias=True)
    _tidy(made)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **{key: value for key, value in made.items() if key != "title"},
    }


def as_text(schema: dict[str, Any]) -> str:
    """The schema as it is published."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _tidy(node: Any) -> None:
    """Defaults as they are written in a file, not in samples; no titles that repeat the key."""
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
