"""Values with expressions in them: ``Order {order_no}``, and the conditions of `if`; types for `model.py`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from ctidrv.apps.ivr.expression import (
    MAX_LENGTH,
    Expression,
    ExpressionError,
    Literal,
    Value,
    evaluate,
    parse,
)
from ctidrv.document.words import shown, wrong
from ctidrv.errors import CtiError

MAX_TEXT = 1000
"""Characters of a text with values in it; texts that are put together from one another stay small."""
_HOLE = re.compile(r"\{((?:[^{}']|'[^']*')*)\}")


class TextTooLong(CtiError):
    """A text that grew beyond MAX_TEXT."""


@dataclass(frozen=True, slots=True)
class Template:
    """A text with holes."""

    parts: tuple[tuple[str, Expression | None], ...]  # (words before, what fills the hole after them)

    @property
    def expressions(self) -> tuple[Expression, ...]:
        return tuple(hole for _, hole in self.parts if hole is not None)

    @property
    def alone(self) -> Expression | None:
        """The one hole of a template that is nothing else."""
        holes = self.expressions
        return holes[0] if len(holes) == 1 and not any(words for words, _ in self.parts) else None

    def value(self, known: Callable[[str], Value]) -> Value:
        """A hole alone keeps its kind: a number, true, null. Else a text. Raises TextTooLong."""
        if self.alone is not None:
            return evaluate(self.alone, known)
        text = "".join(self._pieces(known))
        if len(text) > MAX_TEXT:
            raise TextTooLong(f"a text of more than {MAX_TEXT} characters: {text[:40]}…")
        return text

    def _pieces(self, known: Callable[[str], Value]) -> Iterator[str]:
        for words, hole in self.parts:
            yield words
            if hole is not None:
                yield as_text(evaluate(hole, known))


def as_text(value: Value) -> str:
    """A value within a text; null is nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.9f}".rstrip("0").rstrip(".")
    return str(value)


def _parsed(text: str, at: int = 0) -> Expression:
    try:
        return parse(text, at)
    except ExpressionError as error:
        raise wrong(str(error), error.at) from None


def _template(value: Any) -> Template:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise wrong(f"{shown(value)} is not a text, or a value such as {{caller.number}}")
    if len(value) > MAX_TEXT:
        raise wrong(f"a text of more than {MAX_TEXT} characters")
    parts: list[tuple[str, Expression | None]] = []
    end = 0
    for hole in _HOLE.finditer(value):
        parts.append((_words(value, end, hole.start()), _parsed(hole[1], hole.start(1))))
        end = hole.end()
    parts.append((_words(value, end, len(value)), None))
    return Template(tuple(parts))


def _words(value: str, begin: int, end: int) -> str:
    words = value[begin:end]
    brace = re.search("[{}]", words)
    if brace is not None:
        said = f"`{brace[0]}` alone: between braces stands a value, {{caller.number}}"
        raise wrong(said, begin + brace.start())
    return words


def _target(value: Any) -> Template:
    return _named(value, 'the name or number of a seat, or a group: in quotes, such as "08"')


def _number(value: Any) -> Template:
    found = _named(value, 'an outside number: in quotes, such as "13800138000"')
    if not found.expressions and not _TYPED.fullmatch(value.strip()):
        raise wrong(f"{shown(value)} is not a number: digits, and spaces or dashes between them")
    return found


def _queue(value: Any) -> Template:
    return _named(value, "the name of a queue")


def _named(value: Any, what: str) -> Template:
    if not isinstance(value, str) or not value.strip():
        raise wrong(f"{shown(value)} is not {what}")
    return _template(value)


def _assigned(value: Any) -> Template:
    if isinstance(value, float) and not math.isfinite(value):
        raise wrong(f"{shown(value)} is not a number that can be kept")
    if value is None or isinstance(value, (bool, int, float)):
        return Template((("", Literal(value)), ("", None)))
    return _template(value)


def _condition(value: Any) -> Expression:
    if not isinstance(value, str):
        raise wrong(f"{shown(value)} is not a condition in quotes, such as \"t.status != 'answered'\"")
    if "{" in value:
        raise wrong("a condition stands without braces: order_no == null", value.index("{"))
    return _parsed(value)


_TYPED = re.compile(r"\(?\+?\(?[0-9*#][0-9*#\s().\-/]{0,61}")

Filled = Annotated[Template, PlainValidator(_template), WithJsonSchema({"type": ["string", "integer"]})]
"""A text, with values in braces."""

_NAMED = WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_TEXT})

Target = Annotated[Template, PlainValidator(_target), _NAMED]
"""Who a call is for: the name or number of a seat, or a group."""

NumberTarget = Annotated[Template, PlainValidator(_number), _NAMED]
"""An outside number, as it would be dialled by hand."""

QueueTarget = Annotated[Template, PlainValidator(_queue), _NAMED]
"""Where a call waits: the name of a queue."""

Assigned = Annotated[
    Template,
    PlainValidator(_assigned),
    WithJsonSchema({"type": ["string", "number", "boolean", "null"], "maxLength": MAX_TEXT}),
]
"""What a variable is set to: a text with values in braces, a number, ``true``, ``false`` or ``null``."""

Condition = Annotated[
    Expression,
    PlainValidator(_condition),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_LENGTH, "examples": ["pin == null"]}),
]
"""What is true or not: ``caller.number == null or order_no in ['100', '200']``."""
