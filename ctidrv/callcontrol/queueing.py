"""Drives the queues (queue.py): callers wait (queued_call.py), and are brought to seats in their turn.

What becomes free is known from the journal (``seat.state``). A seat is rung for a caller by the switchboard,
while he goes on hearing what he hears; when it answers he has left the queue.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ctidrv.callcontrol.queue import AGAIN, Caller, Free, Idle, Order, Rules, turn
from ctidrv.callcontrol.queued_call import Queue, QueuedCall
from ctidrv.callcontrol.reached import Reached, Why
from ctidrv.callcontrol.seat_table import State
from ctidrv.callcontrol.switchboard import Switchboard
from ctidrv.callcontrol.waited import Left, Served, Waited
from ctidrv.clock import SampleClock
from ctidrv.errors import CallEnded
from ctidrv.units import Samples, to_seconds

if TYPE_CHECKING:
    from ctidrv.callcontrol.call import Call
    from ctidrv.callcontrol.journal import CallEvent, Journal
    from ctidrv.callcontrol.seat import Seat
    from ctidrv.media.channel import Sound

_log = logging.getLogger(__name__)

_MISSED = (Why.NO_ANSWER.value, Why.NOT_REACHED.value)


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
        self._queues = {each.name: Queue(each, Order(each.most), music[each.name]) for each in rules}
        self._switchboard = switchboard
        self._clock = clock
        self._idle = Idle()
        self._waiting: dict[str, QueuedCall] = {}
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
        waiting = QueuedCall(call, queue, served, queue.order.enter(call.id), self._clock)
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

    def _refused(self, name: str, queue: Queue | None, call: Call) -> Left | None:
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

    async def _serve(self, waiting: QueuedCall) -> Waited:
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

    async def _ring(self, waiting: QueuedCall, hearing: asyncio.Task[None]) -> Reached:
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

    def _waited(self, waiting: QueuedCall, status: str) -> Waited:
        return Waited(status, waiting.place, Samples(self._clock.now() - waiting.entered))

    def _leave(self, waiting: QueuedCall) -> None:
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

    def _turn(self, waiting: QueuedCall) -> bool:
        """Somebody's turn may have come; whether it is his."""
        self._match()
        return self._seat_for(waiting) is not None

    def _seat_for(self, waiting: QueuedCall) -> str | None:
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

    def _free(self, queue: Queue) -> list[Free]:
        """The seats that could be rung."""
        now = self._clock.now()
        return [
            Free(seat.name, self._idle.since(seat.name))
            for seat in self._seats(queue)
            if seat.state is State.READY and not self._idle.rests(seat.name, now)
        ]

    def _seats(self, queue: Queue) -> list[Seat]:
        """Each once, in the order of the file."""
        found = {seat.name: seat for word in queue.rules.seats for seat in self._switchboard.find(word)}
        return list(found.values())
