"""Small words that more than one language has: names, durations, keys of a telephone, prompt ids.

Each is a type for a pydantic model: read from YAML's values, checked, and described in JSON Schema.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from ctidrv.units import RATE, Samples

MAX_DURATION = Samples(3600 * RATE)
LANGUAGE_FORM = r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}"
NAME_FORM = r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}"
PROMPT_FORM = rf"{NAME_FORM}(/{NAME_FORM}){{0,3}}"
_DURATION = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)(ms|s|m)")
_UNIT = {"ms": RATE / 1000, "s": RATE, "m": 60 * RATE}


def wrong(message: str, at: int | None = None) -> PydanticCustomError:
    """An error whose words are ours; braces in the message are kept as they are. `at`: so many characters
    into the text it is about."""
    context = {"words": message} if at is None else {"words": message, "at": at}
    return PydanticCustomError("script", "{words}", context)


def matching(pattern: str, what: str) -> tuple[PlainValidator, WithJsonSchema]:
    """A text of this form; `what` is how a fault calls it."""
    form = re.compile(pattern)

    def validate(value: Any) -> str:
        if isinstance(value, str) and form.fullmatch(value):
            return value
        if isinstance(value, (int, float, bool)):
            raise wrong(f"{what} has to be text: write it in quotes")
        raise wrong(f"{shown(value)} is not {what}")

    return PlainValidator(validate), WithJsonSchema({"type": "string", "pattern": f"^({pattern})$"})


def shown(value: Any) -> str:
    """What was written, as a fault quotes it."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    words = str(value)
    return f"`{words[:40]}{'…' if len(words) > 40 else ''}`"


_prompt = matching(PROMPT_FORM, "a prompt id (letters, digits, - and _, with / between folders)")
_language = matching(LANGUAGE_FORM, "a language such as en-US")

PromptId = Annotated[str, _prompt[0], _prompt[1]]
Language = Annotated[str, _language[0], _language[1]]


def _duration(value: Any) -> Samples:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise wrong(f"a duration needs its unit: write {value}s, or {value}ms")
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise wrong(f"{shown(value)} is not a duration such as 5s, 500ms or 2m")
    samples = round(float(found[1]) * _UNIT[found[2]])
    if not 0 < samples <= MAX_DURATION:
        raise wrong(f"a duration is more than nothing and at most an hour, not {value}")
    return Samples(samples)


Duration = Annotated[
    Samples,
    PlainValidator(_duration),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,6}(\.[0-9]{1,3})?(ms|s|m)$", "examples": ["5s"]}),
]
"""``5s``, ``500ms``, ``2m``: in samples."""
