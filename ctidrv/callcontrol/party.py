"""A seat that has answered a call, for as long as it has it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ctidrv.events import PortEvent, VoiceOff, VoiceOn

if TYPE_CHECKING:
    from ctidrv.callcontrol.seat import Seat
    from ctidrv.media.channel import Playback, Sound


class Party:
    """`changed` is called when the operator begins or stops to speak."""

    def __init__(self, seat: Seat, changed: Callable[[], None]) -> None:
        self.seat = seat
        self.speaks = False
        self._changed = changed
        self._sounds: Sequence[Sound] = ()
        self._playing: list[Playback] = []
        self._relayed = False
        self._forget = seat.channel.subscribe(self._on_event)

    def hear(self, sounds: Sequence[Sound]) -> None:
        """The operator alone: these, the last over and over; what he hears already goes on."""
        if self._playing and self._sounds is sounds:
            return
        self.quiet()
        self._sounds = sounds
        self._playing = [self.seat.channel.play(each, loop=each is sounds[-1]) for each in sounds]
        self._tell_line()

    def quiet(self) -> None:
        """Nothing of it any more."""
        playing, self._playing = self._playing, []
        for playback in playing:
            playback.stop()
        self._tell_line()

    def relays(self, sound: bool) -> None:
        """Whether somebody is heard by him; what he is played is heard too."""
        self._relayed = sound
        self._tell_line()

    def leave(self) -> None:
        """He is out of the call."""
        self._forget()
        self.quiet()

    def _tell_line(self) -> None:
        self.seat.phone.relays(self._relayed or bool(self._playing))

    def _on_event(self, event: PortEvent) -> None:
        if isinstance(event, VoiceOn | VoiceOff):
            self.speaks = isinstance(event, VoiceOn)
            self._changed()
