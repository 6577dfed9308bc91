"""Brings calls to seats: rings them, joins who answers with the caller, and notes what came of it.

The caller hears music, or his country's ringback, until a seat answers; then the seat's greeting, which the
operator does not hear; then the operator. Each seat that rings for a call is a leg of it (``call.seat``).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING

from ctidrv.callcontrol.seat import Seat, Told
from ctidrv.callcontrol.seat_table import State
from ctidrv.clock import SampleClock
from ctidrv.errors import CallEnded, CtiError
from ctidrv.events import PortEvent, VoiceOff, VoiceOn
from ctidrv.units import PortId, Samples, ms

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
    LOST = "line-lost"
    TAKEN = "taken"  # the call was given to somebody else, or has no room on a bridge


_ECHO_DIES = ms(40)
"""What we played last comes back from the line for so long, and is not for the operator."""
_NONE_BETTER = (Reached.NO_ANSWER, Reached.BUSY, Reached.FAILED)
"""Of what came of several seats, that which tells most."""


class Switchboard:
    """Of one station. `ringback`: of the line at a port; `bridge` makes one (`MediaEngine.bridge`)."""

    def __init__(
        self,
        seats: Iterable[Seat],
        clock: SampleClock,
        *,
        bridge: Callable[[], Bridge],
        ringback: Callable[[PortId], Sound],
    ) -> None:
        self.clock = clock
        self.bridge = bridge
        self._seats = tuple(seats)
        self._ringback = ringback

    def find(self, to: str) -> list[Seat]:
        """The seats that a name, a number or a group means; those of a group in the order of the file."""
        return [seat for seat in self._seats if to in (seat.name, seat.number, *seat.groups)]

    async def connect(
        self,
        call: Call,
        to: Sequence[str],
        *,
        ring: Samples,
        music: Sequence[Sound] = (),
        card: Mapping[str, str] = {},
        language: str | None = None,
    ) -> Reached:
        """Brings an answered call to a seat, and returns when their talk is over, or nobody was reached.

        `to`: names or numbers of seats, or groups, tried in this order, each rung for so long (`ring`); all
        ready seats of a group ring at once. `music`: what the caller hears meanwhile, its last over and over.
        `card`: told with the call wherever it goes. `language`: of the greeting.

        CallEnded when the call ends, as in every wait of a call.
        """
        call.note("call.connect", to=list(to), state="started", card=dict(card))
        connection = _Connection(self, call, card, language)
        reached = Reached.FAILED
        try:
            reached = await connection.reach(to, ring, music or [self._ringback(call.port)])
        except CallEnded:
            reached = Reached.CALLER_LEFT
            raise
        finally:
            connection.release(Why.TAKEN)
            call.note("call.connect", to=list(to), state=reached.value)
        call.clear_digits()  # what was keyed to the operator is nobody else's
        return reached


class _Connection:
    """One call on its way to a seat, or talking with one."""

    def __init__(self, board: Switchboard, call: Call, card: Mapping[str, str], language: str | None) -> None:
        self._board = board
        self._call = call
        self._card = dict(card)
        self._language = language
        self._ringing: list[Seat] = []
        self._seat: Seat | None = None
        """Who has answered and has not left."""
        self._left: Told | None = None
        """How who had answered left."""
        self._bridge: Bridge | None = None
        self._forget: Callable[[], None] | None = None
        self._waiter: asyncio.Future[None] | None = None
        call.when_ended(self._ended)

    async def reach(self, to: Sequence[str], ring: Samples, meanwhile: Sequence[Sound]) -> Reached:
        sounds = asyncio.ensure_future(self._call.play(meanwhile, label="waiting", loop=True))
        found = set[Reached]()
        try:
            for each in to:
                if self._seat is None:
                    found.add(await self._ring(each, ring))
        finally:
            sounds.cancel()
            await asyncio.gather(sounds, return_exceptions=True)
        if self._seat is None:
            return next((each for each in _NONE_BETTER if each in found), Reached.FAILED)
        return await self._talk(self._seat)

    async def _ring(self, to: str, length: Samples) -> Reached:
        seats = self._board.find(to)
        for seat in seats:
            if seat.ring(self._call, self._tell):
                self._ringing.append(seat)
                self._note(seat, "ringing", card=self._card)
        if not self._ringing:
            if not seats:
                _log.error("%s: there is no seat and no group %r", self._call.id, to)
            out = all(seat.state is State.OUT for seat in seats)
            return Reached.FAILED if out else Reached.BUSY
        deadline = Samples(self._board.clock.now() + length)
        while self._ringing and self._seat is None and self._board.clock.now() < deadline:
            await self._something(deadline)
        self._stop_ringing(Why.NO_ANSWER)
        return Reached.NO_ANSWER

    async def _talk(self, seat: Seat) -> Reached:
        call = self._call
        try:
            self._bridge = bridge = self._board.bridge()
        except CtiError as error:
            _log.error("%s: %s", call.id, error)
            return Reached.FAILED
        greeting = seat.greeting(self._language)
        if greeting is not None:
            await call.play([greeting], label="greeting")
        await call.pause(_ECHO_DIES)
        if self._left is None:
            call.channel.join(bridge)
            seat.channel.join(bridge)
            self._note(seat, "talking")
        talked = self._left is None
        while self._left is None:
            await self._something(None)
        if self._left is Told.LOST:
            return Reached.FAILED
        return Reached.ANSWERED if talked else Reached.NO_ANSWER

    def release(self, why: Why) -> None:
        """Nothing rings for the call any more, and nobody talks with it. Safe twice."""
        self._stop_ringing(why)
        seat = self._seat
        if seat is not None:
            self._leave(why)
            seat.clear()
        self._unbridge()

    # What happens.

    def _tell(self, seat: Seat, told: Told) -> None:
        if told is Told.ANSWERED:
            self._seat = seat
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
        if isinstance(event, VoiceOn | VoiceOff) and self._bridge is not None:
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
        timer = None if deadline is None else self._board.clock.call_at(deadline, self._wake)
        try:
            await self._waiter
        finally:
            if timer is not None:
                timer.cancel()
        if self._call.cause is not None:
            raise CallEnded(self._call.cause)
