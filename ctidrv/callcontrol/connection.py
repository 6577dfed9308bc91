"""One call on its way to a seat, or with one: rung for, talking, on hold, and what its seat does with it.

The caller is never in silence: until he is joined with somebody he hears what `reach` was given, on hold and
while he is sent on the hold music. Who sent him on, and gets him back, is told why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from ctidrv.callcontrol.away import Give, Park, SendOn, seek
from ctidrv.callcontrol.call import SEAT, CallState
from ctidrv.callcontrol.caller_side import Hearing
from ctidrv.callcontrol.consult import Consult, Consultation
from ctidrv.callcontrol.consult_table import Input
from ctidrv.callcontrol.consult_table import State as ConsultState
from ctidrv.callcontrol.destination import Destination
from ctidrv.callcontrol.errand import Errand
from ctidrv.callcontrol.keyed import Keying
from ctidrv.callcontrol.parties import Means, Part, Parties
from ctidrv.callcontrol.reached import Reached, Talk, Why
from ctidrv.callcontrol.seat import Seat, Told
from ctidrv.errors import ServiceError
from ctidrv.units import Samples

if TYPE_CHECKING:
    from ctidrv.callcontrol.call import Call
    from ctidrv.media.channel import Sound

Order = SendOn | Park | Give | Consult | Keying
"""What is to become of a talk."""

_JOINED = MappingProxyType(
    {
        Talk.TALKING: (Part.CALLER, Part.OWNER),
        Talk.MUTED: (Part.CALLER, Part.OWNER),
        Talk.HELD: (),
    }
)


class Connection:
    """Made by the switchboard; `reach` runs once. CallEnded when the call ends, as in every wait of it."""

    def __init__(self, call: Call, means: Means, card: Mapping[str, str], language: str | None) -> None:
        self._parties = Parties(call, means, card, language)
        self._language = language
        self._talk: Talk | None = None
        """None: they are not joined."""
        self._wanted = Talk.TALKING
        self._order: Order | None = None
        self._keying: Keying | None = None
        """Its seat has flashed."""
        self.given = False
        """To what is no seat, which has it now."""

    @property
    def slot(self) -> int:
        """Where it is parked, or will be in a moment; 0: nowhere."""
        return self._parties.slot

    async def reach(
        self, to: Sequence[str], ring: Samples, meanwhile: Sequence[Sound], hearing: Hearing | None = None
    ) -> Reached:
        """Rings one after the other, and returns when the talk is over or nobody was reached. `hearing`: what
        the caller hears already, instead of `meanwhile`; it goes on if nobody was."""
        parties = self._parties
        try:
            if hearing is None:
                parties.caller.hear(meanwhile)
            else:
                parties.caller.hears(hearing)
            reached = await seek(parties, to, ring)
            if parties.owner is not None:
                reached = await self._talk_with(greet=True)
            while self._order is not None:
                order, self._order = self._order, None
                self._keying = order if isinstance(order, Keying) else None
                self.given = isinstance(order, Give)
                reached, greet = await order.carry_out(parties)
                self._keying, self.given = None, False
                if parties.owner is not None:
                    reached = await self._talk_with(greet)
            return reached
        finally:
            if not parties.caller.keeps(hearing):
                await parties.caller.quiet()

    def withdraw(self) -> bool:
        """Nothing is rung for the call any more; False: somebody has answered."""
        return self._parties.withdraw()

    def release(self, why: Why) -> None:
        """Nothing rings for the call any more, and nobody talks with it. Safe twice."""
        self._parties.release(why)

    # What is asked of a talk.

    def change(self, wanted: Talk) -> None:
        """Takes effect within some ticks; to talk ends a consultation. ServiceError: they do not talk."""
        if wanted is Talk.TALKING and self._parties.consultation is not None:
            return self._consulting(Input.BACK)
        self._talking()
        self._wanted = wanted
        self._parties.wake()

    def send_on(self, to: str, ring: Samples, card: Mapping[str, str]) -> None:
        """To another seat, or a group; back to who has it now when nobody answers. ServiceError as above."""
        self._give(SendOn(self._talking(), to, ring))
        self._parties.card |= card

    def give(self, to: Destination, errand: Errand, ring: Samples) -> None:
        """To what is no seat; back to who has it now, rung for so long, when that fails. ServiceError as
        above."""
        self._give(Give(self._talking(), to, errand, ring))

    def park(self, slot: int, within: Samples) -> None:
        """Until a seat picks it up; after so long back to who has it now. ServiceError as above."""
        self._give(Park(self._talking(), slot, within))
        self._parties.slot = slot

    def consult(self, to: str, ring: Samples, card: Mapping[str, str]) -> None:
        """Asks another seat, or a group, while the caller hears music. ServiceError as above."""
        self._give(Consult(self._talking(), to, ring, dict(card)))

    def swap(self) -> None:
        """The seat talks with the caller instead of the one that it asked, or the other way about.
        ServiceError: nobody has answered."""
        self._consulting(Input.SWAP)

    def conference(self) -> None:
        """All three hear one another. ServiceError: nobody has answered, or they do."""
        self._consulting(Input.JOIN)

    def complete(self) -> None:
        """The seat that was asked has the call, or is rung for it on. ServiceError: none is."""
        self._consulting(Input.COMPLETE)

    def mute(self, on: bool) -> None:
        """By a key of the seat's headset, which has muted itself already: what is on hold or in a
        consultation stays so. ServiceError: they do not talk."""
        if self._wanted is (Talk.TALKING if on else Talk.MUTED):
            self._talking()
            self.change(Talk.MUTED if on else Talk.TALKING)

    def flash(self) -> None:
        """The seat that has the call flashed: dial tone, and then a number (`keyed`), or back to the caller.
        A headset, which dials nothing, holds the call, or has it back. In a consultation to the other of the
        two, or back while he is rung."""
        parties = self._parties
        if isinstance(parties.consultation, Consultation):
            ringing = parties.consultation.state is ConsultState.RINGING
            parties.consultation.order(Input.BACK if ringing else Input.SWAP)
        elif self._keying is not None:
            self._keying.back = True
            parties.wake()
        elif (seat := self._talking()).is_lifted_by_order:
            self.change(Talk.TALKING if self._wanted is Talk.HELD else Talk.HELD)
        else:
            self._give(Keying(seat))

    def keyed(self, number: str) -> bool:
        """Behind a flash; False: there was none."""
        if self._keying is None:
            return False
        self._keying.number = number
        self._parties.wake()
        return True

    def has(self, seat: Seat) -> bool:
        """The call, or what is left of it, is its."""
        return self._parties.owner is not None and self._parties.owner.seat is seat

    def pick_up(self, seat: Seat) -> None:
        """Parked, to this seat: it rings, or has the call at once if it is off hook. ServiceError: it is not
        parked (any more), or the seat has another call."""
        parties = self._parties
        if not self.slot or self._order is not None or parties.ringing or parties.owner is not None:
            raise ServiceError(f"call {parties.call.id} is not parked")
        if not seat.reachable:
            raise ServiceError(f"{seat.name} is {seat.state.word}")
        parties.recall(seat)

    def _talking(self) -> Seat:
        owner = self._parties.owner
        if owner is None or self._talk is None or self._order is not None:
            raise ServiceError(f"call {self._parties.call.id} talks with no seat")
        return owner.seat

    def _consulting(self, seen: Input) -> None:
        consultation = self._parties.consultation
        if not isinstance(consultation, Consultation):
            raise ServiceError(f"call {self._parties.call.id}: its seat asks no other")
        consultation.order(seen)

    def _give(self, order: Order) -> None:
        self._order = order
        self._parties.wake()

    async def _talk_with(self, greet: bool) -> Reached:
        """The talk with who has answered, to its end, or until he gives the call away."""
        parties, owner = self._parties, self._parties.owner
        if owner is None:
            return Reached.NO_ANSWER
        if parties.call.state is CallState.ALERTING:
            await parties.caller.quiet()
            await parties.call.answer(by=SEAT)
        if not parties.bridged():
            return Reached.FAILED
        greeting = owner.seat.greeting(self._language, parties.means.kinds(parties.call)) if greet else None
        if greeting is not None:
            await parties.caller.quiet()
            await parties.call.play([greeting], label="greeting")
        self._wanted, talked = Talk.TALKING, False
        while parties.left is None and self._order is None:
            if self._talk is self._wanted:
                await parties.something(None)
                continue
            talk = self._wanted
            if await parties.place(_JOINED[talk], muted=talk is Talk.MUTED):
                self._talk, talked = talk, True
                parties.note(owner.seat, talk.value)
        self._talk = None
        if parties.left is Told.LOST:
            return Reached.FAILED
        return Reached.ANSWERED if talked else Reached.NO_ANSWER
