"""The small words of the language: names, digit counts and prompts.

Each is a type for the model in `model.py`: read from YAML's values, checked, and described in JSON Schema.
Words that other languages have too are in `ctidrv.document.words`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainValidator, WithJsonSchema

from ctidrv.apps.ivr.expression import KEYWORDS
from ctidrv.config import BOX_NAME
from ctidrv.document.words import LANGUAGE_FORM, NAME_FORM, PROMPT_FORM, matching, shown, wrong

MAX_DIGITS = 32
_VARIABLE = rf"(?!({'|'.join(KEYWORDS)})$)[A-Za-z_][A-Za-z0-9_]{{0,63}}"
_KEYS = r"[0-9*#A-D]{1,4}"
_DIGITS = re.compile(r"([0-9]{1,2})(?:-([0-9]{1,2}))?")

RESERVED = ("repeat", "continue", "keep")
CALL_VALUES = ("caller.number", "caller.name")


_flow = matching(NAME_FORM, "the name of a flow (letters, digits, - and _)")
_variable = matching(_VARIABLE, "the name of a variable (letters, digits and _; no word of the language)")
_box = matching(BOX_NAME, "the name of a mailbox (letters, digits, - and _)")
_key = matching("[0-9*#A-D]", "a key of a telephone (0-9 * # A-D)")
_keys = matching(_KEYS, "a key or keys of a telephone (0-9 * # A-D, at most four)")

_otherwise = matching(f"keep|{LANGUAGE_FORM}", "`keep`, or a language such as en-US")

FlowName = Annotated[str, _flow[0], _flow[1]]
Variable = Annotated[str, _variable[0], _variable[1]]
Key = Annotated[str, _key[0], _key[1]]
Keys = Annotated[str, _keys[0], _keys[1]]
LanguageOrKeep = Annotated[str, _otherwise[0], _otherwise[1]]
BoxName = Annotated[str, _box[0], _box[1]]


@dataclass(frozen=True, slots=True)
class DigitCount:
    """How many digits an entry has."""

    least: int
    most: int


def _digit_count(value: Any) -> DigitCount:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    found = _DIGITS.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise wrong(f'{shown(value)} is not a number of digits such as 4 or "4-8"')
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


_prompt_id = re.compile(PROMPT_FORM)
_TEXT_SCHEMA = {"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]}
_PIECE_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "string", "pattern": f"^({PROMPT_FORM})$"},
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
    raise wrong(f"{shown(value)} is not a prompt: an id such as main-menu, {{text: …}}, or a list of these")


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


def _finish(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str) and len(value) == 1 and value in "0123456789*#ABCD":
        return value
    raise wrong(f'{shown(value)} is not the key that ends the entry: one key in quotes such as "#", or null')


FinishKey = Annotated[
    str,
    PlainValidator(_finish),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": "^[0-9*#A-D]$"}, {"type": "null"}]}),
]
"""The key that ends an entry or a recording; ``null`` for none."""
