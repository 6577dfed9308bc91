"""The keys of a call: the one that is held, and those that wait to be read (type-ahead)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from ctidrv.clock import SampleClock
from ctidrv.units import Samples, ms

_HELD = ms(200)
"""A key is handed on when it is let go, or after so long: its length is known, and nobody waits for a
stuck key. A prompt it stops has stopped long before, in the core."""
_TYPE_AHEAD = 256


@dataclass(slots=True)
class Key:
    digit: str
    during: str | None
    """The label of what it fell into."""
    kept: bool
    """False: it ended or fell into a recording of a message, so it is no type-ahead."""


HandedOn = Callable[[Key, Samples | None, Samples | None], None]
"""The key, the sample at which it was over (None: now) and its length (None: not known)."""


class Keys:
    """`handed_on` is told of each key once, when it may be read."""

    def __init__(self, clock: SampleClock, handed_on: HandedOn) -> None:
        self._clock = clock
        self._handed_on = handed_on
        self._ahead: deque[str] = deque()
        self._held: Key | None = None

    @property
    def ready(self) -> bool:
        """There is one for `next`."""
        return bool(self._ahead)

    def next(self) -> str | None:
        return self._ahead.popleft() if self._ahead else None

    def pressed(self) -> list[str]:
        """Those that wait, and the one that is held."""
        held = [self._held.digit] if self._held is not None and self._held.kept else []
        return [*self._ahead, *held]

    def clear(self) -> None:
        """Forgets them; one that is held is told of all the same."""
        self._ahead.clear()
        if self._held is not None:
            self._held.kept = False

    def down(self, at: Samples, key: Key) -> None:
        self.up(at, None)
        self._held = key
        self._clock.call_at(at + _HELD, lambda: self._hand_on(None, None, key))

    def up(self, at: Samples, length: Samples | None) -> None:
        """The held one is let go, or nobody is there any more to hold it; without one, nothing."""
        if self._held is not None:
            self._hand_on(at, length, self._held)

    def _hand_on(self, at: Samples | None, length: Samples | None, key: Key) -> None:
        if key is not self._held:
            return
        self._held = None
        if key.kept and len(self._ahead) < _TYPE_AHEAD:
            self._ahead.append(key.digit)
        self._handed_on(key, at, length)
