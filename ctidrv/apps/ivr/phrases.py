"""``phrases.yaml`` of a language: what is said where a value stands in a sentence.

    your-number: [your-number-is, {digits: number}]
    queue-position: [you-are-number, {number: position}, in-the-queue]

A phrase is a list of pieces: a prompt id, ``{digits: NAME}``, the value spoken digit by digit with the
prompts ``digits/0`` … ``digits/9``, ``digits/star`` and ``digits/pound`` of the language, or
``{number: NAME}``, a whole number from 1 to 20 with ``numbers/1`` … ``numbers/20``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ctidrv.apps.ivr.words import Variable
from ctidrv.document.findings import Finding
from ctidrv.document.source import Listing, Node, Scalar, Table, plain, read
from ctidrv.document.words import PromptId

FILE = "phrases.yaml"
SPOKEN = {**{digit: f"digits/{digit}" for digit in "0123456789"}, "*": "digits/star", "#": "digits/pound"}
NUMBERS = {str(number): f"numbers/{number}" for number in range(1, 21)}
_UNSPOKEN = "+-() ./"  # how numbers are written, not what is read out
_FORM = "a prompt id, {digits: NAME} or {number: NAME}"
_PROMPT_ID = TypeAdapter(PromptId)
_VALUE = TypeAdapter(Variable)


def spoken_digits(value: str) -> list[str]:
    """The prompts for a value's digits; empty when there is nothing to say, or letters are in it."""
    kept = [letter for letter in value if letter not in _UNSPOKEN]
    return [SPOKEN[letter] for letter in kept] if all(letter in SPOKEN for letter in kept) else []


def spoken_number(value: str) -> list[str]:
    """The prompt for a number; empty when it is none from 1 to 20."""
    prompt = NUMBERS.get(value.strip().lstrip("0"))
    return [] if prompt is None else [prompt]


KINDS: Mapping[str, tuple[Mapping[str, str], Callable[[str], list[str]]]] = {
    "digits": (SPOKEN, spoken_digits),
    "number": (NUMBERS, spoken_number),
}
"""Ways to say a value: every prompt that may be needed, and those of one value."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A prompt, or (`kind`, of KINDS) the value of the name `value`."""

    prompt: str = ""
    kind: str = ""
    value: str = ""

    @property
    def prompts(self) -> tuple[str, ...]:
        """Every prompt this piece may need."""
        return tuple(KINDS[self.kind][0].values()) if self.kind else (self.prompt,)

    def said(self, values: Mapping[str, str]) -> list[str]:
        """The prompts for it now; empty when its value cannot be said."""
        return KINDS[self.kind][1](values.get(self.value, "")) if self.kind else [self.prompt]


@dataclass(frozen=True, slots=True)
class PhraseBook:
    """A language's phrases; empty when there is no file."""

    path: Path
    phrases: Mapping[str, tuple[Piece, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def read_phrases(path: Path) -> PhraseBook:
    """Reads a language's phrases. Raises InputError when the file is there and cannot be read."""
    if not os.path.isfile(path):
        return PhraseBook(path)
    source = read(path)
    phrases: dict[str, tuple[Piece, ...]] = {}
    wrong = list(source.findings)

    def add(node: Node, message: str) -> None:
        wrong.append(Finding(source.file, node.line, node.column, "error", message))

    if isinstance(source.root, Table):
        for key, node in source.root.items:
            pieces = []
            for item in node.items if isinstance(node, Listing) else (node,):
                piece = _piece(item)
                if piece is None:
                    add(item, f"phrase `{key.text[:40]}`: a piece is {_FORM}")
                else:
                    pieces.append(piece)
            if pieces:
                phrases[key.text] = tuple(pieces)
            elif isinstance(node, Listing):
                add(key, f"phrase `{key.text[:40]}` is empty")
    elif source.root is not None:
        add(source.root, "phrases are a mapping, `your-number: [your-number-is, {digits: number}]`")
    return PhraseBook(path, phrases, tuple(wrong))


def _piece(node: Node) -> Piece | None:
    value = plain(node)
    try:
        if isinstance(node, Scalar):
            return Piece(prompt=_PROMPT_ID.validate_python(value))
        if isinstance(value, dict) and len(value) == 1:
            ((kind, name),) = value.items()
            return Piece(kind=kind, value=_VALUE.validate_python(name)) if kind in KINDS else None
    except ValidationError:
        pass
    return None
