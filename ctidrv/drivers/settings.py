"""A board's settings as station.toml gives them, read one by one; a fault names board and key."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from ctidrv.errors import InputError


class Given:
    """What is left over at the end is an error."""

    def __init__(self, board: str, values: Mapping[str, Any]) -> None:
        self._board = board
        self._values = dict(values)
        self._known: list[str] = []

    def fail(self, key: str, what: str) -> NoReturn:
        raise InputError(f"board {self._board}: {key}: {what}")

    def _take(self, key: str, default: Any) -> Any:
        self._known.append(key)
        return self._values.pop(key, default)

    def text(
        self, key: str, what: str, default: str | None = None, *, may_be_empty: bool = False
    ) -> str | None:
        """`what` it is to be, for who gives something else."""
        value = self._take(key, default)
        if value is not None and (not isinstance(value, str) or not (value or may_be_empty)):
            self.fail(key, what)
        return value

    def choice(self, key: str, among: Sequence[str]) -> str:
        """The first where it is not given."""
        value = self._take(key, among[0])
        if value not in among:
            self.fail(key, f"{value!r} is none of {', '.join(among)}")
        return str(value)

    def number(self, key: str, default: float, least: float, most: float) -> float:
        value = self._take(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
            self.fail(key, f"a number, from {least:g} to {most:g}")
        if not least <= value <= most:
            self.fail(key, f"{value:g} is not from {least:g} to {most:g}")
        return float(value)

    def nothing_else(self) -> None:
        if self._values:
            self.fail(min(self._values), f"there is no such key; there are {', '.join(self._known)}")
