"""A request that is not as its shape says (`ctidrv.service.shapes`): which field, and what to write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import PydanticCustomError

_TIME = "must be a time with its zone, such as 2027-03-08T18:00:00+08:00"
_WHOLE, _NUMBER, _TRUTH = "must be a whole number", "must be a number", "must be true or false"
_WORDS: Mapping[str, str] = {
    "missing": "is missing",
    "extra_forbidden": "there is no such field",
    "json_invalid": "is no JSON",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "string_type": "must be text",
    "string_too_short": "has too few characters: at least {min_length}",
    "string_too_long": "has too many characters: at most {max_length}",
    "too_short": "has too few entries: at least {min_length}",
    "too_long": "has too many entries: at most {max_length}",
    "list_type": "must be a list",
    "dict_type": "must hold names and values",
    "model_type": "must hold names and values",
    "model_attributes_type": "must hold names and values",
    "literal_error": "must be {expected}",
    "timezone_aware": _TIME,
    "datetime_type": _TIME,
    "datetime_parsing": _TIME,
    "datetime_from_date_parsing": _TIME,
    "datetime_object_invalid": _TIME,
    "ours": "{words}",
}
"""By pydantic's name of the fault; in braces what it knows of it."""
_QUOTED = 40


def wrong(words: str) -> PydanticCustomError:
    """What a shape's own check raises; `words` quote the value where that helps."""
    return PydanticCustomError("ours", "{words}", {"words": words})


def refusal(errors: Sequence[Any]) -> tuple[str, str]:
    """Of the first of pydantic's faults: the field (``cover.to``; ``body``: all of it), and what is wrong
    with it in one line."""
    first = errors[0]
    kind = str(first["type"])
    loc = [_printable(str(part)) for part in first["loc"][1:]]  # behind body, query or path
    field = "body" if kind == "json_invalid" or not loc else ".".join(loc)
    words = _WORDS.get(kind)
    said = str(first["msg"]) if words is None else words.format_map(first.get("ctx") or {})
    return field, f"{_shown(first.get('input'), kind)}{' '.join(said.split())}"


def _printable(name: str) -> str:
    """Of a field, which the request may have named."""
    return "".join(each if each.isprintable() else "?" for each in name[:_QUOTED])


def _shown(value: Any, kind: str) -> str:
    """What was given, where it is short and to be quoted."""
    if kind in ("missing", "extra_forbidden", "json_invalid", "ours") or kind.endswith("too_long"):
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    text = repr(value)
    return f"{text} " if len(text) <= _QUOTED else ""
