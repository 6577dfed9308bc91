"""``phrases.yaml`` of a language: what is said where a value stands in a sentence.

    your-number: [your-number-is, {digits: number}]

A phrase is a list of pieces: a prompt id, or ``{digits: NAME}``, the value spoken digit by digit with the
prompts ``digits/0`` … ``digits/9``, ``digits/star`` and ``digits/pound`` of the language.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ctidrv.apps.ivr.words import Variable
from ctidrv.document.findings import Finding
from ctidrv.document.source import Listing, Node, Scalar, Table, plain, read
from ctidrv.document.words import PromptId

FILE = "phrases.yaml"
SPOKEN = {**{digit: f"digits/{digit}" for digit in "0123456789"}, "*": "digits/star", "#": "digits/pound"}
_UNSPOKEN = "+-() ./"  # how numbers are written, not what is read out
_PROMPT_ID = TypeAdapter(PromptId)
_VALUE = TypeAdapter(Variable)


@dataclass(frozen=True, slots=True)
class Piece:
    """A prompt, or (`digits`) the value of that name."""

    prompt: str = ""
    digits: str = ""

    @property
    def prompts(self) -> tuple[str, ...]:
        """Every prompt this piece may need."""
        return tuple(SPOKEN.values()) if self.digits else (self.prompt,)


@dataclass(frozen=True, slots=True)
class PhraseBook:
    """A language's phrases; empty when there is no file."""

    path: Path
    phrases: Mapping[str, tuple[Piece, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def spoken_digits(value: str) -> list[str]:
    """The prompts for a value's digits; empty when there is nothing to say, or letters are in it."""
    kept = [letter for letter in value if letter not in _UNSPOKEN]
    return [SPOKEN[letter] for letter in kept] if all(letter in SPOKEN for letter in kept) else []


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
                    add(item, f"phrase `{key.text[:40]}`: a piece is a prompt id or {{digits: NAME}}")
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
        if isinstance(value, dict) and set(value) == {"digits"}:
            return Piece(digits=_VALUE.validate_python(value["digits"]))
    except ValidationError:
        pass
    return None
