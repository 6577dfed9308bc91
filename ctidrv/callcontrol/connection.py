"""One call on its way to a seat, or with one: rung for, talking, on hold, sent on, parked, given back.

The caller is never in silence: until he is joined with somebody he hears what `reach` was given, on hold and
while he is sent on the hold music. Who sent him on, and gets him back, is told why.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from ctidrv.callcontrol.seat import Seat, Told
from ctidrv.callcontrol.seat_table import State
from ctidrv.clock import SampleClock
from ctidrv.errors import CallEnded, CtiError, ServiceError
from ctidrv.events import PortEvent, VoiceOff, VoiceOn
from ctidrv.media.bridge import Role
from ctidrv.units import Samples, ms, seconds

if TYPE_CHECKING:
    from ctidrv.callcontrol.call import Call
    from ctidrv.media.bridge import Bridge
    from ctidrv.media.channel import Sound

_log = logging.getLogger(__name__)


class Reached(Enum):
    """What came of it."""

    ANSWERED = "answered"  # they talked, and the operator hung up first
    BUSY = "busy"  # every seat is
    NO_ANSWER = "no-answer"
    CALLER_LEFT = "caller-left"
    FAILED = "failed"  # there is no such seat, its telephone is out of order, or went so


class Why(Enum):
    """Why a seat has the call no longer."""

    ELSEWHERE = "answered-elsewhere"
    NO_ANSWER = "no-answer"
    CALLER_LEFT = "caller-left"
    OPERATOR = "operator"  # hung up
    SENT_ON = "sent-on"  # to another seat
    PARKED = "parked"
    LOST = "line-lost"
    TAKEN = "taken"  # the call was given to somebody else, or has no room on a bridge


class Talk(Enum):
    """How caller and operator hear each other."""

    TALKING = "talking"
    MUTED = "muted"  # the caller does not hear the operator
    HELD = "held"  # neither hears the other, and the caller music


_ECHO_DIES = ms(40)
"""What we played last comes back from the line for so long, and is not for the operator."""
_BACK_WITHIN = seconds(30)
"""A parked call that comes back rings for so long."""
_NONE_BETTER = (Reached.NO_ANSWER, Reached.BUSY, Reached.FAILED)
"""Of what came of several seats, that which tells most."""


@dataclass(frozen=True, slots=True)
class Means:
    """What the switchboard has for its connections."""

    clock: SampleClock
    find: Callable[[str], list[Seat]]
    """The seats that a name, number or group means."""
    bridge: Callable[[], Bridge]
    hold: Sequence[Sound]
    """Music."""
    reasons: Mapping[Reached, Sound] = field(default_factory=dict)
    """Why a call comes back, in words."""


@dataclass(frozen=True, slots=True)
class _Order:
    """To be sent on, or parked."""

    sender: Seat
    ring: Samples
    to: str = ""
    slot: int = 0
    """Where it is parked; 0: it is not."""


class Connection:
    """Made by the switchboard; `reach` runs once. CallEnded when the call ends, as in every wait of it."""

    def __init__(self, call: Call, means: Means, card: Mapping[str, str], language: str | None) -> None:
        self.card = dict(card)
        self._call = call
        self._means = means
        self._language = language
        self._ringing: list[Seat] = []
        self._seat: Seat | None = None
        """Who has answered and has not left."""
        self._left: Told | None = None
        """How who had answered left."""
        self._talk: Talk | None = None
        """None: they are not joined."""
        self._wanted = Talk.TALKING
        self._order: _Order | None = None
        self.slot = 0
        """Where it is parked, or will be in a moment; 0: nowhere."""
        self._sounds: asyncio.Task[object] | None = None
        self._bridge: Bridge | None = None
        self._forget: Callable[[], None] | None = None
        self._waiter: asyncio.Future[None] | None = None
        call.when_ended(self._ended)

    async def reach(self, to: Sequence[str], ring: Samples, meanwhile: Sequence[Sound]) -> Reached:
        """Rings one after the other, and returns when the talk is over or nobody was reached."""
        try:
            self._hear_while(meanwhile)
            reached = await self._seek(to, ring)
            if self._seat is not None:
                reached = await self._talk_with(greet=True)
            while self._order is not None:
                reached = await self._send_on(self._order)
            return reached
        finally:
            await self._sounds_end()

    def release(self, why: Why) -> None:
        """Nothing rings for the call any more, and nobody talks with it. Safe twice."""
        self._stop_ringing(why)
        seat = self._seat
        if seat is not None:
            self._leave(why)
            seat.clear()
        self._unbridge()

    # What is asked of a talk.

    def change(self, wanted: Talk) -> None:
        """Takes effect within some ticks. ServiceError: they do not talk."""
        self._talking()
        self._wanted = wanted
        self._wake()

    def send_on(self, to: str, ring: Samples) -> None:
        """To another seat, or a group; back to who has it now when nobody answers. ServiceError as above."""
        self._order = _Order(self._talking(), ring, to=to)
        self._wake()

    def park(self, slot: int, within: Samples) -> None:
        """Until a seat picks it up; after so long back to who has it now. ServiceError as above."""
        self._order = _Order(self._talking(), within, slot=slot)
        self.slot = slot
        self._wake()

    def pick_up(self, seat: Seat) -> None:
        """Parked, to this seat: it rings, or has the call at once if it is off hook. ServiceError: it is not
        parked (any more), or the seat has another call."""
        if not self.slot or self._order is not None or self._ringing or self._seat is not None:
            raise ServiceError(f"call {self._call.id} is not parked")
        if not seat.reachable:
            raise ServiceError(f"{seat.name} is {seat.state.word}")
        self._recall(seat)

    def _talking(self) -> Seat:
        if self._seat is None or self._talk is None or self._order is not None:
            raise ServiceError(f"call {self._call.id} talks with no seat")
        return self._seat

    # One step after the other.

    async def _seek(self, to: Sequence[str], ring: Samples) -> Reached:
        found = set[Reached]()
        for each in to:
            if self._seat is None:
                found.add(await self._ring(each, ring))
        return next((each for each in _NONE_BETTER if each in found), Reached.FAILED)

    async def _ring(self, to: str, length: Samples) -> Reached:
        seats = self._means.find(to)
        for seat in seats:
            if seat.ring(self._call, self._tell):
                self._ringing.append(seat)
                self._note(seat, "ringing", card=self.card)
        if not self._ringing:
            if not seats:
                _log.error("%s: there is no seat and no group %r", self._call.id, to)
            out = all(seat.state is State.OUT for seat in seats)
            return Reached.FAILED if out else Reached.BUSY
        return await self._answered(length)

    async def _answered(self, within: Samples) -> Reached:
        clock = self._means.clock
        deadline = Samples(clock.now() + within)
        while self._ringing and self._seat is None and clock.now() < deadline:
            await self._something(deadline)
        self._stop_ringing(Why.NO_ANSWER)
        return Reached.NO_ANSWER

    async def _talk_with(self, *, greet: bool) -> Reached:
        """The talk with who has answered, to its end, or until the call is to be sent on."""
        call, seat = self._call, self._seat
        if seat is None:
            return Reached.NO_ANSWER
        try:
            self._bridge = self._bridge or self._means.bridge()
        except CtiError as error:
            _log.error("%s: %s", call.id, error)
            return Reached.FAILED
        greeting = seat.greeting(self._language) if greet else None
        if greeting is not None:
            await self._sounds_end()
            await call.play([greeting], label="greeting")
        self._wanted, talked = Talk.TALKING, False
        while self._left is None and self._order is None:
            if self._talk is self._wanted:
                await self._something(None)
            else:
                await self._become(self._wanted)
                talked = talked or self._talk is not None
        self._talk = None
        if self._left is Told.LOST:
            return Reached.FAILED
        return Reached.ANSWERED if talked else Reached.NO_ANSWER

    async def _become(self, talk: Talk) -> None:
        seat, bridge, line = self._seat, self._bridge, self._call.channel
        assert seat is not None
        assert bridge is not None
        if talk is Talk.HELD:
            line.leave()
            self._call.relays(False)
            self._hear_while(self._means.hold)
        elif self._talk in (None, Talk.HELD):
            await self._sounds_end()
            await self._call.pause(_ECHO_DIES)
            if self._left is not None or self._bridge is None:
                return
            line.join(bridge)
        if talk is not Talk.HELD:
            seat.channel.join(bridge, Role.MUTED if talk is Talk.MUTED else Role.TALK)
        self._talk = talk
        self._note(seat, talk.value)

    async def _send_on(self, order: _Order) -> Reached:
        self._order = None
        self._hear_while(self._means.hold)
        self._call.channel.leave()
        self._call.relays(False)
        if self._seat is not None:
            seat = self._seat
            self._leave(Why.PARKED if order.slot else Why.SENT_ON)
            seat.channel.leave()
            seat.clear()
        if order.slot:
            reached = await self._stay_parked(order)
        else:
            reached = await self._seek([order.to], order.ring)
        if self._seat is not None:
            return await self._talk_with(greet=not order.slot)
        return await self._give_back(order, reached)

    async def _stay_parked(self, order: _Order) -> Reached:
        clock = self._means.clock
        deadline = Samples(clock.now() + order.ring)
        self._call.note("call.parked", slot=order.slot, state="parked")
        try:
            while self._seat is None and clock.now() < deadline:
                await self._something(deadline)
        finally:
            self.slot = 0
            state = "over" if self._seat is None else "picked-up"
            self._call.note("call.parked", slot=order.slot, state=state)
        self._stop_ringing(Why.NO_ANSWER)
        return Reached.NO_ANSWER

    async def _give_back(self, order: _Order, reached: Reached) -> Reached:
        sender = order.sender
        if not sender.reachable:
            return reached
        self._recall(sender, back=reached.value)
        await self._answered(_BACK_WITHIN if order.slot else order.ring)
        if self._seat is None:
            return reached
        if (reason := self._means.reasons.get(reached)) is not None:
            await self._say_to(sender, reason)
        return await self._talk_with(greet=False)

    def _recall(self, seat: Seat, **more: object) -> None:
        self._ringing.append(seat)
        self._note(seat, "ringing", card=self.card, **more)
        seat.recall(self._call, self._tell)

    async def _say_to(self, seat: Seat, words: Sound) -> None:
        """The operator alone hears it, while the caller's music goes on."""
        playback = seat.channel.play(words)
        over = asyncio.ensure_future(playback.done())
        over.add_done_callback(lambda _: self._wake())
        try:
            while not over.done() and self._left is None:
                await self._something(None)
        finally:
            over.cancel()
            playback.stop()

    # What happens.

    def _tell(self, seat: Seat, told: Told) -> None:
        if told is Told.ANSWERED:
            self._seat, self._left = seat, None
            self._ringing.remove(seat)
            self._stop_ringing(Why.ELSEWHERE)
            self._call.seat = seat.name
            self._forget = seat.channel.subscribe(self._hear)
            self._note(seat, "answered")
        elif seat is self._seat:
            self._left = told
            self._leave(Why.OPERATOR if told is Told.LEFT else Why.LOST)
            self._unbridge()
        elif seat in self._ringing:
            self._ringing.remove(seat)
            self._note(seat, "left", cause=Why.LOST.value)
        self._wake()

    def _ended(self) -> None:
        self.release(Why.CALLER_LEFT)
        self._wake()

    def _hear(self, event: PortEvent) -> None:
        """The operator's voice is sound that the line sends."""
        if isinstance(event, VoiceOn | VoiceOff) and self._talk in (Talk.TALKING, Talk.MUTED):
            self._call.relays(isinstance(event, VoiceOn))

    # How.

    def _stop_ringing(self, why: Why) -> None:
        ringing, self._ringing = self._ringing, []
        for seat in ringing:
            seat.stop_ring()
            self._note(seat, "left", cause=why.value)

    def _leave(self, why: Why) -> None:
        seat, self._seat = self._seat, None
        self._call.seat = None
        if self._forget is not None:
            self._forget()
            self._forget = None
        if seat is not None:
            self._note(seat, "left", cause=why.value)

    def _unbridge(self) -> None:
        bridge, self._bridge = self._bridge, None
        if bridge is not None:
            bridge.close()
            self._call.relays(False)

    def _hear_while(self, sounds: Sequence[Sound]) -> None:
        """What the caller hears from now on, over and over, instead of what he heard."""
        if self._sounds is not None:
            self._sounds.cancel()
        playing = self._call.play(sounds, label="waiting", loop=True)
        self._sounds = asyncio.get_running_loop().create_task(playing)
        self._sounds.add_done_callback(_heard)

    async def _sounds_end(self) -> None:
        sounds, self._sounds = self._sounds, None
        if sounds is not None:
            sounds.cancel()
            await asyncio.gather(sounds, return_exceptions=True)

    def _note(self, seat: Seat, state: str, **more: object) -> None:
        self._call.note("call.seat", seat=seat.name, number=seat.number, state=state, **more)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _something(self, deadline: Samples | None) -> None:
        """Waits until something happens, at the longest so long. CallEnded."""
        if self._call.cause is not None:
            raise CallEnded(self._call.cause)
        self._waiter = asyncio.get_running_loop().create_future()
        timer = None if deadline is None else self._means.clock.call_at(deadline, self._wake)
        try:
            await self._waiter
        finally:
            if timer is not None:
                timer.cancel()
        if self._call.cause is not None:
            raise CallEnded(self._call.cause)


def _heard(sounds: asyncio.Task[object]) -> None:
    """The call's end stops the sound, and is told by every wait of the call."""
    error = None if sounds.cancelled() else sounds.exception()
    if error is not None and not isinstance(error, CallEnded):
        _log.error("what a caller hears who waits: %s", error)
