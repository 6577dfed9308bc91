"""What there is of a station: itself, its ports with their learnt tones and traces, its seats and queues."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from fastapi import APIRouter, HTTPException

from ctidrv.errors import NotCapable
from ctidrv.ports.learnt import LearntTone, heard_row
from ctidrv.service import shapes
from ctidrv.service.door import Door, Row, on_disk
from ctidrv.service.json_lines import JsonLines
from ctidrv.units import PortId


class LineRoutes:
    def __init__(self, station: Door) -> None:
        self._station = station

    def join(self, to: APIRouter) -> None:
        tones = "/ports/{board}/{index}/tones"
        to.get("/station", response_model=shapes.StationState)(self.station)
        to.get("/ports", response_model=list[shapes.Port])(self.ports)
        to.post(f"{tones}/listen", response_model=shapes.Tone)(self.listen)
        to.put(tones, response_model=shapes.Port)(self.teach)
        to.delete(tones, response_model=shapes.Forgotten)(self.forget_tones)
        to.post("/ports/{board}/{index}/trace", response_class=JsonLines, status_code=200)(self.trace)
        to.get("/seats", response_model=list[shapes.Seat])(self.seats)
        to.get("/queues", response_model=list[shapes.Queue])(self.queues)
        to.post("/seats/{seat}/pause", response_model=shapes.Seat)(self.pause_seat)
        to.post("/seats/{seat}/ready", response_model=shapes.Seat)(self.resume_seat)
        to.post("/seats/{seat}/lift", response_model=shapes.Seat)(self.lift_seat)
        to.post("/seats/{seat}/put-down", response_model=shapes.Seat)(self.put_down_seat)
        to.post("/seats/{seat}/messages", response_model=shapes.Seat)(self.show_messages)

    async def station(self) -> Row:
        return self._station.info()

    async def ports(self) -> list[Row]:
        return self._station.ports()

    async def listen(self, board: str, index: int) -> Row:
        """Listens to the line for ten seconds; the tone it heard. Nothing is kept."""
        return heard_row(await self._station.listen(f"{board}/{index}"))

    async def teach(self, board: str, index: int, tone: shapes.NewTone) -> Row:
        """The line hears this tone from now on, and in every later run; the port as it is then."""
        port = f"{board}/{index}"
        heard = LearntTone(tuple(tone.hz), tuple(tone.ms), tone.level_dbm0, tone.cycles)
        await on_disk(self._station.teach(port, tone.tone, heard))
        return next(row for row in self._station.ports() if row["id"] == port)

    async def forget_tones(self, board: str, index: int) -> Row:
        """The line hears its country's tones alone."""
        return {"forgotten": await on_disk(self._station.forget_tones(f"{board}/{index}"))}

    async def trace(self, board: str, index: int, audio: bool = True) -> JsonLines:
        """What passes at the port from now on, until the answer is closed: JSON lines as in a trace's file
        (docs/reference/port-trace.md), and the audio in base64. That it was traced is written down first."""
        port, traces = PortId(f"{board}/{index}"), self._station.traces
        tracer = traces.begin(port)
        try:
            written = self._station.store.traced(port, "token", audio=audio)
            await on_disk(asyncio.wrap_future(written))
        except BaseException:
            traces.end(tracer)
            raise
        return JsonLines(traces.rows(tracer, audio=audio), lambda: traces.end(tracer))

    async def seats(self) -> list[Row]:
        """Operators' places, as configured."""
        return self._station.seat_rows()

    async def queues(self) -> list[Row]:
        """Queues, as configured, with who waits in each."""
        return self._station.queue_rows()

    async def pause_seat(self, seat: str) -> Row:
        """No more calls for it (its name or number), until it is ready again; one that talks goes on."""
        return await self._pause(seat, True)

    async def resume_seat(self, seat: str) -> Row:
        """Ready for calls, also before its wrap-up is over."""
        return await self._pause(seat, False)

    async def lift_seat(self, seat: str) -> Row:
        """As if its user lifted his headset, which has no hook: answers what rings for him."""
        return await self._seat(seat, self._station.lift_seat(seat, True))

    async def put_down_seat(self, seat: str) -> Row:
        """The headset is put down: hangs up. It changes when its device has done so, a moment later."""
        return await self._seat(seat, self._station.lift_seat(seat, False))

    async def show_messages(self, seat: str, told: shapes.Waiting) -> Row:
        """Its telephone shows that so many messages wait, by lamp or display, once it lies on hook."""
        return await self._seat(seat, self._station.show_messages(seat, told.messages))

    async def _pause(self, seat: str, paused: bool) -> Row:
        return await self._seat(seat, self._station.pause_seat(seat, paused))

    async def _seat(self, seat: str, asked: Coroutine[Any, Any, None]) -> Row:
        """The seat's row after what was asked of it."""
        try:
            await asked
        except LookupError as error:
            raise HTTPException(404, f"no seat {seat!r}") from error
        except NotCapable as error:
            raise HTTPException(409, str(error)) from error
        await on_disk(self._station.store.committed())
        return next(row for row in self._station.seat_rows() if seat in (row["name"], row["number"]))
