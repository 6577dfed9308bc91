"""The strict YAML reader: a tree of values that know their line.

YAML 1.2 core types (only ``true`` and ``false`` are booleans, ``13:30`` and ``012`` mean what they say),
equal keys are an error, and anchors, aliases, tags, directives and merge keys are refused: a small file
cannot grow in memory and cannot name a Python type. Size, depth and number of values are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError, YAMLStreamError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from ctidrv.document.findings import Finding
from ctidrv.errors import InputError

MAX_BYTES = 256 * 1024
MAX_DEPTH = 16
MAX_VALUES = 20_000

_INT = re.compile(r"[-+]?[0-9]{1,18}|0o[0-7]{1,20}|0x[0-9a-fA-F]{1,15}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]{1,18}|[0-9]{1,18}(\.[0-9]{0,18})?)([eE][-+]?[0-9]{1,3})?")
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Scalar:
    line: int
    column: int
    value: str | int | float | bool | None
    text: str  # as it was written, without quotes
    style: str = ""  # its quotes; "|": it runs over lines

    def within(self, at: int) -> Scalar:
        """The place of a character of the text; of its beginning where it runs over lines."""
        if self.style == "|":
            return self
        doubled = {"'": "'", '"': '"\\'}.get(self.style, "")
        before = sum(1 + (letter in doubled) for letter in self.text[:at])
        return replace(self, column=self.column + len(self.style) + before)


@dataclass(frozen=True, slots=True)
class Listing:
    line: int
    column: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Table:
    line: int
    column: int
    items: tuple[tuple[Scalar, Node], ...]

    def key(self, name: object) -> Scalar | None:
        return next((key for key, _ in self.items if key.text == name), None)

    def get(self, name: object) -> Node | None:
        return next((value for key, value in self.items if key.text == name), None)


Node = Scalar | Listing | Table


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read: its tree (None when it is no YAML at all) and what is wrong so far."""

    file: str
    root: Node | None
    findings: tuple[Finding, ...]


class _Refused(Exception):
    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


def read_text(path: Path) -> str:
    """A file's text. Raises InputError where it cannot be read, is too long, or is not UTF-8."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    if len(data) > MAX_BYTES:
        raise InputError(f"{path}: longer than {MAX_BYTES // 1024} KiB, the limit of such a file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}:{line}: not UTF-8 text: save the file as UTF-8") from None


def read(path: Path) -> Source:
    """Reads one YAML file. What is wrong with its form comes back as findings; raises InputError as
    `read_text` does."""
    return parse(read_text(path), str(path))


def parse(text: str, file: str) -> Source:
    """Reads YAML from a text; `file` is the name that findings carry."""
    reader = _Reader()
    root: Node | None = None
    try:
        root = reader.document(text)
    except _Refused as error:
        reader.refuse(error.message, error.line, error.column)
    findings = tuple(Finding(file, line, column, "error", words) for words, line, column in reader.problems)
    return Source(file, root, findings)


def plain(node: Node) -> Any:
    """The tree as dicts, lists and values; keys are the text as written."""
    if isinstance(node, Table):
        return {key.text: plain(value) for key, value in node.items}
    if isinstance(node, Listing):
        return [plain(item) for item in node.items]
    return node.value


def _resolve(event: Any) -> str | int | float | bool | None:
    text: str = event.value
    if event.style not in (None, ""):
        return text
    if text in _NULL:
        return None
    if text in ("true", "false"):
        return text == "true"
    if _INT.fullmatch(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


class _Reader:
    def __init__(self) -> None:
        self.problems: list[tuple[str, int, int]] = []
        self._values = 0

    def refuse(self, message: str, line: int, column: int) -> None:
        self.problems.append((message, line, column))

    def document(self, text: str) -> Node | None:
        bad = _UNPRINTABLE.search(text)
        if bad is not None:
            line = text.count("\n", 0, bad.start()) + 1
            column = bad.start() - (text.rfind("\n", 0, bad.start()) + 1) + 1
            raise _Refused(f"a character that text cannot hold (U+{ord(bad[0]):04X})", line, column)
        events = self._events(text)
        for event in events:
            if isinstance(event, DocumentStartEvent):
                if event.version is not None or event.tags:
                    raise _Refused("a YAML directive (%…) is not used here", 1, 1)
                root = self._node(next(events), events, 0)
                for rest in events:
                    if isinstance(rest, DocumentStartEvent):
                        raise _Refused("a second document (---): a file holds one", *_at(rest))
                return root
        self.refuse("the file is empty", 1, 1)
        return None

    def _events(self, text: str) -> Iterator[Any]:
        try:
            yield from YAML(typ="safe", pure=True).parse(text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            words = " ".join(str(error.problem or error.context or "broken form").split())
            line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
            raise _Refused(f"not YAML: {words}", line, column) from None
        except (YAMLError, YAMLStreamError, ValueError) as error:
            raise _Refused(f"not YAML: {' '.join(str(error).split())[:120]}", 1, 1) from None

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        line, column = _at(event)
        self._values += 1
        if isinstance(event, AliasEvent) or event.anchor is not None:
            raise _Refused("anchors and aliases (& and *) are not used here: write it out", line, column)
        # "!" alone is how the parser marks a quoted scalar
        if getattr(event, "tag", None) not in (None, "!"):
            raise _Refused("tags (!…) are not used here", line, column)
        if depth > MAX_DEPTH:
            raise _Refused(f"nested more than {MAX_DEPTH} deep", line, column)
        if self._values > MAX_VALUES:
            raise _Refused(f"more than {MAX_VALUES} values in one file", line, column)
        if isinstance(event, ScalarEvent):
            over = event.style in ("|", ">") or event.end_mark.line >= line
            return Scalar(line, column, _resolve(event), event.value, "|" if over else event.style or "")
        if isinstance(event, SequenceStartEvent):
            items = []
            while not isinstance(event := next(events), SequenceEndEvent):
                items.append(self._node(event, events, depth + 1))
            return Listing(line, column, tuple(items))
        assert isinstance(event, MappingStartEvent)
        return self._table(event, events, depth)

    def _table(self, start: Any, events: Iterator[Any], depth: int) -> Table:
        seen: dict[str, Scalar] = {}
        items: list[tuple[Scalar, Node]] = []
        while not isinstance(event := next(events), MappingEndEvent):
            key = self._node(event, events, depth + 1)
            if not isinstance(key, Scalar):
                raise _Refused("a key has to be one word", key.line, key.column)
            value = self._node(next(events), events, depth + 1)
            if key.text == "<<":
                self.refuse("merge keys (<<) are not used here: write it out", key.line, key.column)
            elif key.text in seen:
                first = seen[key.text].line
                self.refuse(f"duplicate key `{key.text}`, first in line {first}", key.line, key.column)
            else:
                if not isinstance(key.value, str):
                    said = f'key {key.text or "(empty)"} is not text: write it in quotes, "{key.text}"'
                    self.refuse(said, key.line, key.column)
                seen[key.text] = key
                items.append((key, value))
        return Table(*_at(start), tuple(items))


def _at(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1
