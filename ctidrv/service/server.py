"""Runs the API in the station's own loop, on loopback only."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import sys
from collections.abc import Iterator
from typing import Any

import uvicorn

from ctidrv.errors import ServiceError

HOST = "127.0.0.1"
GRACE_S = 3
"""Answers under way at a stop get so long."""
IN_USE = {errno.EADDRINUSE, errno.EACCES, 10013, 10048}  # the last two: Windows


def bind(port: int) -> socket.socket:
    """A socket on loopback, 0 = any free port; ServiceError when the port is in use."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            # There, SO_REUSEADDR would let two programs share one port.
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((HOST, port))
        bound.listen(128)
    except OSError as error:
        bound.close()
        if error.errno in IN_USE:
            raise ServiceError(
                f"port {port} on {HOST} is in use by another program: choose another with --port"
            ) from error
        raise ServiceError(f"port {port} on {HOST} cannot be opened: {error.strerror}") from error
    return bound


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The station handles signals itself: calls are hung up before the API goes."""
        yield


class ApiServer:
    """Serves `app` on a bound socket from `start` to `stop`."""

    def __init__(self, app: Any, bound: socket.socket) -> None:
        self._socket = bound
        self._server = _Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                ws="websockets-sansio",
                timeout_graceful_shutdown=GRACE_S,
                server_header=False,
            )
        )
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        host, port = self._socket.getsockname()
        return f"http://{host}:{port}"

    async def start(self) -> None:
        """Returns when it answers."""
        self._task = asyncio.create_task(self._server.serve([self._socket]), name="api")
        while not self._server.started:
            if self._task.done():
                self._task.result()
                raise ServiceError("the API did not start; see the log")
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """Lets answers under way finish; safe twice, and before `start`."""
        task, self._task = self._task, None
        if task is not None:
            self._server.should_exit = True
            await task
        self._socket.close()
