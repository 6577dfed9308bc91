"""Brings calls to seats: rings them, joins who answers with the caller, and notes what came of it.

The caller hears music, or his country's ringback, until a seat answers; then the seat's greeting, which the
operator does not hear; then the operator. Each seat that rings for a call is a leg of it (``call.seat``).
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ctidrv.callcontrol.caller_side import Hearing
from ctidrv.callcontrol.causes import Cause
from ctidrv.callcontrol.connection import Connection
from ctidrv.callcontrol.destination import Destination, Kind
from ctidrv.callcontrol.errand import Errand
from ctidrv.callcontrol.parties import Means
from ctidrv.callcontrol.reached import Reached, Talk, Why
from ctidrv.callcontrol.seat import Seat
from ctidrv.clock import SampleClock
from ctidrv.config import BOX_NAME
from ctidrv.errors import CallEnded, InputError, ServiceError
from ctidrv.units import PortId, Samples

if TYPE_CHECKING:
    from ctidrv.callcontrol.call import Call
    from ctidrv.callcontrol.pbx import Way
    from ctidrv.media.bridge import Bridge
    from ctidrv.media.channel import Sound

__all__ = ["PICK_UP", "PLACES", "Reached", "Switchboard", "Talk"]

PLACES = 9
"""For parked calls."""
PICK_UP = "*8"
"""Keyed before a place's number: the call that is parked there."""


class Switchboard:
    """Of one station. `ringback`: of the line at a port; `bridge` makes one (`MediaEngine.bridge`); `hold`:
    music, and `reasons`: words for an operator to whom a call comes back. `outside` makes a seat of an
    outside number, for one call; CtiError: it may not be called. `way`: how the line at a port dials. `box`
    takes a message for a box, in a language. `kinds`: the types of caller that a call's caller is, for
    greetings."""

    def __init__(
        self,
        seats: Iterable[Seat],
        clock: SampleClock,
        *,
        bridge: Callable[[], Bridge],
        ringback: Callable[[PortId], Sound],
        hold: Sequence[Sound],
        reasons: Mapping[Reached, Sound],
        outside: Callable[[str], Seat],
        way: Callable[[PortId], Way],
        box: Callable[[Call, str, str | None], Awaitable[None]],
        kinds: Callable[[Call], Sequence[str]],
    ) -> None:
        self._seats = tuple(seats)
        self._outside = outside
        self._means = Means(clock, self.find, bridge, hold, way, ringback, box, kinds, reasons)
        self._connections: dict[str, Connection] = {}
        for seat in self._seats:
            seat.dialled = self._dialled
            seat.flashed = self._flashed
            seat.muted = self._muted

    def find(self, to: str) -> list[Seat]:
        """The seats that a name, a number or a group means; those of a group in the order of the file. Of
        ``tel:`` and an outside number, a seat of its own; CtiError: it may not be called."""
        destination = Destination.of(to)
        if destination.kind is Kind.OUTSIDE:
            return [self._outside(destination.name)]
        return [seat for seat in self._seats if to in (seat.name, seat.number, *seat.groups)]

    async def connect(
        self,
        call: Call,
        to: Sequence[str],
        *,
        ring: Samples,
        music: Sequence[Sound] = (),
        hearing: Hearing | None = None,
        card: Mapping[str, str] = {},
        language: str | None = None,
    ) -> Reached:
        """Brings a call to a seat, and returns when their talk is over, or nobody was reached. One that still
        rings (it needs `hearing`) is answered when a seat has.

        `to`: names or numbers of seats, groups, outside numbers (``tel:``), and what ends the call:
        extensions of the PBX that its line is one of (``pbx:``), and boxes (``box:``). They are tried in this
        order, each rung for so long (`ring`); all ready seats of a group ring at once. `music`:
        what the caller hears meanwhile, its last over and over.
        `hearing`: instead of it what he hears already; cancelled when a seat answers, else left alone.
        `card`: told with the call wherever it goes. `language`: of the greeting.

        CallEnded when the call ends, as in every wait of a call.
        """
        call.note("call.connect", to=list(to), state="started", card=dict(card))
        connection = Connection(call, self._means, card, language)
        self._connections[call.id] = connection
        state = Reached.FAILED.value
        try:
            reached = await connection.reach(to, ring, music or [self._means.ringback(call.port)], hearing)
            state = reached.value
        except CallEnded as error:
            given = error.cause is Cause.GIVEN_ON
            state = Cause.GIVEN_ON.value if given else Reached.CALLER_LEFT.value
            raise
        except asyncio.CancelledError:
            if connection.given:
                state = Why.SENT_ON.value
            raise
        finally:
            del self._connections[call.id]
            connection.release(Why.TAKEN)
            call.note("call.connect", to=list(to), state=state)
        if hearing is None or hearing.done():
            call.clear_digits()  # what was keyed to the operator is nobody else's
        return reached

    def withdraw(self, call: Call) -> bool:
        """Nobody is to be rung for it any more. False: somebody has answered."""
        connection = self._connections.get(call.id)
        return connection is None or connection.withdraw()

    # What an operator asks for, of a call that talks with a seat; else ServiceError.

    def change(self, call: Call, talk: Talk) -> None:
        """On hold, muted, or as before."""
        self._of(call).change(talk)

    def send_on(self, call: Call, to: str, ring: Samples, card: Mapping[str, str]) -> None:
        """To another, as `connect` takes it, rung for so long; then it comes back to who has it now, who is
        told why. `card` is added to the call's. InputError: there is no such seat; NotAllowed."""
        connection = self._of(call)
        match Destination.of(to):
            case Destination(Kind.BOX, name):
                if not re.fullmatch(BOX_NAME, name):
                    raise InputError(f"{to}: a box is called by letters, digits, - and _")
            case Destination(Kind.PBX, number):
                self._means.way(call.port).judge(number)
            case _:
                self._check(call, to)
        connection.send_on(to, ring, card)

    def give(self, call: Call, to: Destination, errand: Errand, ring: Samples) -> None:
        """To what is no seat: the seat is free at once, and the errand serves the caller. When it fails the
        call comes back as by `send_on`."""
        self._of(call).give(to, errand, ring)

    def consult(self, call: Call, to: str, ring: Samples, card: Mapping[str, str]) -> None:
        """As `send_on`, but the seat that has the call talks with the other first; it has the caller again by
        `change`, or when nobody answers. Hanging up is as `complete`."""
        connection = self._of(call)
        self._check(call, to)
        connection.consult(to, ring, card)

    def swap(self, call: Call) -> None:
        """The seat talks with the caller while the one that it consults hears music, or the other way."""
        self._of(call).swap()

    def conference(self, call: Call) -> None:
        """Caller, seat and the one that it consults hear one another; whichever seat hangs up first leaves
        the caller to the other."""
        self._of(call).conference()

    def complete(self, call: Call) -> None:
        """The consulted seat has the call; one that still rings as by `send_on`."""
        self._of(call).complete()

    def park(self, call: Call, within: Samples) -> int:
        """In the first place that is free, until a seat picks it up; after so long it comes back. The place,
        1 … PLACES; ServiceError too when all are taken."""
        connection = self._of(call)
        taken = {each.slot for each in self._connections.values()}
        free = next((slot for slot in range(1, PLACES + 1) if slot not in taken), None)
        if free is None:
            raise ServiceError(f"all {PLACES} places for parked calls are taken")
        connection.park(free, within)
        return free

    def pick_up(self, call: Call, seat: str) -> None:
        """A parked call, to a seat; InputError: there is no such seat."""
        connection = self._of(call)
        for each in self._seats:
            if seat in (each.name, each.number):
                return connection.pick_up(each)
        raise InputError(f"{seat}: there is no such seat; there are {', '.join(s.name for s in self._seats)}")

    def _dialled(self, seat: Seat, keys: str) -> bool:
        """A seat's telephone keyed this; whether it leads anywhere."""
        if any(each.has(seat) and each.keyed(keys) for each in self._connections.values()):
            return True
        slot = keys.removeprefix(PICK_UP)
        if slot == keys:
            return False
        for connection in self._connections.values():
            if connection.slot and slot == str(connection.slot):
                try:
                    connection.pick_up(seat)
                except ServiceError:
                    return False
                return True
        return False

    def _flashed(self, seat: Seat) -> None:
        for connection in self._connections.values():
            if connection.has(seat):
                with contextlib.suppress(ServiceError):  # in a conference, or in the midst of another order
                    connection.flash()

    def _muted(self, seat: Seat, on: bool) -> None:
        for connection in self._connections.values():
            if connection.has(seat):
                with contextlib.suppress(ServiceError):  # as above: its microphone alone is mute
                    connection.mute(on)

    def _check(self, call: Call, to: str) -> None:
        seats = self.find(to)
        if not seats:
            known = ", ".join(seat.name for seat in self._seats)
            raise InputError(f"{to}: there is no such seat or group; there are {known}")
        if [seat.call for seat in seats] == [call]:
            raise InputError(f"call {call.id} is at {to} already")

    def _of(self, call: Call) -> Connection:
        connection = self._connections.get(call.id)
        if connection is None:
            raise ServiceError(f"call {call.id} talks with no seat")
        return connection
