"""What is wrong with a device: vices that can be turned on and off, each drawn from the seed."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from ctidrv.errors import InputError
from ctidrv.units import RATE, TICK

TICKS_PER_S = RATE // TICK
MOST = 1e6
MOST_PPM = 1e5


@dataclass(frozen=True, slots=True)
class Vice:
    """`usual`: its values where none are given; `means`: in words, with them as {0} and {1}."""

    usual: tuple[float, ...]
    means: str


Table = Mapping[str, Vice]
"""Of a kind of device, by name; `clock` may be below 0."""


def parse(text: str, table: Table) -> tuple[str, tuple[float, ...]]:
    """``NAME``, ``NAME=VALUE``, ``NAME=VALUE,EVERY``. InputError."""
    name, _, given = text.partition("=")
    if name not in table:
        raise InputError(f"--vice {name}: there is no such vice; there are {', '.join(table)}")
    usual = table[name].usual
    like = f"as in {example(name, table)}"
    fields = given.split(",") if given else []
    try:
        values = tuple(float(field) for field in fields)
    except ValueError:
        raise InputError(f"--vice {text}: the value is no number, {like}") from None
    if len(values) > len(usual) or not all(-MOST <= value <= MOST for value in values):
        raise InputError(f"--vice {text}: at most {len(usual)} values up to {MOST:g}, {like}")
    if name == "clock" and not all(abs(value) <= MOST_PPM for value in values):
        raise InputError(f"--vice {text}: a clock is at most {MOST_PPM:g} ppm off, {like}")
    if name != "clock" and not all(value > 0 for value in values):
        raise InputError(f"--vice {text}: the values are above 0, {like}")
    return name, values + usual[len(values) :]


def example(name: str, table: Table) -> str:
    """``freeze=5,60``."""
    values = ",".join(f"{value:g}" for value in table[name].usual)
    return f"{name}={values}" if values else name


class Vices:
    """Those of a table that are on."""

    def __init__(self, table: Table, seed: int) -> None:
        self._table = table
        self._on: dict[str, tuple[float, ...]] = {}
        self._chance = random.Random(f"{seed}/vices")

    def turn(self, text: str) -> str:
        """On, as `parse` has it; its name. InputError."""
        name, values = parse(text, self._table)
        self._on[name] = values
        return name

    def off(self, name: str) -> None:
        self._on.pop(name, None)

    @property
    def names(self) -> list[str]:
        """Of those that are on."""
        return [*self._on]

    def __contains__(self, name: str) -> bool:
        return name in self._on

    def value(self, name: str, place: int = 0) -> float:
        """0 while it is off."""
        return self._on[name][place] if name in self._on else 0.0

    def begins(self, name: str) -> bool:
        """In this tick, for `value` seconds: of a thing that happens every so often."""
        return name in self._on and self._chance.random() < 1 / (TICKS_PER_S * self.value(name, 1))

    def happens(self, name: str) -> bool:
        """To one of so many things, as `value` has it."""
        return name in self._on and self._chance.random() * self._on[name][0] < 1
