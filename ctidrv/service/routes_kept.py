"""What the office keeps: recordings, messages and customers."""

from __future__ import annotations

import asyncio
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import FileResponse

from ctidrv.service import shapes
from ctidrv.service.door import Door, Limit, Row, Text, found, on_disk


class _Wav(Response):
    media_type = "audio/wav"


class KeptRoutes:
    """Queries run in FastAPI's threads: the disk never holds up the loop that serves the calls."""

    def __init__(self, station: Door) -> None:
        self._station = station

    def join(self, to: APIRouter) -> None:
        to.get("/recordings", response_model=list[shapes.Recording])(self.recordings)
        to.get("/recordings/{recording}", response_model=shapes.Recording)(self.recording)
        to.get("/recordings/{recording}/audio", response_class=_Wav)(self.recording_audio)
        to.get("/messages", response_model=list[shapes.Message])(self.messages)
        to.get("/messages/{message}", response_model=shapes.Message)(self.message)
        to.get("/messages/{message}/audio", response_class=_Wav)(self.message_audio)
        to.get("/customers", response_model=list[shapes.Customer])(self.customers)
        to.post("/customers", response_model=shapes.Customer, status_code=201)(self.add_customer)

    def recordings(self, limit: Limit = 100, call: Text = None) -> list[Row]:
        return self._station.store.recordings(limit=limit, call=call)

    def recording(self, recording: str) -> Row:
        return found(self._station.store.recording(recording), f"no recording {recording!r}")

    async def recording_audio(self, recording: str, request: Request) -> Response:
        """The WAV file. That it was listened to is written down before the first byte goes out."""
        row = await asyncio.to_thread(self.recording, recording)
        return await self._audio(row, "recording", growing=row["state"] == "open")

    def messages(self, limit: Limit = 100, box: Text = None) -> list[Row]:
        return self._station.store.messages(limit=limit, box=box)

    def message(self, message: str) -> Row:
        return found(self._station.store.message(message), f"no message {message!r}")

    async def message_audio(self, message: str) -> Response:
        """The WAV file. That it was listened to is written down before the first byte goes out."""
        return await self._audio(await asyncio.to_thread(self.message, message), "message", growing=False)

    async def _audio(self, row: Row, kind: str, *, growing: bool) -> Response:
        path = Path(row["path"])
        if row.get("deleted") is not None:
            raise HTTPException(410, f"the file of {kind} {row['id']} was deleted at {row['deleted']}")
        if not await asyncio.to_thread(path.is_file):
            raise HTTPException(404, f"the file of {kind} {row['id']} is missing: {path}")
        await on_disk(asyncio.wrap_future(self._station.store.listened(f"{kind}:{row['id']}", "token")))
        if growing:
            # Its length changes while it is sent: a copy of this moment.
            return _Wav(await asyncio.to_thread(path.read_bytes))
        return FileResponse(path, media_type="audio/wav", filename=path.name)

    def customers(self, limit: Limit = 100, number: Text = None, text: Text = None) -> list[Row]:
        """By name. `number`: any of a customer's numbers, in any form; `text`: part of name or company."""
        return self._station.store.customers(limit=limit, number=number, text=text)

    async def add_customer(self, customer: shapes.NewCustomer) -> Row:
        added = self._station.store.add_customer(
            customer.name,
            customer.numbers,
            company=customer.company,
            notes=customer.notes,
            tags=customer.tags,
        )
        row: Row = await on_disk(asyncio.wrap_future(added))
        return row
