"""What the author of a driver gives the kit: his board, its time, and who is at the far end of each port."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import Board, PortInfo

ABILITIES = ("caller-id", "answer", "unplug", "display", "bell", "dial", "flash")
"""What a rig may be unable to do (`Conformance.without`): send who calls, with a name; be called by us and
answer; pull the device out and put it back; show who calls at a telephone; tell that the bell sounds; turn a
telephone's dial; press its hook for a moment."""


class FarEnd(Protocol):
    """Whoever is at the other end of a port. A verb begins something and returns at once; what is told by a
    property may be asked for at any time."""

    @property
    def loss_db(self) -> float:
        """Of the way between the board and his ear, or his mouth."""

    @property
    def talks(self) -> bool:
        """He has his handset up, and is connected with our port."""

    def speak(self, sound: Pcm) -> None: ...
    def press(self, digits: str) -> None:
        """Keys, as tones; where the device reports keys itself, as it does."""

    def heard(self) -> Pcm:
        """What has reached his ear since he lifted his handset, up to now."""

    def hang_up(self) -> None:
        """Safe at any time, twice too."""


class AtExchange(FarEnd, Protocol):
    """Somebody at a telephone of the exchange that an FXO port's line leads to."""

    @property
    def number(self) -> str:
        """At which we can call him."""

    @property
    def clears(self) -> Sequence[str]:
        """What our line gets once he has hung up: "busy-tone", "loop-break", "reversal"."""

    @property
    def taken(self) -> bool:
        """The exchange sees our line off hook."""

    @property
    def dialled(self) -> str:
        """The digits that the exchange has taken from our line since it was lifted."""

    @property
    def flashes(self) -> int:
        """How many the exchange has seen from our line, ever."""

    @property
    def is_rung(self) -> bool:
        """By a call of ours."""

    def call(self, number: str, name: str | None) -> None:
        """He rings our line, from this number."""

    def lift(self) -> None:
        """He takes our call."""


class AtTelephone(FarEnd, Protocol):
    """Somebody at the telephone of an FXS port, or of a HANDSET port: one that has a hook of its own, or
    one that is lifted by order (then `lift` is not called)."""

    @property
    def is_rung(self) -> bool:
        """The bell sounds now."""

    @property
    def shown(self) -> Sequence[str]:
        """The numbers that its display has shown."""

    def lift(self) -> None: ...
    def flash(self) -> None: ...
    def turn_dial(self, digits: str) -> None: ...


class Rig(Protocol):
    """One device and its far ends. It begins with the device plugged in and no board. Live it may have
    `late_ticks`, how often its own thread was too late: a check that failed meanwhile is made again."""

    def make_board(self) -> Board:
        """Made, as the driver's function makes it, and not opened. May be called again for another."""

    def tick(self, now: int) -> None:
        """Behind each of the engine's ticks, and the board's `pump`: `now` is the sample count. Where time is
        stepped the far ends go on by 20 ms."""

    def tick_alone(self, now: int) -> None:
        """The same, once the board is closed: the line goes on without it."""

    def far(self, port: PortInfo) -> FarEnd:
        """`AtExchange` for an FXO port, `AtTelephone` for FXS and HANDSET."""

    def unplug(self) -> None: ...
    def plug_in(self) -> None: ...
    def close(self) -> None:
        """Behind the board's own; safe twice."""
