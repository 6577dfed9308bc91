"""What is played to a call: sounds one after the other, until their end, a key, or an order to stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ctidrv.callcontrol.waiting import Waits
from ctidrv.events import PlayDone
from ctidrv.native.pcm import Pcm

if TYPE_CHECKING:
    from ctidrv.media.channel import Channel, Sound

_QUEUE = 12
"""Sounds put behind one another at a time; the core's player takes 16."""


@dataclass(frozen=True, slots=True)
class Played:
    reason: str  # end | digit | stopped
    digit: str | None = None
    """The key that stopped it. It stays in the type-ahead, where `Call.digit` finds it."""


@dataclass(slots=True)
class _Play:
    stop_on: str
    label: str
    left: set[int] = field(default_factory=set)
    reason: str = "end"
    digit: str | None = None


class Plays:
    """All of one call. `sounding`: whether something plays or is relayed, whenever that may have changed."""

    def __init__(self, channel: Channel, waits: Waits, sounding: Callable[[bool], None]) -> None:
        self._channel = channel
        self._waits = waits
        self._sounding = sounding
        self._plays: list[_Play] = []
        self._relaying = False

    @property
    def label(self) -> str | None:
        """Of what plays now."""
        return self._plays[-1].label if self._plays else None

    async def play(self, sounds: Sequence[Sound], stop_on: str, label: str, loop: bool) -> Played:
        """Until their end, or a key of `stop_on`. CallEnded. `loop`: the last goes on until it is stopped."""
        play = _Play(stop_on, label)
        self._plays.append(play)
        self._sounding(True)
        pieces = _joined(sounds)
        try:
            while pieces and play.reason == "end":
                for piece in pieces[:_QUEUE]:
                    last = loop and piece is pieces[-1]
                    play.left.add(self._channel.play(piece, stop_on=stop_on, loop=last).ref)
                pieces = pieces[_QUEUE:]
                await self._waits.until(lambda: not play.left)
        finally:
            self._plays.remove(play)
            if play.left and not self._waits.over:
                self._channel.stop()
            self._sounding(bool(self._plays) or self._relaying)
        return Played(play.reason, play.digit)

    def stop(self) -> None:
        """All; safe at any time."""
        for play in self._plays:
            play.reason = "digit" if play.digit else "stopped"
        if not self._waits.over:
            self._channel.stop()

    def relays(self, sound: bool) -> None:
        """Somebody is heard on a bridge, or no longer."""
        self._relaying = sound
        self._sounding(bool(self._plays) or sound)

    def end(self) -> None:
        """Of the call."""
        if self._plays:
            self._channel.stop()

    def digit(self, digit: str) -> None:
        """A key was pressed."""
        for play in self._plays:
            # The core has stopped what it was playing; a sound put in the queue just now it has not.
            if digit in play.stop_on and play.digit is None:
                play.reason, play.digit = "digit", digit
                if play.left:
                    self._channel.stop()

    def done(self, event: PlayDone) -> None:
        for play in self._plays:
            if event.ref in play.left:
                play.left.discard(event.ref)
                if event.reason != "end" and play.reason == "end":
                    play.reason = event.reason


def _joined(sounds: Sequence[Sound]) -> list[Sound]:
    """Neighbouring pieces of PCM become one, so that a number read aloud is one sound."""
    pieces: list[Sound] = []
    for sound in sounds:
        if pieces and isinstance(sound, Pcm) and isinstance(pieces[-1], Pcm):
            pieces[-1] = pieces[-1] + sound
        elif not isinstance(sound, Pcm) or len(sound):
            pieces.append(sound)
    return pieces
