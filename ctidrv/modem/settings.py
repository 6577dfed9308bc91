"""A modem's parameters (``+NAME``), registers (``Sn``) and switches (``E1``): what each takes, and what it
holds (ITU-T V.250)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ctidrv.modem.at_line import Command, NoCommand, numbers

REGISTERS = {
    0: 0,  # rings until it answers by itself
    1: 0,  # rings so far
    2: 43,
    3: 13,  # ends a line
    4: 10,
    5: 8,  # takes a character back
    6: 2,  # s before dialling without dial tone
    7: 50,  # s for an answer
    8: 2,  # s of a comma
    9: 6,
    10: 14,
    11: 85,  # ms of a digit, and of the pause behind it
    12: 50,
}
_FIXED = {1}
SWITCHES = {
    "E": 1,
    "V": 1,
    "Q": 1,
    "X": 4,
    "L": 3,
    "M": 3,
    "B": 99,
    "N": 1,
    "W": 2,
    "Y": 1,
    "T": 0,
    "P": 0,
    "&C": 1,
    "&D": 3,
    "&G": 2,
    "&K": 6,
    "&P": 3,
    "&Q": 9,
    "&S": 2,
    "&Y": 1,
    "\\N": 7,
    "%C": 3,
    "%E": 3,
}
"""Basic commands that take a number up to this one."""
AT_FIRST = {"E": 1, "V": 1, "Q": 0, "X": 4, "&C": 1, "&D": 2}


@dataclass(slots=True)
class Settings:
    """What a modem is set to. `table`: each parameter's default, and the ranges of its values, by ``/``."""

    table: Mapping[str, tuple[str, str]]
    values: dict[str, str] = field(default_factory=dict)
    registers: dict[int, int] = field(default_factory=dict)
    switches: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.values = {name: default for name, (default, _) in self.table.items()}
        self.registers = dict(REGISTERS)
        self.switches = dict.fromkeys(SWITCHES, 0) | AT_FIRST

    def profile(self) -> tuple[dict[int, int], dict[str, int]]:
        """What AT&W keeps, for `restore`: registers and switches."""
        return dict(self.registers), dict(self.switches)

    def restore(self, profile: tuple[dict[int, int], dict[str, int]]) -> None:
        self.registers, self.switches = dict(profile[0]), dict(profile[1])

    def number(self, name: str, place: int = 0) -> int:
        return int(self.values[name].split(",")[place])

    def knows(self, name: str) -> bool:
        return name in self.values

    def parameter(self, command: Command) -> list[str]:
        """Sets it, or the lines that tell it. NoCommand."""
        name = command.name
        if command.how == "?":
            return [self.values[name]]
        if command.how == "=?":
            return [",".join(f"({ranges})" for ranges in self.table[name][1].split("/"))]
        if command.how != "=":
            raise NoCommand(name)
        self.values[name] = self._checked(name, command.value)
        return []

    def _checked(self, name: str, value: str) -> str:
        ranges = self.table[name][1].split("/")
        now = self.values[name].split(",")
        for place, number in enumerate(numbers(value, len(ranges))):
            if number is None:
                continue
            if not _within(number, ranges[place]):
                raise NoCommand(f"{name}={value}")
            now[place] = str(number)
        return ",".join(now)

    def register(self, command: Command) -> list[str]:
        """As `parameter`."""
        number = int(command.name[1:])
        if number not in self.registers:
            raise NoCommand(command.name)
        if command.how == "?":
            return [f"{self.registers[number]:03}"]
        if command.how != "=" or number in _FIXED:
            raise NoCommand(command.name)
        wanted = int(command.value or 0)
        if wanted > 255:
            raise NoCommand(command.value)
        self.registers[number] = wanted
        return []

    def switch(self, command: Command) -> None:
        """E1, &D2 …: a number that is left out is 0. NoCommand."""
        value = int(command.value or 0)
        if value > SWITCHES[command.name]:
            raise NoCommand(f"{command.name}{value}")
        self.switches[command.name] = value

    def told(self) -> list[str]:
        """AT&V."""
        switches = " ".join(f"{name}{value}" for name, value in self.switches.items())
        registers = " ".join(f"S{number:02}:{value}" for number, value in self.registers.items())
        return ["ACTIVE PROFILE:", switches, registers]


def _within(number: int, ranges: str) -> bool:
    for part in ranges.split(","):
        least, _, most = part.partition("-")
        if int(least) <= number <= int(most or least):
            return True
    return False
