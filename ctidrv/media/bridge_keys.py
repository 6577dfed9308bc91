"""Whose key it was, on a bridge: one party's comes back as the echo of another's line, and is heard there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctidrv.events import DigitDown, DigitUp
from ctidrv.units import Samples, ms, seconds

if TYPE_CHECKING:
    from ctidrv.media.channel import Channel

ECHO: Samples = ms(150)
"""So long after a key was let go it may still come back: the bridge's 20 ms, and the echo's way."""
LONGEST: Samples = seconds(5)
"""That a key is held: a party who leaves while he keys lets none go."""


@dataclass(slots=True)
class _Key:
    digit: str
    start: Samples
    end: Samples | None = None


class BridgeKeys:
    """Of one bridge; belongs to the loop's thread."""

    def __init__(self) -> None:
        self._keyed: dict[Channel, _Key] = {}
        self._echoes: set[Channel] = set()
        """Who has an echo's key down."""

    def is_echo(self, channel: Channel, event: DigitDown | DigitUp) -> bool:
        """Whether a digit that was heard at a party is another's, which began before and goes on, or has just
        ended. Of two who key the same at once the later one is lost."""
        if isinstance(event, DigitUp):
            return self._let_go(channel, event)
        for party, key in self._keyed.items():
            until = key.start + LONGEST if key.end is None else key.end + ECHO
            if party is not channel and key.digit == event.digit and key.start < event.start < until:
                self._echoes.add(channel)
                return True
        self._keyed[channel] = _Key(event.digit, event.start)
        return False

    def _let_go(self, channel: Channel, event: DigitUp) -> bool:
        if channel in self._echoes:
            self._echoes.discard(channel)
            return True
        if channel in self._keyed:
            self._keyed[channel].end = event.at
        return False

    def forget(self, channel: Channel) -> None:
        """It has left."""
        self._keyed.pop(channel, None)
        self._echoes.discard(channel)
