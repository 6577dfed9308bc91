"""The live station as a process: lock, socket, station, API, signals, and the clean stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Awaitable, Callable

from ctidrv.config import StationConfig
from ctidrv.errors import ServiceError
from ctidrv.folder import DataFolder
from ctidrv.service import access
from ctidrv.service.api import make_app
from ctidrv.service.daemon import Station
from ctidrv.service.lock import NAME as LOCK_NAME
from ctidrv.service.lock import StationLock
from ctidrv.service.server import ApiServer, bind

STOP_S = 20.0
"""A stop that takes longer goes on without waiting for the calls."""
WATCH_S = 0.5

log = logging.getLogger("ctidrv.service")


Ready = Callable[[str, Station], Awaitable[None] | None]


def run_station(folder: DataFolder, config: StationConfig, port: int | None, ready: Ready) -> None:
    """Serves until SIGINT or SIGTERM. `ready` is called with the URL when the API answers; where it gives
    something to wait for, the station stops when that is over.

    Raises CtiError, in one line, for what keeps it from starting or from going on.
    """
    asyncio.run(_Process(folder, config, config.api_port if port is None else port, ready).run())


class _Process:
    def __init__(self, folder: DataFolder, config: StationConfig, port: int, ready: Ready) -> None:
        self._folder = folder
        self._port = port
        self._ready = ready
        self._lock = StationLock(folder)
        self._station = Station(folder, config)
        self._stop = asyncio.Event()

    async def run(self) -> None:
        self._station.load()
        async with contextlib.AsyncExitStack() as undo:
            # What is wrong with the input has been told. Where a station ran before, its lock comes next: a
            # second one is told so, not of its port. A new folder is not touched before the socket is ours.
            first_lock = (self._folder.root / LOCK_NAME).exists()
            if first_lock:
                self._lock.acquire()
            undo.callback(self._lock.release)
            bound = bind(self._port)
            undo.callback(bound.close)
            if not first_lock:
                self._lock.acquire()
            access.withdraw(self._folder)
            station = self._station
            station.token = access.token(self._folder)
            station.open()
            undo.callback(station.close)
            server = ApiServer(make_app(station), bound)
            undo.push_async_callback(server.stop)
            self._on_signals()
            station.start()
            undo.push_async_callback(self._stop_calls)
            await server.start()
            access.announce(self._folder, server.url)
            undo.callback(access.withdraw, self._folder)
            story = self._ready(server.url, station)
            told = None if story is None else asyncio.ensure_future(story)
            if told is not None:
                told.add_done_callback(lambda _: self._stop.set())
            await self._until_stopped()
            if told is not None:
                told.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await told

    async def _until_stopped(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), WATCH_S)
            if (failure := self._station.engine.failure) is not None:
                raise ServiceError(f"the engine stopped: {failure}") from failure

    async def _stop_calls(self) -> None:
        try:
            await asyncio.wait_for(
                self._station.stop(), STOP_S if self._station.engine.failure is None else 1
            )
        except TimeoutError:
            log.error(
                "the lines did not stop within %g s; their calls are repaired at the next start", STOP_S
            )
            await self._station.hub.close()

    def _on_signals(self) -> None:
        loop = asyncio.get_running_loop()
        numbers = [signal.SIGINT, signal.SIGTERM]
        if sys.platform == "win32":
            for number in [*numbers, signal.SIGBREAK]:
                signal.signal(number, lambda *_: loop.call_soon_threadsafe(self._stop.set))
        else:
            for number in numbers:
                loop.add_signal_handler(number, self._stop.set)
