"""The small words of the language: names, durations, digit counts, prompts and templates.

Each is a type for the model in `model.py`: read from YAML's values, checked, and described in JSON Schema.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from ctidrv.units import RATE, Samples

MAX_DURATION = Samples(3600 * RATE)
MAX_DIGITS = 32
_NAME = r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}"
_VARIABLE = r"[A-Za-z_][A-Za-z0-9_]{0,63}"
_PROMPT = r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}(/[A-Za-z0-9_][A-Za-z0-9_-]{0,63}){0,3}"
_LANGUAGE = r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}"
_KEYS = r"[0-9*#A-D]{1,4}"
_DURATION = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)(ms|s|m)")
_DIGITS = re.compile(r"([0-9]{1,2})(?:-([0-9]{1,2}))?")
_HOLE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_.]{0,63})\}")
_UNIT = {"ms": RATE / 1000, "s": RATE, "m": 60 * RATE}

RESERVED = ("repeat", "continue", "keep")
CALL_VALUES = ("caller.number", "caller.name")


def wrong(message: str) -> PydanticCustomError:
    """An error whose words are ours; braces in the message are kept as they are."""
    return PydanticCustomError("script", "{words}", {"words": message})


def _matching(pattern: str, what: str) -> tuple[PlainValidator, WithJsonSchema]:
    form = re.compile(pattern)

    def validate(value: Any) -> str:
        if isinstance(value, str) and form.fullmatch(value):
            return value
        if isinstance(value, (int, float, bool)):
            raise wrong(f"{what} has to be text: write it in quotes")
        raise wrong(f"{_shown(value)} is not {what}")

    return PlainValidator(validate), WithJsonSchema({"type": "string", "pattern": f"^({pattern})$"})


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    words = str(value)
    return f"`{words[:40]}{'…' if len(words) > 40 else ''}`"


_flow = _matching(_NAME, "the name of a flow (letters, digits, - and _)")
_variable = _matching(_VARIABLE, "the name of a variable (letters, digits and _)")
_prompt = _matching(_PROMPT, "a prompt id (letters, digits, - and _, with / between folders)")
_box = _matching(_NAME, "the name of a mailbox (letters, digits, - and _)")
_language = _matching(_LANGUAGE, "a language such as en-US")
_key = _matching("[0-9*#A-D]", "a key of a telephone (0-9 * # A-D)")
_keys = _matching(_KEYS, "a key or keys of a telephone (0-9 * # A-D, at most four)")

_otherwise = _matching(f"keep|{_LANGUAGE}", "`keep`, or a language such as en-US")

FlowName = Annotated[str, _flow[0], _flow[1]]
Variable = Annotated[str, _variable[0], _variable[1]]
PromptId = Annotated[str, _prompt[0], _prompt[1]]
Language = Annotated[str, _language[0], _language[1]]
Key = Annotated[str, _key[0], _key[1]]
Keys = Annotated[str, _keys[0], _keys[1]]
LanguageOrKeep = Annotated[str, _otherwise[0], _otherwise[1]]
BoxName = Annotated[str, _box[0], _box[1]]


def _duration(value: Any) -> Samples:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise wrong(f"a duration needs its unit: write {value}s, or {value}ms")
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise wrong(f"{_shown(value)} is not a duration such as 5s, 500ms or 2m")
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


@dataclass(frozen=True, slots=True)
class DigitCount:
    """How many digits an entry has."""

    least: int
    most: int


def _digit_count(value: Any) -> DigitCount:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    found = _DIGITS.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise wrong(f'{_shown(value)} is not a number of digits such as 4 or "4-8"')
    count = DigitCount(int(found[1]), int(found[2] or found[1]))
    if not 1 <= count.least <= count.most <= MAX_DIGITS:
        raise wrong(f"{value} digits: the first number is at least 1, the second at most {MAX_DIGITS}")
    return count


Digits = Annotated[
    DigitCount,
    PlainValidator(_digit_count),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": MAX_DIGITS},
                {"type": "string", "pattern": "^[0-9]{1,2}(-[0-9]{1,2})?$"},
            ],
            "examples": ["4-8"],
        }
    ),
]
"""``4`` or ``4-8``."""


@dataclass(frozen=True, slots=True)
class SpokenText:
    """A prompt given as text, for a speech engine."""

    texts: tuple[tuple[str, str], ...]


_prompt_id = re.compile(_PROMPT)
_TEXT_SCHEMA = {"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]}
_PIECE_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "string", "pattern": f"^({_PROMPT})$"},
        {
            "type": "object",
            "properties": {"text": _TEXT_SCHEMA},
            "required": ["text"],
            "additionalProperties": False,
        },
    ]
}


def _piece(value: Any) -> str | SpokenText:
    if isinstance(value, str) and _prompt_id.fullmatch(value):
        return value
    if isinstance(value, dict) and set(value) == {"text"}:
        text = value["text"]
        if isinstance(text, str):
            return SpokenText((("", text),))
        if isinstance(text, dict) and text and all(isinstance(words, str) for words in text.values()):
            return SpokenText(tuple(text.items()))
    if isinstance(value, (int, float, bool)):
        raise wrong(f'a prompt id has to be text: write it in quotes, "{value}"')
    raise wrong(f"{_shown(value)} is not a prompt: an id such as main-menu, {{text: …}}, or a list of these")


Piece = Annotated[str | SpokenText, PlainValidator(_piece), WithJsonSchema(_PIECE_SCHEMA)]


def _pieces(value: Any) -> Any:
    if isinstance(value, list):
        if not value:
            raise wrong("an empty list of prompts would be silence")
        return value
    return [value]


Prompt = Annotated[
    list[Piece],
    BeforeValidator(_pieces),
    WithJsonSchema(
        {"anyOf": [*_PIECE_SCHEMA["anyOf"], {"type": "array", "items": _PIECE_SCHEMA, "minItems": 1}]}
    ),
]
"""What is played: an id, ``{text: …}``, or a list of these."""


@dataclass(frozen=True, slots=True)
class Template:
    """A text with holes, ``{caller.number}``."""

    parts: tuple[tuple[str, str | None], ...]  # (words before, name of the hole after them)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for _, name in self.parts if name is not None)


def _template(value: Any) -> Template:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise wrong(f"{_shown(value)} is not a text, or a value such as {{caller.number}}")
    parts: list[tuple[str, str | None]] = []
    end = 0
    for hole in _HOLE.finditer(value):
        parts.append((value[end : hole.start()], hole[1]))
        end = hole.end()
    parts.append((value[end:], None))
    if any(brace in words for words, _ in parts for brace in "{}"):
        raise wrong(f"{_shown(value)}: between braces stands one name, {{caller.number}} or a variable")
    return Template(tuple(parts))


Filled = Annotated[Template, PlainValidator(_template), WithJsonSchema({"type": ["string", "integer"]})]


def _finish(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str) and len(value) == 1 and value in "0123456789*#ABCD":
        return value
    raise wrong(f'{_shown(value)} is not the key that ends the entry: one key in quotes such as "#", or null')


FinishKey = Annotated[
    str,
    PlainValidator(_finish),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": "^[0-9*#A-D]$"}, {"type": "null"}]}),
]
"""The key that ends an entry or a recording; ``null`` for none."""
