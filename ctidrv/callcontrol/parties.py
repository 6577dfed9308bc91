"""Who rings for a call, who has it, and who hears whom: what the steps of a connection are made of.

The caller is never in silence: whoever joins him with nobody gives him something to hear.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from ctidrv.callcontrol.caller_side import CallerSide
from ctidrv.callcontrol.party import Party
from ctidrv.callcontrol.reached import Reached, Why
from ctidrv.callcontrol.seat import Seat, Told
from ctidrv.callcontrol.seat_table import State
from ctidrv.clock import SampleClock
from ctidrv.errors import CallEnded, CtiError
from ctidrv.events import PortEvent, VoiceOff, VoiceOn
from ctidrv.media.bridge import Role
from ctidrv.units import PortId, Samples, ms

if TYPE_CHECKING:
    from ctidrv.callcontrol.call import Call
    from ctidrv.callcontrol.pbx import Way
    from ctidrv.media.bridge import Bridge
    from ctidrv.media.channel import Channel, Sound

_log = logging.getLogger(__name__)

_ECHO_DIES = ms(40)
"""What we played last comes back from a two-wire line for so long, and is not for who is joined with it."""


@dataclass(frozen=True, slots=True)
class Means:
    """What the switchboard has for its connections."""

    clock: SampleClock
    find: Callable[[str], list[Seat]]
    """The seats that a name, number or group means."""
    bridge: Callable[[], Bridge]
    hold: Sequence[Sound]
    """Music."""
    way: Callable[[PortId], Way]
    """How the line at a port dials, to the PBX that it may be an extension of."""
    ringback: Callable[[PortId], Sound]
    """Of the line at a port."""
    box: Callable[[Call, str, str | None], Awaitable[None]]
    """Takes a message for a box of this name, in this language. StoreError."""
    kinds: Callable[[Call], Sequence[str]]
    """The types of caller that its caller is."""
    reasons: Mapping[Reached, Sound] = field(default_factory=dict)
    """Why a call comes back, in words."""


class Part(Enum):
    """Who can be joined."""

    CALLER = "caller"
    OWNER = "owner"
    GUEST = "guest"


class Listener(Protocol):
    """Is told of a call that has an owner who wants another: who answers is the guest, and who leaves leaves
    the call to the other."""

    def answered(self) -> None:
        """There is a guest."""

    def left(self, party: Party, told: Told) -> None: ...


class Parties:
    """Of one call. The owner has it; a guest has answered too, and does not. All waits raise CallEnded."""

    def __init__(self, call: Call, means: Means, card: Mapping[str, str], language: str | None) -> None:
        self.call = call
        self.means = means
        self.language = language
        self.card = dict(card)
        """Told to each seat that rings."""
        self.caller = CallerSide(call)
        self.ringing: list[Seat] = []
        self.owner: Party | None = None
        self.guest: Party | None = None
        self.withdrawn = False
        """Nobody is to be rung."""
        self.left: Told | None = None
        """How the last owner left."""
        self.slot = 0
        """Where it is parked, or will be in a moment; 0: nowhere."""
        self.consultation: Listener | None = None
        self._bridge: Bridge | None = None
        self._joined: set[Channel] = set()
        self._waiter: asyncio.Future[None] | None = None
        self._caller_speaks = False
        self._forget = call.channel.subscribe(self._on_caller)
        call.when_ended(self._ended)

    # Ringing.

    def ring(self, to: str, **more: object) -> Reached | None:
        """Begins; `more` is noted. Not None: nothing rings, because of that."""
        try:
            seats = self.means.find(to)
        except CtiError as error:
            _log.error("%s: %s is not called: %s", self.call.id, to, error)
            return Reached.FAILED
        for seat in seats:
            if seat.ring(self.call, self._tell, consulted=self.consultation is not None):
                self.ringing.append(seat)
                self.note(seat, "ringing", card=self.card, **more)
        if self.ringing:
            return None
        if not seats:
            _log.error("%s: there is no seat and no group %r", self.call.id, to)
        out = all(seat.state is State.OUT for seat in seats)
        return Reached.FAILED if out else Reached.BUSY

    def recall(self, seat: Seat, **more: object) -> None:
        """One who is reachable: he had the call, or wants it."""
        self.ringing.append(seat)
        self.note(seat, "ringing", card=self.card, **more)
        seat.recall(self.call, self._tell)

    async def answered(self, deadline: Samples) -> Reached:
        """Returns when somebody has answered and is the owner, or nobody has by then; then nothing rings."""
        while self.ringing and self.owner is None and self.means.clock.now() < deadline:
            await self.something(deadline)
        self.stop_ringing(Why.NO_ANSWER)
        return Reached.NO_ANSWER

    def stop_ringing(self, why: Why) -> None:
        ringing, self.ringing = self.ringing, []
        for seat in ringing:
            seat.stop_ring()
            self.note(seat, "left", cause=why.value)

    # Who has it.

    def leave(self, party: Party, why: Why) -> None:
        """The owner, or the guest, is out of the call."""
        if party is self.owner:
            self.owner, self.call.seat = None, None
        else:
            self.guest = None
        party.leave()
        self._off(party.seat.channel)
        self.note(party.seat, "left", cause=why.value)

    def withdraw(self) -> bool:
        """Nothing is rung any more; False: somebody has answered."""
        if self.owner is not None or self.left is not None:
            return False
        self.withdrawn = True
        self.stop_ringing(Why.WITHDRAWN)
        self.wake()
        return True

    def release(self, why: Why) -> None:
        """Nothing rings for the call any more, and nobody talks with it. Safe twice."""
        self.stop_ringing(why)
        for party in (self.owner, self.guest):
            if party is not None:
                self.leave(party, why)
                party.seat.clear()
        self.unbridge()
        self._forget()

    def hand_over(self, why: Why) -> None:
        """The guest has the call from now on; the owner is out of it."""
        owner, guest = self.owner, self.guest
        if owner is not None and guest is not None:
            self.leave(owner, why)
            self.guest = None
            self._own(guest)

    # Who hears whom.

    def bridged(self) -> bool:
        """There is a bridge, or a new one; False: there is no room for one."""
        try:
            self._bridge = self._bridge or self.means.bridge()
        except CtiError as error:
            _log.error("%s: %s", self.call.id, error)
        return self._bridge is not None

    async def place(self, joined: Collection[Part], *, muted: bool = False) -> bool:
        """These hear one another (`muted`: the owner is not heard); caller and guest, if they are not among
        them, hear music. False: somebody has left meanwhile, and nothing is so."""
        here = self._here()
        bridge = self._bridge
        wanted = {channel: part for channel, part in here.items() if part in joined}
        for channel in here.keys() - wanted.keys():
            self._off(channel)
        if Part.CALLER in joined:
            await self.caller.quiet()
        else:
            self.caller.hear(self.means.hold)
        for party in (self.owner, self.guest):
            if party is not None and party.seat.channel in wanted:
                party.quiet()
            elif party is not None and party is self.guest:
                party.hear(self.means.hold)
        if wanted.keys() - self._joined:
            await self.call.pause(_ECHO_DIES)
        if bridge is None or self._bridge is not bridge or self._here() != here:
            return False
        for channel, part in wanted.items():
            channel.join(bridge, Role.MUTED if muted and part is Part.OWNER else Role.TALK)
            self._joined.add(channel)
        for party, part in ((self.owner, Part.OWNER), (self.guest, Part.GUEST)):
            if party is not None:
                party.seat.phone.shows(muted=muted and part is Part.OWNER, held=part not in joined)
        self._relay()
        return True

    def unbridge(self) -> None:
        """Nobody hears anybody."""
        bridge, self._bridge = self._bridge, None
        self._joined.clear()
        if bridge is not None:
            bridge.close()
            self.call.relays(False)

    async def say_to(self, party: Party, words: Sound) -> None:
        """The operator alone hears it, to its end or until he leaves, while the caller's music goes on."""
        playback = party.seat.channel.play(words)
        over = asyncio.ensure_future(playback.done())
        over.add_done_callback(lambda _: self.wake())
        try:
            while not over.done() and self.owner is party:
                await self.something(None)
        finally:
            over.cancel()
            playback.stop()

    # Waits, and what is told of it.

    def wake(self) -> None:
        """Something has happened."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def something(self, deadline: Samples | None) -> None:
        """Waits until something happens, at the longest so long."""
        if self.call.cause is not None:
            raise CallEnded(self.call.cause)
        self._waiter = asyncio.get_running_loop().create_future()
        timer = None if deadline is None else self.means.clock.call_at(deadline, self.wake)
        try:
            await self._waiter
        finally:
            if timer is not None:
                timer.cancel()
        if self.call.cause is not None:
            raise CallEnded(self.call.cause)

    def note(self, seat: Seat, state: str, **more: object) -> None:
        self.call.note("call.seat", seat=seat.name, number=seat.number, state=state, **more)

    # Within.

    def _tell(self, seat: Seat, told: Told) -> None:
        party = next((each for each in (self.owner, self.guest) if each and each.seat is seat), None)
        if told is Told.ANSWERED:
            self._answered(seat)
        elif party is not None and self.consultation is not None:
            self.consultation.left(party, told)
        elif party is not None:
            self.left = told
            self.leave(party, Why.OPERATOR if told is Told.LEFT else Why.LOST)
            self.unbridge()
        elif seat in self.ringing:
            self.ringing.remove(seat)
            why = Why.NOT_REACHED if told is Told.REFUSED else Why.LOST
            self.note(seat, "left", cause=why.value)
        self.wake()

    def _answered(self, seat: Seat) -> None:
        self.ringing.remove(seat)
        self.stop_ringing(Why.ELSEWHERE)
        party = Party(seat, self._relay)
        if self.owner is None:
            self._own(party)
        else:
            self.guest = party
        self.note(seat, "answered")
        if self.consultation is not None:
            self.consultation.answered()

    def _own(self, party: Party) -> None:
        self.owner, self.left = party, None
        self.call.seat = party.seat.name
        party.seat.own()

    def _ended(self) -> None:
        self.release(Why.CALLER_LEFT)
        self.wake()

    def _here(self) -> dict[Channel, Part]:
        here = {self.call.channel: Part.CALLER}
        for party, part in ((self.owner, Part.OWNER), (self.guest, Part.GUEST)):
            if party is not None:
                here[party.seat.channel] = part
        return here

    def _off(self, channel: Channel) -> None:
        if channel in self._joined:
            self._joined.remove(channel)
            channel.leave()
        self._relay()

    def _relay(self) -> None:
        """Whoever speaks is sound that the lines of the others send."""
        parties = [each for each in (self.owner, self.guest) if each is not None]
        here = [each for each in parties if each.seat.channel in self._joined]
        joined = self.call.channel in self._joined
        self.call.relays(joined and any(each.speaks for each in here))
        for party in parties:
            others = any(each.speaks for each in here if each is not party)
            # Who is joined with nobody waits, and is not gone because he says nothing.
            party.relays(party not in here or others or (joined and self._caller_speaks))

    def _on_caller(self, event: PortEvent) -> None:
        if isinstance(event, VoiceOn | VoiceOff):
            self._caller_speaks = isinstance(event, VoiceOn)
            self._relay()
