"""Drives the table of a consultation (consult_table.py): a seat that has a call asks another before it gives
it away, or does not give it away.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from ctidrv.callcontrol.away import Next, SendOn, give_back, tell_why
from ctidrv.callcontrol.consult_table import OVER, ConsultState, Do, Input, State
from ctidrv.callcontrol.parties import Part, Parties
from ctidrv.callcontrol.reached import Reached, Why
from ctidrv.callcontrol.seat import Seat, Told
from ctidrv.errors import ServiceError
from ctidrv.units import Samples

if TYPE_CHECKING:
    from ctidrv.callcontrol.party import Party

_JOINED = MappingProxyType(
    {
        State.RINGING: (),
        State.ASIDE: (Part.OWNER, Part.GUEST),
        State.WITH_CALLER: (Part.CALLER, Part.OWNER),
        State.CONFERENCE: (Part.CALLER, Part.OWNER, Part.GUEST),
    }
)
_NOTED = MappingProxyType(
    {
        State.RINGING: ("consulting", None),
        State.ASIDE: ("consulting", "consulted"),
        State.WITH_CALLER: ("talking", "held"),
        State.CONFERENCE: ("conference", "conference"),
    }
)
"""Of the sender, and of the other (``call.seat``)."""


@dataclass(frozen=True, slots=True)
class Consult:
    """Another seat, or a group, rung for so long. `card` is added to the call's."""

    sender: Seat
    to: str
    ring: Samples
    card: dict[str, str] = field(default_factory=dict)

    async def carry_out(self, parties: Parties) -> Next:
        """Returns when it is over, whoever has the call then; given back if nobody has."""
        parties.card |= self.card
        if parties.owner is None:  # he has hung up meanwhile, which is as `complete`
            return await SendOn(self.sender, self.to, self.ring).carry_out(parties)
        consultation = Consultation(parties, self)
        parties.consultation = consultation
        try:
            return await consultation.run()
        finally:
            parties.consultation = None


class Consultation:
    """One; `run` runs once. CallEnded when the call ends."""

    def __init__(self, parties: Parties, order: Consult) -> None:
        self._parties = parties
        self._order = order
        self._table = ConsultState()
        self._reached = Reached.NO_ANSWER
        """Why the call comes back to the sender."""
        self._placed: State | None = None

    @property
    def state(self) -> State:
        return self._table.state

    @property
    def ring_data(self) -> dict[str, str]:
        """Noted of the seats that ring."""
        return {"by": self._order.sender.name}

    async def run(self) -> Next:
        parties, order = self._parties, self._order
        clock = parties.means.clock
        deadline = Samples(clock.now() + order.ring)
        await self._place()
        amiss = parties.ring(order.to, **self.ring_data)
        if amiss is not None:
            self._unanswered(amiss)
        while self.state not in OVER:
            if self._placed is not self.state:
                await self._place()
            elif self.state is State.RINGING and (clock.now() >= deadline or not parties.ringing):
                self._unanswered(Reached.NO_ANSWER if parties.ringing else Reached.FAILED)
            else:
                await parties.something(deadline if self.state is State.RINGING else None)
        if self.state is State.SENT_ON:
            reached = await parties.answered(deadline)
            if parties.owner is not None:
                return Next(reached, greet=True)
            return await give_back(parties, order.sender, reached, order.ring)
        if self.state is State.RETURNED:
            if parties.owner is not None:
                parties.owner.quiet()
                await parties.place(())  # he was on the bridge with the other
                await tell_why(parties, parties.owner, self._reached)
            if parties.owner is None:  # he hung up before he had heard it
                return await give_back(parties, order.sender, Reached.NO_ANSWER, order.ring)
        return Next(Reached.ANSWERED)

    def order(self, seen: Input) -> None:
        """SWAP, JOIN, COMPLETE or BACK, by the sender. ServiceError: not in this state."""
        if not self._feed(seen):
            amiss = "has not answered" if self.state is State.RINGING else "is in the conference already"
            raise ServiceError(f"call {self._parties.call.id}: {self._order.to} {amiss}")

    # What the parties tell.

    def answered(self) -> None:
        self._feed(Input.ANSWERED)

    def left(self, party: Party, told: Told) -> None:
        lost = told is Told.LOST
        if party is self._parties.guest:
            self._reached = Reached.FAILED if lost else Reached.ANSWERED
            self._parties.leave(party, Why.LOST if lost else Why.OPERATOR)
            self._feed(Input.OTHER_LEFT)
        else:
            self._feed(Input.SENDER_LEFT, Why.LOST if lost else None)

    # The table at work.

    def _unanswered(self, reached: Reached) -> None:
        self._reached = reached
        self._feed(Input.UNANSWERED)

    def _feed(self, seen: Input, why: Why | None = None) -> bool:
        """Whether there is such a step. `why`: the sender leaves, other than by it."""
        actions = self._table.feed(seen)
        if self.state in OVER:
            self._parties.consultation = None
        for action in actions or ():
            self._perform(action, why)
        self._parties.wake()
        return actions is not None

    def _perform(self, action: Do, why: Why | None) -> None:
        parties = self._parties
        owner, guest = parties.owner, parties.guest
        match action:
            case Do.STOP_RINGING:
                parties.stop_ringing(Why.LET_GO if self.state is State.BACK else Why.NO_ANSWER)
            case Do.LET_GO if guest is not None:
                parties.leave(guest, Why.LET_GO)
                guest.seat.clear()
            case Do.FREE_SENDER if owner is not None:
                parties.leave(owner, why or Why.SENT_ON)
                for seat in parties.ringing:
                    seat.own()
            case Do.HAND_OVER:
                parties.hand_over(why or Why.HANDED_OVER)
            case Do.CLEAR_SENDER:
                self._order.sender.clear()

    async def _place(self) -> None:
        state, parties = self.state, self._parties
        if not await parties.place(_JOINED[state]) or self.state is not state:
            return
        self._placed = state
        owner, guest = _NOTED[state]
        if parties.owner is not None:
            parties.note(parties.owner.seat, owner)
            if state is State.RINGING:
                parties.owner.hear([parties.means.ringback(parties.call.port)])
        if parties.guest is not None and guest is not None:
            parties.note(parties.guest.seat, guest)
