"""Looks for a modem that is away, and opens its port."""

from __future__ import annotations

import time
from collections.abc import Callable

from ctidrv.drivers.v253.link import Link, Search
from ctidrv.errors import PortError

RETRY_S = 0.5
"""Between two looks for a modem that is away; one that is there and unfit is left alone for longer."""
UNFIT_S = 5.0


class Finder:
    """`open_link` opens a port by its name (PortError); times in seconds of time.monotonic."""

    def __init__(self, device: str, open_link: Callable[[str], Link], search: Search | None) -> None:
        self._device, self._open_link = device, open_link
        self._search = search or Search(device)
        self._next_look = 0.0
        self.why = ""
        """Why `look` has found none."""

    def due(self, now: float) -> bool:
        """It is time for a look."""
        return now >= self._next_look

    def look(self, now: float) -> tuple[str, Link] | None:
        """Where it is, and its open port."""
        self._next_look = now + RETRY_S
        self.why = f"{self._device}: there is no such port: plug the modem in, or correct `device`"
        for device in self._search.candidates():
            try:
                return device, self._open_link(device)
            except PortError as error:
                self.why = str(error)
        return None

    def lost(self) -> None:
        """It is away."""
        self._next_look = time.monotonic() + RETRY_S

    def leave_alone(self) -> None:
        """For a while: it is there, and will not do."""
        self._next_look = time.monotonic() + UNFIT_S

    def found(self, at: str) -> None:
        """It is a modem, and ours."""
        self._search.seen(at)
