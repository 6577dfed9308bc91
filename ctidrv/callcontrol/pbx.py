"""Gives a call to another extension of the PBX that its line is one of (HL-5): a hook flash puts the caller
on hold there, the number is dialled, and hanging up joins the two.

It is blind: we hang up as soon as the other is rung, or somebody speaks. Where he is busy, or there is no
such number, another flash brings the caller back. Until then he hears what the PBX gives who waits.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from ctidrv.callcontrol.causes import Cause
from ctidrv.callcontrol.reached import Reached
from ctidrv.errors import CtiError
from ctidrv.events import PortEvent, ToneOn, VoiceOn
from ctidrv.units import Samples, ms, seconds

if TYPE_CHECKING:
    from ctidrv.callcontrol.call import Call
    from ctidrv.ports.dialling import Dialling

_log = logging.getLogger(__name__)

_DIAL_TONE_WITHIN = seconds(4)
_KNOWN_WITHIN = seconds(8)
"""From the last digit on something is heard by then."""
_LOOK_EVERY = ms(60)
_BACK = ms(300)
"""After the second flash the caller is there again."""
_HEARD = {
    "ringback": Reached.ANSWERED,
    "busy": Reached.BUSY,
    "congestion": Reached.BUSY,
    "sit": Reached.FAILED,
    "nu": Reached.FAILED,
}


class Way(NamedTuple):
    """How a line dials."""

    how: str  # dtmf | pulse
    dialling: Dialling
    judge: Callable[[str], None]
    """Of a dial string; CtiError where it leads to what may not be called."""


async def give_on(call: Call, number: str, way: Way) -> Reached:
    """CallEnded (GIVEN_ON) when the PBX has it, or it ends otherwise. BUSY, FAILED: the caller is back."""
    try:
        way.judge(number)
    except CtiError as error:
        _log.error("%s: not given on to %s: %s", call.id, number, error)
        return Reached.FAILED
    channel = call.channel
    heard: list[Reached] = []

    def on_event(event: PortEvent) -> None:
        if isinstance(event, VoiceOn):
            heard.append(Reached.ANSWERED)
        elif isinstance(event, ToneOn) and event.tone in _HEARD:
            heard.append(_HEARD[event.tone])

    async def dials(digits: str) -> bool:
        try:
            await channel.dial(digits, how=way.how, dialling=way.dialling, tone_within=_DIAL_TONE_WITHIN)
        except CtiError as error:
            await call.pause(_LOOK_EVERY)  # CallEnded, if that is why
            _log.error("%s: not given on to %s: %s", call.id, number, error)
            return False
        return True

    call.note("call.given_on", to=number, state="started")
    call.aside(True)
    reached = Reached.FAILED
    try:
        if await dials(f"!W{number}"):
            forget = channel.subscribe(on_event)
            try:
                until = _KNOWN_WITHIN
                while not heard and until > 0:
                    await call.pause(_LOOK_EVERY)
                    until = Samples(until - _LOOK_EVERY)
            finally:
                forget()
            reached = heard[0] if heard else Reached.FAILED
        call.note("call.given_on", to=number, state="rung" if reached is Reached.ANSWERED else reached.value)
        if reached is Reached.ANSWERED:
            await call.hang_up(Cause.GIVEN_ON)
        else:
            await dials("!")
        await call.pause(_BACK)
    except asyncio.CancelledError:  # an operator takes the call: with the caller, and not with the PBX
        if call.cause is None:
            channel.flash(ms(way.dialling.flash_ms))
        raise
    finally:
        call.aside(False)
    return reached
