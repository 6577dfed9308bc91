"""Drives the queues (queue.py): callers hear music and their place, and are brought to seats in their turn.

What becomes free is known from the journal (``seat.state``). A seat is rung for a caller by the switchboard,
while he goes on hearing what he hears; when it answers he has left the queue.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from ctidrv.callcontrol.queue import AGAIN, Caller, Free, Idle, Order, Rules, Words, turn
from ctidrv.callcontrol.reached import Reached, Why
from ctidrv.callcontrol.seat_table import State
from ctidrv.callcontrol.switchboard import Switchboard
from ctidrv.clock import SampleClock, Timer
from ctidrv.errors import CallEnded
from ctidrv.units import Samples, seconds, to_seconds

if TYPE_CHECKING:
    from ctidrv.callcontrol.call import Call, Played
    from ctidrv.callcontrol.journal import CallEvent, Journal
    from ctidrv.callcontrol.seat import Seat
    from ctidrv.media.channel import Sound

_log = logging.getLogger(__name__)

_MISSED = (Why.NO_ANSWER.value, Why.NOT_REACHED.value)
_MUSIC_FIRST = seconds(2)
"""Who enters hears music at once, and his place so much later."""


class Left(Enum):
    """Why a caller is in the queue no longer."""

    ANSWERED = "answered"
    LEFT = "left"  # by the key
    TIMEOUT = "timeout"
    FULL = "full"  # he never was in it
    NOBODY = "nobody"  # nor here: every seat is paused or out of order
    FAILED = "failed"  # there is no such queue, or no telephone of it works
    CALLER_LEFT = "caller-left"  # hung up
    TAKEN = "taken"  # the call was given to somebody else


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words, as ``call.prompt`` names them."""

    prompt: str
    language: str
    sounds: Sequence[Sound]


Say = Callable[[int], Spoken | None]
"""A caller's place in words; None: there are none for it."""


@dataclass(frozen=True, slots=True)
class Served:
    """How a caller is served who waits. `every`, `ring`, `timeout`: other than the queue's."""

    say: Say
    first: Spoken | None = None
    """What he hears when he enters, before a seat is rung for him."""
    music: Sequence[Sound] = ()
    """Instead of the queue's."""
    card: Mapping[str, str] | None = None
    language: str | None = None
    ring: Samples | None = None
    every: Samples | None = None
    timeout: Samples | None = None


@dataclass(frozen=True, slots=True)
class Waited:
    """What came of it. `status`: a `Left`; of one who was answered what came of the talk (a `Reached`)."""

    status: str
    place: int | None
    """The last he had; None: he never was in the queue."""
    waited: Samples = Samples(0)


@dataclass(frozen=True, slots=True)
class _Queue:
    rules: Rules
    order: Order
    music: Sequence[Sound]


class _Waiting:
    """One caller; `hear` is what he hears."""

    def __init__(self, call: Call, queue: _Queue, served: Served, place: int, clock: SampleClock) -> None:
        self.call = call
        self.queue = queue
        self.served = served
        self.place = place
        self.entered = clock.now()
        self.waits = False
        """For a seat: he has heard the words that come first, and none that did not answer is let go just
        now."""
        self.seat: str | None = None
        """Which is rung for him."""
        self.leaving = False
        self.why = Left.FAILED
        self._clock = clock
        every = queue.rules.every if served.every is None else served.every
        self._words = Words(every, Samples(self.entered + _MUSIC_FIRST))
        self._music = False
        self._timer: Timer | None = None
        self._alarm: asyncio.Future[None] | None = None

    @property
    def held(self) -> bool:
        """None is rung for him in this moment."""
        return not self.waits or self.leaving or self.call.cause is not None

    async def hear(self, turn: Callable[[], bool]) -> None:
        """The words that come first, music, and the place when it is due, unless it is his turn, until the
        key that leaves is pressed, or at once if it was before. CallEnded."""
        key, music = self.queue.rules.leave, self.served.music or self.queue.music
        if self.served.first is not None:
            played = await self._say(self.served.first, key)
            if played.reason == "digit":
                return
        self.waits = True
        while True:
            spoken = None if turn() else self._spoken()
            if spoken is None:
                self._music = True
                self.plan()
                try:
                    played = await self.call.play(music, key, label="queue", loop=True)
                finally:
                    self._music = False
            else:
                played = await self._say(spoken, key)
            if played.reason == "digit":
                return

    def _spoken(self) -> Spoken | None:
        """The place, if it is due."""
        due = None if self.seat is not None else self._words.due(self.place)
        spoken = None if due is None or due > self._clock.now() else self.served.say(self.place)
        if spoken is not None:
            self._words.said(self.place, self._clock.now())
            self.call.note("queue.said", queue=self.queue.rules.name, position=self.place)
        return spoken

    async def _say(self, spoken: Spoken, key: str) -> Played:
        said = {"prompt": spoken.prompt, "lang": spoken.language}
        self.call.note("call.prompt", **said, state="started", reason=None)
        played = await self.call.play(spoken.sounds, key, label=spoken.prompt)
        self.call.note("call.prompt", **said, state="ended", reason=played.reason)
        return played

    def plan(self) -> None:
        """Of his place, or of who is rung for him, something is another: when is it said?"""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = self._words.due(self.place)
        if due is not None and self.seat is None and self.served.say(self.place) is not None:
            self._timer = self._clock.call_at(Samples(max(due, self._clock.now())), self._due)

    def _due(self) -> None:
        self._timer = None
        if self._music:
            self.call.stop()

    def over(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def wake(self) -> None:
        if self._alarm is not None and not self._alarm.done():
            self._alarm.set_result(None)

    async def something(self, *tasks: asyncio.Task[Any] | None) -> None:
        """Returns when one of these is done, or at `wake`."""
        self._alarm = asyncio.get_running_loop().create_future()
        there = [task for task in tasks if task is not None]
        await asyncio.wait([self._alarm, *there], return_when=asyncio.FIRST_COMPLETED)

    def row(self) -> dict[str, Any]:
        return {
            "call": self.call.id,
            "position": self.place,
            "number": self.call.caller.number,
            "seconds": to_seconds(Samples(self._clock.now() - self.entered)),
            "rings": self.seat,
        }


class Queues:
    """Those of one station. `music`: what callers hear by each queue's name."""

    def __init__(
        self,
        rules: Iterable[Rules],
        switchboard: Switchboard,
        clock: SampleClock,
        journal: Journal,
        music: Mapping[str, Sequence[Sound]],
    ) -> None:
        self._queues = {each.name: _Queue(each, Order(each.most), music[each.name]) for each in rules}
        self._switchboard = switchboard
        self._clock = clock
        self._idle = Idle()
        self._waiting: dict[str, _Waiting] = {}
        """By call, in the order in which they came."""
        journal.subscribe(self._heard)

    async def enter(self, call: Call, name: str, served: Served) -> Waited:
        """An answered call waits in a queue, and talks with who answers it; returns when that is over, or
        why nobody did.

        CallEnded when the call ends, as in every wait of a call.
        """
        queue = self._queues.get(name)
        refused = self._refused(name, queue, call)
        if queue is None or refused is not None:
            why = refused or Left.FAILED
            call.note("queue.left", queue=name, why=why.value, position=None, seconds=0.0, seat=None)
            return Waited(why.value, None)
        waiting = _Waiting(call, queue, served, queue.order.enter(call.id), self._clock)
        self._waiting[call.id] = waiting
        call.note("queue.entered", queue=name, position=waiting.place)
        try:
            return await self._serve(waiting)
        except CallEnded:
            waiting.why = Left.CALLER_LEFT
            raise
        except asyncio.CancelledError:
            waiting.why = Left.TAKEN
            raise
        finally:
            self._leave(waiting)

    def rows(self) -> list[dict[str, Any]]:
        """As the API gives them."""
        found = []
        for name, queue in self._queues.items():
            rows = [waiting.row() for waiting in self._waiting.values() if waiting.queue is queue]
            found.append(
                {
                    "name": name,
                    "seats": [{"name": seat.name, "state": seat.state.word} for seat in self._seats(queue)],
                    "most": queue.rules.most,
                    "waiting": rows,
                }
            )
        return found

    def _refused(self, name: str, queue: _Queue | None, call: Call) -> Left | None:
        """Why nobody may wait there."""
        if queue is None:
            _log.error("%s: there is no queue %r", call.id, name)
            return Left.FAILED
        states = {seat.state for seat in self._seats(queue)}
        if states <= {State.OUT}:
            return Left.FAILED
        if states <= {State.OUT, State.PAUSED}:
            return Left.NOBODY
        return Left.FULL if queue.order.full else None

    # One caller.

    async def _serve(self, waiting: _Waiting) -> Waited:
        length = waiting.served.timeout or waiting.queue.rules.timeout
        deadline = Samples(waiting.entered + length)
        timer = self._clock.call_at(deadline, waiting.wake)
        hearing = asyncio.ensure_future(waiting.hear(lambda: self._turn(waiting)))
        offer: asyncio.Task[Reached] | None = None
        try:
            while not hearing.done() and self._clock.now() < deadline:
                if offer is None and self._seat_for(waiting) is not None:
                    offer = asyncio.ensure_future(self._ring(waiting, hearing))
                await waiting.something(hearing, offer)
                if offer is not None and offer.done() and not hearing.cancelled():
                    offer.result()  # nobody answered, or the call ended
                    offer = None
                    waiting.waits = True
                    self._match()
            if hearing.done() and not hearing.cancelled():
                hearing.result()
            waiting.why = Left.LEFT if hearing.done() else Left.TIMEOUT
            waiting.leaving = True
            answered = hearing.cancelled() or not self._switchboard.withdraw(waiting.call)
            if offer is None or not answered:
                if offer is not None:
                    await offer
                return self._waited(waiting, waiting.why.value)
            waiting.why = Left.ANSWERED
            self._leave(waiting)
            waited = self._waited(waiting, "")
            return replace(waited, status=(await offer).value)
        finally:
            timer.cancel()
            tasks = [task for task in (hearing, offer) if task is not None]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _ring(self, waiting: _Waiting, hearing: asyncio.Task[None]) -> Reached:
        """Brings the call to a seat, which the caller does not notice until it answers."""
        seat = self._seat_for(waiting)
        if seat is None:  # there was one
            return Reached.BUSY
        waiting.seat = seat
        waiting.plan()
        served, rules = waiting.served, waiting.queue.rules
        waiting.call.note("queue.offered", queue=rules.name, seat=seat, position=waiting.place)
        return await self._switchboard.connect(
            waiting.call,
            [seat],
            ring=served.ring or rules.ring,
            hearing=hearing,
            card=served.card or {},
            language=served.language,
        )

    def _waited(self, waiting: _Waiting, status: str) -> Waited:
        return Waited(status, waiting.place, Samples(self._clock.now() - waiting.entered))

    def _leave(self, waiting: _Waiting) -> None:
        """He is in the queue no longer, and the others move up. Safe twice."""
        if self._waiting.pop(waiting.call.id, None) is None:
            return
        waiting.over()
        waiting.call.clear_digits()  # what was keyed here is nobody else's
        name = waiting.queue.rules.name
        waited = to_seconds(Samples(self._clock.now() - waiting.entered))
        seat = waiting.seat if waiting.why is Left.ANSWERED else None
        waiting.call.note(
            "queue.left",
            queue=name,
            why=waiting.why.value,
            position=waiting.place,
            seconds=round(waited, 3),
            seat=seat,
        )
        for call, place in waiting.queue.order.leave(waiting.call.id):
            other = self._waiting[call]
            other.place = place
            other.call.note("queue.position", queue=name, position=place)
            other.plan()
        self._match()

    # Who is rung for whom.

    def _heard(self, event: CallEvent) -> None:
        data = event.data
        if event.type == "seat.state":
            self._idle.state(data["seat"], data["state"], event.at)
        elif event.type == "call.seat" and data["state"] == "left":
            if data["cause"] in _MISSED:
                self._idle.missed(data["seat"], event.at)
                self._clock.call_at(event.at + AGAIN, self._match)
            self._let_go(event.call, data["seat"])
        else:
            return
        if self._waiting:
            # Behind what else is told of the same moment: that it did not answer, for one.
            asyncio.get_running_loop().call_soon(self._match)

    def _let_go(self, call: str | None, seat: str) -> None:
        """A seat is rung for a call no longer: if that waits, it is in its place as before."""
        waiting = self._waiting.get(call or "")
        if waiting is not None and waiting.seat == seat:
            waiting.seat, waiting.waits = None, False
            waiting.plan()

    def _match(self) -> None:
        """Somebody's turn may have come: one after the other, so that a seat that was free and is not any
        more changes no order."""
        found = self._next()
        if found is not None:
            self._waiting[found[0]].wake()

    def _turn(self, waiting: _Waiting) -> bool:
        """Somebody's turn may have come; whether it is his."""
        self._match()
        return self._seat_for(waiting) is not None

    def _seat_for(self, waiting: _Waiting) -> str | None:
        """If it is his turn now."""
        found = self._next()
        return found[1] if found is not None and found[0] == waiting.call.id else None

    def _next(self) -> tuple[str, str] | None:
        """The call for which a seat is to be rung, and which."""
        free = {name: self._free(queue) for name, queue in self._queues.items()}
        callers = []
        for call, waiting in self._waiting.items():
            if waiting.seat is None:
                name = waiting.queue.rules.name
                if waiting.held:
                    free[name] = []  # nobody overtakes him
                callers.append(Caller(call, free[name]))
        return turn(callers)

    def _free(self, queue: _Queue) -> list[Free]:
        """The seats that could be rung."""
        now = self._clock.now()
        return [
            Free(seat.name, self._idle.since(seat.name))
            for seat in self._seats(queue)
            if seat.state is State.READY and not self._idle.rests(seat.name, now)
        ]

    def _seats(self, queue: _Queue) -> list[Seat]:
        """Each once, in the order of the file."""
        found = {seat.name: seat for word in queue.rules.seats for seat in self._switchboard.find(word)}
        return list(found.values())
