"""Who has a call from outside first, by the line's configuration: the script, an operator or a queue with the
script behind them, or telephones that ring along until the script answers.
"""

from __future__ import annotations

import asyncio

from ctidrv.apps import ivr
from ctidrv.apps.ivr.clips import Services
from ctidrv.apps.ivr.places import spoken_place
from ctidrv.callcontrol.call import Call
from ctidrv.callcontrol.reached import Reached
from ctidrv.callcontrol.waited import Served
from ctidrv.config import LineConfig
from ctidrv.units import Samples, seconds

_AS_LONG_AS_IT_RINGS: Samples = seconds(3600)


async def operators_first(line: LineConfig, script: ivr.Script, call: Call, services: Services) -> bool:
    """Whether operators had the call, and their talk is over; else it is the script's. CallEnded."""
    language = script.header.languages[0]
    if line.first == "rings":
        return await _ring_along(line, call, services, language)
    if line.to is None:
        return False
    await call.answer(after_rings=1)
    if line.first == "queue":
        served = Served(lambda place: spoken_place(script.prompts, language, place), language=language)
        return (await services.queues.enter(call, line.to, served)).status == Reached.ANSWERED.value
    reached = await services.switchboard.connect(call, [line.to], ring=seconds(line.ring), language=language)
    return reached is Reached.ANSWERED


async def _ring_along(line: LineConfig, call: Call, services: Services, language: str) -> bool:
    """The caller hears the exchange's ringback: the line is answered when an operator lifts, or by the script
    after so many rings."""
    await call.rung(1)
    rings = asyncio.ensure_future(call.rung(line.rings))
    if line.to is None:
        await rings
        return False
    switchboard = services.switchboard
    ringing = asyncio.ensure_future(
        switchboard.connect(call, [line.to], ring=_AS_LONG_AS_IT_RINGS, hearing=rings, language=language)
    )
    try:
        await asyncio.wait({rings, ringing}, return_when=asyncio.FIRST_COMPLETED)
        if not rings.cancelled() and switchboard.withdraw(call):
            await ringing  # nobody has answered, or nobody was ready at all
            await rings
            return False
        return await ringing is Reached.ANSWERED
    finally:
        for task in (rings, ringing):
            task.cancel()
        await asyncio.gather(rings, ringing, return_exceptions=True)
