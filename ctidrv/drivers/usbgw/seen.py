"""What a USB telephone tells when it is asked, whoever made it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from ctidrv.drivers.usbgw.models import Model


@dataclass(frozen=True, slots=True)
class KeyDown:
    """`key`: as `models` has them."""

    key: str


@dataclass(frozen=True, slots=True)
class KeyUp:
    """The key that was down is so no more."""


@dataclass(frozen=True, slots=True)
class HookIs:
    off: bool


@dataclass(frozen=True, slots=True)
class LineRings:
    """The exchange rings at its second socket: a burst is on, or over."""

    on: bool


Seen = KeyDown | KeyUp | HookIs | LineRings


class Door(Protocol):
    """What is needed of `door.DoorUsb`; errors as there."""

    packet_size: int

    def write(self, report: bytes) -> None: ...
    def read(self, size: int, within_ms: int) -> bytes: ...
    def unstall(self) -> None: ...


class Telephone(Protocol):
    """One that is open. Every method may raise `door.Gone`."""

    model: Model

    def begin(self) -> None:
        """As after power-up: silent, its keys forgotten."""

    def poll(self) -> Iterator[Seen]:
        """What is another than it was at the last poll; the hook always."""

    def ring(self, on: bool) -> None: ...

    def lamps(self, used: bool, line: bool) -> None:
        """Its telephone is in use; the exchange line is, or rings."""

    def relay(self, to_line: bool) -> None:
        """Whose the telephone is: the exchange line's, or ours."""
