"""A check, and the list of all checks that `Conformance` is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctidrv.ports.api import Kind, PortInfo

if TYPE_CHECKING:
    from ctidrv.ports.conformance.bench import Bench

LINE = (Kind.FXO,)
TELEPHONE = (Kind.FXS, Kind.HANDSET)
TALKS = (Kind.FXO, Kind.FXS, Kind.HANDSET)

BoardCheck = Callable[["Bench"], None]
PortCheck = Callable[["Bench", PortInfo], None]


@dataclass(frozen=True, slots=True)
class Check:
    """`name` tells situation and outcome; `contract`: what says so, and where."""

    name: str
    contract: str
    kinds: tuple[Kind, ...]
    """Of the ports that it is made at; none: it is made once, of the board."""
    needs: tuple[str, ...]
    """Abilities of the rig."""
    alone: bool
    """It is given a rig of its own; of a board, one that is not open."""
    stepped: bool
    """Where time is stepped only."""
    run: Callable[..., None]

    def at(self, kind: Kind | None) -> str:
        """Its name at a kind of port."""
        return self.name if kind is None else f"{kind.value.lower()}_{self.name}"


CHECKS: list[Check] = []


def of_board(contract: str, *, alone: bool = False) -> Callable[[BoardCheck], BoardCheck]:
    """A check of the board as a whole, open; or `alone`, which opens and closes it itself."""

    def add(function: BoardCheck) -> BoardCheck:
        CHECKS.append(Check(function.__name__, contract, (), (), alone, False, function))
        return function

    return add


def of_port(
    contract: str,
    *kinds: Kind,
    needs: tuple[str, ...] = (),
    alone: bool = False,
    stepped: bool = False,
) -> Callable[[PortCheck], PortCheck]:
    """A check that is made at a port of each of these kinds that the board has."""

    def add(function: PortCheck) -> PortCheck:
        CHECKS.append(Check(function.__name__, contract, kinds, needs, alone, stepped, function))
        return function

    return add
