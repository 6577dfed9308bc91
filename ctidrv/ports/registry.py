"""Finds drivers by the entry-point group ``ctidrv.drivers``, opens boards, and keeps names apart."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from ctidrv.errors import CtiError, InputError, PortError
from ctidrv.ports.api import Board, DriverContext, OpenBoard

GROUP = "ctidrv.drivers"


def drivers() -> dict[str, EntryPoint]:
    """The installed drivers by name. Nothing is imported."""
    return {entry.name: entry for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name)}


def load_driver(name: str) -> OpenBoard:
    """A driver's ``open_board``. InputError lists the known; PortError says why one cannot be loaded."""
    known = drivers()
    if name not in known:
        raise InputError(f"no driver {name[:40]!r}; known are {', '.join(known) or 'none'}")
    entry = known[name]
    try:
        loaded = entry.load()
    except Exception as error:
        raise PortError(
            f"driver {name} ({entry.value}) cannot be loaded: {type(error).__name__}: {error}"
        ) from error
    if not callable(loaded):
        raise PortError(f"driver {name} ({entry.value}) is no function that opens a board")
    made: OpenBoard = loaded
    return made


def open_board(driver: str, name: str, settings: Mapping[str, Any], context: DriverContext) -> Board:
    """Makes the board `name` (not yet open: its own `open` does that). PortError names board and driver."""
    make = load_driver(driver)
    try:
        return make(name, settings, context)
    except CtiError:
        raise
    except Exception as error:
        raise PortError(f"board {name} (driver {driver}): {type(error).__name__}: {error}") from error


class Reservations:
    """Who holds which board or port: one holder a name."""

    def __init__(self) -> None:
        self._holders: dict[str, str] = {}
        self._lock = threading.Lock()

    def reserve(self, name: str, holder: str) -> None:
        """PortError names the present holder when that is another."""
        with self._lock:
            present = self._holders.setdefault(name, holder)
        if present != holder:
            raise PortError(f"{name} is in use by {present}")

    def release(self, name: str, holder: str) -> None:
        """Safe twice; what another holds is left alone."""
        with self._lock:
            if self._holders.get(name) == holder:
                del self._holders[name]

    def holder(self, name: str) -> str | None:
        with self._lock:
            return self._holders.get(name)
