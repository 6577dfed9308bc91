"""A caller who is served by what is no seat: a box takes his message, a menu or a fax machine of the station
has him."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from ctidrv.callcontrol.call import CallState
from ctidrv.callcontrol.causes import Cause
from ctidrv.callcontrol.destination import Destination
from ctidrv.callcontrol.reached import Reached
from ctidrv.errors import CallEnded, CtiError
from ctidrv.units import seconds

if TYPE_CHECKING:
    from ctidrv.callcontrol.call import Call
    from ctidrv.callcontrol.parties import Parties

_log = logging.getLogger(__name__)

_GONE_IS_HEARD = seconds(4)
"""That a caller hung up in the midst of it is known by then, before anybody is rung for him: while machines
speak nothing is a sign of it."""

Errand = Callable[["Call", str | None], Awaitable[Reached]]
"""Serves a caller, in a language if one is known. He hears music when it begins, and until it ends that
(`Call.stop`). ANSWERED: it is done, and the call is over; else the call goes where it goes when nobody
answers. CallEnded; another CtiError is FAILED."""


async def served(parties: Parties, by: Destination, errand: Errand) -> Reached:
    """By an errand, with that name; returns when it has not done what it was to do. Who takes the call
    meanwhile cancels it, and tells of himself."""
    call, caller = parties.call, parties.caller
    if call.state is not CallState.CONNECTED:
        return Reached.FAILED
    heard = caller.sounds
    call.note("call.served", by=str(by), state="started")
    try:
        reached = await _tried(call, by, errand(call, parties.language))
        if reached is not Reached.ANSWERED:
            caller.hear(heard)
            await call.pause(_GONE_IS_HEARD)
    except CallEnded:
        call.note("call.served", by=str(by), state=Reached.CALLER_LEFT.value)
        raise
    call.note("call.served", by=str(by), state=reached.value)
    if reached is Reached.ANSWERED:
        await call.hang_up(Cause.LOCAL_OPERATOR)
        raise CallEnded(await call.ended())
    return reached


async def _tried(call: Call, by: Destination, errand: Awaitable[Reached]) -> Reached:
    try:
        return await errand
    except CallEnded:
        raise
    except CtiError as error:
        _log.error("%s: %s: %s", call.id, by, error)
        return Reached.FAILED
