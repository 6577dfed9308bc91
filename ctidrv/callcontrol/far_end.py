"""What is heard of the far end in a call: whether it is there, and which tone says that it is gone.

A hang-up tone beside talk or music is none yet: the exchange sends it to a line whose call is over, where
nothing else is heard. Call waiting of some countries has congestion's cadence, and music may have it too. So
a tone that becomes known while there is news on the line (`SoundOn`: more than one tone over and over) is
kept, and counts once there was none for as long as the tone took to be known, if it goes on, or when it has
gone on for half a minute. While we play something the news may be our own echo: the tone counts at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ctidrv import events
from ctidrv.callcontrol.fxo import Input
from ctidrv.callcontrol.take import ENDING_TONES
from ctidrv.clock import SampleClock, Timer
from ctidrv.events import PortEvent
from ctidrv.units import Samples, ms, seconds

_DIAL_TONES = frozenset({"dial", "dial2", "stutter"})
_INPUT_OF = {"congestion": Input.CONGESTION_TONE, "learned": Input.LEARNT_TONE}
"""Of hang-up tones; the others are busy tone."""
_LONGEST = seconds(30)
"""A tone beside other sound: no call waits longer."""
_TONE_IS_NEW = ms(600)
"""So long a tone's own beginning may sound new, as bursts of it (native/src/line/presence.c)."""


@dataclass(slots=True)
class _Kept:
    """A hang-up tone beside other sound."""

    seen: Input
    tone: str
    length: int
    """Samples until it was known."""
    end: Timer
    """When it counts all the same."""
    timer: Timer | None = None


class FarEnd:
    """Of one line. `late` is told, with the sample, of a kept tone that counts after all."""

    def __init__(self, clock: SampleClock, late: Callable[[Input, Samples], None]) -> None:
        self._clock = clock
        self._late = late
        self._heard: set[str] = set()
        self._news_end = Samples(0)
        self._kept: _Kept | None = None

    def begin(self) -> None:
        """A call begins, or is over: nothing is heard."""
        self._heard.clear()
        self._news_end = Samples(0)
        self._drop()

    def inputs(self, event: PortEvent, playing: bool) -> tuple[Input, ...]:
        """What the event is to the line. `playing`: we are heard."""
        match event:
            case events.ToneOn() if event.tone in _DIAL_TONES:
                return (Input.DIAL_TONE,)
            case events.ToneOn() if event.tone in ENDING_TONES:
                return self._hang_up_tone(event, playing)
            case events.ToneOff() if event.tone in _DIAL_TONES:
                return (Input.DIAL_TONE_OVER,)
            case events.ToneOff() if self._kept is not None and event.tone == self._kept.tone:
                self._drop()
                return ()
            case events.VoiceOn() | events.VoiceOff():
                self._hear("voice", isinstance(event, events.VoiceOn))
            case events.SoundOn() | events.SoundOff():
                self._hear("sound", isinstance(event, events.SoundOn))
                self._news_end = event.start
                self._doubt(event)
            case events.ToneOn(tone="ringback") | events.ToneOff(tone="ringback"):
                self._hear("ringback", isinstance(event, events.ToneOn))
            case events.DigitDown():
                return Input.SOUND, self.input(playing)
            case _:
                return ()
        return (self.input(playing),)

    def input(self, playing: bool) -> Input:
        """Whether anything sounds, from us or from the far end: a voice, music, or the ringback of one who is
        called next. A tone of another kind is no sound."""
        return Input.SOUND if self._heard or playing else Input.QUIET

    def _hear(self, what: str, on: bool) -> None:
        if on:
            self._heard.add(what)
        else:
            self._heard.discard(what)

    def _alone(self, since: Samples) -> bool:
        """Whether nothing else was heard beside a tone that began then."""
        return "sound" not in self._heard and self._news_end <= since + _TONE_IS_NEW

    def _hang_up_tone(self, event: events.ToneOn, playing: bool) -> tuple[Input, ...]:
        seen = _INPUT_OF.get(event.tone, Input.BUSY_TONE)
        if playing or self._alone(event.start):
            return (seen,)
        self._drop()
        due = Samples(event.at + _LONGEST)
        end = self._clock.call_at(due, lambda: self._counts(due))
        self._kept = _Kept(seen, event.tone, event.at - event.start, end)
        if "sound" not in self._heard:
            self._doubt(events.SoundOff(event.at, event.port, self._news_end))
        return ()

    def _doubt(self, event: events.SoundOn | events.SoundOff) -> None:
        """The sound beside a kept tone goes, or comes back."""
        kept = self._kept
        if kept is None:
            return
        if kept.timer is not None:
            kept.timer.cancel()
            kept.timer = None
        if isinstance(event, events.SoundOff):
            due = Samples(max(event.at, event.start + kept.length))
            kept.timer = self._clock.call_at(due, lambda: self._counts(due))

    def _counts(self, due: Samples) -> None:
        kept = self._kept
        self._drop()
        if kept is not None:
            self._late(kept.seen, due)

    def _drop(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.end.cancel()
            if kept.timer is not None:
                kept.timer.cancel()
