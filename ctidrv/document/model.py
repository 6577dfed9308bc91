"""What the pydantic models of every language are made of: strict mappings, and steps of one verb each."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

TAG = "step:"  # marks, in an error's path, what is not a key of the file


class Strict(BaseModel):
    """Unknown keys are errors; nothing is converted. A docstring below a key is its description."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)


class Verb(Strict):
    """The body of a step. `SHORT` is the key that a bare value stands for: ``play: welcome``."""

    SHORT: ClassVar[str | None] = None
    SHORT_MAPPINGS: ClassVar[frozenset[str]] = frozenset()
    """A mapping of one of these keys is such a bare value too."""

    @model_validator(mode="before")
    @classmethod
    def _widen(cls, value: Any) -> Any:
        needs = any(field.is_required() for field in cls.model_fields.values())
        if value is None and (cls.SHORT is None or not needs):
            return {}
        bare = not isinstance(value, dict) or (len(value) == 1 and cls.SHORT_MAPPINGS.issuperset(value))
        if cls.SHORT is not None and bare:
            return {cls.SHORT: value}
        return value

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        full = handler(core)
        made = handler.resolve_ref_schema(full)
        forms = [full]
        if cls.SHORT is not None:
            short = made["properties"][cls.SHORT]
            forms.insert(0, {key: value for key, value in short.items() if key not in ("title", "default")})
        if not made.get("required"):
            forms.append({"type": "null"})
        return {"anyOf": forms} if len(forms) > 1 else full


def verb_of(value: Any) -> str | None:
    """Which step of a union a value is, for pydantic's `Discriminator`: its one key."""
    if isinstance(value, dict) and len(value) == 1:
        return f"{TAG}{next(iter(value))}"
    if isinstance(value, Strict):
        name, field = next(iter(type(value).model_fields.items()))
        return f"{TAG}{field.alias or name}"
    return None
