"""What a modem tells its host of what it hears on the line: codes behind a DLE (ITU-T V.253)."""

from __future__ import annotations

from collections.abc import Callable

from ctidrv.clock import SampleClock, Timer
from ctidrv.events import BatteryChanged, DigitDown, DigitUp, FaxTone, PolarityChanged, PortEvent, ToneOn
from ctidrv.native.levels import level
from ctidrv.native.pcm import Pcm
from ctidrv.units import TICK, ms
from hwsim.devices.v253.personas import Persona
from hwsim.devices.v253.wording import FAX_CODES, TONE_CODES
from hwsim.ring_ear import SOUND_DBM0

LOOP_BREAK = ms(80)
"""Shorter breaks of the loop current are none (an exchange makes them when it switches)."""


class Hearing:
    """`tell` is called with each code's letter while the line is off hook."""

    def __init__(self, clock: SampleClock, persona: Persona, tell: Callable[[str], None]) -> None:
        self._clock, self._persona, self._tell = clock, persona, tell
        self._break: Timer | None = None
        self._silent = 0
        self._spoken = self._told = False

    def begin(self) -> None:
        """The line has just been taken, or a recording begins: silence counts from now."""
        self._silent, self._spoken, self._told = 0, False, False

    def event(self, event: PortEvent, *, digits: bool = True) -> None:
        """`digits`: they are told too."""
        match event:
            case DigitDown():
                if digits:
                    self._all(("/", event.digit) if self._persona.framed_digits else (event.digit,))
            case DigitUp():
                if digits and self._persona.framed_digits:
                    self._tell("~")
            case ToneOn(tone="congestion"):
                self._tell(self._persona.reorder)
            case ToneOn():
                if event.tone in TONE_CODES:
                    self._tell(TONE_CODES[event.tone])
            case FaxTone():
                if event.tone in FAX_CODES:
                    self._tell(FAX_CODES[event.tone])
            case PolarityChanged():
                self._tell("L")
            case BatteryChanged():
                if self._break is not None:
                    self._break.cancel()
                if not event.present:
                    self._break = self._clock.call_after(LOOP_BREAK, lambda: self._tell("l"))

    def silence(self, sound: Pcm, tenths: int) -> None:
        """20 ms of what is recorded; silence of so many tenths of a second (0: any) is told once: ``s`` when
        nothing was ever said, ``q`` behind a sound."""
        if level(sound) >= SOUND_DBM0:
            self._silent, self._spoken, self._told = 0, True, False
            return
        self._silent += TICK
        if tenths and not self._told and self._silent >= ms(100) * tenths:
            self._told = True
            self._tell("q" if self._spoken else "s")

    def _all(self, letters: tuple[str, ...]) -> None:
        for letter in letters:
            self._tell(letter)
