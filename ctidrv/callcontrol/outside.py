"""A seat's telephone that is not in the house: an outside number, rung by a call that the station makes.

It is answered when a person has: a machine that answers is let go, for a caller who wants somebody is not to
speak to it. Who is called hears nothing until then, which takes a second or two behind his first word.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol

from ctidrv.callcontrol.answer import FAX, MACHINE
from ctidrv.callcontrol.phone import Tell, What
from ctidrv.errors import CallEnded, CtiError, NotCapable
from ctidrv.units import PortId, seconds

if TYPE_CHECKING:
    from ctidrv.callcontrol.call import Call, Caller
    from ctidrv.media.channel import Channel

_log = logging.getLogger(__name__)

_WHO_WITHIN = seconds(8)
"""Behind the answer it is known by then who it was, or nobody can say."""


class Asker(Protocol):
    """Who asks for a call to be made."""

    def begun(self, call: Call) -> None:
        """It has, on a line; again, where it is tried on another."""

    async def answered(self, call: Call) -> None:
        """Serves it. When this returns the call is hung up, if an operator has not taken it."""

    def failed(self, call: Call) -> None:
        """Nobody has answered, and no other line is tried."""


Dial = Callable[[str, Asker], Awaitable["Call"]]
"""Returns when the call has begun. CtiError when it cannot: no number, not allowed, no line is free."""


class OutsidePhone:
    """Of one number; `tell` is told what becomes of it. All methods belong to the loop's thread."""

    port = PortId("")
    """It has none of its own."""
    forgotten = False
    """It is never off hook but in a call."""

    def __init__(self, number: str, dial: Dial, tell: Tell) -> None:
        self.number = number
        self._dial = dial
        self._tell = tell
        self._attempt: _Attempt | None = None
        self._channel: Channel | None = None

    @property
    def channel(self) -> Channel:
        """Of the line that it was called on last; there is none before it has answered."""
        assert self._channel is not None
        return self._channel

    @property
    def word(self) -> str:
        return "idle" if self._attempt is None else "called"

    def start(self) -> None:
        """There is nothing to listen to."""

    def stop(self) -> None:
        """Hangs up, and nobody is told."""
        attempt, self._attempt = self._attempt, None
        if attempt is not None:
            attempt.drop()

    # What the seat asks for.

    def ring(self, caller: Caller | None = None) -> bool:
        """Calls it. The exchange says who calls: the office, whoever `caller` is."""
        attempt = self._attempt = _Attempt(self._on)
        attempt.asking = asyncio.get_running_loop().create_task(self._ask(attempt), name=self.number)
        return True

    def stop_ring(self) -> None:
        self.stop()

    def connect(self) -> bool:
        """False: it is never off hook but in a call."""
        return False

    def dial_tone(self) -> None:
        """It is the exchange that gives it."""

    def clear(self) -> None:
        """Nobody is there for it any more: hangs up."""
        if self._attempt is not None:
            self.stop()
            self._tell(What.PUT_DOWN, "")

    def relays(self, sound: bool) -> None:
        """Whether somebody is heard by it: then the line that it is called on is not silent."""
        if self._attempt is not None and self._attempt.call is not None:
            self._attempt.call.relays(sound)

    def shows(self, *, muted: bool, held: bool) -> None:
        """Nothing: it has no lamps of ours."""

    is_lifted_by_order = False

    def lift(self, off_hook: bool) -> None:
        """NotCapable: nothing of it is here."""
        raise NotCapable(f"{self.number} is an outside number: it is lifted where it is")

    def show_messages(self, count: int) -> None:
        """NotCapable: nothing of it is here."""
        raise NotCapable(f"{self.number} is an outside number: it cannot be told of messages")

    async def _ask(self, attempt: _Attempt) -> None:
        try:
            await self._dial(self.number, attempt)
        except CtiError as error:
            _log.error("%s is not called: %s", self.number, error)
            self._on(attempt, What.REFUSED)

    def _on(self, attempt: _Attempt, what: What) -> None:
        if attempt is not self._attempt:
            return
        if what is not What.ANSWERED:
            self._attempt = None
        elif attempt.call is not None:
            self._channel = attempt.call.channel
        self._tell(what, "")


class _Attempt:
    """One call of it; `tell` is told when it is answered, put down, or refused."""

    def __init__(self, tell: Callable[[_Attempt, What], None]) -> None:
        self.call: Call | None = None
        self.asking: asyncio.Task[None] | None = None
        self._tell = tell
        self._dropped = False

    def drop(self) -> None:
        """Nobody wants it any more."""
        self._dropped = True
        if self.call is not None:
            self.call.hang_up_now()

    def begun(self, call: Call) -> None:
        self.call = call
        if self._dropped:
            call.hang_up_now()

    async def answered(self, call: Call) -> None:
        try:
            party = await call.party_known(_WHO_WITHIN)
        except CallEnded:
            self.failed(call)
            raise
        if party is not None and party.who in (MACHINE, FAX):
            _log.warning("%s: %s has answered", call.id, party.who)
            self.failed(call)
            return
        call.when_ended(lambda: self._tell(self, What.PUT_DOWN))
        self._tell(self, What.ANSWERED)
        await call.ended()

    def failed(self, call: Call) -> None:
        self._tell(self, What.REFUSED)
