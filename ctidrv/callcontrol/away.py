"""A call that its seat has given away: sent on to another, given to what is no seat, parked, and given back
when nobody takes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ctidrv.callcontrol.call import CallState
from ctidrv.callcontrol.destination import Destination, Kind
from ctidrv.callcontrol.errand import Errand, served
from ctidrv.callcontrol.parties import Parties
from ctidrv.callcontrol.pbx import give_on
from ctidrv.callcontrol.reached import Reached, Why
from ctidrv.callcontrol.seat import Seat
from ctidrv.units import Samples, seconds

if TYPE_CHECKING:
    from ctidrv.callcontrol.call import Call
    from ctidrv.callcontrol.party import Party

_BACK_WITHIN = seconds(30)
"""A parked call that comes back rings for so long."""
_NONE_BETTER = (Reached.NO_ANSWER, Reached.BUSY, Reached.FAILED)
"""Of what came of several seats, that which tells most."""


class Next(NamedTuple):
    """What comes of a step. If the call has an owner now they talk, after his greeting or without it."""

    reached: Reached
    greet: bool = False


@dataclass(frozen=True, slots=True)
class SendOn:
    """To another seat, or a group."""

    sender: Seat
    to: str
    ring: Samples

    async def carry_out(self, parties: Parties) -> Next:
        """Back to the sender when nobody answers."""
        await _let_go(parties, Why.SENT_ON)
        reached = await seek(parties, [self.to], self.ring)
        if parties.owner is not None:
            return Next(reached, greet=True)
        return await give_back(parties, self.sender, reached, self.ring)


@dataclass(frozen=True, slots=True)
class Give:
    """To what is no seat; `to` is its name. The sender is rung for so long where it fails."""

    sender: Seat
    to: Destination
    errand: Errand
    ring: Samples

    async def carry_out(self, parties: Parties) -> Next:
        """Back to the sender when it fails."""
        await _let_go(parties, Why.SENT_ON)
        reached = await served(parties, self.to, self.errand)
        return await give_back(parties, self.sender, reached, self.ring)


@dataclass(frozen=True, slots=True)
class Park:
    """Until a seat picks it up (`Connection.pick_up`)."""

    sender: Seat
    slot: int
    within: Samples

    async def carry_out(self, parties: Parties) -> Next:
        """Back to the sender when nobody does."""
        await _let_go(parties, Why.PARKED)
        clock = parties.means.clock
        deadline = Samples(clock.now() + self.within)
        parties.call.note("call.parked", slot=self.slot, state="parked")
        try:
            while parties.owner is None and clock.now() < deadline:
                await parties.something(deadline)
        finally:
            parties.slot = 0
            state = "over" if parties.owner is None else "picked-up"
            parties.call.note("call.parked", slot=self.slot, state=state)
        parties.stop_ringing(Why.NO_ANSWER)
        if parties.owner is not None:
            return Next(Reached.ANSWERED)
        return await give_back(parties, self.sender, Reached.NO_ANSWER, _BACK_WITHIN)


async def seek(parties: Parties, to: Sequence[str], ring: Samples) -> Reached:
    """Rings one after the other, each for so long, until one has answered and is the owner."""
    found = set[Reached]()
    for each in to:
        if parties.owner is None and not parties.withdrawn:
            match Destination.of(each):
                case Destination(Kind.PBX, number):
                    found.add(await _give_on(parties, number))
                case Destination(Kind.BOX) as box:
                    found.add(await served(parties, box, _message(parties, box.name)))
                case _:
                    amiss = parties.ring(each)
                    deadline = Samples(parties.means.clock.now() + ring)
                    found.add(amiss or await parties.answered(deadline))
    return next((each for each in _NONE_BETTER if each in found), Reached.FAILED)


async def _give_on(parties: Parties, number: str) -> Reached:
    """To another extension of the PBX. The line has to be silent for that; then he hears what he heard."""
    call, caller = parties.call, parties.caller
    if call.state is not CallState.CONNECTED:
        return Reached.FAILED
    heard = caller.sounds
    await caller.quiet()
    reached = await give_on(call, number, parties.means.way(call.port))
    caller.hear(heard)
    return reached


def _message(parties: Parties, box: str) -> Errand:
    async def leaves(call: Call, language: str | None) -> Reached:
        await parties.caller.quiet()
        await parties.means.box(call, box, language)
        return Reached.ANSWERED

    return leaves


async def give_back(parties: Parties, sender: Seat, reached: Reached, ring: Samples) -> Next:
    """To who had the call, who is told why; not to a telephone that he left off hook."""
    if sender.reachable and not sender.forgotten:
        parties.recall(sender, back=reached.value)
        await parties.answered(Samples(parties.means.clock.now() + ring))
        if parties.owner is not None:
            await tell_why(parties, parties.owner, reached)
    return Next(reached)


async def tell_why(parties: Parties, party: Party, reached: Reached) -> None:
    """An operator who has the call again, by words that the caller does not hear."""
    if (reason := parties.means.reasons.get(reached)) is not None:
        await parties.say_to(party, reason)


async def _let_go(parties: Parties, why: Why) -> None:
    """The owner is free; the caller hears music."""
    await parties.place(())
    owner = parties.owner
    if owner is not None:
        parties.leave(owner, why)
        owner.seat.clear()
