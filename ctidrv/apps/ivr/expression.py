"""The expressions of scripts: ``{caller.number}`` in a value, ``order_no in ['100', '200']`` in a condition.

Names and literals, compared and joined; they change nothing and end at once. `parse` takes what a file
holds: its length, depth and lists are bounded.

    'text'  12  -3.5  true  false  null  name  name.part
    == != < <= > >=      in [a, b]      not in [a, b]      and or not      ( )

What is equal, and what is more, is said in `equal` and `compare`; only `true` is true.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ctidrv.document.findings import did_you_mean
from ctidrv.errors import InputError

MAX_LENGTH = 400
MAX_DEPTH = 12
MAX_CHOICES = 64
KEYWORDS = ("and", "or", "not", "in", "true", "false", "null")

Value = str | int | float | bool | None

_PART = r"[A-Za-z_][A-Za-z0-9_]{0,63}"
_TOKEN = re.compile(
    rf"""(?P<number>-?[0-9]+(?:\.[0-9]+)?)
    |(?P<name>{_PART}(?:\.{_PART})?(?![A-Za-z0-9_.]))
    |(?P<text>'[^']*')
    |(?P<sign>==|!=|<=|>=|[<>()\[\],])""",
    re.VERBOSE,
)
_NUMBER = re.compile(r"-?[0-9]{1,32}(\.[0-9]{1,9})?")
_WORDS: dict[str, Value] = {"true": True, "false": False, "null": None}
_COMPARED = ("==", "!=", "<", "<=", ">", ">=")
_ELSEWHERE = {
    "=": "`=`: equality is written ==",
    "!": "`!`: write `not`, or != between two values",
    "&": "`&`: write `and`",
    "|": "`|`: a value is said as it is; there are no filters, and `or` joins conditions",
    '"': "a text stands in single quotes, 'so'",
    "'": "a text without its closing '",
}


class ExpressionError(InputError):
    """What is wrong with an expression, and where: `at` counts characters from the beginning of the text."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


@dataclass(frozen=True, slots=True)
class Literal:
    value: Value
    at: int = 0


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class Compare:
    sign: str
    left: Expression
    right: Expression
    at: int = 0


@dataclass(frozen=True, slots=True)
class Among:
    """``left in [a, b]``: equal to one of them."""

    left: Expression
    choices: tuple[Expression, ...]
    at: int = 0


@dataclass(frozen=True, slots=True)
class Not:
    condition: Expression
    at: int = 0


@dataclass(frozen=True, slots=True)
class Joined:
    word: str  # and | or
    conditions: tuple[Expression, ...]
    at: int = 0


Expression = Literal | Name | Compare | Among | Not | Joined


def parse(text: str, at: int = 0) -> Expression:
    """The expression that a text is. Raises ExpressionError; `at`: where the text stands in a longer one."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"longer than {MAX_LENGTH} characters, the limit of an expression", at)
    return _Parser(text, at).whole()


def evaluate(expression: Expression, known: Callable[[str], Value]) -> Value:
    """Its value, with the names as `known` tells them."""
    match expression:
        case Literal(value):
            return value
        case Name(name):
            return known(name)
        case Compare(sign, left, right):
            return compare(sign, evaluate(left, known), evaluate(right, known))
        case Among(left, choices):
            value = evaluate(left, known)
            return any(equal(value, evaluate(choice, known)) for choice in choices)
        case Not(condition):
            return evaluate(condition, known) is not True
        case Joined(word, conditions):
            every = (evaluate(condition, known) is True for condition in conditions)
            return all(every) if word == "and" else any(every)


def parts(expression: Expression) -> Iterator[Expression]:
    """An expression and all that it is made of."""
    yield expression
    match expression:
        case Compare(_, left, right):
            inner: tuple[Expression, ...] = (left, right)
        case Among(left, choices):
            inner = (left, *choices)
        case Not(condition):
            inner = (condition,)
        case Joined(_, conditions):
            inner = conditions
        case _:
            inner = ()
    for part in inner:
        yield from parts(part)


def names(expression: Expression) -> Iterator[Name]:
    """The names it asks for, in order."""
    return (part for part in parts(expression) if isinstance(part, Name))


def as_number(value: Value) -> int | float | None:
    """A number, or a text that is written as one (what a caller keys is text); else None."""
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value):
            return None
        return float(value) if "." in value else int(value)
    return None if isinstance(value, bool) else value


def equal(left: Value, right: Value) -> bool:
    """Texts letter for letter; a number and a text as numbers (``'007' == 7``); else like and like only."""
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    if left is None or right is None or isinstance(left, bool) or isinstance(right, bool):
        return left is right
    one, other = as_number(left), as_number(right)
    return one is not None and one == other


def compare(sign: str, left: Value, right: Value) -> bool:
    """One comparison. Only numbers are more or less: with a word or null each of ``< <= > >=`` is false."""
    if sign in ("==", "!="):
        return equal(left, right) is (sign == "==")
    one, other = as_number(left), as_number(right)
    if one is None or other is None:
        return False
    return {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[sign]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # number name text sign end
    text: str
    at: int


class _Parser:
    """Recursive descent; the deepest bracket or `not` is MAX_DEPTH."""

    def __init__(self, text: str, at: int) -> None:
        self._tokens = _tokens(text, at)
        self._next = 0
        self._depth = 0

    def whole(self) -> Expression:
        made = self._either()
        if self._now.kind != "end":
            if self._now.text in _COMPARED:
                raise self._wrong("two values are compared at a time: join comparisons with `and`")
            raise self._wrong(f"`{self._now.text[:40]}` does not belong here{self._guess()}")
        return made

    @property
    def _now(self) -> _Token:
        return self._tokens[self._next]

    def _wrong(self, message: str, token: _Token | None = None) -> ExpressionError:
        return ExpressionError(message, (token or self._now).at)

    def _guess(self) -> str:
        return did_you_mean(self._now.text.lower(), KEYWORDS) if self._now.kind == "name" else ""

    def _taken(self, *words: str) -> _Token | None:
        token = self._now
        if token.kind not in ("name", "sign") or token.text not in words:
            return None
        self._next += 1
        return token

    def _either(self) -> Expression:
        return self._joined("or", lambda: self._joined("and", self._condition))

    def _joined(self, word: str, one: Callable[[], Expression]) -> Expression:
        at, found = self._now.at, [one()]
        while self._taken(word):
            found.append(one())
        return found[0] if len(found) == 1 else Joined(word, tuple(found), at)

    def _condition(self) -> Expression:
        token = self._taken("not")
        if token is None:
            return self._compared()
        self._deeper(token)
        made = Not(self._condition(), token.at)
        self._depth -= 1
        return made

    def _compared(self) -> Expression:
        left = self._value()
        if (sign := self._taken(*_COMPARED)) is not None:
            return Compare(sign.text, left, self._value(), sign.at)
        if (word := self._taken("in")) is not None:
            return Among(left, self._choices(), word.at)
        after = self._tokens[min(self._next + 1, len(self._tokens) - 1)]
        if self._now.text == "not" and after.text == "in" and (word := self._taken("not")) is not None:
            self._taken("in")
            return Not(Among(left, self._choices(), word.at), word.at)
        return left

    def _choices(self) -> tuple[Expression, ...]:
        if self._taken("[") is None:
            raise self._wrong("after `in` stands a list, ['1', '2']")
        found = [self._value()]
        while self._taken(","):
            found.append(self._value())
        if len(found) > MAX_CHOICES:
            raise self._wrong(f"more than {MAX_CHOICES} values in a list")
        if self._taken("]") is None:
            raise self._wrong("the list is not closed with ]")
        return tuple(found)

    def _value(self) -> Expression:
        token = self._now
        if self._taken("("):
            self._deeper(token)
            made = self._either()
            if self._taken(")") is None:
                raise self._wrong("a bracket ( is not closed", token if self._now.kind == "end" else None)
            self._depth -= 1
            return made
        if token.kind in ("end", "sign") or (
            token.kind == "name" and token.text in ("and", "or", "in", "not")
        ):
            said = "the end" if token.kind == "end" else f"`{token.text}`"
            raise self._wrong(f"a value is missing before {said}")
        self._next += 1
        if token.kind == "name":
            if token.text in _WORDS:
                return Literal(_WORDS[token.text], token.at)
            return Name(token.text, token.at)
        if token.kind == "text":
            return Literal(token.text[1:-1], token.at)
        if not _NUMBER.fullmatch(token.text):
            raise self._wrong("a number has at most 32 digits, and 9 behind the point", token)
        return Literal(as_number(token.text), token.at)

    def _deeper(self, token: _Token) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._wrong(f"nested more than {MAX_DEPTH} deep", token)


def _tokens(text: str, base: int) -> list[_Token]:
    found = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token = _TOKEN.match(text, at)
        if token is None:
            letter = text[at]
            said = _ELSEWHERE.get(letter, f"`{letter}` is not used in expressions")
            if letter.isascii() and (letter.isalpha() or letter == "_"):
                said = (
                    f"`{re.split('[^A-Za-z0-9_.]', text[at:])[0][:40]}` is not a name such as caller.number"
                )
            raise ExpressionError(said, base + at)
        found.append(_Token(str(token.lastgroup), token[0], base + at))
        at = token.end()
    return [*found, _Token("end", "", base + len(text.rstrip()))]
