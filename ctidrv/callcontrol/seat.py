"""Drives the table of a seat (seat_table.py): its telephone and the switchboard on one side, the journal on
the other.

Whoever rings a seat for a call has it until `tell` says that it is free of it (LEFT, LOST), or until it asked
for that by `stop_ring` or `clear`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from ctidrv.callcontrol.phone import Tell as TellPhone
from ctidrv.callcontrol.phone import What
from ctidrv.callcontrol.seat_table import Do, Input, SeatState, State
from ctidrv.clock import SampleClock, Timer
from ctidrv.units import PortId, Samples, seconds, to_seconds

if TYPE_CHECKING:
    from ctidrv.callcontrol.call import Call, Caller
    from ctidrv.callcontrol.journal import Journal
    from ctidrv.media.channel import Channel
    from ctidrv.native.pcm import Pcm


class Told(Enum):
    """What becomes of a call at a seat."""

    ANSWERED = "answered"
    LEFT = "left"  # the operator hung up
    REFUSED = "refused"  # an outside number: nobody is reached there
    LOST = "lost"  # the telephone's board is gone


Tell = Callable[["Seat", Told], None]
Greetings = Mapping[str, Mapping[str, "Pcm"]]
"""By type of caller ("": everybody else) and language."""

_OF_THE_PHONE = {
    What.ANSWERED: Input.ANSWERED,
    What.LIFTED: Input.LIFTED,
    What.PUT_DOWN: Input.PUT_DOWN,
    What.REFUSED: Input.REFUSED,
    What.LOST: Input.LOST,
    What.BACK: Input.BACK,
}
_TOLD = {
    Do.TELL_ANSWERED: Told.ANSWERED,
    Do.TELL_LEFT: Told.LEFT,
    Do.TELL_REFUSED: Told.REFUSED,
    Do.TELL_LOST: Told.LOST,
}


class Telephone(Protocol):
    """What stands at a seat: a telephone or headset of the house (`Phone`), or an outside number
    (`OutsidePhone`)."""

    @property
    def port(self) -> PortId: ...
    @property
    def channel(self) -> Channel: ...
    @property
    def word(self) -> str: ...
    @property
    def forgotten(self) -> bool: ...
    @property
    def is_lifted_by_order(self) -> bool: ...

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def ring(self, caller: Caller | None = None) -> bool: ...
    def stop_ring(self) -> None: ...
    def connect(self) -> bool: ...
    def dial_tone(self) -> None: ...
    def clear(self) -> None: ...
    def relays(self, sound: bool) -> None: ...
    def shows(self, *, muted: bool, held: bool) -> None: ...
    def lift(self, off_hook: bool) -> None: ...
    def show_messages(self, count: int) -> None: ...


class Seat:
    """One operator's place; `phone` makes its telephone. All methods belong to the loop's thread."""

    def __init__(
        self,
        name: str,
        number: str,
        phone: Callable[[TellPhone], Telephone],
        clock: SampleClock,
        journal: Journal,
        *,
        groups: tuple[str, ...] = (),
        wrap_up: Samples = seconds(10),
        greetings: Greetings = MappingProxyType({}),
    ) -> None:
        self.name = name
        self.number = number
        self.groups = groups
        self._greetings = dict(greetings)
        self.call: Call | None = None
        """The call that it rings for, or talks with."""
        self.consulted = False
        """Another seat has that call, and consults this one."""
        self.since = clock.now()
        """When the state that it is in began."""
        self.phone = phone(self._on_phone)
        self._clock = clock
        self._journal = journal
        self._wrap_up = wrap_up
        self._seat = SeatState()
        self._listed = False
        self.dialled: Callable[[Seat, str], bool] = lambda seat, keys: False
        """The switchboard's: what its telephone keyed; whether that leads anywhere."""
        self.flashed: Callable[[Seat], None] = lambda seat: None
        """The switchboard's, too."""
        self.muted: Callable[[Seat, bool], None] = lambda seat, on: None
        """The switchboard's: a key of its headset has muted it, or not any more."""
        self._tell: Tell | None = None
        self._timer: Timer | None = None

    @property
    def state(self) -> State:
        return self._seat.state

    @property
    def port(self) -> PortId:
        """Of its telephone; empty: it is an outside number."""
        return self.phone.port

    @property
    def telephone(self) -> str:
        """What its telephone does, a word."""
        return self.phone.word

    @property
    def channel(self) -> Channel:
        """Of its telephone; an outside number has one while it talks."""
        return self.phone.channel

    def start(self) -> None:
        """It is one of the station's; a seat that is made for one call is not started."""
        self._listed = True
        self.phone.start()
        self._told_state()

    def stop(self) -> None:
        """Nothing rings any more, and nobody is told."""
        self._stop_wrap_up()
        self._tell = None
        self.phone.stop()

    @property
    def reachable(self) -> bool:
        """By `recall`."""
        return self.state not in (State.RINGING, State.TALKING, State.OUT)

    @property
    def forgotten(self) -> bool:
        """Its telephone was left off hook: a call that it had at once would have nobody."""
        return self.phone.forgotten

    def greeting(self, language: str | None, kinds: Iterable[str]) -> Pcm | None:
        """What a caller of this language hears before the operator; where there is none of it, the first. Of
        the types that he is (`kinds`) the first for which there is one counts."""
        for kind in (*kinds, ""):
            if (spoken := self._greetings.get(kind)) is not None:
                return spoken.get(language or "") or next(iter(spoken.values()))
        return None

    # What the switchboard asks for.

    def ring(self, call: Call, tell: Tell, *, consulted: bool = False) -> bool:
        """Rings for a call, saying who calls; False when the seat is not ready. `consulted`: by
        another seat."""
        if self.state is not State.READY:
            return False
        self.call, self._tell, self.consulted = call, tell, consulted
        self._feed(Input.RING)
        return True

    def recall(self, call: Call, tell: Tell) -> bool:
        """A call that was sent on comes back: rings whether calls are wanted or not; a telephone that is off
        hook has it at once. False: it has another call, or is out of order."""
        if not self.reachable:
            return False
        self.call, self._tell = call, tell
        self._feed(Input.RECALL)
        return True

    def own(self) -> None:
        """It is not only consulted (any more)."""
        if self.consulted:
            self.consulted = False
            self._told_state()

    def stop_ring(self) -> None:
        """Nobody is to answer any more."""
        self._feed(Input.STOP_RING)

    def clear(self) -> None:
        """The caller is no longer there: the telephone says so."""
        self._feed(Input.CLEAR)

    # What the operator asks for.

    def pause(self) -> None:
        """No more calls; one that talks goes on."""
        self._feed(Input.PAUSE)

    def resume(self) -> None:
        """Ready for calls, at once."""
        self._feed(Input.RESUME)

    def rings_for(self, call: Call) -> bool:
        return self.call is call and self.state is State.RINGING

    @property
    def is_lifted_by_order(self) -> bool:
        return self.phone.is_lifted_by_order

    def lift(self, off_hook: bool) -> None:
        """As if the operator lifted the headset, or put it down. NotCapable: it has a hook, or is none."""
        self.phone.lift(off_hook)

    def show_messages(self, count: int) -> None:
        """Its telephone shows that messages wait, or (0) no more. NotCapable: it cannot."""
        self.phone.show_messages(count)

    def row(self) -> dict[str, Any]:
        """As the API gives it."""
        return {
            "name": self.name,
            "number": self.number,
            "port": self.port,
            "groups": list(self.groups),
            "state": self.state.word,
            "pausing": self._seat.pausing,
            "seconds": to_seconds(Samples(self._clock.now() - self.since)),
            "call": None if self.call is None else self.call.id,
            "consulted": self.consulted,
        }

    # The table at work.

    def _on_phone(self, what: What, text: str) -> None:
        if what is What.FLASH:
            self.flashed(self)
        elif what in (What.MUTED, What.UNMUTED):
            self.muted(self, what is What.MUTED)
        elif what is What.NUMBER:
            if not self.dialled(self, text):
                self.phone.clear()  # there are no calls from one telephone to another
        elif (seen := _OF_THE_PHONE.get(what)) is not None:
            self._feed(seen)

    def _feed(self, seen: Input) -> None:
        before, paused = self.state.word, self._seat.pausing
        actions = self._seat.feed(seen)
        after = self.state
        call, tell = self.call, self._tell
        if after not in (State.RINGING, State.TALKING):
            self.call = self._tell = None
            self.consulted = False
        if after.word != before:
            self.since = self._clock.now()
        if (after.word, self._seat.pausing) != (before, paused):
            self._told_state()
        for action in actions:
            self._perform(action, call, tell)

    def _told_state(self) -> None:
        if not self._listed:
            return
        fact: dict[str, Any] = {
            "seat": self.name,
            "state": self.state.word,
            "pausing": self._seat.pausing,
            "consulted": self.consulted,
        }
        serves = None if self.call is None else self.call.id
        self._journal.emit("seat.state", self.port, **fact, serves=serves)

    def _perform(self, action: Do, call: Call | None, tell: Tell | None) -> None:
        match action:
            case Do.RING:
                self.phone.ring(None if call is None else call.caller)
            case Do.STOP_RING:
                self.phone.stop_ring()
            case Do.CLEAR:
                self.phone.clear()
            case Do.CONNECT:
                self.phone.connect()
            case Do.START_WRAP_UP:
                self._stop_wrap_up()
                due = Samples(self._clock.now() + self._wrap_up)
                self._timer = self._clock.call_at(due, self._wrapped_up)
            case Do.STOP_WRAP_UP:
                self._stop_wrap_up()
            case told:
                if tell is not None:
                    tell(self, _TOLD[told])

    def _wrapped_up(self) -> None:
        self._timer = None
        self._feed(Input.WRAPPED_UP)

    def _stop_wrap_up(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
