"""The WebSocket that tells every event, from any that is kept on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Annotated

from fastapi import Query, WebSocket
from starlette.websockets import WebSocketDisconnect

from ctidrv.service.access import token_fits
from ctidrv.service.door import MAX_INT, PAGE, Door
from ctidrv.service.hub import Listener

CODE_GOING, CODE_TOO_SLOW = 1001, 1013

log = logging.getLogger("ctidrv.service")


class EventStream:
    """The event stream of one client after the other."""

    def __init__(self, station: Door) -> None:
        self._station = station

    async def serve(
        self, websocket: WebSocket, since: Annotated[int | None, Query(ge=0, le=MAX_INT)] = None
    ) -> None:
        if not token_fits(websocket.headers, self._station.token):
            await websocket.close()  # before it is accepted: answer 403
            return
        await websocket.accept()
        listener = await self._station.hub.listen()
        sending = asyncio.ensure_future(self._send(websocket, listener, since))
        gone = asyncio.ensure_future(_until_gone(websocket))
        try:
            await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._station.hub.leave(listener)
            for task in (sending, gone):
                task.cancel()
            for ended in await asyncio.gather(sending, gone, return_exceptions=True):
                if isinstance(ended, Exception) and not isinstance(ended, WebSocketDisconnect | RuntimeError):
                    log.error("an event stream failed", exc_info=ended)

    async def _send(self, websocket: WebSocket, listener: Listener, since: int | None) -> None:
        last = -1
        if since is not None:
            last = since
            while rows := await asyncio.to_thread(self._station.store.events_since, last, PAGE):
                for row in rows:
                    await websocket.send_json(row)
                last = rows[-1]["seq"]
        while (event := await listener.get()) is not None:
            if event["seq"] > last:
                await websocket.send_json(event)
        await websocket.close(CODE_TOO_SLOW if listener.cut_off else CODE_GOING)


async def _until_gone(websocket: WebSocket) -> None:
    """Reads, and ignores, what a client sends, until it has gone."""
    with contextlib.suppress(WebSocketDisconnect):
        while (await websocket.receive())["type"] != "websocket.disconnect":
            pass
