"""The operators of a scenario: their seats in the station's configuration, and what they ask it for."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from ctidrv.units import PortId, to_seconds
from hwsim.listener import NotHeard
from hwsim.scenario import verbs
from hwsim.scenario.model import Seat

if TYPE_CHECKING:
    from ctidrv.config import StationConfig
    from ctidrv.service.daemon import Station

_TALKS = {"hold": "held", "resume": "talking", "mute": "muted"}


def with_seats(config: StationConfig, board: str, seats: Sequence[Seat]) -> StationConfig:
    """Each at a telephone of the board, behind its lines."""
    from ctidrv.config import SeatConfig

    first = len(config.lines) + 1
    made = [
        SeatConfig(
            seat.name,
            seat.number,
            PortId(f"{board}/{first + place}"),
            groups=tuple(seat.groups),
            wrap_up=round(to_seconds(seat.wrap_up)),
        )
        for place, seat in enumerate(seats)
    ]
    return dataclasses.replace(config, seats=made)


def asker(station: Station, name: str) -> Callable[[verbs.Ask], Awaitable[None]]:
    """What the operator of this seat has done with the call there. CtiError where it cannot be."""

    async def ask(body: verbs.Ask) -> None:
        call = station.seats[name].call
        if call is None:
            raise NotHeard(f"{name} has no call to {body.what}")
        if body.what in _TALKS:
            await station.change_talk(call.id, _TALKS[body.what])
        elif body.to is not None:
            send = station.transfer if body.what == "transfer" else station.consult
            await send(call.id, body.to, to_seconds(body.ring), {})
        elif body.what == "swap":
            await station.swap(call.id)
        elif body.what == "complete":
            await station.complete(call.id)
        elif body.what == "park":
            await station.park(call.id, to_seconds(body.within))
        else:
            await station.hang_up(call.id)

    return ask
