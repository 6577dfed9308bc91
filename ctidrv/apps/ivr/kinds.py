"""What kinds of value an expression can have, and comparisons that are always the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal as OneOf

from ctidrv.apps.ivr.expression import (
    Among,
    Compare,
    Expression,
    Joined,
    Literal,
    Name,
    Not,
    as_number,
    parts,
)
from ctidrv.apps.ivr.template import Template, as_text
from ctidrv.apps.ivr.words import DigitCount
from ctidrv.document.findings import did_you_mean

Type = OneOf["text", "number", "truth", "null"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value can be; of a text also, where that is known, which texts or how many digits."""

    types: frozenset[Type]
    texts: frozenset[str] | None = None
    digits: DigitCount | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    severity: OneOf["error", "warning"]
    message: str
    at: int


TRUTH = Kind(frozenset(("truth",)))
COUNT = Kind(frozenset(("number", "null")))
TEXT = Kind(frozenset(("text", "null")))
ANYTHING = Kind(frozenset(("text", "number", "truth", "null")))
Known = Callable[[str], Kind]


def keyed(digits: DigitCount) -> Kind:
    """What a `gather` leaves."""
    return Kind(TEXT.types, digits=digits)


def one_of(texts: Iterable[str]) -> Kind:
    return Kind(TEXT.types, texts=frozenset(texts))


def either(one: Kind, other: Kind) -> Kind:
    """A value that is of one kind or the other."""
    types = one.types | other.types
    holders = [kind for kind in (one, other) if "text" in kind.types]
    if len(holders) < 2:
        return Kind(types, holders[0].texts, holders[0].digits) if holders else Kind(types)
    texts = digits = None
    if one.texts is not None and other.texts is not None:
        texts = one.texts | other.texts
    if one.digits is not None and other.digits is not None:
        ends = (one.digits, other.digits)
        digits = DigitCount(min(end.least for end in ends), max(end.most for end in ends))
    return Kind(types, texts, digits)


def kind_of(expression: Expression, known: Known) -> Kind:
    if isinstance(expression, Literal):
        value = expression.value
        if isinstance(value, str):
            return Kind(frozenset(("text",)), frozenset((value,)))
        if value is None:
            return Kind(frozenset(("null",)))
        return TRUTH if isinstance(value, bool) else Kind(frozenset(("number",)))
    return known(expression.name) if isinstance(expression, Name) else TRUTH


def kind_of_template(template: Template, known: Known) -> Kind:
    if template.alone is not None:
        return kind_of(template.alone, known)
    only = None if template.expressions else frozenset(words for words, _ in template.parts)
    return Kind(frozenset(("text",)), only)


def condition_faults(condition: Expression, known: Known) -> Iterator[Fault]:
    """What `faults` finds, and whether it is true or false at all."""
    yield from _no_condition(condition, known)
    yield from faults(condition, known)
    if not any(isinstance(part, Name) for part in parts(condition)):
        yield Fault("warning", "this condition asks for nothing: it is always the same", condition.at)


def faults(expression: Expression, known: Known) -> Iterator[Fault]:
    """Comparisons that are always the same, and what stands for a condition and is none."""
    for part in parts(expression):
        match part:
            case Compare("==" | "!=", left, right):
                yield from _never_equal(left, right, known, part.at)
                yield from _leading_zeros(left, right, known, part.at)
            case Compare(sign, left, right):
                for side in (left, right):
                    if not _may_be_number(kind_of(side, known)):
                        said = f"`{sign}` compares numbers, and {_said(side)} is none: this is never true"
                        yield Fault("error", said, side.at)
            case Among(left, choices):
                for choice in choices:
                    yield from _never_equal(left, choice, known, choice.at)
            case Not(condition):
                yield from _no_condition(condition, known)
            case Joined(_, conditions):
                for condition in conditions:
                    yield from _no_condition(condition, known)


def _no_condition(expression: Expression, known: Known) -> Iterator[Fault]:
    if "truth" not in kind_of(expression, known).types:
        said = f"{_said(expression)} is neither true nor false: compare it, {as_written(expression)} != null"
        yield Fault("error", said, expression.at)


def _never_equal(left: Expression, right: Expression, known: Known, at: int) -> Iterator[Fault]:
    one, other = kind_of(left, known), kind_of(right, known)
    if _may_equal(one, other) or _may_equal(other, one):
        return
    said = f"{_said(left)} is never equal to {_said(right)}"
    for kind, side, against in ((one, left, other), (other, right, one)):
        if isinstance(side, Literal):
            continue
        if kind.digits is not None:
            least, most = kind.digits.least, kind.digits.most
            count = f"{least}" if least == most else f"{least} to {most}"
            said += f": {_said(side)} is {count} digit{'s' if most > 1 else ''}"
        elif kind.texts is not None:
            hint = did_you_mean(next(iter(against.texts or ("",))), kind.texts)
            said += f": {_said(side)} is {', '.join(sorted(kind.texts))}{hint}"
    yield Fault("error", said, at)


def _may_equal(one: Kind, other: Kind) -> bool:
    if (
        "text" in one.types
        and "number" in other.types
        and _may_be_number(Kind(frozenset(("text",)), one.texts))
    ):
        return True
    shared = one.types & other.types
    if shared - {"text"}:
        return True
    if not shared:
        return False
    if one.texts is not None and other.texts is not None:
        return bool(one.texts & other.texts)
    if one.digits is not None and other.texts is not None:
        return any(_fits(text, one.digits) for text in other.texts)
    if one.digits is not None and other.digits is not None:
        return one.digits.least <= other.digits.most and other.digits.least <= one.digits.most
    return other.digits is None or one.texts is None or _may_equal(other, one)


def _fits(text: str, digits: DigitCount) -> bool:
    return text.isascii() and text.isdigit() and digits.least <= len(text) <= digits.most


def _may_be_number(kind: Kind) -> bool:
    if "number" in kind.types:
        return True
    return "text" in kind.types and (
        kind.texts is None or any(as_number(text) is not None for text in kind.texts)
    )


def _leading_zeros(left: Expression, right: Expression, known: Known, at: int) -> Iterator[Fault]:
    for number, text in ((left, right), (right, left)):
        if isinstance(number, Literal) and isinstance(number.value, (int, float)):
            kind = kind_of(text, known)
            if not isinstance(number.value, bool) and "text" in kind.types and "number" not in kind.types:
                shown = as_text(number.value)
                said = f"{_said(text)} is text, and 0{shown} equals {shown} too: for these digits alone"
                yield Fault("warning", f"{said} write '{shown}'", at)


def as_written(expression: Expression) -> str:
    if isinstance(expression, Name):
        return expression.name
    if isinstance(expression, Literal):
        value = expression.value
        return f"'{value}'" if isinstance(value, str) else "null" if value is None else as_text(value)
    return "this"


def _said(expression: Expression) -> str:
    written = as_written(expression)
    return f"`{written}`" if isinstance(expression, Name) else written
