"""Faxes: those that are sent, and the boxes of those that came."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Response
from fastapi import Path as InPath
from fastapi.responses import FileResponse

from ctidrv.apps.fax.records import CoverNote, FaxJob
from ctidrv.errors import ServiceError
from ctidrv.service import shapes_fax as shapes
from ctidrv.service.door import Door, Limit, Row, Text, found, on_disk
from ctidrv.service.fax_desk import NewFax
from ctidrv.service.fax_papers import FORMS
from ctidrv.service.json_lines import JsonLines
from ctidrv.units import PortId

Lang = Literal["en", "zh"]
MOST_PAGES = 10_000


Form = Literal["tiff", "pdf"]
Page = Annotated[int, InPath(ge=1, le=MOST_PAGES)]


class _Png(Response):
    media_type = "image/png"


class _Tiff(Response):
    media_type = "image/tiff"


class FaxRoutes:
    """Queries run in FastAPI's threads: the disk never holds up the loop that serves the calls."""

    def __init__(self, station: Door) -> None:
        self._station = station

    def join(self, to: APIRouter) -> None:
        to.get("/faxes", response_model=list[shapes.Fax])(self.faxes)
        to.post("/faxes", response_model=list[shapes.Fax], status_code=201)(self.send)
        to.get("/faxes/{fax}", response_model=shapes.FaxInFull)(self.fax)
        to.get("/faxes/{fax}/document", response_class=_Tiff)(self.sent_document)
        to.get("/faxes/{fax}/pages/{page}", response_class=_Png)(self.sent_page)
        to.post("/faxes/{fax}/stop", response_model=shapes.Fax)(self.stop)
        to.post("/faxes/{fax}/retry", response_model=shapes.Fax)(self.retry)
        to.get("/received-faxes", response_model=list[shapes.ReceivedFax])(self.received)
        to.get("/received-faxes/{fax}", response_model=shapes.ReceivedFax)(self.received_one)
        to.get("/received-faxes/{fax}/document", response_class=_Tiff)(self.document)
        to.get("/received-faxes/{fax}/pages/{page}", response_class=_Png)(self.received_page)
        to.get("/fax-boxes", response_model=list[shapes.FaxBox])(self.boxes)
        to.post("/ports/{board}/{index}/fax", response_class=JsonLines, status_code=200)(self.receive)

    def faxes(
        self, limit: Limit = 100, state: Text = None, batch: Text = None, lang: Lang = "en"
    ) -> list[Row]:
        """To be sent, newest first."""
        return self._station.store.faxes.jobs(limit=limit, state=state, batch=batch, language=lang)

    def fax(self, fax: str, lang: Lang = "en") -> Row:
        """With the state of every page and the calls that were made for it."""
        return found(self._station.store.faxes.job(fax, lang), f"no fax {fax!r}")

    async def send(self, new: shapes.NewFax) -> list[Row]:
        """Queues a document for every number, or for none of them. 403: one may not be dialled; 409: the
        station can send no faxes."""
        asked = NewFax(
            Path(new.file),
            new.numbers,
            None if new.line is None else PortId(new.line),
            new.priority,
            new.hours,
            new.tries,
            new.due,
            None if new.cover is None else CoverNote(**new.cover.model_dump()),
            new.mail_to,
        )
        ids = await self._station.fax_desk.send(asked)
        await on_disk(self._station.store.committed())
        rows = await asyncio.to_thread(lambda: [self._station.store.faxes.job(each) for each in ids])
        return [row for row in rows if row is not None]

    async def stop(self, fax: str) -> Row:
        """It is sent no further; one that is on its way hangs up."""
        return await self._ask(self._station.fax_desk.stop(fax), fax, "stop")

    async def retry(self, fax: str) -> Row:
        """One that failed or was stopped: what is not confirmed of it is sent."""
        return await self._ask(self._station.fax_desk.retry(fax), fax, "send again")

    def received(self, limit: Limit = 100, box: Text = None, state: Text = None) -> list[Row]:
        """Newest first."""
        return self._station.store.faxes.received(limit=limit, box=box, state=state)

    def received_one(self, fax: str) -> Row:
        return found(self._station.store.faxes.received_one(fax), f"no received fax {fax!r}")

    async def document(self, fax: str, form: Form = "tiff") -> Response:
        """The TIFF file as it came, or its pages as PDF. That it was read is written down before the first
        byte goes out."""
        path = await self._path(fax)
        if form == "tiff":
            await self._read(fax)
            return FileResponse(path, media_type="image/tiff", filename=path.name)
        made = await self._station.fax_papers.received_file(path, form)
        await self._read(fax)
        return _file(made, fax, form)

    async def received_page(self, fax: str, page: Page) -> Response:
        """A page from 1 on; damaged rows are as they were concealed. Written down as the document is."""
        path = await self._path(fax)
        made = await _page(self._station.fax_papers.received_page(path, page), fax, page)
        await self._read(fax)
        return made

    async def _path(self, fax: str) -> Path:
        row = await asyncio.to_thread(self.received_one, fax)
        path = Path(row["path"])
        if not await asyncio.to_thread(path.is_file):
            raise HTTPException(404, f"the file of fax {fax} is missing: {path}")
        return path

    async def _read(self, fax: str) -> None:
        await on_disk(asyncio.wrap_future(self._station.store.faxes.read(fax, "token")))

    async def sent_document(self, fax: str, form: Form = "tiff") -> Response:
        """Its pages as they are sent to a machine for fine A4, the cover page first."""
        return _file(await self._station.fax_papers.sent_file(await self._job(fax), form), fax, form)

    async def sent_page(self, fax: str, page: Page) -> Response:
        """One of them, from 1 on."""
        return await _page(self._station.fax_papers.sent_page(await self._job(fax), page), fax, page)

    async def _job(self, fax: str) -> FaxJob:
        kept = await asyncio.to_thread(self._station.store.faxes.kept_job, fax)
        if kept is None:
            raise HTTPException(404, f"no fax {fax!r}")
        if not await asyncio.to_thread(Path(kept.job.path).is_file):
            raise HTTPException(404, f"the document of fax {fax} is missing: {kept.job.path}")
        return kept.job

    def boxes(self) -> list[Row]:
        """Those that have faxes."""
        return self._station.store.faxes.boxes()

    async def receive(self, board: str, index: int, new: shapes.NewReception) -> JsonLines:
        """The line's next call is answered as a fax, and filed in a box; JSON lines tell it as it comes: each
        page, and at last how it ended. Until the answer is closed the line is the client's. 409: there is no
        such line, or another has it."""
        receptions = self._station.receptions
        reception = receptions.begin(PortId(f"{board}/{index}"), new.box, new.holder)
        return JsonLines(receptions.rows(reception), lambda: receptions.end(reception))

    async def _ask(self, asked: Awaitable[None], fax: str, what: str) -> Row:
        try:
            await asked
        except LookupError as error:
            if await asyncio.to_thread(self._station.store.faxes.received_one, fax) is not None:
                raise ServiceError(f"fax {fax} is one that came: there is nothing to {what}") from error
            raise HTTPException(404, f"no fax {fax!r}") from error
        await on_disk(self._station.store.committed())
        return await asyncio.to_thread(self.fax, fax)


async def _page(drawing: Awaitable[bytes], fax: str, page: int) -> Response:
    try:
        return _Png(await drawing)
    except LookupError as error:
        raise HTTPException(404, f"fax {fax} has no page {page}") from error


def _file(made: bytes, fax: str, form: str) -> Response:
    named = {"Content-Disposition": f'attachment; filename="{fax}.{form}"'}
    return Response(made, media_type=FORMS[form][0], headers=named)
