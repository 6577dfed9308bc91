"""The HTTP and WebSocket API: a thin door in front of the station. Loopback only, with a token."""

from __future__ import annotations

import logging

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
from ctidrv.service import shapes
from ctidrv.service.access import token_fits
from ctidrv.service.door import Door
from ctidrv.service.refusals import refusal
from ctidrv.service.routes_calls import CallRoutes
from ctidrv.service.routes_faxes import FaxRoutes
from ctidrv.service.routes_kept import KeptRoutes
from ctidrv.service.routes_lines import LineRoutes
from ctidrv.service.streaming import EventStream

MAX_BODY = 1_000_000

log = logging.getLogger("ctidrv.service")


def make_app(station: Door) -> FastAPI:
    """The ASGI application; the station is open while it serves."""

    def known(request: Request) -> None:
        if not token_fits(request.headers, station.token):
            raise HTTPException(
                401, "give the station's token: Authorization: Bearer TOKEN (the file 'token')"
            )

    app = FastAPI(
        title="ctidrv station",
        version=__version__,
        description="Lines, calls, recordings, messages, faxes, customers."
        " Header: Authorization: Bearer TOKEN.",
        docs_url=None,
        redoc_url=None,
        responses={status: {"model": shapes.Problem} for status in (400, 401, 403, 404, 409, 422, 503)},
    )
    app.add_middleware(_Bounded)
    _tell_errors(app)
    for routes in (LineRoutes(station), CallRoutes(station), KeptRoutes(station), FaxRoutes(station)):
        router = APIRouter(prefix="/api/v1", dependencies=[Depends(known)])
        routes.join(router)
        app.include_router(router)
    app.websocket("/api/v1/events")(EventStream(station).serve)
    return app


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
        field, words = refusal(error.errors())
        return JSONResponse({"message": f"{field}: {words}", "field": field}, 422)

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
