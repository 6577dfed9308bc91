"""What an operator asks for by the hook flash of her telephone: dial tone while the caller hears music, and
the number of the seat, or the group, that she consults.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctidrv.callcontrol.away import Next, tell_why
from ctidrv.callcontrol.consult import Consult
from ctidrv.callcontrol.reached import Reached, Talk
from ctidrv.units import Samples, seconds

if TYPE_CHECKING:
    from ctidrv.callcontrol.parties import Parties
    from ctidrv.callcontrol.seat import Seat

RING = seconds(20)
"""The seat that is consulted is rung for so long; so is who hung up without having keyed anything."""


@dataclass(slots=True)
class Keying:
    """She flashed in a talk."""

    sender: Seat
    number: str | None = None
    back: bool = False
    """She flashed again: to the caller."""

    async def carry_out(self, parties: Parties) -> Next:
        """Back to the caller, or on to the consultation; who hangs up meanwhile is rung for the caller."""
        await parties.place(())
        self.sender.phone.dial_tone()
        parties.note(self.sender, Talk.HELD.value)
        while parties.owner is not None and self.number is None and not self.back:
            await parties.something(None)
        owner = parties.owner
        if owner is None:
            if self.sender.reachable:
                parties.recall(self.sender, back="hung-up")
                await parties.answered(Samples(parties.means.clock.now() + RING))
            return Next(Reached.NO_ANSWER)
        self.sender.phone.connect()
        if self.number is not None and parties.means.find(self.number):
            return await Consult(self.sender, self.number, RING).carry_out(parties)
        if self.number is not None:
            await tell_why(parties, owner, Reached.FAILED)
        return Next(Reached.ANSWERED)
