"""The demo's call on a live station: by the clock on the wall, with the API, and the window if wanted."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from ctidrv.folder import DataFolder
from hwsim.commands.story import Outcome, add_customer, configuration, play_out
from hwsim.listener import Note

if TYPE_CHECKING:
    from ctidrv.service.daemon import Station


def play_live(
    folder: DataFolder,
    attach: Callable[[Station], None],
    on_note: Callable[[Note], None],
    *,
    desktop: bool,
) -> tuple[Outcome, int, dict[str, float]]:
    """What became of the call, how many samples it took, and what the engine counted.

    With `desktop` the window opens before the call, and the station serves it until it is closed.
    """
    from ctidrv.service.run import run_station

    ends: list[tuple[Outcome, int, dict[str, float]]] = []

    async def story(url: str, station: Station) -> None:
        add_customer(station)
        attach(station)
        window = await _open_window(folder) if desktop else None
        try:
            begun = station.clock.now()
            outcome = await play_out(station, on_note)
            counted = station.engine.stats()
            late = {"slips": counted.slips, "worst_late_ms": round(counted.worst_late_ns / 1e6, 2)}
            ends.append((outcome, station.clock.now() - begun, late))
            if window is not None:
                print("close the window to end the demo", flush=True)
                await window.wait()
        finally:
            if window is not None and window.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    window.terminate()

    run_station(folder, configuration(), 0, story)
    return ends[0] if ends else (Outcome(missed="the demo was stopped"), 0, {})


async def _open_window(folder: DataFolder) -> asyncio.subprocess.Process:
    """The desktop, a process of its own."""
    command = [sys.executable, "-P", "-m", "ctidrv.cli", "desktop", "--data", str(folder.root)]
    return await asyncio.create_subprocess_exec(*command, stdin=subprocess.DEVNULL)
