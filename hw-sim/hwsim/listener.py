"""Somebody's ear at a telephone: what has reached it, and what he waits to hear.

He judges by his ear alone: tones by the telephone's detectors, prompts by comparing the audio that
reached him (`hears`), so a prompt that was "played" but did not arrive is not heard.
"""

from __future__ import annotations

import asyncio
import functools
import math
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctidrv.clock import SampleClock
from ctidrv.errors import CtiError
from ctidrv.events import DigitDown, PortEvent, ToneOff, ToneOn, VoiceOff, VoiceOn
from ctidrv.native import compare
from ctidrv.native.ear import PROGRESS, VOICE
from ctidrv.native.pcm import Pcm
from ctidrv.units import Samples, ms, seconds, to_seconds
from hwsim.plant import AnyPlant

if TYPE_CHECKING:
    from hwsim.eventmode.track import Track

EAR = PROGRESS | VOICE
LOOK_EVERY = ms(200)
GOOD_SNR_DB = 6.0
"""A prompt is heard when what is the prompt is this much louder than what is not."""
MOST_KEPT = seconds(600)
"""Of what was said and heard; the oldest minute goes when it is full."""


def _done(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)


class NotHeard(CtiError, AssertionError):
    """Somebody waited for something that did not reach his ear."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that somebody did or heard, at a sample."""

    at: Samples
    what: str
    detail: str = ""


class Listener:
    """The ear of `who` at the plant's line `index`, and his notes."""

    def __init__(self, plant: AnyPlant, clock: SampleClock, index: int) -> None:
        self.index = index
        self.clock = clock
        self.said = array("h")
        self.heard = array("h")
        """The audio since he lifted the handset, the last MOST_KEPT of it, up to the latest `collect`."""
        self.since = Samples(0)
        """When the first sample of `heard` was at his ear."""
        self.toned: list[tuple[Samples, Samples | None, str]] = []
        """The tones since he lifted the handset: from, to (None: it sounds), which."""
        self.notes: list[Note] = []
        self.on_note: Callable[[Note], None] | None = None
        self.tones: set[str] = set()
        self.voice = False
        """A voice at his ear."""
        self.ear = EAR
        """The detectors that listen at his ear (a mask, ctidrv.native.ear)."""
        self._plant = plant
        self._off_hook = False
        self._looked = 0  # where the next `hears` begins to look
        self._saying: set[int] = set()
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def who(self) -> str:
        """In messages."""
        return "somebody"

    @property
    def off_hook(self) -> bool:
        return self._off_hook

    def _hear(self, event: PortEvent) -> None:
        if isinstance(event, ToneOn):
            self.tones.add(event.tone)
            self.toned.append((event.start, None, event.tone))
            self.note("hears", f"{event.tone} tone")
        elif isinstance(event, ToneOff):
            self.tones.discard(event.tone)
            self.toned = [
                (begin, event.at if end is None and tone == event.tone else end, tone)
                for begin, end, tone in self.toned
            ]
        elif isinstance(event, DigitDown) and not self._saying:  # else his own, returned by the line
            self.note("hears", f"digit {event.digit}")
        elif isinstance(event, VoiceOn | VoiceOff):
            self.voice = isinstance(event, VoiceOn)

    def collect(self) -> None:
        """Takes over what the telephone recorded."""
        if self._off_hook:
            said, heard = self._plant.phone_frames(self.index)
            self.said.frombytes(said)
            self.heard.frombytes(heard)
            surplus = len(self.heard) - MOST_KEPT
            if surplus > 0:
                surplus = min(len(self.heard), surplus + seconds(60))
                del self.said[:surplus], self.heard[:surplus]
                self._looked = max(0, self._looked - surplus)
                self.since = Samples(self.since + surplus)

    def sounded(self) -> tuple[tuple[int, int, Pcm], ...] | None:
        """Without audio: what sounded at his ear since he lifted the handset, from a sample to another,
        counted from then; with audio None: it stands in `heard`."""
        track = self._plant.track(self.index)
        if track is None:
            return None
        now = self.clock.now()
        return tuple(
            (begin - self.since, end - self.since, audio)
            for begin, end, audio in track.since(self.since, now)
        )

    async def hears_tone(self, tone: str, *, within: Samples = seconds(10)) -> None:
        """Waits until his ear tells the tone (dial, ringback, busy, congestion). Raises NotHeard."""
        deadline = self.clock.now() + within
        while tone not in self.tones:
            if self.clock.now() >= deadline:
                raise self.missed(f"{tone} tone", within)
            await self.something(deadline)

    async def hears(
        self, audio: Pcm, *, within: Samples = seconds(15), what: str = "a prompt"
    ) -> compare.Match:
        """Waits until this audio has reached his ear, after what he heard before. Raises NotHeard."""
        return (await self.hears_one_of({what: audio}, within=within, what=what))[1]

    async def hears_one_of(
        self, sounds: Mapping[str, Pcm], *, within: Samples = seconds(15), what: str
    ) -> tuple[str, compare.Match]:
        """As `hears`, any of several sounds; which it was."""
        deadline = self.clock.now() + within
        track = self._plant.track(self.index)
        if track is not None:
            return await self._hears_event(track, sounds, deadline, what, within)
        longest = max(map(len, sounds.values()))
        while True:
            self.collect()
            fresh = Pcm(self.heard[self._looked :])
            for name, audio in sounds.items():
                match = compare.find_over_line(audio, fresh) if len(fresh) >= len(audio) else None
                if match is not None and match.snr_db >= GOOD_SNR_DB:
                    self._looked += match.offset + len(audio)
                    self.note("hears", f"{name} ({match.gain_db:+.1f} dB)")
                    return name, match
            # What cannot hold a beginning any more is not looked at again.
            self._looked += max(0, len(fresh) - longest - int(LOOK_EVERY))
            if self.clock.now() >= deadline:
                raise self.missed(what, within)
            await self.clock.sleep(LOOK_EVERY)

    async def something(self, until: int | None = None) -> None:
        """Returns when something has happened at this telephone, or at that sample."""
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        timer = None if until is None else self.clock.call_at(until, lambda: _done(waiting))
        try:
            await waiting
        finally:
            if timer is not None:
                timer.cancel()

    def note(self, what: str, detail: str = "") -> None:
        """Writes down what he does or hears, now."""
        note = Note(self.clock.now(), what, detail)
        self.notes.append(note)
        if self.on_note is not None:
            self.on_note(note)

    def missed(self, what: str, within: Samples) -> NotHeard:
        """With what he hears instead, and what went before."""
        ear = ", ".join(sorted(self.tones)) or ("a voice" if self.voice else "silence")
        last = "; ".join(f"{to_seconds(n.at):.2f} s {n.what} {n.detail}".rstrip() for n in self.notes[-4:])
        return NotHeard(
            f"{self.who} waited {to_seconds(within):g} s for {what}: "
            f"he hears {ear}; before that: {last or 'nothing'}"
        )

    # Within.

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            _done(each)

    async def _hears_event(
        self, track: Track, sounds: Mapping[str, Pcm], deadline: int, what: str, within: Samples
    ) -> tuple[str, compare.Match]:
        """Without audio: what is known to sound there, and looked at as often as the ear would."""
        begun = self.clock.now()
        after = self.since + self._looked
        while True:
            now = self.clock.now()
            places = track.places(sounds, after)
            if places and places[0][0] <= now:
                over, name = places[0]
                self._looked = over - self.since
                self.note("hears", name)
                return name, compare.Match(over - len(sounds[name]) - after, 1.0, 0.0, math.inf)
            if now >= deadline:
                raise self.missed(what, within)
            due = min(places[0][0], deadline) if places else deadline
            waiting = track.changed()
            timer = self.clock.call_at(self._next_look(begun, due), functools.partial(_done, waiting))
            await waiting
            timer.cancel()
            await self.clock.until(self._next_look(begun, self.clock.now()))

    @staticmethod
    def _next_look(begun: int, at: int) -> Samples:
        return Samples(begun + -(-(at - begun) // LOOK_EVERY) * LOOK_EVERY)
