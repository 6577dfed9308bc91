"""Dials on a port: a string of digits and modifiers (ITU-T V.250, 6.3.1), by tones or pulses.

    0-9 * # A-D   a digit; by pulses only 0-9        P T   what follows by pulses, by tones
    ,             a pause of 2 s                     W     waits for dial tone
    !             hook flash                         - . ( ) and spaces mean nothing

Nothing is sent unless the whole string can be. The line must be off hook.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ctidrv.clock import SampleClock, Timer
from ctidrv.errors import DialFailed, UsageError
from ctidrv.events import Dialled, PlayDone, PortEvent, Released
from ctidrv.ports.dialling import Dialling
from ctidrv.units import Samples, ms, seconds, to_seconds

if TYPE_CHECKING:
    from ctidrv.media.channel import Channel

HOW = ("dtmf", "pulse")
DIAL_TONES = frozenset({"dial", "dial2", "stutter"})
PAUSE = seconds(2)
MOST = 128
_AT_ONCE = 32
"""Pulse digits that a board is given in advance."""
_STANDS = seconds(1)
"""A dial tone that stands so long behind the last digit is one to wait for, though it seems never to have
stopped: the end of a tone is known sooner, and some PBXs leave no pause before their second dial tone."""
_MODES = {"P": "pulse", "T": "dtmf"}
_NOTHING = "-.() "
_DIGITS = {"pulse": "0123456789", "dtmf": "0123456789*#ABCD"}
_MODIFIERS = ",W!"


def steps(text: str, how: str) -> list[tuple[str, str]]:
    """A dial string as (what, digits): "dtmf" or "pulse" and digits, or ",", "W", "!". Else UsageError."""
    if how not in HOW:
        raise UsageError(f"{how!r} is no way to dial: {', '.join(HOW)}")
    if not 0 < len(text) <= MOST:
        raise UsageError(f"a number to dial has 1 to {MOST} characters, not {len(text)}")
    found: list[tuple[str, str]] = []
    for char in text.upper():
        if char in _MODES:
            how = _MODES[char]
        elif char in _MODIFIERS:
            found.append((char, ""))
        elif char in _DIGITS[how]:
            before = found.pop()[1] if found and found[-1][0] == how else ""
            found.append((how, before + char))
        elif char not in _NOTHING:
            way = "pulses" if how == "pulse" else "tones"
            raise UsageError(f"{char!r} in {text!r} cannot be dialled by {way}")
    return found


class Dialler:
    """One string on one channel."""

    def __init__(
        self, channel: Channel, clock: SampleClock, dialling: Dialling, tone_within: Samples
    ) -> None:
        self._channel = channel
        self._clock = clock
        self._dialling = dialling
        self._tone_within = tone_within
        self._seen: asyncio.Queue[PortEvent | None] = asyncio.Queue()
        self._sent = Samples(0)
        """When the last digits began: a dial tone from before them is not the one to wait for."""
        self._through = Samples(-_STANDS)
        """When they had been sent."""
        self._earlier = channel.ordered
        """What somebody else ordered and is not done: answered before ours."""
        self._ways = {
            "dtmf": self._tones,
            "pulse": self._pulses,
            ",": self._pause,
            "W": self._dial_tone,
            "!": self._flash,
        }

    async def run(self, parts: list[tuple[str, str]]) -> None:
        """What `steps` gave. DialFailed when the line was released, refused, or gave no dial tone."""
        unsubscribe = self._channel.subscribe(self._seen.put_nowait)
        try:
            for what, digits in parts:
                if digits:
                    self._sent = self._clock.now()
                await self._ways[what](digits)
                if digits:
                    self._through = self._clock.now()
        finally:
            unsubscribe()

    async def _tones(self, digits: str) -> None:
        playback = self._channel.play(self._dialling.tones(digits))
        try:
            while True:
                event = await self._next()
                if isinstance(event, PlayDone) and event.ref == playback.ref:
                    break
        except BaseException:
            playback.stop()
            raise
        if event.reason != "end":
            raise DialFailed("stopped", f"{self._channel.info.id}: dialling {digits} was stopped")

    async def _pulses(self, digits: str) -> None:
        under_way = 0
        for digit in digits:
            if under_way == _AT_ONCE:
                await self._dialled()
                under_way -= 1
            self._channel.pulses(self._dialling.pulses(digit))
            under_way += 1
        for _ in range(under_way):
            await self._dialled()

    async def _flash(self, _: str) -> None:
        self._channel.flash(ms(self._dialling.flash_ms))
        await self._dialled()

    async def _dialled(self) -> None:
        while True:
            event = await self._next()
            if isinstance(event, Dialled) and self._earlier > 0:
                self._earlier -= 1
            elif isinstance(event, Dialled):
                if not event.done:
                    raise DialFailed(
                        "refused", f"{self._channel.info.id}: the line did not take pulses or flash"
                    )
                return

    async def _dial_tone(self, _: str) -> None:
        until = Samples(self._clock.now() + self._tone_within)
        stands = Samples(self._through + _STANDS)
        timers = [self._wake_at(until), self._wake_at(stands)]
        try:
            while not self._hears_dial_tone(stands):
                await self._next()
                if self._clock.now() >= until:
                    waited = to_seconds(self._tone_within)
                    raise DialFailed(
                        "no-dial-tone", f"{self._channel.info.id}: no dial tone within {waited:g} s"
                    )
        finally:
            for timer in timers:
                timer.cancel()

    def _hears_dial_tone(self, stands: Samples) -> bool:
        tone = self._channel.tone
        if tone is None or tone.tone not in DIAL_TONES:
            return False
        return tone.start >= self._sent or self._clock.now() >= stands

    async def _pause(self, _: str) -> None:
        until = Samples(self._clock.now() + PAUSE)
        timer = self._wake_at(until)
        try:
            while self._clock.now() < until:
                await self._next()
        finally:
            timer.cancel()

    def _wake_at(self, at: Samples) -> Timer:
        return self._clock.call_at(max(at, self._clock.now()), lambda: self._seen.put_nowait(None))

    async def _next(self) -> PortEvent | None:
        event = await self._seen.get()
        if isinstance(event, Released):
            raise DialFailed("released", f"{self._channel.info.id}: the line was released while it dialled")
        return event
