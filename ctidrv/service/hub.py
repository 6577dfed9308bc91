"""Hands the station's events to those that listen, in order, once they are on the disk."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Mapping
from typing import Any

from ctidrv.errors import CtiError
from ctidrv.store import Store

WAITING = 4096
"""Events a listener may be behind; then it is cut off and comes back with `since`."""

log = logging.getLogger("ctidrv.service")


class Listener:
    """One reader of the stream. `get` gives None when it was cut off or the hub has closed."""

    def __init__(self) -> None:
        self._rows: deque[Mapping[str, Any]] = deque()
        self._news = asyncio.Event()
        self._ended = False
        self.cut_off = False

    def offer(self, row: Mapping[str, Any]) -> None:
        if self._ended:
            return
        if len(self._rows) < WAITING:
            self._rows.append(row)
            self._news.set()
        else:
            self.cut_off = True
            self._rows.clear()
            self.end()

    def end(self) -> None:
        """What waits is still read."""
        self._ended = True
        self._news.set()

    async def get(self) -> Mapping[str, Any] | None:
        while not self._rows:
            if self._ended:
                return None
            self._news.clear()
            await self._news.wait()
        return self._rows.popleft()


class Hub:
    """`publish` takes a row; listeners get it after the store has committed what was put before it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._listeners: list[Listener] = []
        self._waiting: list[Mapping[str, Any]] = []
        self._sender: asyncio.Task[None] | None = None
        self._closed = False

    def publish(self, row: Mapping[str, Any]) -> None:
        """From the loop's thread; returns at once."""
        if not self._listeners:
            return
        self._waiting.append(row)
        if self._sender is None and not self._closed:
            self._sender = asyncio.get_running_loop().create_task(self._send())

    async def _send(self) -> None:
        while self._waiting:
            rows, self._waiting = self._waiting, []
            await self._committed()
            for row in rows:
                for listener in self._listeners:
                    listener.offer(row)
        self._sender = None

    async def _committed(self) -> None:
        try:
            await self._store.committed()
        except CtiError as error:
            # Reported by the store as well; what did reach the disk is told all the same.
            log.error("events: %s", error)

    async def listen(self) -> Listener:
        """A listener for all rows from now on; those published before are in the store when it returns."""
        listener = Listener()
        if self._closed:
            listener.end()
        else:
            self._listeners.append(listener)
        await self._committed()
        return listener

    def leave(self, listener: Listener) -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)

    async def close(self) -> None:
        """Hands on what waits and ends all listeners."""
        self._closed = True
        if self._sender is not None:
            await self._sender
        for listener in self._listeners:
            listener.end()
        self._listeners.clear()
