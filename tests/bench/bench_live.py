"""What a port costs the live engine: `python tests/bench/bench_live.py [seconds] [--ports 16 240] [--json]`.

Each number of ports has a process of its own: every port hears with all detectors behind its echo canceller,
plays a prompt and is recorded on two channels to a file. The board beneath is the line plant (noise, echo),
whose own share, measured on its own afterwards, is told apart and not taken off. Figures: CPU milliseconds of
the whole process a port-second, resident memory a port, how late ticks began. Not a test: they depend on what
else the machine does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from itertools import zip_longest
from pathlib import Path
from typing import Any

from bench_live_spin import PlantBoard

from ctidrv.clock import SampleClock
from ctidrv.media.engine import MediaEngine
from ctidrv.media.wav import WavWriter
from ctidrv.native import ffi, lib
from ctidrv.native.engine import lateness_ms
from ctidrv.native.pcm import Pcm
from ctidrv.units import seconds

PORTS = (16, 64, 120, 240)
SETTLES_S = 3.0
"""Before the figures begin: files are open, and every page has been touched that will be."""


def resident_kib() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def board_ms(board: PlantBoard, ports: int) -> float:
    """CPU milliseconds a port-second of the simulated lines alone."""
    native = board.native()
    tx, rx, events = (
        ffi.new("int16_t[]", 160 * ports),
        ffi.new("int16_t[]", 160 * ports),
        ffi.new("cti_event[256]"),
    )
    begun, at = cpu_s(), 10_000_000
    for tick in range(200):
        native.exchange(native.ctx, at + 160 * tick, tx, rx, 160, events, 256)
        board.pump()
    return (cpu_s() - begun) * 1000 / (200 * 0.02 * ports)


async def measure(ports: int, length: float, folder: Path) -> dict[str, Any]:
    before = resident_kib()
    board = PlantBoard(ports)
    engine = MediaEngine([board], SampleClock(), inline=False)
    prompt = Pcm([(i * 7919) % 8000 - 4000 for i in range(8000)])
    engine.start_live(asyncio.get_running_loop())
    try:
        for channel in engine.channels:
            channel.record_line(WavWriter(folder / f"{channel.number}.wav", 2, sync=False), at_seizure=False)
            channel.seize()
            channel.listen(lib.CTI_EAR_ALL)
            channel.play(prompt, loop=True)
        await engine.clock.sleep(seconds(SETTLES_S))
        first, bins, begun, wall = engine.stats(), engine.lateness(), cpu_s(), time.monotonic()
        await engine.clock.sleep(seconds(length))
        last, then, cpu = engine.stats(), engine.lateness(), cpu_s() - begun
        wall = time.monotonic() - wall
        memory = resident_kib() - before
    finally:
        engine.close()
    late = [b - a for a, b in zip_longest(bins, then, fillvalue=0)]
    port_seconds = ports * (last.now - first.now) / 8000
    return {
        "ports": ports,
        "cpu_ms_per_port_second": round(cpu * 1000 / port_seconds, 3),
        "of_it_ticks": round((last.busy_ns - first.busy_ns) / 1e6 / port_seconds, 3),
        "of_it_simulated_lines": round(board_ms(board, ports), 3),
        "cores": round(cpu / wall, 2),
        "kib_per_port": round(memory / ports, 1),
        "late_ms_p50": lateness_ms(late, 0.5),
        "late_ms_p99_9": lateness_ms(late, 0.999),
        "slips": last.slips - first.slips,
        "ticks": last.ticks - first.ticks,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("seconds", nargs="?", type=float, default=20.0)
    parser.add_argument("--ports", type=int, nargs="+", default=list(PORTS))
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(asyncio.run(measure(given.ports[0], given.seconds, Path(folder)))))
        return
    rows = []
    for ports in given.ports:
        said = subprocess.run(
            [sys.executable, __file__, str(given.seconds), "--one", "--ports", str(ports)],
            capture_output=True,
            text=True,
            check=True,
        )
        rows.append(json.loads(said.stdout))
        if not given.json:
            print(" ".join(f"{key}={value}" for key, value in rows[-1].items()), flush=True)
    if given.json:
        print(json.dumps({"bench": "live", "seconds": given.seconds, "rows": rows}))


if __name__ == "__main__":
    main()
