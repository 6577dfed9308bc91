"""The number plan of the simulated exchange: which number rings whom, or gives what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctidrv.errors import InputError
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import ToneSpec
from ctidrv.ports.regions import Region
from hwsim.announcement import announcement
from hwsim.exchange_settings import ExchangeSettings

if TYPE_CHECKING:
    from hwsim.exchange_line import Line


@dataclass(slots=True)
class Destination:
    """Behind a number."""

    lines: tuple[Line, ...] = ()
    """It rings the first of them that is idle, as `hunt` has them."""
    ring: tuple[int, ...] | None = None
    """By this cadence; None: the country's."""
    says: Pcm | ToneSpec | None = None
    """Or it gives this."""
    circular: bool = False
    """The hunt begins behind the line that it last rang, not at the first."""
    _next: int = 0

    def hunt(self) -> tuple[Line, ...]:
        """The lines in the order in which they are looked at."""
        return self.lines[self._next :] + self.lines[: self._next]

    def rang(self, line: Line) -> None:
        """This one was taken."""
        if self.circular:
            self._next = (self.lines.index(line) + 1) % len(self.lines)


class NumberPlan:
    """Of some lines, of which the first `extensions` are a PBX's where a digit leads to the outside."""

    def __init__(
        self, lines: Sequence[Line], extensions: int, region: Region, settings: ExchangeSettings
    ) -> None:
        self._outside = settings.outside
        self._extensions = extensions
        self._all = {line.number: Destination((line,)) for line in lines}
        boards = {line.number: line for line in lines[:extensions]}
        more: dict[str, Destination] = {}
        for number, parts in settings.plan.items():
            more[number] = Destination(says=announcement(region, parts))
        for number, other in settings.distinctive.items():
            more[number] = Destination((_line(boards, other.line, number),), other.ring)
        for number, members in settings.hunt.items():
            group = tuple(_line(boards, each, number) for each in members)
            more[number] = Destination(group, circular=settings.hunting == "circular")
        for number in more:
            if number in self._all:
                raise InputError(f"the number {number} is that of a line already")
        self._all |= more
        self._inside = {number: self._all[number] for number in (*boards, *more)}

    def _of(self, line: Line) -> dict[str, Destination]:
        is_extension = self._outside is not None and line.index < self._extensions
        return self._inside if is_extension and not line.outside else self._all

    def find(self, line: Line) -> Destination | None:
        """What it reaches with what it has dialled."""
        return self._of(line).get(line.dialled)

    def goes_on(self, line: Line) -> bool:
        """A longer number begins like this."""
        return _begins(line.dialled, self._of(line))

    def leads_out(self, line: Line) -> bool:
        """It has dialled the digit that leads out of the PBX."""
        is_inside = line.index < self._extensions and not line.outside
        return is_inside and line.dialled == self._outside

    def renumber(self, line: Line, number: str) -> None:
        """Gives a telephone this number, which reaches it unless it is one of the board's."""
        held = self._all.get(line.number)
        if held is not None and held.lines == (line,):
            del self._all[line.number]
        if number not in self._inside:
            self._all[number] = Destination((line,))


def _line(lines: dict[str, Line], number: str, where: str) -> Line:
    try:
        return lines[number]
    except KeyError:
        known = ", ".join(lines)
        raise InputError(f"{where}: no line has the number {number}; there are {known}") from None


def _begins(digits: str, numbers: Iterable[str]) -> bool:
    return any(number.startswith(digits) for number in numbers)
