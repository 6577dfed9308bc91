"""What is heard of the far end in a call: whether it is there, and which tone says that it is gone.

A hang-up tone beside talk or music is none yet: the exchange sends it to a line whose call is over, where
nothing else is heard. Call waiting of some countries has congestion's cadence, and music may have it too. So
a tone counts at once only when

- it is clear: nothing else is heard in its bursts and pauses (`ToneOn.others`). What we play may come back,
  so while we do there may be some, and more where the echo canceller is not ours; and
- there is no news on the line (`SoundOn`: more than one tone over and over), unless we play.

Otherwise it is kept. It counts once it is clear and there has been no news for as long as it took to be
known, if it goes on, or when it has gone on for a minute. A tone beside which somebody went on talking is one
of the call's own, and takes longer.
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
_LONGEST = seconds(60)
"""A tone beside other sound: no call waits longer, and no call waiting goes on for so long."""
_OF_THE_CALL = seconds(15)
"""One beside which somebody went on talking has to be alone for so long: no pause of talk is longer."""
_SILENCE_DBM0 = -57.0
"""What is quieter is nothing: a quiet line's noise, and what coding leaves of the tone's own pauses."""
_BESIDE_DB = -25.0
"""So far below a tone is what it brings itself: harmonics, and the coding's noise."""
_ECHO_DBM0 = -41.0
"""Our own sound, after the hybrid and the core's echo canceller when that has learnt."""
_ECHO_DB = {True: -9.0, False: -8.0}
"""... or below the tone: while the core's canceller learns, and after a board's, which we do not know."""
_LEARNS = seconds(6)
"""When we have played for so long in a call, the core's canceller leaves no echo louder than _ECHO_DBM0, also
where the far end sounded all along (5 s may leave -36)."""
_TALKED_BESIDE, _TALKED_SHARE = seconds(1), 0.4
"""A tone beside which others sounded for so long, and for so much of the time until it was known, was there
in their talk. One of its three or four bursts may be taken from the talk before it, two may not."""
_TONE_IS_NEW = ms(600)
"""So long a tone's own beginning may sound new, as bursts of it (native/src/line/presence.c)."""


@dataclass(slots=True)
class _Kept:
    """A hang-up tone beside other sound."""

    seen: Input
    tone: str
    length: int
    """Samples until it was known."""
    clear: bool
    end: Timer
    """When it counts all the same."""
    timer: Timer | None = None


class FarEnd:
    """Of one line. `late` is told, with the sample, of a kept tone that counts after all. `cancelled`: the
    core's echo canceller is at work on it."""

    def __init__(
        self, clock: SampleClock, late: Callable[[Input, Samples], None], *, cancelled: bool = True
    ) -> None:
        self._clock = clock
        self._cancelled = cancelled
        self._late = late
        self._heard: set[str] = set()
        self._news_end = Samples(0)
        self._talk_end = Samples(0)
        """Of what was heard while we did not play."""
        self.playing = False
        """We are heard."""
        self._since = Samples(0)
        """When that was last changed."""
        self._played = Samples(0)
        """So long, in this call, until then."""
        self._dial: events.ToneOn | events.ToneClear | None = None
        """A dial tone that counts."""
        self._kept: _Kept | None = None
        self._of_the_call: set[str] = set()
        """Tones beside which somebody went on talking."""

    def begin(self) -> None:
        """A call begins, or is over: nothing is heard."""
        self._heard.clear()
        self._of_the_call.clear()
        self._news_end = self._talk_end = Samples(0)
        self.playing, self._played = False, Samples(0)
        self.tones_begin_afresh()

    def tones_begin_afresh(self) -> None:
        """No tone is heard, and the end of one that was need not have been told."""
        self._dial = None
        self._drop()

    def sounding(self, playing: bool) -> Input:
        """We begin to be heard, or are heard no more."""
        if playing != self.playing:
            now = self._clock.now()
            if self.playing:
                self._played = Samples(self._played + now - self._since)
            self.playing, self._since = playing, now
        return self._input()

    def inputs(self, event: PortEvent) -> tuple[Input, ...]:
        """What the event is to the line."""
        match event:
            case events.ToneOn() | events.ToneClear() if event.tone in _DIAL_TONES:
                return self._dial_tone(event)
            case events.ToneOn() | events.ToneClear() if event.tone in ENDING_TONES:
                return self._hang_up_tone(event)
            case events.ToneOff() if event.tone in _DIAL_TONES:
                self.tones_begin_afresh()
                return (Input.DIAL_TONE_OVER,)
            case events.ToneOff() if self._kept is not None and event.tone == self._kept.tone:
                self._drop()
                return ()
            case events.SoundOn() if self._is_beside_dial_tone(event):
                return self._chord(event)
            case events.VoiceOn() | events.VoiceOff():
                self._hear("voice", isinstance(event, events.VoiceOn))
            case events.SoundOn() | events.SoundOff():
                self._hear("sound", isinstance(event, events.SoundOn))
                self._news_is(event)
                self._doubt(event)
            case events.ToneOn(tone="ringback") | events.ToneOff(tone="ringback"):
                self._hear("ringback", isinstance(event, events.ToneOn))
            case events.DigitDown():
                return Input.SOUND, self._input()
            case _:
                return ()
        return (self._input(),)

    def _news_is(self, event: events.SoundOn | events.SoundOff) -> None:
        self._news_end = event.start
        if not self.playing and event.start > self._since:
            self._talk_end = event.start

    def _input(self) -> Input:
        """Whether anything sounds, from us or from the far end: a voice, music, or the ringback of one who is
        called next. A tone of another kind is no sound."""
        return Input.SOUND if self._heard or self.playing else Input.QUIET

    def _hear(self, what: str, on: bool) -> None:
        if on:
            self._heard.add(what)
        else:
            self._heard.discard(what)

    def _alone(self, since: Samples) -> bool:
        """Whether nothing else was heard beside a tone that began then."""
        return "sound" not in self._heard and self._news_end <= since + _TONE_IS_NEW

    def _clear(self, event: events.ToneOn | events.ToneClear) -> bool:
        """Whether so little else was heard that it may be the tone's own, or our echo."""
        limit = max(_SILENCE_DBM0, event.level + _BESIDE_DB)
        if self.playing:
            limit = max(limit, _ECHO_DBM0)
            if not (self._cancelled and self._played + event.at - self._since >= _LEARNS):
                limit = max(limit, event.level + _ECHO_DB[self._cancelled])
        return event.others <= limit

    def _hang_up_tone(self, event: events.ToneOn | events.ToneClear) -> tuple[Input, ...]:
        seen = _INPUT_OF.get(event.tone, Input.BUSY_TONE)
        clear = self._clear(event)
        if self._talk_end - event.start > max(_TALKED_BESIDE, _TALKED_SHARE * (event.at - event.start)):
            self._of_the_call.add(event.tone)
        if clear and (self.playing or self._alone(event.start)) and event.tone not in self._of_the_call:
            return (seen,)
        kept = self._kept
        if kept is None or kept.tone != event.tone:
            length = _OF_THE_CALL if event.tone in self._of_the_call else event.at - event.start
            kept = self._keep(seen, event, length)
        kept.clear = kept.clear or clear
        if "sound" not in self._heard:
            self._doubt(events.SoundOff(event.at, event.port, self._news_end))
        return ()

    def _dial_tone(self, event: events.ToneOn | events.ToneClear) -> tuple[Input, ...]:
        if isinstance(event, events.ToneOn):
            self.tones_begin_afresh()
        if self._kept is not None or not self._clear(event):
            return ()
        self._dial = event
        return (Input.DIAL_TONE,)

    def _is_beside_dial_tone(self, event: events.SoundOn) -> bool:
        dial = self._dial
        return dial is not None and not self.playing and event.start > dial.start + _TONE_IS_NEW

    def _chord(self, event: events.SoundOn) -> tuple[Input, ...]:
        """What was taken for dial tone is a note that others joined, until they have gone for long."""
        dial, self._dial = self._dial, None
        assert dial is not None
        self._keep(Input.DIAL_TONE, dial, _OF_THE_CALL).clear = True
        self._hear("sound", True)
        self._news_is(event)
        return Input.DIAL_TONE_OVER, self._input()

    def _keep(self, seen: Input, event: events.ToneOn | events.ToneClear, length: int) -> _Kept:
        self._drop()
        due = Samples(self._clock.now() + _LONGEST)
        end = self._clock.call_at(due, lambda: self._counts(due))
        self._kept = _Kept(seen, event.tone, length, False, end)
        return self._kept

    def _doubt(self, event: events.SoundOn | events.SoundOff) -> None:
        """The sound beside a kept tone goes, or comes back."""
        kept = self._kept
        if kept is None:
            return
        if kept.timer is not None:
            kept.timer.cancel()
            kept.timer = None
        if isinstance(event, events.SoundOn) and not self.playing:
            self._of_the_call.add(kept.tone)
            kept.length = max(kept.length, _OF_THE_CALL)
        elif isinstance(event, events.SoundOff) and kept.clear:
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
