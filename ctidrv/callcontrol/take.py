"""The recording of a message while it runs: when it is over, and how much of it is worth keeping.

A message holds what was said and not the caller's silence, the key or the busy tone that ended it
(requirements.md, VM-1). Voice activity cannot tell speech from a tone, so what is kept ends
where the ending tone, key or loop break begins, and no later than the last voice before it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ctidrv.callcontrol.causes import Cause
from ctidrv.events import (
    BatteryChanged,
    DigitDown,
    PolarityChanged,
    PortEvent,
    RecordDone,
    ToneOff,
    ToneOn,
    VoiceOff,
    VoiceOn,
)
from ctidrv.units import Samples, ms

ENDING_TONES = frozenset({"busy", "congestion", "dial", "dial2", "stutter", "howler", "learned"})
_TAIL = ms(100)
"""Kept after the last voice: speech fades out below what counts as voice."""
_TONE_EDGE = ms(100)
"""Voice that begins so little before an ending tone is that tone."""


@dataclass(frozen=True, slots=True)
class Recorded:
    frames: int
    """In the sink."""
    keep: int
    """How many of them, from the first, hold the message; 0: nothing was said."""
    reason: str  # digit | silence | max | hangup
    digit: str | None
    started: Samples
    """The sample of frame 0."""


class Take:
    """Collects what the line tells during a recording. Times are samples."""

    def __init__(
        self, *, started: Samples, silence: Samples, finish_on: str, limit: Samples, voice: bool
    ) -> None:
        """`voice`: the detector's word at the beginning (an echo of the beep may still count as voice)."""
        self._started = started
        self._silence = silence
        self._finish_on = finish_on
        self._limit = limit
        self._voices: list[tuple[int, int | None]] = [(started, None)] if voice else []
        self._quiet_since: int | None = None if voice else started
        self._cut: int | None = None
        self._tone: tuple[str, int] | None = None
        self._break: int | None = None
        self._digit: str | None = None
        self._changed = False

    def on_event(self, event: PortEvent) -> None:
        self._changed = True
        match event:
            case VoiceOn():
                self._voices.append((event.start, None))
                self._quiet_since = None
            case VoiceOff():
                if self._voices:
                    self._voices[-1] = (self._voices[-1][0], event.start)
                self._quiet_since = max(event.start, self._started)
            case DigitDown() if self._digit is None and event.digit in self._finish_on:
                self._digit = event.digit
                self._cut = event.start
            case ToneOn() if event.tone in ENDING_TONES:
                self._tone = (event.tone, event.start)
            case ToneOff() if self._tone is not None and event.tone == self._tone[0]:
                self._tone = None
            case BatteryChanged():
                self._break = None if event.present else event.at
            case PolarityChanged():
                self._break = event.at

    def on_stopped(self, event: RecordDone) -> None:
        """The recorder's own word on when the recording ran."""
        self._started = Samples(event.at - event.length)

    def over(self, now: Samples) -> bool:
        return self._digit is not None or now >= self.due()

    def changed(self) -> bool:
        """Something has happened since `due` was asked."""
        changed, self._changed = self._changed, False
        return changed

    def due(self) -> Samples:
        """When it is over if nothing happens."""
        self._changed = False
        if self._quiet_since is None:
            return self._limit
        return Samples(min(self._limit, self._quiet_since + self._silence))

    def result(self, frames: int, cause: Cause | None) -> Recorded:
        """After the recording has stopped; `cause`: why the call has ended, None: it goes on."""
        end = self._started + frames
        if self._digit is not None:
            reason, cut = "digit", self._cut
        elif cause is not None:
            reason, cut = "hangup", None
            if cause in (Cause.REMOTE_LOOP_BREAK, Cause.REMOTE_REVERSAL):
                cut = self._break
        else:
            reason, cut = ("max" if self.due() >= self._limit else "silence"), None
        if cut is None and self._tone is not None:
            cut = self._tone[1]
        keep = self._worth(min(end, end if cut is None else cut), cut is not None)
        return Recorded(frames, max(0, keep - self._started), reason, self._digit, self._started)

    def _worth(self, end: int, sharp: bool) -> int:
        """The sample after the last voice, at most `end`; `sharp`: there is a tone, key or break."""
        last_start = end - _TONE_EDGE if sharp else end
        kept = int(self._started)
        for start, stop in self._voices:
            if start < last_start:
                kept = max(kept, min(end, end if stop is None else stop + _TAIL))
        return kept
