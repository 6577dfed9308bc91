"""A call as menus, mailboxes and operators see it: answer, play, digits, record, hang up.

It exists from the first of reversal, caller ID or ring (design.md, decision 5). All waits are for
samples. Once the far end is gone, every wait raises CallEnded, also one that began before.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

from ctidrv.callcontrol.answer import Answer
from ctidrv.callcontrol.causes import BROKEN, Cause, Outcome, not_through
from ctidrv.callcontrol.journal import CallEvent, Journal
from ctidrv.callcontrol.keys import Key, Keys
from ctidrv.callcontrol.plays import Played, Plays
from ctidrv.callcontrol.profile import LineProfile
from ctidrv.callcontrol.take import Recorded, Take
from ctidrv.callcontrol.waiting import Waits
from ctidrv.clock import SampleClock, later
from ctidrv.events import (
    Detached,
    DigitDown,
    DigitUp,
    FaxTone,
    PlayDone,
    PortEvent,
    RecordDone,
    VoiceOff,
    VoiceOn,
)
from ctidrv.units import RATE, PortId, Samples, ms

if TYPE_CHECKING:
    from ctidrv.media.attachment import Terminal
    from ctidrv.media.channel import Channel, Sink, Sound

OPERATOR = "operator"
"""Who answers a call when it is not the script."""
SEAT = "seat"
"""Who answers a call for which telephones rang before it was answered."""
FAX = "fax"
"""Who answers a call in the place of the script, as a fax machine: the station itself, or a program."""
CALLED = "called"
"""Who answers a call that we made."""
_LOOK_EVERY = ms(1000)
"""Whether the sink of a message has failed."""


class CallState(Enum):
    ALERTING = "alerting"
    CONNECTED = "connected"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Caller:
    """What caller ID told; `checksum_ok` false: it came damaged and number and name are not known."""

    number: str | None = None
    name: str | None = None
    reason: str | None = None  # private | unavailable
    standard: str | None = None
    checksum_ok: bool | None = None


Serve = Callable[["Call"], Coroutine[Any, Any, None]]
"""Serves a call to its end, or until it is cancelled."""


class Line(Protocol):
    """What a call asks of its line (line.py)."""

    def answer(self, call: Call) -> None: ...
    def hang_up(self, call: Call, cause: Cause) -> None: ...
    def sounding(self, call: Call, playing: bool) -> None: ...
    def aside(self, call: Call, on: bool) -> None: ...


class Call:
    """One call on one line. Made by the line; all methods belong to the loop's thread."""

    def __init__(
        self,
        id: str,
        line: Line,
        channel: Channel,
        clock: SampleClock,
        journal: Journal,
        profile: LineProfile,
        *,
        started: Samples,
        direction: str = "in",
        number: str | None = None,
        emergency: bool = False,
    ) -> None:
        """direction, number: "out", and what is dialled; emergency: to a number of which no other call may
        take the line."""
        self.id = id
        self.port: PortId = channel.info.id
        self.channel = channel
        self.direction = direction
        self.number = number
        self.emergency = emergency
        self.seized = False
        """It began with the line off hook already: it rang as we seized the line for another."""
        self._seat: str | None = None
        self._attended = False
        self.party: Answer | None = None
        """Who answered a call that we made, when it is known."""
        self.state = CallState.ALERTING
        self.caller = Caller()
        self.rings = 0
        self.summoned = False
        """The exchange asked for a primary answer (J-CLIP): a call there was, though it may never ring."""
        self.started_at = started
        self._started = clock.wall(started)
        self.answered_at: Samples | None = None
        self.ended_at: Samples | None = None
        self.answered_by: str | None = None
        self.cause: Cause | None = None
        self._outcome: Outcome | None = None
        self._line = line
        self._clock = clock
        self._journal = journal
        self._profile = profile
        self._ringing = False
        self._waits = Waits(clock, lambda: self.cause)
        self._keys = Keys(clock, self._key_over)
        self._plays = Plays(channel, self._waits, lambda playing: line.sounding(self, playing))
        self._take: Take | None = None
        self._voice = False
        self._fax_calls = False
        self._handed_over = False
        self._next: Serve | None = None
        self._is_givable = False
        self._when_answering: list[Callable[[], None]] = []
        self._when_ended: list[Callable[[], None]] = []

    # What is known.

    @property
    def seat(self) -> str | None:
        """Which seat has answered it."""
        return self._seat

    @seat.setter
    def seat(self, name: str | None) -> None:
        self._seat = name
        self._attended = self._attended or name is not None

    @property
    def outcome(self) -> Outcome:
        """What came of it; an application sets it (a mailbox: MESSAGE), else it follows from the cause."""
        if self._outcome is not None:
            return self._outcome
        if self.direction == "out" and self.answered_at is None:
            return not_through(self.cause)
        if self.answered_at is None:
            told = self.rings or self.summoned or self.caller.standard is not None
            return Outcome.MISSED if told else Outcome.NO_RING
        return Outcome.INTERRUPTED if self.cause in BROKEN else Outcome.ANSWERED

    @outcome.setter
    def outcome(self, value: Outcome) -> None:
        self._outcome = Outcome(value)

    def wall(self, at: Samples) -> datetime:
        """UTC of a sample, counted from the call's beginning: the computer's clock may be set meanwhile."""
        return later(self._started, at - self.started_at)

    def note(self, type: str, **data: Any) -> CallEvent:
        """Writes a fact about this call into the journal."""
        return self._journal.emit(type, self.port, self.id, **data)

    # What one does with it.

    async def answer(self, by: str = "script", after_rings: int = 0) -> None:
        """Takes the line off hook, after so many rings, and returns when it is.

        After the first ring it waits for the caller ID where that comes between the first rings, at the
        longest until the second: answering sooner would cut it off. An operator answers at any time; of
        a call that the script has answered she takes over (what plays is stopped). A script whose
        call an operator has taken waits here until the call ends, or until it is cancelled.
        """
        self._waits.check()
        if self.direction == "out" and by != OPERATOR:
            return await self.through()  # a menu that begins with `answer` serves calls of both kinds
        if self.state is CallState.CONNECTED:
            if self.answered_by != by:
                self.answered_by = by
                self.stop()
                self.note("call.answered", by=by)
                self._waits.wake()
            return
        if after_rings > 0:
            await self.rung(after_rings)
        if self.answered_by is None or by == OPERATOR:
            self.answered_by = by
            self._line.answer(self)
        await self._waits.until(lambda: self.state is CallState.CONNECTED and self.answered_by == by)

    async def rung(self, count: int) -> None:
        """Returns when it has rung so often, after the first ring with the caller ID as in `answer`; or when
        it is answered, be it that it rang as we seized the line for another."""
        await self._waits.until(lambda: self._taken_up or self._rung(count))
        if count == 1 and self._profile.caller_id_after_ring and not self._taken_up:
            await self._waits.until(
                lambda: self._taken_up or self.caller.standard is not None or self.rings > 1,
                Samples(self._clock.now() + self._profile.caller_id_wait),
            )

    async def taken(self) -> None:
        """Returns when an operator has answered or taken over; CallEnded when the call ends before."""
        await self._waits.until(lambda: self.state is CallState.CONNECTED and self.answered_by == OPERATOR)

    async def through(self) -> None:
        """Returns when a call that we make is answered; CallEnded when it ends before."""
        await self._waits.until(lambda: self.state is CallState.CONNECTED)

    async def party_known(self, within: Samples) -> Answer | None:
        """Who answered a call that we made; None: it is not known so soon."""
        await self._waits.until(lambda: self.party is not None, Samples(self._clock.now() + within))
        return self.party

    async def machine_ready(self, within: Samples) -> None:
        """An answering machine has beeped and records; at the longest so long."""
        await self._waits.until(
            lambda: self.party is not None and self.party.beep is not None,
            Samples(self._clock.now() + within),
        )

    async def fax_calls(self) -> None:
        """Returns when a calling fax machine is heard (CNG) and no seat has had the call; CallEnded when the
        call ends before."""
        await self._waits.until(lambda: self._fax_calls)

    def give_to(self, serve: Serve) -> bool:
        """It is served by this from now on, in the place of what serves it, which is cancelled. False:
        nobody attends to that (`given`), and nothing is changed."""
        if not self._is_givable:
            return False
        self._next, self._attended, self._fax_calls = serve, False, False
        self._waits.wake()
        return True

    async def given(self) -> Serve:
        """Returns what it is to be served by instead, when there is such (`give_to`); CallEnded when the call
        ends before."""
        self._is_givable = True
        try:
            await self._waits.until(lambda: self._next is not None)
        finally:
            self._is_givable = False
        serve, self._next = self._next, None
        assert serve is not None
        return serve

    async def ended(self) -> Cause:
        """Waits until the call is over (no CallEnded) and tells why."""
        await self._waits.until(lambda: self.cause is not None, raising=False)
        assert self.cause is not None
        return self.cause

    def when_answering(self, listener: Callable[[], None]) -> None:
        """Calls back right before the line is sent off hook to answer the call: what is posted then takes
        effect in the tick of the seizure. Not before a primary answer (fxo_jclip.py)."""
        self._when_answering.append(listener)

    def when_ended(self, listener: Callable[[], None]) -> None:
        """Calls back in the moment the call ends, before those who wait for it go on."""
        self._when_ended.append(listener)

    async def play(
        self, sounds: Sequence[Sound], stop_on: str = "", *, label: str = "prompt", loop: bool = False
    ) -> Played:
        """Plays the sounds one after the other without a gap, until their end or a key of `stop_on`.

        Does not begin when such a key was pressed before. `label` (a prompt's id) is what the journal
        names as that into which a digit fell. `loop`: the last sound goes on until it is stopped.
        """
        self._waits.check()
        early = next((digit for digit in self._keys.pressed() if digit in stop_on), None)
        if early is not None:
            return Played("digit", early)
        return await self._plays.play(sounds, stop_on, label, loop)

    def stop(self) -> None:
        """Stops all that plays; safe at any time."""
        self._plays.stop()

    def relays(self, sound: bool) -> None:
        """Somebody on the call's bridge is heard, or no longer: what the line sends is no silence."""
        self._plays.relays(sound)

    def aside(self, on: bool) -> None:
        """We speak with the exchange, and he is on hold there, or a machine speaks with his: nothing that is
        heard is a sign of him."""
        self._line.aside(self, on)

    async def hand_over(self, terminal: Terminal) -> Detached:
        """The line's sound is a fax machine's or a modem's until it ends by itself; what plays ends, and
        nothing that is heard meanwhile is a sign of the far end, nor a key. CallEnded when the call ends
        before; cancelling takes it off the line.
        """
        self._waits.check()
        self.stop()
        self.aside(True)
        attachment = self.channel.attach(terminal)
        self._handed_over = True  # the tones are its own, or for it
        try:
            await self._waits.until(lambda: attachment.end is not None)
        finally:
            self._handed_over = False
            if attachment.end is None:
                self.channel.detach(attachment)
            if self.cause is None:
                self.aside(False)
        assert attachment.end is not None
        return attachment.end

    async def digit(self, timeout: Samples | None = None) -> str | None:  # noqa: ASYNC109 (of samples)
        """The next key: one pressed before, else the next within so many samples; None: none came."""
        deadline = None if timeout is None else Samples(self._clock.now() + timeout)
        await self._waits.until(lambda: self._keys.ready, deadline)
        if not self._keys.ready and self._keys.pressed():  # still held down
            await self._waits.until(lambda: self._keys.ready or not self._keys.pressed())
        return self._keys.next()

    def clear_digits(self) -> None:
        """Forgets the keys pressed so far."""
        self._keys.clear()

    async def pause(self, length: Samples) -> None:
        """Waits; CallEnded when the call ends before."""
        await self._waits.until(lambda: False, Samples(self._clock.now() + length))

    async def record_message(
        self, sink: Sink, *, max: Samples, silence: Samples, finish_on: str = ""
    ) -> Recorded:
        """Records what the caller says until a key, silence, `max` or hang-up; the sink is closed then.

        StoreError soon after the sink has failed: nobody is to talk to a disk that takes nothing.
        The one wait that returns when the far end hangs up (reason ``hangup``), so that what was said
        is kept; the next wait raises CallEnded. Keys pressed meanwhile are no type-ahead.
        """
        self._waits.check()
        now = self._clock.now()
        take = self._take = Take(
            started=now, silence=silence, finish_on=finish_on, limit=Samples(now + max), voice=self._voice
        )
        recording = self.channel.record_message(sink)

        def stopped(event: PortEvent) -> None:
            if isinstance(event, RecordDone) and event.ref == recording.ref:
                take.on_stopped(event)

        forget = self.channel.subscribe(stopped)
        try:
            while self.cause is None and recording.error is None and not take.over(now := self._clock.now()):
                until = Samples(min(take.due(), now + _LOOK_EVERY))
                await self._waits.until(take.changed, until, raising=False)
        finally:
            try:
                frames = await recording.stop()
            finally:
                forget()
                self._take = None
        return take.result(frames, self.cause)

    async def hang_up(self, cause: Cause = Cause.LOCAL_SCRIPT) -> None:
        """Puts the line on hook; safe at any time, twice too.

        A call that rings cannot be refused without answering it: it goes on ringing until the
        caller gives up.
        """
        self.hang_up_now(cause)

    def hang_up_now(self, cause: Cause = Cause.LOCAL_SCRIPT) -> None:
        """The same, for who does not wait."""
        self._line.hang_up(self, cause)

    # What the line tells.

    def on_event(self, event: PortEvent) -> None:
        """A port event that the line hands on."""
        if self._take is not None:
            self._take.on_event(event)
        if isinstance(event, DigitDown):
            self._digit_down(event)
        elif isinstance(event, DigitUp):
            self._keys.up(event.at, event.length)
        elif isinstance(event, PlayDone):
            self._plays.done(event)
        elif isinstance(event, VoiceOn | VoiceOff):
            self._voice = isinstance(event, VoiceOn)
        elif isinstance(event, FaxTone) and self.state is CallState.CONNECTED and not self._handed_over:
            self._journal.emit("call.fax", self.port, self.id, at=event.at, tone=event.tone)
            self._fax_calls = self._fax_calls or (event.tone == "cng" and not self._attended)
        self._waits.wake()

    def on_ring(self, ringing: bool, rings: int) -> None:
        self._ringing, self.rings = ringing, rings
        self._waits.wake()

    def on_caller(self, caller: Caller) -> None:
        self.caller = caller
        self._waits.wake()

    def on_answering(self) -> None:
        for listener in self._when_answering:
            listener()

    def on_party(self, party: Answer) -> None:
        self.party = party
        self._waits.wake()

    def on_connected(self, at: Samples) -> None:
        self.state, self.answered_at = CallState.CONNECTED, at
        self._waits.wake()

    def on_ended(self, at: Samples, cause: Cause) -> None:
        self._keys.up(at, None)
        self.state, self.ended_at, self.cause = CallState.ENDED, at, cause
        self._plays.end()
        for listener in self._when_ended:
            listener()
        self._waits.wake()

    # How.

    @property
    def _taken_up(self) -> bool:
        """It is answered, or is to be."""
        return self.answered_by is not None or self.state is CallState.CONNECTED

    def _rung(self, count: int) -> bool:
        return self.rings > count or (self.rings == count and not self._ringing)

    def _digit_down(self, event: DigitDown) -> None:
        self._keys.down(event.at, Key(event.digit, self._plays.label, kept=self._take is None))
        self._plays.digit(event.digit)

    def _key_over(self, key: Key, at: Samples | None, length: Samples | None) -> None:
        self._journal.emit(
            "call.digit",
            self.port,
            self.id,
            at=at,
            digit=key.digit,
            length_ms=None if length is None else round(length * 1000 / RATE),
            during=key.during,
        )
        self._waits.wake()
