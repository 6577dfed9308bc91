"""``ctidrv selftest --line``: two ports that are connected, or one by its own echo, measured through the
engine that serves calls."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from ctidrv.clock import SampleClock
from ctidrv.config import StationConfig
from ctidrv.errors import PortError, UsageError
from ctidrv.folder import DataFolder
from ctidrv.media.engine import MediaEngine
from ctidrv.media.line_loop import LineLoop
from ctidrv.media.virtual import run_virtual
from ctidrv.native.dtmf_trials import Figures
from ctidrv.ports.api import Board, DriverContext
from ctidrv.ports.registry import open_board
from ctidrv.service.lock import no_station_on
from ctidrv.units import PortId, seconds

_LIMIT = seconds(3600)


def line_rows(
    folder: DataFolder, config: StationConfig, ports: str, number: str | None, digits: int, seed: int
) -> dict[str, Figures]:
    """The report's rows of ``PORT,PORT2``: the first sends, the second hears; of ``PORT``: it hears itself.
    Simulated boards run in virtual time, others live. ServiceError while a station runs; PortError for ports
    that are not there, are in use, do not hear each other, or one alone that is not silent."""
    send, comma, hear = ports.partition(",")
    if not send or (comma and (not hear or send == hear)):
        raise UsageError(
            f"--line {ports}: two ports, such as sim/1,sim/2: one sends, the other hears; or one"
        )
    hear = hear or send
    names = list(dict.fromkeys(port.split("/")[0] for port in (send, hear)))
    chosen = [board for board in config.boards if board.name in names]
    if len(chosen) < len(names):
        known = ", ".join(board.name for board in config.boards)
        raise PortError(f"{ports}: no such board; there are {known}")
    live = any(board.driver != "sim" for board in chosen)
    clock = SampleClock()
    context = DriverContext(clock, folder.root, seed, live)
    with no_station_on(folder), contextlib.ExitStack() as undo:
        boards: list[Board] = []
        for board in chosen:
            boards.append(open_board(board.driver, board.name, board.settings, context))
            undo.callback(boards[-1].close)
            boards[-1].open()
        engine = MediaEngine(boards, clock, inline=not live)
        undo.callback(engine.close)
        return _measured(engine, (PortId(send), PortId(hear)), live, number, digits, seed)


def _measured(
    engine: MediaEngine, ports: Sequence[PortId], live: bool, number: str | None, digits: int, seed: int
) -> dict[str, Figures]:
    send, hear = (engine.channel(port) for port in ports)
    for channel in (send, hear):
        engine.native.echo_can(channel.number, 0)
    loop = LineLoop(engine, send, hear)
    if not live:
        return run_virtual(loop.measure(number, digits, seed), engine, limit=_LIMIT)

    async def measured() -> dict[str, Figures]:
        engine.start_live(asyncio.get_running_loop())
        return await loop.measure(number, digits, seed)

    return asyncio.run(measured())
