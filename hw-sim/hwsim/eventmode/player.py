"""`Player`: what sounds when, by the rules of the core's player (cti/player.h), without samples."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from ctidrv.clock import SampleClock, Timer
from ctidrv.native import lib
from ctidrv.units import TICK
from hwsim.eventmode.sound import Sound

FADE = 40
"""What is cut off fades for so many samples (native/src/media/player.c)."""
MOST = 16
_DIGITS = "0123456789*#ABCD"


@dataclass(slots=True, eq=False)
class Item:
    ref: int
    sound: Sound
    length: int | None
    """Samples; None: until it is stopped."""
    gain_q12: int = 4096
    stop_on: int = 0
    own_end: bool = False
    """A tone that ends by its table: at a tick's edge that is found out in the next tick only."""
    begun: int = -1
    """The sample at which it began, less what interrupted it; -1: it waits."""


class Player:
    """A queue of items. `changed` is told, with the sample, when another sound begins or all are over;
    `done`: (ref, why, at, samples played)."""

    def __init__(
        self,
        agenda: SampleClock,
        changed: Callable[[int], None],
        done: Callable[[int, int, int, int], None],
    ) -> None:
        self._agenda = agenda
        self._changed = changed
        self._done = done
        self._items: deque[Item] = deque()
        self._other: Item | None = None
        self._paused_at = 0
        self._fading = False
        self._end: Timer | None = None
        self._ends = 0
        self._why: int = lib.CTI_PLAY_ENDED
        self._left: int | None = None
        """Samples that the first item has still to sound when what interrupts it is over."""
        self._other_end: Timer | None = None

    @property
    def sounding(self) -> Item | None:
        if self._other is not None:
            return self._other
        return self._items[0] if self._items else None

    def put(self, item: Item, at: int) -> None:
        if len(self._items) >= MOST:
            self._done(item.ref, lib.CTI_PLAY_STOPPED, at, 0)
            return
        self._items.append(item)
        if len(self._items) == 1:
            self._begin(at)

    def interrupt(self, item: Item, at: int) -> None:
        if self._other is not None:
            self._done(item.ref, lib.CTI_PLAY_STOPPED, at, 0)
            return
        item.begun = self._paused_at = at
        self._other = item
        self._left = None if self._end is None else self._ends - at
        if self._end is not None:
            self._end.cancel()
        assert item.length is not None
        over = at + item.length
        self._other_end = self._agenda.call_at(over, lambda: self._resume(lib.CTI_PLAY_ENDED, over))
        self._changed(at)

    def stop(self, ref: int, at: int) -> None:
        """-1: all, but one that interrupts."""
        if self._other is not None and ref == self._other.ref:
            self._resume(lib.CTI_PLAY_STOPPED, at)
        self._cut([item for item in self._items if ref in (-1, item.ref)], lib.CTI_PLAY_STOPPED, at)

    def digit(self, digit: int, at: int) -> None:
        bit = 1 << _DIGITS.find(chr(digit))
        if self._other is not None:
            return
        cut: list[Item] = []
        for place, item in enumerate(self._items):
            leaving = place == 0 and self._fading
            if not leaving and not item.stop_on & bit:
                break
            cut.append(item)
        self._cut(cut, lib.CTI_PLAY_DIGIT, at)

    def _cut(self, items: list[Item], why: int, at: int) -> None:
        first = self._items[0] if self._items else None
        for item in items:
            if item is not first:
                self._items.remove(item)
                self._done(item.ref, why, at, 0)
        if first is None or first not in items or self._fading:
            return
        if self._other is not None and self._paused_at > first.begun:
            left = FADE if self._left is None else min(FADE, self._left)
            self._fading, self._left, self._why = True, left, why
        elif self._other is None and self._end is not None and at >= self._ends:
            self._leave(why, at)
        elif self._other is None and at > first.begun:
            self._fading = True
            self._over_at(at + FADE if self._end is None else min(at + FADE, self._ends), why)
        else:
            self._leave(why, at)

    def _begin(self, at: int) -> None:
        item = self._items[0]
        item.begun = at
        if self._other is not None:
            self._paused_at, self._left, self._why = at, item.length, lib.CTI_PLAY_ENDED
            return
        if item.length is not None:
            self._over_at(at + item.length, lib.CTI_PLAY_ENDED)
        self._changed(at)

    def _over_at(self, when: int, why: int) -> None:
        if self._end is not None:
            self._end.cancel()
        self._why, self._ends = why, when
        late = int(why == lib.CTI_PLAY_ENDED and self._items[0].own_end and when % TICK == 0)
        self._end = self._agenda.call_at(when + late, lambda: self._leave(why, when))

    def _leave(self, why: int, at: int) -> None:
        if self._end is not None:
            self._end.cancel()
            self._end = None
        item = self._items.popleft()
        self._fading = False
        heard = (at if self._other is None else self._paused_at) - item.begun
        self._done(item.ref, why, at, max(0, heard))
        if self._items:
            self._begin(at)
        else:
            self._changed(at)

    def _resume(self, why: int, at: int) -> None:
        other, self._other = self._other, None
        assert other is not None
        if self._other_end is not None:
            self._other_end.cancel()
            self._other_end = None
        self._done(other.ref, why, at, at - other.begun)
        if self._items:
            item = self._items[0]
            item.begun += at - self._paused_at
            if self._left is not None:
                self._over_at(at + self._left, self._why)
        self._changed(at)
