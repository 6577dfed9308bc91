"""A queue as plain logic: who waits in which order, which seat is rung for whom, what a caller is told.

No I/O and no clock; times are handed in. queueing.py drives it. Which of the free seats is rung is a
`Choice`, and who may serve whom stands in `Caller.free`: other orders and skills fit in there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ctidrv.units import Samples, seconds


@dataclass(frozen=True, slots=True)
class Rules:
    """How one queue is."""

    name: str
    seats: tuple[str, ...]
    """Names and numbers of seats, and groups."""
    ring: Samples = seconds(20)
    """A seat is rung for so long; then it is the next one's turn."""
    every: Samples = seconds(30)
    """At least so much lies between two words of the place; 0: the place is never said."""
    leave: str = "*"
    """The key that leaves the queue; empty: none does."""
    timeout: Samples = seconds(300)
    """Nobody waits longer."""
    most: int = 20
    """Callers at a time."""


@dataclass(frozen=True, slots=True)
class Free:
    """A seat that could be rung."""

    name: str
    idle_since: int


@dataclass(frozen=True, slots=True)
class Caller:
    """One who waits and for whom no seat is rung."""

    call: str
    free: Sequence[Free]
    """Those that may serve him."""


Choice = Callable[[Sequence[Free]], Free]


def longest_idle(free: Sequence[Free]) -> Free:
    """Who has had nothing to do for the longest time; of equals the first."""
    return min(free, key=lambda seat: seat.idle_since)


def turn(callers: Iterable[Caller], choice: Choice = longest_idle) -> tuple[str, str] | None:
    """For which call a seat is to be rung, and which (its name): the first of the callers for whom there is
    one, and the seat chosen for him."""
    served = next((caller for caller in callers if caller.free), None)
    return None if served is None else (served.call, choice(served.free).name)


class Order:
    """Who waits in a queue, first in first out. Places count from 1."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._calls: list[str] = []

    def __len__(self) -> int:
        return len(self._calls)

    @property
    def full(self) -> bool:
        return len(self._calls) >= self._most

    def enter(self, call: str) -> int:
        """The place. A call enters once, and no full queue (ValueError)."""
        if self.full or call in self._calls:
            raise ValueError(f"{call} cannot enter a queue of {len(self)}")
        self._calls.append(call)
        return len(self)

    def leave(self, call: str) -> list[tuple[str, int]]:
        """Those whose place is another one now, with it. Nothing for a call that does not wait."""
        if call not in self._calls:
            return []
        index = self._calls.index(call)
        del self._calls[index]
        return [(other, place) for place, other in enumerate(self._calls, 1) if place > index]

    def place(self, call: str) -> int | None:
        return self._calls.index(call) + 1 if call in self._calls else None


AGAIN: Samples = seconds(5)
"""A seat that was rung in vain is not rung again before: an outside number is refused within no time."""


class Idle:
    """Since when each seat has had nothing to do: since it became ready, after a talk or a pause, or since
    it last let a call ring. A ring that the caller ended, or that another answered, is none of its doing."""

    def __init__(self) -> None:
        self._since: dict[str, int] = {}
        self._state: dict[str, str] = {}
        self._rests: dict[str, int] = {}

    def state(self, seat: str, state: str, at: int) -> None:
        """As told by ``seat.state``."""
        if state == "ready" and self._state.get(seat) not in ("ready", "ringing"):
            self._since[seat] = at
        self._state[seat] = state

    def missed(self, seat: str, at: int) -> None:
        """It was rung and did not answer, or could not be."""
        self._since[seat] = at
        self._rests[seat] = at + AGAIN

    def rests(self, seat: str, now: int) -> bool:
        """It was rung in vain a moment ago."""
        return now < self._rests.get(seat, 0)

    def since(self, seat: str) -> int:
        return self._since.get(seat, 0)


class Words:
    """When a caller's place is said: when it is better than the one that was said last, and `every` after
    that. 0: never."""

    def __init__(self, every: Samples, first: Samples) -> None:
        self._every = every
        self._due = first
        self._said: int | None = None

    def due(self, place: int) -> Samples | None:
        """When this place is to be said; None: it is not."""
        if not self._every or (self._said is not None and place >= self._said):
            return None
        return self._due

    def said(self, place: int, at: Samples) -> None:
        """It began to be said at `at`."""
        self._said, self._due = place, Samples(at + self._every)
