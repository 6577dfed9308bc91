"""A simulated caller at a telephone of the exchange: verbs that wait on the sample clock.

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
from typing import TYPE_CHECKING, Any

from ctidrv.clock import SampleClock
from ctidrv.errors import CtiError
from ctidrv.events import DigitDown, PortEvent, ToneOff, ToneOn, VoiceOff, VoiceOn
from ctidrv.native import compare, lib
from ctidrv.native.ear import PROGRESS, VOICE
from ctidrv.native.events import port_event
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import dtmf
from ctidrv.units import TICK, PortId, Samples, ms, seconds, to_seconds
from hwsim.exchange import Exchange, Line
from hwsim.line_faults import CROSS_TALK, MENDED
from hwsim.plant import AnyPlant, Sound

if TYPE_CHECKING:
    from hwsim.eventmode.track import Track
from hwsim.ring_ear import RingEar

EAR = PROGRESS | VOICE
LOOK_EVERY = ms(200)
GOOD_SNR_DB = 6.0
"""A prompt is heard when what is the prompt is this much louder than what is not."""
DIGIT_MS, PAUSE_MS = 80, 80
ON_HOOK = ms(1600)
"""Longer than the flash of any country."""
MOST_KEPT = seconds(600)
"""Of what was said and heard; the oldest minute goes when it is full."""
REFUSALS = ("busy", "congestion", "nu", "sit")


def _done(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)


class NotHeard(CtiError, AssertionError):
    """The caller waited for something that did not reach his ear."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing the caller did or heard, at a sample."""

    at: Samples
    what: str
    detail: str = ""


class Subscriber:
    """A telephone with somebody at it. Verbs may be called in any order; each returns when it is done."""

    def __init__(self, exchange: Exchange, plant: AnyPlant, clock: SampleClock, line: Line) -> None:
        self.line = line
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
        self.rings = 0
        """How often the telephone has rung since it was last lifted."""
        self._exchange = exchange
        self._plant = plant
        self.clock = clock
        self._port = PortId(f"phone/{line.index}")
        self._off_hook = False
        self._looked = 0  # where the next `hears` begins to look
        self._saying: set[int] = set()
        self._pulsing = 0  # digits and flashes under way
        self._hung_up: Samples | None = None
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def number(self) -> str:
        return self.line.number

    @property
    def off_hook(self) -> bool:
        return self._off_hook

    def identify(self, number: str, name: str | None = None, *, withheld: bool = False) -> None:
        """The number and name that the exchange sends as caller ID. UsageError for what it cannot send."""
        self._exchange.renumber(self.line, number, name, withheld=withheld)

    # From the board, after each tick.

    def feed(self, event: Any) -> None:
        """An event of the plant at this telephone: its bell, its player, its ear."""
        if event.kind == lib.CTI_EV_PLAY_DONE:
            self._saying.discard(event.ref)
        elif event.kind == lib.CTI_EV_DIALLED:
            self._pulsing -= 1
        elif event.kind == lib.CTI_EV_RING_ON:
            self.rings += 1
            self.note("rings")
        elif event.ref == 1:
            made = port_event(event, self._port, lambda port, ref: b"")
            if made is not None:
                self._hear(made)
        self._wake()

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
            said, heard = self._plant.phone_frames(self.line.index)
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
        track = self._plant.track(self.line.index)
        if track is None:
            return None
        now = self.clock.now()
        return tuple(
            (begin - self.since, end - self.since, audio)
            for begin, end, audio in track.since(self.since, now)
        )

    # Verbs.

    async def lift(self) -> None:
        """Off hook: answers a telephone that rings, else there is dial tone.

        Not sooner than ON_HOOK after he hung up: the exchange would take that for a flash.
        """
        if self._off_hook:
            return
        if self._hung_up is not None:
            await self.clock.until(self._hung_up + ON_HOOK)
        self._plant.phone_frames(self.line.index)  # what an earlier call left
        self.said, self.heard, self._looked = array("h"), array("h"), 0
        self.since, self.toned = self.clock.now(), []
        self.tones.clear()
        self.voice, self.rings = False, 0
        self._plant.phone_listen(self.line.index, self.ear)
        self._plant.phone_record(self.line.index, True)
        self._plant.hook(self.line.index, True)
        self._off_hook = True
        self.note("lifts the handset")
        await self.clock.sleep(TICK)

    async def hang_up(self) -> None:
        """On hook; safe at any time, twice too."""
        if not self._off_hook:
            return
        self.collect()
        self._off_hook = False
        self._hung_up = self.clock.now()
        self._plant.hook(self.line.index, False)
        self._plant.phone_record(self.line.index, False)
        self._plant.phone_listen(self.line.index, 0)
        self.note("hangs up")
        self._wake()
        await self.clock.sleep(TICK)

    async def dial(self, number: str, *, how: str = "dtmf", within: Samples = seconds(5)) -> None:
        """Lifts, waits for dial tone, and keys the number, or turns the dial (`how` is "pulse")."""
        await self.lift()
        await self.hears_tone("dial", within=within)
        if how == "pulse":
            await self.turn_dial(number)
        else:
            await self.press(number, what="dials")

    async def press(
        self, digits: str, *, on_ms: int = DIGIT_MS, off_ms: int = PAUSE_MS, what: str = "presses"
    ) -> None:
        """Keys as DTMF audio from the telephone."""
        self.note(what, digits)
        await self._say(dtmf(digits, on_ms=on_ms, off_ms=off_ms))

    async def turn_dial(self, digits: str) -> None:
        """Digits 0-9 by dial pulses, as the country has them."""
        self.note("turns the dial", digits)
        for digit in digits:
            self._plant.phone_pulses(self.line.index, self._exchange.dialling.pulses(digit))
        await self._pulsed(len(digits))

    async def flash(self, length: Samples | None = None) -> None:
        """A short press of the hook, else of the country's length."""
        self.note("flashes")
        self._plant.phone_flash(self.line.index, length or ms(self._exchange.dialling.flash_ms))
        await self._pulsed(1)

    async def speak(self, audio: Pcm) -> None:
        self.note("speaks", f"{to_seconds(len(audio)):.1f} s")
        await self._say(audio)
        self.note("stops speaking")

    async def exchanges(self, said: Pcm) -> bytes:
        """Says a tick's worth of sound, and returns what is at his ear meanwhile (16-bit little-endian)."""
        self._plant.phone_play(self.line.index, said)
        await self.clock.sleep(TICK)
        self.collect()
        return Pcm(self.heard[-TICK:]).bytes

    async def silence(self, length: Samples) -> None:
        await self.clock.sleep(length)

    async def hold(self, length: Samples, music: Pcm | None = None) -> None:
        """The telephone's hold key: the loop stays closed, he neither says nor hears anything; the other
        side hears the music, over and over, or silence."""
        self.note("holds", f"for {to_seconds(length):.1f} s")
        until = self.clock.now() + length
        while music is not None and self._off_hook and (left := until - self.clock.now()) > 0:
            await self._say(music[: int(left)])
        await self.clock.until(until)
        self.collect()
        self._looked = len(self.heard)
        self.note("is back")

    def line_fault(
        self, what: str, number: str | None, other: str | None, down_db: float, lasts: Samples | None
    ) -> None:
        """Something happens to his line's pair, or another's (hwsim/line_faults.py). NotHeard where no line
        has the number."""
        line = self.line if number is None else self._line_of(number)
        self.note("sees", f"line {line.number}: {what}")
        if what == CROSS_TALK:
            heard = self._line_of(other or "")
            if heard is line:
                raise NotHeard(f"the caller {self.number}: line {line.number} is not heard on itself")
            self._exchange.cross_talk(line, heard, down_db)
            mend = functools.partial(self._exchange.cross_talk, line, heard, None)
        else:
            self._exchange.fault(line, None if what == MENDED else what)
            mend = functools.partial(self._exchange.fault, line, None)
        if lasts is not None:
            self.clock.call_after(lasts, mend)

    def _line_of(self, number: str) -> Line:
        line = self._exchange.line_of(number)
        if line is None:
            raise NotHeard(f"the caller {self.number}: no line has the number {number}")
        return line

    async def hears_tone(self, tone: str, *, within: Samples = seconds(10)) -> None:
        """Waits until his ear tells the tone (dial, ringback, busy, congestion). Raises NotHeard."""
        deadline = self.clock.now() + within
        while tone not in self.tones:
            if self.clock.now() >= deadline:
                raise self.missed(f"{tone} tone", within)
            await self.something(deadline)

    async def answered(self, *, within: Samples = seconds(60)) -> None:
        """Waits until somebody answers: he hears a voice, or the ringing that he heard is over, also when its
        first burst was cut short.

        Raises NotHeard at once for a tone of REFUSALS.
        """
        deadline = self.clock.now() + within
        rings = RingEar(self._exchange.cadence("ringback"), map(self._exchange.cadence, REFUSALS))
        # From his last key on, behind which the ringing may have begun at once.
        self.collect()
        fresh = max(0, len(self.heard) - ms(PAUSE_MS))
        track, listened = self._plant.track(self.line.index), self.clock.now() - ms(PAUSE_MS)
        rang = False
        while not self.voice and not rings.is_over and not (rang and "ringback" not in self.tones):
            rang = rang or "ringback" in self.tones
            self.collect()
            rings.feed(Pcm(self.heard[fresh:]) if track is None else track.heard(listened, self.clock.now()))
            fresh, listened = len(self.heard), self.clock.now()
            if self.clock.now() >= deadline or not self.tones.isdisjoint(REFUSALS):
                raise self.missed("an answer", within)
            # He listens on: that the ringing is over is no event.
            await self.something(self.clock.now() + TICK)
        self.note("is answered")

    async def is_rung(self, *, within: Samples = seconds(30)) -> None:
        """Waits, on hook, until his telephone rings."""
        deadline = self.clock.now() + within
        while not self.rings:
            if self.clock.now() >= deadline:
                raise self.missed("his telephone to ring", within)
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
        track = self._plant.track(self.line.index)
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

    async def _pulsed(self, count: int) -> None:
        self._pulsing += count
        while self._pulsing > 0:
            await self.something()

    async def _say(self, sound: Sound) -> None:
        ref = self._plant.phone_play(self.line.index, sound)
        self._saying.add(ref)
        try:
            while ref in self._saying and self._off_hook:
                await self.something()
        finally:
            if ref in self._saying:  # he hung up, or is no longer to go on
                self._saying.discard(ref)
                self._plant.phone_stop(self.line.index, ref)
            if self._off_hook:  # his own sound, returned by the line, may have been taken for a voice
                self.voice = False
                self._plant.phone_listen(self.line.index, self.ear & ~VOICE)
                self._plant.phone_listen(self.line.index, self.ear)

    def forget(self) -> None:
        """What he said, heard and did so far; on hook."""
        self.said, self.heard, self._looked = array("h"), array("h"), 0
        self.toned, self.notes = [], []

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
            f"the caller {self.line.number} waited {to_seconds(within):g} s for {what}: "
            f"he hears {ear}; before that: {last or 'nothing'}"
        )
