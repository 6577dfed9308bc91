"""What is wrong with a modem: vices that can be turned on and off, each drawn from the seed."""

from __future__ import annotations

import random
from dataclasses import dataclass

from ctidrv.errors import InputError
from ctidrv.units import RATE, TICK
from hwsim.devices.v253.dle import DLE

_TICKS = RATE // TICK


@dataclass(frozen=True, slots=True)
class Vice:
    """`usual`: its values where none are given; `means`: in words, with them as {0} and {1}."""

    usual: tuple[float, ...]
    means: str


VICES = {
    "late-ok": Vice((3.0,), "result codes come {0} s late"),
    "lost-dle": Vice((20.0,), "one in {0} of the bytes 0x10 for the host is lost"),
    "stray-bytes": Vice((5.0,), "a few bytes of nonsense for the host, every {0} s on average"),
    "stray-dle": Vice((500.0,), "a byte 0x10 is put before one in {0} of the bytes for the host"),
    "lose-byte": Vice((1000.0,), "one byte in {0} is lost, both ways"),
    "duplicate-ring": Vice((), "each RING comes twice"),
    "no-name": Vice((), "caller ID without its NAME"),
    "half-duplex": Vice((), "no +VTR"),
    "clock": Vice((200.0,), "its clock is {0} ppm too fast"),
    "freeze": Vice((5.0, 60.0), "neither takes nor gives anything for {0} s, every {1} s on average"),
    "vanish": Vice((2.0, 60.0), "unplugged for {0} s, every {1} s on average; then it has another name"),
    "babble": Vice((1.0, 30.0), "nonsense for the host for {0} s, every {1} s on average"),
}
MOST = 1e6


def parse(text: str) -> tuple[str, tuple[float, ...]]:
    """``NAME``, ``NAME=VALUE``, ``NAME=VALUE,EVERY``. InputError."""
    name, _, given = text.partition("=")
    if name not in VICES:
        raise InputError(f"--vice {name}: there is no such vice; there are {', '.join(VICES)}")
    usual = VICES[name].usual
    fields = given.split(",") if given else []
    try:
        values = tuple(float(field) for field in fields)
    except ValueError:
        raise InputError(f"--vice {text}: the value is no number, as in {example(name)}") from None
    if len(values) > len(usual) or not all(-MOST <= value <= MOST for value in values):
        raise InputError(f"--vice {text}: at most {len(usual)} values up to {MOST:g}, as in {example(name)}")
    if name != "clock" and not all(value > 0 for value in values):
        raise InputError(f"--vice {text}: the values are above 0, as in {example(name)}")
    return name, values + usual[len(values) :]


def example(name: str) -> str:
    """``freeze=5,60``."""
    values = ",".join(f"{value:g}" for value in VICES[name].usual)
    return f"{name}={values}" if values else name


class Vices:
    """Those that are on; bytes pass through `to_host` and `from_host`."""

    def __init__(self, seed: int) -> None:
        self._on: dict[str, tuple[float, ...]] = {}
        self._chance = random.Random(f"{seed}/vices")
        self._left: dict[str, int] = {}  # ticks that a thing that has begun still lasts

    def turn(self, text: str) -> str:
        """On, as `parse` has it; its name. InputError."""
        name, values = parse(text)
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

    def to_host(self, data: bytes) -> bytes:
        """With bytes lost, and bytes too many."""
        if not self._on:
            return data
        made = bytearray()
        for byte in data:
            if self._happens("lose-byte") or (byte == DLE and self._happens("lost-dle")):
                continue
            if self._happens("stray-dle"):
                made.append(DLE)
            made.append(byte)
        return bytes(made)

    def from_host(self, data: bytes) -> bytes:
        if "lose-byte" not in self._on:
            return data
        return bytes(byte for byte in data if not self._happens("lose-byte"))

    def begins(self, name: str) -> bool:
        """In this tick, for `value` seconds: of a thing that happens every so often."""
        return name in self._on and self._chance.random() < 1 / (_TICKS * self.value(name, 1))

    def nonsense(self) -> bytes:
        """For the host, in this tick."""
        chance, made = self._chance, b""
        if self._left.get("babble", 0) > 0:
            self._left["babble"] -= 1
            made = chance.randbytes(chance.randint(1, 40))
        elif self.begins("babble"):
            self._left["babble"] = round(_TICKS * self.value("babble"))
        if "stray-bytes" in self._on and chance.random() < 1 / (_TICKS * self.value("stray-bytes")):
            made += chance.randbytes(chance.randint(1, 3))
        return made

    def _happens(self, name: str) -> bool:
        return name in self._on and self._chance.random() * self._on[name][0] < 1
