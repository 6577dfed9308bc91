"""How fast a whole station runs on simulated lines: seconds of lines at work in a second of ours.

Every line has the same call at once: a caller dials in, the shipped menu and he talk by turns, he keys,
leaves a message, and hangs up when the time is over. Nothing is left out: exchange and line, the tick with
its echo canceller and every detector, the menu, the recorder, the store on disk.
"""

from __future__ import annotations

import asyncio
import importlib
import tempfile
import time
import tracemalloc
from dataclasses import dataclass
from pathlib import Path

from ctidrv.errors import CtiError
from ctidrv.folder import DataFolder
from ctidrv.native.pcm import Pcm
from ctidrv.units import Samples, seconds, to_seconds
from hwsim.rig.sounds import ScriptSounds
from hwsim.rig.station import Rig, one_board, script_path
from hwsim.subscriber import Subscriber

SCRIPT = "hotline.ivr.yaml"
VOICE = "offer"
TURN = seconds(4.0)
"""So long the caller talks, and so long he listens."""
KEYS = {2: "2", 4: "1", 8: "9"}
"""What he keys at the end of which turn: English, opening hours, a message."""
CALL = seconds(60)
"""From his first digit to his hanging up."""
_LOADED = ("ctidrv.service.daemon", "ctidrv.media.virtual")


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one station; `wall_s` and `cpu_s` from before its database is opened until its files are closed."""

    lines: int
    line_seconds: float
    wall_s: float
    cpu_s: float
    python_kib_per_line: float
    """The most that Python's objects took at once, over the lines; 0: not looked at."""
    recorded_s: float

    @property
    def rate(self) -> float:
        return self.line_seconds / self.wall_s


def measure(lines: int, *, seed: int = 1, call: Samples = CALL, memory: bool = False) -> Measured:
    """`memory`: looks at it, which makes it slower. CtiError when a call was not what it ought to be."""
    for module in _LOADED:  # by a process, once, before it does anything
        importlib.import_module(module)
    with tempfile.TemporaryDirectory(prefix="ctidrv-bench-", ignore_cleanup_errors=True) as folder:
        if memory:
            tracemalloc.start()
        wall, cpu = time.perf_counter(), time.process_time()
        script = script_path(SCRIPT)
        config = one_board(script, lines=lines, phones=lines)
        rig = Rig(DataFolder(Path(folder) / "station"), config, seed=seed)
        try:
            voice = _voice(script)
            rig.run(_all(rig, voice, call), Samples(call + seconds(60)))
            rig.run(rig.comes_to_rest())
            rows, worked = rig.calls(), to_seconds(rig.clock.now())
        finally:
            rig.close()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        most = tracemalloc.get_traced_memory()[1] if memory else 0
        if memory:
            tracemalloc.stop()
    recorded = [recording["seconds"] for row in rows for recording in row["recordings"]]
    if len(rows) != lines or len(recorded) != lines or any(row["answered"] is None for row in rows):
        told = [(row["outcome"], row["cause"], len(row["recordings"])) for row in rows]
        raise CtiError(f"{lines} calls were to be answered and recorded, there were {told}")
    return Measured(lines, lines * worked, wall, cpu, most / 1024 / lines, sum(recorded))


def _voice(script: Path) -> Pcm:
    from ctidrv.apps.ivr import load

    once = ScriptSounds(load(script), script.parent).voice(VOICE)
    while len(once) < TURN:
        once = once + once
    return once[: int(TURN)]


async def _all(rig: Rig, voice: Pcm, length: Samples) -> None:
    async with asyncio.TaskGroup() as group:
        for line in rig.board.exchange.lines[: len(rig.station.lines)]:
            group.create_task(_call(rig.board.caller(), line.number, voice, length))


async def _call(caller: Subscriber, number: str, voice: Pcm, length: Samples) -> None:
    await caller.dial(number)
    end = caller.clock.now() + length
    turn = 0
    while caller.clock.now() + 2 * TURN <= end:
        await caller.silence(TURN)
        turn += 1
        if turn in KEYS:
            await caller.press(KEYS[turn])
        await caller.speak(voice)
        turn += 1
        if turn in KEYS:
            await caller.press(KEYS[turn])
    await caller.clock.until(end)
    await caller.hang_up()
