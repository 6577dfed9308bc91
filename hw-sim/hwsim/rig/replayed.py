"""A station whose only line is a port's trace (`ctidrv ports trace`), in virtual time: the calls that call
control makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ctidrv.folder import DataFolder
from ctidrv.units import PortId, Samples, seconds
from hwsim.rig.station import START, script_path

_BOARD = "trace"
_LEAD_S = 1.0
_ENDS_WITHIN = seconds(60)
"""Behind the tape: a call that it broke off in is given up by then."""


@dataclass(frozen=True, slots=True)
class ReplayedCalls:
    """`calls`: the rows of all calls, oldest first, with `events legs recordings messages`; `differences`:
    orders that were not those of the trace, one line each."""

    calls: list[dict[str, Any]]
    differences: list[str]


def replay_calls(
    trace: Path, script: str, folder: Path, *, strict: bool = False, country: str | None = None
) -> ReplayedCalls:
    """InputError for a file that is no trace, or a script that does not hold; where it is strict, PortError
    for the first order that the trace does not have next. `country`: the trace's own by default."""
    from ctidrv.config import BoardConfig, LineConfig, Office, StationConfig
    from ctidrv.media.trace import load
    from ctidrv.media.trace.board import TraceBoard
    from ctidrv.media.virtual import run_virtual
    from ctidrv.service.daemon import Station

    held = load(trace)
    settings = {"file": str(trace), "strict": strict, "lead_s": _LEAD_S}
    config = StationConfig(
        office=Office(country=country or held.country),
        boards=[BoardConfig(_BOARD, "trace", settings)],
        lines=[LineConfig(PortId(f"{_BOARD}/1"), str(script_path(script, trace.parent)))],
    )
    station = Station(DataFolder(folder), config, live=False, seed=1, start=START)
    station.open()
    try:
        board = station.boards[_BOARD]
        assert isinstance(board, TraceBoard)
        run_virtual(_until_over(station, board), station.engine)
        rows = reversed(station.store.calls(limit=1_000_000))
        return ReplayedCalls([station.store.call(row["id"]) or row for row in rows], board.differences)
    finally:
        station.close()


async def _until_over(station: Any, board: Any) -> None:
    station.start()
    line = next(iter(station.lines.values())).controller
    while not board.ended:
        await station.clock.sleep(seconds(0.1))
    end = Samples(station.clock.now() + _ENDS_WITHIN)
    while line.state.word != "idle" and station.clock.now() < end:
        await station.clock.sleep(seconds(0.1))
    await station.stop()
