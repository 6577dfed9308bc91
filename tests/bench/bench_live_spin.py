"""Does a busy Python thread make the live loop late? `python tests/bench/bench_live_spin.py [seconds]`.

Runs the live loop over 16 lines of the simulated exchange, all detectors on, first alone and then
beside a Python thread that never pauses, and prints one JSON object with what was counted in each.
Not a test: the figures depend on what else the machine does.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from dataclasses import asdict
from typing import Any

from ctidrv.clock import SampleClock
from ctidrv.media.engine import MediaEngine
from ctidrv.native import check, ffi, lib, state
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import BoardInfo, Kind, PortInfo
from ctidrv.units import PortId

LINES = 16


class PlantBoard:
    """The line plant alone: lines with noise and echo, no exchange that decides anything."""

    def __init__(self, lines: int) -> None:
        config = ffi.new("cti_plant_config *")
        lib.cti_plant_defaults(config)
        config.board_lines, config.seed = lines, 1
        size = lib.cti_plant_size(config)
        self._plant = state("cti_plant", size)
        check(lib.cti_plant_init(self._plant, size, config), "plant")
        self._native = ffi.new("cti_board *")
        check(lib.cti_plant_board(self._plant, self._native), "plant board")
        self._events = ffi.new("cti_event[256]")
        self.info = BoardInfo("plant", "plant", "line plant")
        self.ports = [PortInfo(PortId(f"plant/{i + 1}"), Kind.FXO, "") for i in range(lines)]

    def open(self) -> None: ...

    def close(self) -> None: ...

    def native(self) -> Any:
        return self._native

    def pump(self) -> None:
        while lib.cti_plant_events(self._plant, self._events, 256):
            pass


async def measure(seconds: float, *, spin: bool) -> dict[str, Any]:
    engine = MediaEngine([PlantBoard(LINES)], SampleClock(), inline=False)
    stop = threading.Event()

    def spinning() -> None:
        count = 0
        while not stop.is_set():
            count += 1

    thread = threading.Thread(target=spinning)
    if spin:
        thread.start()
    engine.start_live(asyncio.get_running_loop())
    for channel in engine.channels:
        channel.seize()
        channel.listen(lib.CTI_EAR_ALL)
        channel.play(Pcm([(i * 7919) % 8000 - 4000 for i in range(8000)]), loop=True)
    await engine.clock.sleep(round(seconds * 8000))
    engine.stop_live()
    stop.set()
    if spin:
        thread.join()
    stats = asdict(engine.stats())
    return {
        "ticks": stats["ticks"],
        "slips": stats["slips"],
        "late_ticks": stats["late_ticks"],
        "worst_late_ms": round(stats["worst_late_ns"] / 1e6, 3),
        "busy_us_per_tick": round(stats["busy_ns"] / 1e3 / stats["ticks"], 1),
    }


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    result = {
        "bench": "live_spin",
        "lines": LINES,
        "seconds": seconds,
        "without_spin": asyncio.run(measure(seconds, spin=False)),
        "with_spin": asyncio.run(measure(seconds, spin=True)),
    }
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
