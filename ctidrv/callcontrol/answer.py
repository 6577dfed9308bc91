"""Who answered a call that we made: a table of inputs, without I/O, in the manner of `take.py`.

A person says a word or two and waits; a machine speaks on, and then beeps. What separates them is how long
the greeting goes on before anybody else is let speak, and the silence behind it: the measures of Asterisk's
app_amd (greeting 1,500 ms, silence behind it 800 ms, 2,500 ms without a voice). A greeting of a company's
name takes a person 2 to 3 s, and a person taken for a machine is worse than a machine known a second
later, so ours is longer. Times are samples.
"""

from __future__ import annotations

from dataclasses import dataclass

from ctidrv.events import BeepHeard, FaxTone, PortEvent, ToneOff, ToneOn, VoiceOff, VoiceOn
from ctidrv.units import Samples, ms, seconds

HUMAN, MACHINE, FAX, UNKNOWN = "human", "machine", "fax", "unknown"


@dataclass(frozen=True, slots=True)
class Limits:
    greeting: Samples = ms(3000)
    """A greeting that goes on for longer is a machine's."""
    silence: Samples = ms(800)
    """Behind a shorter one: a person waits for our word."""
    no_voice: Samples = seconds(5)
    """From the answer on without any voice: nobody can say."""
    beep: Samples = seconds(60)
    """After the first voice, a beep still says that it was a machine, and when."""


LIMITS = Limits()
HANGOVER = ms(500)
"""The voice detector's (cti/vad.h): so long after a voice has ended it is known to have."""
_ALONE = ms(1600)
"""No burst of a busy tone is followed by so long a pause."""
_SURE_HUMAN = ((ms(1000), 0.95), (ms(1600), 0.85))
"""By the length of the greeting, up to so many samples; longer: _UNSURE."""
_UNSURE = 0.7
_SURE_MACHINE, _SURE_BEEP, _SURE_FAX = 0.8, 0.98, 0.99


@dataclass(frozen=True, slots=True)
class Answer:
    """`start`: the first sample of what was heard; `beep`: the sample after the machine's beep, if it came.

    A machine may be told twice, with the beep the second time; that also puts a wrong `human` right.
    """

    who: str  # human | machine | fax | unknown
    start: Samples
    at: Samples
    confidence: float
    beep: Samples | None = None


class AnswerJudge:
    """Fed with the port's events in order, and with the time.

    `answered`: when; None where only the sound can tell: nothing runs out then before a voice, or the end of
    the ringback.
    """

    def __init__(self, answered: Samples | None, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._answered = answered
        """The answer, or the end of the last ringback that was heard."""
        self._first: int | None = None
        self._talking = False
        self._quiet_since = 0
        self._ringing = False
        self._who: str | None = None
        self._beeped = False
        self._lonely: Samples | None = None
        """The end of a beep behind a person's word."""

    @property
    def first(self) -> int | None:
        """When the first voice began."""
        return self._first

    def on_event(self, event: PortEvent) -> list[Answer]:
        """What is known by now: what ran out before this event, then what it says itself."""
        told = self.advance(event.at)
        match event:
            case ToneOn(tone="ringback"):
                self._ringing = True
            case ToneOff(tone="ringback"):
                self._ringing = False
                self._answered = Samples(max(self._answered or 0, event.start))
            case VoiceOn():
                self._ringing = False
                self._talking = True
                self._first = event.start if self._first is None else self._first
            case VoiceOff():
                self._talking, self._quiet_since = False, event.start
            case FaxTone() if self._who in (None, UNKNOWN):
                told.append(self._tell(FAX, event.start, event.at, _SURE_FAX))
            case BeepHeard():
                told += self._beep(event)
            case _:
                pass
        return told + self.advance(event.at)

    def _beep(self, event: BeepHeard) -> list[Answer]:
        if self._beeped or self._who == FAX or self._first is None:
            return []
        if event.start > self._first + self._limits.beep:
            return []
        end = Samples(event.start + event.length)
        if self._who != HUMAN:
            return [self._beep_at(end, event.at)]
        # Behind a person's word it may be the first burst of the busy tone: then another follows.
        self._beeped, self._lonely = self._lonely is not None, end
        return []

    def _beep_at(self, end: Samples, at: int) -> Answer:
        assert self._first is not None
        self._beeped = True
        return self._tell(MACHINE, self._first, at, _SURE_BEEP, end)

    def advance(self, now: int) -> list[Answer]:
        """What ran out by `now`: a greeting that goes on, a silence behind one, no voice at all."""
        due = self.due()
        if due is None or now < due:
            return []
        if self._who is not None:
            assert self._lonely is not None
            return [self._beep_at(self._lonely, due)]
        if self._first is None:
            return [self._tell(UNKNOWN, self._answered or 0, due, 0.0)]
        if self._talking or self._quiet_since - self._first > self._limits.greeting:
            return [self._tell(MACHINE, self._first, due, _SURE_MACHINE)]
        length = self._quiet_since - self._first
        sure = next((sure for most, sure in _SURE_HUMAN if length <= most), _UNSURE)
        return [self._tell(HUMAN, self._first, due, sure)]

    def end(self, now: int) -> list[Answer]:
        """Nothing more comes."""
        told = self.advance(now)
        if self._who is None:
            told.append(
                self._tell(UNKNOWN, self._answered or 0 if self._first is None else self._first, now, 0.0)
            )
        return told

    def due(self) -> Samples | None:
        """When something is known if nothing happens; None: when the line says more."""
        if self._lonely is not None and not self._beeped:
            return Samples(self._lonely + _ALONE)
        if self._who is not None or self._ringing:
            return None
        if self._first is None:
            return None if self._answered is None else Samples(self._answered + self._limits.no_voice)
        if self._talking:
            return Samples(self._first + self._limits.greeting + HANGOVER)
        return Samples(self._quiet_since + self._limits.silence)

    def _tell(self, who: str, start: int, at: int, sure: float, beep: Samples | None = None) -> Answer:
        self._who = who
        return Answer(who, Samples(start), Samples(at), sure, beep)
