"""Calls: their rows, and what is done to those that are going on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Query, Response

from ctidrv.errors import ServiceError
from ctidrv.service import door, shapes
from ctidrv.service.door import MAX_INT, Door, Limit, Row, Text, found, on_disk
from ctidrv.service.picture import draw_call

T = TypeVar("T")

MOST_S = 1e6
"""Of a call, where a stretch of it is asked for."""


class _Svg(Response):
    media_type = "image/svg+xml"


class CallRoutes:
    """Queries run in FastAPI's threads: the disk never holds up the loop that serves the calls."""

    def __init__(self, station: Door) -> None:
        self._station = station
        self._drawing = asyncio.Lock()

    def join(self, to: APIRouter) -> None:
        to.get("/calls", response_model=list[shapes.Call])(self.calls)
        to.get("/calls/{call}", response_model=shapes.CallInFull)(self.call)
        to.post("/calls", response_model=shapes.Call, status_code=201)(self.dial)
        to.post("/calls/{call}/answer", response_model=shapes.Call)(self.answer)
        to.post("/calls/{call}/hangup", response_model=shapes.Call)(self.hang_up)
        to.post("/calls/{call}/hold", response_model=shapes.Call)(self.hold)
        to.post("/calls/{call}/mute", response_model=shapes.Call)(self.mute)
        to.post("/calls/{call}/resume", response_model=shapes.Call)(self.resume)
        to.post("/calls/{call}/transfer", response_model=shapes.Call)(self.transfer)
        to.post("/calls/{call}/consult", response_model=shapes.Call)(self.consult)
        to.post("/calls/{call}/swap", response_model=shapes.Call)(self.swap)
        to.post("/calls/{call}/conference", response_model=shapes.Call)(self.conference)
        to.post("/calls/{call}/complete", response_model=shapes.Call)(self.complete)
        to.post("/calls/{call}/park", response_model=shapes.Parked)(self.park)
        to.post("/calls/{call}/pickup", response_model=shapes.Call)(self.pick_up)
        to.get("/calls/{call}/destinations", response_model=list[shapes.Destination])(self.destinations)
        to.get("/calls/{call}/picture", response_class=_Svg)(self.call_picture)

    def calls(
        self,
        limit: Limit = 100,
        before: Text = None,
        number: Text = None,
        customer: Annotated[int | None, Query(ge=0, le=MAX_INT)] = None,
        state: Text = None,
    ) -> list[Row]:
        """Newest first. `before`: id of the last call of the page before; `number`: its end is enough."""
        return self._station.store.calls(
            limit=limit, before=before, number=number, customer=customer, state=state
        )

    def call(self, call: str) -> Row:
        return found(self._station.store.call(call), f"no call {call!r}")

    async def call_picture(
        self,
        call: str,
        begin: Annotated[float | None, Query(alias="from", ge=0, le=MOST_S)] = None,
        end: Annotated[float | None, Query(alias="to", ge=0, le=MOST_S)] = None,
        lang: Literal["en", "zh"] = "en",
    ) -> Response:
        """The call on one time axis: both directions' waveform and spectrogram, hook, ring, prompts, keys,
        steps and what else its journal has; in seconds from its beginning. The headers `Picture-From`,
        `Picture-To` and `Picture-Length` tell the stretch and how long the call is."""
        try:
            await asyncio.wait_for(self._drawing.acquire(), door.PATIENCE_S)
        except TimeoutError as error:
            raise ServiceError("other pictures are being drawn; ask again") from error
        try:
            drawn = await asyncio.to_thread(lambda: draw_call(self.call(call), begin, end, lang))
        finally:
            self._drawing.release()
        stretch = {"From": drawn.begin, "To": drawn.end, "Length": drawn.length}
        return _Svg(drawn.svg, headers={f"Picture-{name}": f"{value:.4f}" for name, value in stretch.items()})

    async def dial(self, new: shapes.NewCall) -> Row:
        """Calls a number; what came of it are the events of the call. 403: it may not be dialled; 409: no
        line is free."""
        call = await self._station.dial(new.number, line=new.line, script=new.script, play=new.play)
        await on_disk(self._station.store.committed())
        return await asyncio.to_thread(self.call, call)

    async def answer(self, call: str) -> Row:
        """Answers in the operator's name; of a call that a menu has answered she takes over."""
        return await self._ask(self._station.answer, call)

    async def hang_up(self, call: str) -> Row:
        return await self._ask(self._station.hang_up, call)

    async def hold(self, call: str) -> Row:
        """The caller hears music, and not the operator. 409: the call talks with no seat."""
        return await self._ask(lambda each: self._station.change_talk(each, "held"), call)

    async def mute(self, call: str) -> Row:
        """The operator hears the caller and is not heard."""
        return await self._ask(lambda each: self._station.change_talk(each, "muted"), call)

    async def resume(self, call: str) -> Row:
        """They hear each other again."""
        return await self._ask(lambda each: self._station.change_talk(each, "talking"), call)

    async def transfer(self, call: str, sent: shapes.Transfer) -> Row:
        """To another seat or a group, or whatever else `to` names; when nobody answers, or it fails, back to
        who has it now. What came of it are the events of the call."""
        return await self._ask(
            lambda each: self._station.transfer(each, sent.to, sent.ring_s, sent.card), call
        )

    async def destinations(self, call: str) -> list[Row]:
        """Boxes, menus and faxes that `transfer` can name. A box that is not among them is made by its first
        message or fax, and a document of the station's computer is named by its path."""
        return await self._running(self._station.destinations, call)

    async def consult(self, call: str, asked: shapes.Transfer) -> Row:
        """The seat asks another seat or a group, while the caller hears music. `resume`: it has the caller
        again; so too, told why, when nobody answers. Hanging up is as `complete`."""
        return await self._ask(
            lambda each: self._station.consult(each, asked.to, asked.ring_s, asked.card), call
        )

    async def swap(self, call: str) -> Row:
        """The seat talks with the caller instead of the one that it asks, or the other way about."""
        return await self._ask(self._station.swap, call)

    async def conference(self, call: str) -> Row:
        """Caller, seat and the one that it asks hear one another."""
        return await self._ask(self._station.conference, call)

    async def complete(self, call: str) -> Row:
        """The seat that was asked has the call; one that still rings is rung on, as by `transfer`."""
        return await self._ask(self._station.complete, call)

    async def park(self, call: str, parking: shapes.Parking) -> Row:
        """Frees the seat; the caller hears music until a seat picks the call up, or it comes back."""
        places: list[int] = []

        async def park(each: str) -> None:
            places.append(await self._station.park(each, parking.within_s))

        await self._ask(park, call)
        return {"call": call, "place": places[0]}

    async def pick_up(self, call: str, by: shapes.PickUp) -> Row:
        """A parked call, to a seat: it rings, or has the call at once if its telephone is off hook."""
        return await self._ask(lambda each: self._station.pick_up(each, by.seat), call)

    async def _running(self, what: Callable[[str], Awaitable[T]], call: str) -> T:
        try:
            return await what(call)
        except LookupError as error:
            await asyncio.to_thread(self.call, call)  # 404 when there never was one
            raise ServiceError(f"call {call} has ended") from error

    async def _ask(self, what: Callable[[str], Awaitable[None]], call: str) -> Row:
        await self._running(what, call)
        # What we answer is on the disk first.
        await on_disk(self._station.store.committed())
        return await asyncio.to_thread(self.call, call)
