"""A table of a TOML file, read strictly: a value that will not do is an error with its line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NoReturn

from ctidrv.errors import InputError


class Source:
    """The text of the file, for the lines of errors."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self._text = text

    def where(self, table: str, index: int, key: str | None) -> str:
        return f"{self.path}:{_place(self._text, table, index, key)}"

    def fail(self, table: str, index: int, key: str | None, what: str) -> NoReturn:
        raise InputError(f"{self.where(table, index, key)}: {what}")


class Table:
    """One table, read key by key."""

    def __init__(self, reader: Source, values: object, name: str, index: int = 0) -> None:
        self._reader = reader
        self._name = name
        self._index = index
        if not isinstance(values, dict):
            reader.fail(name, index, None, f"{name} must be a table")
        self._values: dict[str, Any] = dict(values)

    @property
    def where(self) -> str:
        return self._reader.where(self._name, self._index, None)

    def fail(self, key: str | None, what: str) -> NoReturn:
        self._reader.fail(self._name, self._index, key, what)

    def text(self, key: str, default: str | None = None, *, most: int = 200) -> str:
        value = self._values.pop(key, default)
        if value is None:
            self.fail(None, f"{key} is missing")
        if not isinstance(value, str) or len(value) > most or (not value and default is None):
            self.fail(key, f"{key} must be a text of at most {most} letters")
        return str(value)

    def optional(self, key: str) -> str | None:
        return self.text(key) if key in self._values else None

    def number(self, key: str, default: int, least: int, most: int) -> int:
        value = self._values.pop(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.fail(key, f"{key} must be a whole number from {least} to {most}")
        return int(value)

    def has(self, key: str) -> bool:
        return key in self._values

    def words(self, key: str, *, empty: bool = False) -> tuple[str, ...] | None:
        value = self._values.pop(key, None)
        if value is None:
            return None
        if (
            not isinstance(value, list)
            or not (value or empty)
            or not all(isinstance(word, str) for word in value)
        ):
            self.fail(key, f"{key} must be a list of words")
        return tuple(value)

    def texts(self, key: str) -> dict[str, str]:
        """An inline table of texts; empty without it."""
        value = self._values.pop(key, {})
        whole = isinstance(value, dict) and all(isinstance(text, str) and text for text in value.values())
        if not whole or len(value) > 100:
            self.fail(key, f'{key} must be texts by name, such as {{VIP = "…"}}')
        return dict(value)

    def rest(self) -> dict[str, Any]:
        """What has not been read: a driver's own keys."""
        left, self._values = self._values, {}
        return left

    def nothing_else(self, known: str) -> None:
        for key in self._values:
            self.fail(key, f"unknown key {key!r}; known are {known}")


def _place(text: str, table: str, index: int, key: str | None) -> int:
    """The line of a key, else of its table's header, else 1. `index` counts tables of one name."""
    seen, start = -1, 1
    within = table == ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\[?\s*([^\]]*?)\s*\]", line):
            if within and table:
                break
            within = header[1].strip("\"'") == table
            if within:
                seen += 1
                start = number
                within = seen == index
        elif within and key is not None and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line):
            return number
    return start
