"""Rows of a trace as they stand in a file, of which nothing can be trusted: bounded, and checked by key."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from ctidrv.errors import InputError
from ctidrv.media.trace.form import MOST_BYTES, MOST_LINE, MOST_ROWS, MOST_S, MOST_TEXT, Row
from ctidrv.units import RATE

_LEAST, _MOST = -(2**31), 2**31 - 1


class Fields:
    """One row, and where it is. Every method raises InputError: file, line, key, what is needed."""

    def __init__(self, path: Path, line: int, row: Row) -> None:
        self.path = path
        self.line = line
        self.row = row

    def fail(self, what: str) -> NoReturn:
        raise InputError(f"{self.path}:{self.line}: {what}")

    def text(self, key: str, most: int = MOST_TEXT) -> str:
        value = self.row.get(key)
        if not isinstance(value, str) or len(value) > most:
            self.fail(f"{key}: a text of at most {most} characters is needed")
        return value

    def integer(self, key: str, default: int | None = None, *, least: int = _LEAST, most: int = _MOST) -> int:
        value = self.row.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.fail(f"{key}: a whole number of {least} to {most} is needed")
        return value

    def samples(self, key: str, default: int | None = None, *, least_s: float = 0.0) -> int:
        """A time in seconds of the trace."""
        value = self.row.get(key, None if default is None else default / RATE)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
            or not least_s <= value <= MOST_S
        ):
            self.fail(f"{key}: seconds of {least_s:g} to {MOST_S} are needed")
        return round(value * RATE)

    def flag(self, key: str) -> bool:
        value = self.row.get(key)
        if not isinstance(value, bool):
            self.fail(f"{key}: true or false is needed")
        return value

    def mapping(self, key: str) -> Mapping[str, Any]:
        value = self.row.get(key)
        if not isinstance(value, dict) or len(value) > 100:
            self.fail(f"{key}: a table of at most 100 keys is needed")
        return value

    def listed(self, key: str, most: int) -> list[Any]:
        value = self.row.get(key)
        if not isinstance(value, list) or len(value) > most:
            self.fail(f"{key}: a list of at most {most} is needed")
        return value

    def number(self, names: Mapping[int, str], key: str) -> int:
        """What a name of a table stands for."""
        name = self.text(key)
        for number, each in names.items():
            if each == name:
                return number
        self.fail(f"{key}: {name[:40]!r} is none of {', '.join(names.values())}")

    def hex(self, key: str, most: int) -> bytes:
        """Bytes written in hex; none where the key is not there."""
        text = self.text(key, 2 * most) if key in self.row else ""
        try:
            return bytes.fromhex(text)
        except ValueError:
            self.fail(f"{key}: bytes in hex are needed")


def read_rows(path: Path) -> Iterator[Fields]:
    """Every row of a file, with its line; a last one that a killed program left unfinished is passed over."""
    try:
        file = open(path, "rb")  # noqa: SIM115
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    taken = 0
    with file:
        for number in range(1, MOST_ROWS + 2):
            try:
                line = file.readline(MOST_LINE + 1)
            except OSError as error:
                raise InputError(f"{path}: cannot be read: {error.strerror}") from error
            if not line:
                return
            if number > MOST_ROWS:
                raise InputError(f"{path}: more than {MOST_ROWS} rows: no trace of ctidrv has so many")
            if len(line) > MOST_LINE:
                raise InputError(f"{path}:{number}: longer than {MOST_LINE} bytes: no row of a trace is")
            taken += len(line)
            if taken > MOST_BYTES:
                raise InputError(f"{path}: more than {MOST_BYTES} bytes: no trace of ctidrv has so many")
            if not line.endswith(b"\n"):
                return  # it was being written
            yield Fields(path, number, _row(path, number, line))


def _row(path: Path, number: int, line: bytes) -> Row:
    try:
        row = json.loads(line.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        what = (
            str(error) if isinstance(error, json.JSONDecodeError) else "bytes that are no text, or no number"
        )
        raise InputError(f"{path}:{number}: no JSON: {what}") from error
    if not isinstance(row, dict) or not isinstance(row.get("type"), str):
        raise InputError(f'{path}:{number}: a table with a "type" is needed; is it a trace?')
    return row


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)
