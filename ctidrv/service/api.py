"""The HTTP and WebSocket API: a thin door in front of the station. Loopback only, with a token."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response, WebSocket
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from ctidrv import __version__
from ctidrv.errors import (
    CallEnded,
    CtiError,
    InputError,
    NotAllowed,
    NotCapable,
    PortError,
    ServiceError,
    StoreError,
)
from ctidrv.ports.learnt import LearntTone, heard_row
from ctidrv.service import shapes
from ctidrv.service.hub import Hub, Listener
from ctidrv.service.picture import draw_call
from ctidrv.store import Store

Row = dict[str, Any]

MAX_BODY = 1_000_000
PAGE = 1000
"""Rows a list may ask for, and events read at a time for a replay."""
MAX_INT = 2**63 - 1
MOST_S = 1e6
"""Of a call, where a stretch of it is asked for."""
PATIENCE_S = 10.0
"""How long an answer waits for the disk."""
CODE_GOING, CODE_TOO_SLOW = 1001, 1013

log = logging.getLogger("ctidrv.service")

Limit = Annotated[int, Query(ge=1, le=PAGE)]
Text = Annotated[str | None, Query(max_length=200)]


class Door(Protocol):
    """What the API needs of a station."""

    @property
    def store(self) -> Store: ...
    @property
    def hub(self) -> Hub: ...
    @property
    def token(self) -> str: ...
    def info(self) -> Row: ...
    def ports(self) -> list[Row]: ...
    async def change_talk(self, call: str, talk: str) -> None:
        """held, muted or talking. LookupError when there is no such call now."""

    async def transfer(self, call: str, to: str, ring_s: float, card: Mapping[str, str]) -> None:
        """LookupError when there is no such call now."""

    async def park(self, call: str, seconds_: float) -> int:
        """The place; LookupError when there is no such call now."""

    async def pick_up(self, call: str, seat: str) -> None:
        """LookupError when there is no such call now."""

    def seat_rows(self) -> list[Row]: ...
    async def pause_seat(self, seat: str, paused: bool) -> None:
        """LookupError when there is no such seat."""

    async def dial(self, number: str, *, line: str | None, script: str | None, play: str | None) -> str:
        """The id of the call, which has begun."""

    async def answer(self, call: str) -> None:
        """LookupError when there is no such call now."""

    async def hang_up(self, call: str) -> None:
        """LookupError when there is no such call now."""

    async def listen(self, port: str) -> LearntTone: ...
    async def teach(self, port: str, tone: str, heard: LearntTone) -> None: ...
    async def forget_tones(self, port: str) -> int: ...


def make_app(station: Door) -> FastAPI:
    """The ASGI application; the station is open while it serves."""

    def known(request: Request) -> None:
        if not _token_fits(request.headers, station.token):
            raise HTTPException(
                401, "give the station's token: Authorization: Bearer TOKEN (the file 'token')"
            )

    app = FastAPI(
        title="ctidrv station",
        version=__version__,
        description="Lines, calls, recordings, messages and customers. Header: Authorization: Bearer TOKEN.",
        docs_url=None,
        redoc_url=None,
        responses={status: {"model": shapes.Problem} for status in (400, 401, 403, 404, 409, 422, 503)},
    )
    app.add_middleware(_Bounded)
    _tell_errors(app)
    api = _Routes(station)
    token = [Depends(known)]
    get, post = app.get, app.post
    get("/api/v1/station", response_model=shapes.StationState, dependencies=token)(api.station)
    get("/api/v1/ports", response_model=list[shapes.Port], dependencies=token)(api.ports)
    tones = "/api/v1/ports/{board}/{index}/tones"
    post(f"{tones}/listen", response_model=shapes.Tone, dependencies=token)(api.listen)
    app.put(tones, response_model=shapes.Port, dependencies=token)(api.teach)
    app.delete(tones, response_model=shapes.Forgotten, dependencies=token)(api.forget_tones)
    get("/api/v1/seats", response_model=list[shapes.Seat], dependencies=token)(api.seats)
    post("/api/v1/seats/{seat}/pause", response_model=shapes.Seat, dependencies=token)(api.pause_seat)
    post("/api/v1/seats/{seat}/ready", response_model=shapes.Seat, dependencies=token)(api.resume_seat)
    get("/api/v1/calls", response_model=list[shapes.Call], dependencies=token)(api.calls)
    get("/api/v1/calls/{call}", response_model=shapes.CallInFull, dependencies=token)(api.call)
    post("/api/v1/calls", response_model=shapes.Call, status_code=201, dependencies=token)(api.dial)
    post("/api/v1/calls/{call}/answer", response_model=shapes.Call, dependencies=token)(api.answer)
    post("/api/v1/calls/{call}/hangup", response_model=shapes.Call, dependencies=token)(api.hang_up)
    post("/api/v1/calls/{call}/hold", response_model=shapes.Call, dependencies=token)(api.hold)
    post("/api/v1/calls/{call}/mute", response_model=shapes.Call, dependencies=token)(api.mute)
    post("/api/v1/calls/{call}/resume", response_model=shapes.Call, dependencies=token)(api.resume)
    post("/api/v1/calls/{call}/transfer", response_model=shapes.Call, dependencies=token)(api.transfer)
    post("/api/v1/calls/{call}/park", response_model=shapes.Parked, dependencies=token)(api.park)
    post("/api/v1/calls/{call}/pickup", response_model=shapes.Call, dependencies=token)(api.pick_up)
    get("/api/v1/calls/{call}/picture", response_class=_Svg, dependencies=token)(api.call_picture)
    get("/api/v1/recordings", response_model=list[shapes.Recording], dependencies=token)(api.recordings)
    get("/api/v1/recordings/{recording}", response_model=shapes.Recording, dependencies=token)(api.recording)
    get("/api/v1/recordings/{recording}/audio", response_class=_Wav, dependencies=token)(api.recording_audio)
    get("/api/v1/messages", response_model=list[shapes.Message], dependencies=token)(api.messages)
    get("/api/v1/messages/{message}", response_model=shapes.Message, dependencies=token)(api.message)
    get("/api/v1/messages/{message}/audio", response_class=_Wav, dependencies=token)(api.message_audio)
    get("/api/v1/customers", response_model=list[shapes.Customer], dependencies=token)(api.customers)
    post("/api/v1/customers", response_model=shapes.Customer, status_code=201, dependencies=token)(
        api.add_customer
    )
    app.websocket("/api/v1/events")(_Events(station).serve)
    return app


class _Wav(Response):
    media_type = "audio/wav"


class _Svg(Response):
    media_type = "image/svg+xml"


class _Routes:
    """Queries run in FastAPI's threads: the disk never holds up the loop that serves the calls."""

    def __init__(self, station: Door) -> None:
        self._station = station
        self._drawing = asyncio.Lock()

    async def station(self) -> Row:
        return self._station.info()

    async def ports(self) -> list[Row]:
        return self._station.ports()

    async def seats(self) -> list[Row]:
        """Operators' places, as configured."""
        return self._station.seat_rows()

    async def pause_seat(self, seat: str) -> Row:
        """No more calls for it (its name or number), until it is ready again; one that talks goes on."""
        return await self._pause(seat, True)

    async def resume_seat(self, seat: str) -> Row:
        """Ready for calls, also before its wrap-up is over."""
        return await self._pause(seat, False)

    async def _pause(self, seat: str, paused: bool) -> Row:
        try:
            await self._station.pause_seat(seat, paused)
        except LookupError as error:
            raise HTTPException(404, f"no seat {seat!r}") from error
        await _on_disk(self._station.store.committed())
        return next(row for row in self._station.seat_rows() if seat in (row["name"], row["number"]))

    async def listen(self, board: str, index: int) -> Row:
        """Listens to the line for ten seconds; the tone it heard. Nothing is kept."""
        return heard_row(await self._station.listen(f"{board}/{index}"))

    async def teach(self, board: str, index: int, tone: shapes.NewTone) -> Row:
        """The line hears this tone from now on, and in every later run; the port as it is then."""
        port = f"{board}/{index}"
        heard = LearntTone(tuple(tone.hz), tuple(tone.ms), tone.level_dbm0, tone.cycles)
        await _on_disk(self._station.teach(port, tone.tone, heard))
        return next(row for row in self._station.ports() if row["id"] == port)

    async def forget_tones(self, board: str, index: int) -> Row:
        """The line hears its country's tones alone."""
        return {"forgotten": await _on_disk(self._station.forget_tones(f"{board}/{index}"))}

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
        return _found(self._station.store.call(call), f"no call {call!r}")

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
            await asyncio.wait_for(self._drawing.acquire(), PATIENCE_S)
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
        await _on_disk(self._station.store.committed())
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
        """To another seat or a group; when nobody answers, back to who has it now. What came of it are the
        events of the call."""
        return await self._ask(
            lambda each: self._station.transfer(each, sent.to, sent.ring_s, sent.card), call
        )

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

    async def _ask(self, what: Callable[[str], Awaitable[None]], call: str) -> Row:
        try:
            await what(call)
        except LookupError as error:
            await asyncio.to_thread(self.call, call)  # 404 when there never was one
            raise ServiceError(f"call {call} has ended") from error
        # What we answer is on the disk first.
        await _on_disk(self._station.store.committed())
        return await asyncio.to_thread(self.call, call)

    def recordings(self, limit: Limit = 100, call: Text = None) -> list[Row]:
        return self._station.store.recordings(limit=limit, call=call)

    def recording(self, recording: str) -> Row:
        return _found(self._station.store.recording(recording), f"no recording {recording!r}")

    async def recording_audio(self, recording: str, request: Request) -> Response:
        """The WAV file. That it was listened to is written down before the first byte goes out."""
        row = await asyncio.to_thread(self.recording, recording)
        return await self._audio(row, "recording", growing=row["state"] == "open")

    def messages(self, limit: Limit = 100, box: Text = None) -> list[Row]:
        return self._station.store.messages(limit=limit, box=box)

    def message(self, message: str) -> Row:
        return _found(self._station.store.message(message), f"no message {message!r}")

    async def message_audio(self, message: str) -> Response:
        """The WAV file. That it was listened to is written down before the first byte goes out."""
        return await self._audio(await asyncio.to_thread(self.message, message), "message", growing=False)

    async def _audio(self, row: Row, kind: str, *, growing: bool) -> Response:
        path = Path(row["path"])
        if row.get("deleted") is not None:
            raise HTTPException(410, f"the file of {kind} {row['id']} was deleted at {row['deleted']}")
        if not await asyncio.to_thread(path.is_file):
            raise HTTPException(404, f"the file of {kind} {row['id']} is missing: {path}")
        await _on_disk(asyncio.wrap_future(self._station.store.listened(f"{kind}:{row['id']}", "token")))
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
        row: Row = await _on_disk(asyncio.wrap_future(added))
        return row


class _Events:
    """The event stream of one client after the other."""

    def __init__(self, station: Door) -> None:
        self._station = station

    async def serve(
        self, websocket: WebSocket, since: Annotated[int | None, Query(ge=0, le=MAX_INT)] = None
    ) -> None:
        if not _token_fits(websocket.headers, self._station.token):
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


def _token_fits(headers: Mapping[str, str], token: str) -> bool:
    given = headers.get("authorization", "")
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), f"Bearer {token}".encode())


def _found(row: Row | None, missing: str) -> Row:
    if row is None:
        raise HTTPException(404, missing)
    return row


async def _on_disk(written: Any) -> Any:
    try:
        return await asyncio.wait_for(written, PATIENCE_S)
    except TimeoutError as error:
        raise StoreError(f"the database has taken nothing for {PATIENCE_S:g} s") from error


_STATUS: tuple[tuple[type[CtiError], int], ...] = (
    (InputError, 400),
    (NotAllowed, 403),
    (CallEnded, 409),
    (NotCapable, 409),
    (PortError, 409),
    (ServiceError, 409),
    (StoreError, 503),
)


def _tell_errors(app: FastAPI) -> None:
    """Every error is JSON with one line, ``message``."""

    def problem(status: int, message: str) -> JSONResponse:
        return JSONResponse({"message": message}, status)

    @app.exception_handler(CtiError)
    async def ours(_: Request, error: CtiError) -> JSONResponse:
        return problem(next((status for kind, status in _STATUS if isinstance(error, kind)), 500), str(error))

    @app.exception_handler(StarletteHTTPException)
    async def http(_: Request, error: StarletteHTTPException) -> JSONResponse:
        return problem(error.status_code, str(error.detail))

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path"))
        return problem(422, f"{place or 'body'}: {first['msg']}")

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return problem(500, f"the station failed at this: {type(error).__name__}; see its log")


class _Bounded:
    """Refuses a request body of more than MAX_BODY bytes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared[:12]) > MAX_BODY:
            answer = JSONResponse({"message": f"the body is larger than {MAX_BODY} bytes"}, 413)
            await answer(scope, receive, send)
            return
        taken = 0

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > MAX_BODY:
                raise HTTPException(413, f"the body is larger than {MAX_BODY} bytes")
            return message

        await self._app(scope, bounded, send)
