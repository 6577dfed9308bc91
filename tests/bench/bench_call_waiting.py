"""How often speech is taken for the alert of a waiting call, which mutes a conversation for 1.5 s; and how
soon that alert is answered by a line that runs live.

    python tests/bench/bench_call_waiting.py [--minutes N] [--seed N] [--all] [--live N]

Heard as the line of a call is. Synthetic speech by turns of ten voices at 0, -6 and -12 dB, and recorded
speech where its package is installed (tests/AUDIO.md); --all: every file of it. --live: so many waiting
calls in real time, some 9 s each: from the end of the CAS to the digit D, as the exchange hears it.
Prints JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dtmf_sounds import HELD_OUT, RECORDED, recorded, synthetic_speech

from ctidrv.callcontrol.call import Call
from ctidrv.callcontrol.ids import Ids
from ctidrv.callcontrol.journal import Journal
from ctidrv.callcontrol.line import OFF_HOOK_EAR, LineController
from ctidrv.callcontrol.profile import LineProfile
from ctidrv.clock import SampleClock
from ctidrv.events import AlertSeen, CallerIdSeen, PortEvent
from ctidrv.media.engine import MediaEngine
from ctidrv.native import lib
from ctidrv.native.ear import Ear
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import DriverContext
from ctidrv.ports.regions import load_region, progress_config
from ctidrv.units import RATE, seconds
from hwsim.board import open_board


def heard(pieces: Iterable[Pcm]) -> dict[str, Any]:
    ear = Ear(detectors=OFF_HOOK_EAR)
    counted: Counter[str] = Counter()
    for piece in pieces:
        for event in ear.hear(piece) + ear.hear(Pcm.silence(RATE // 2)):
            if isinstance(event, AlertSeen):
                counted["alerts"] += 1
            elif isinstance(event, CallerIdSeen):
                counted[f"{event.kind}, checksum {event.checksum_ok}"] += 1
    hours = ear.now / RATE / 3600
    alerts = counted.pop("alerts", 0)
    return {
        "hours": round(hours, 2),
        "alerts": alerts,
        "alerts_per_hour": round(alerts / hours, 2) if hours else None,
        "messages": dict(counted),
    }


class LiveLine:
    """A line of the simulated exchange that is answered, in real time."""

    def __init__(self, folder: Path) -> None:
        self.clock = SampleClock()
        settings = {"phones": 2, "country": "US", "call_waiting": True, "control": False}
        self.board: Any = open_board("sim", settings, DriverContext(self.clock, folder, 1, live=True))
        self.engine = MediaEngine([self.board], self.clock, inline=False)
        (channel,) = self.engine.channels
        self.engine.progress(channel.info.id, progress_config(load_region("US")))
        self.alerts: list[int] = []
        self.digits: list[int] = []
        channel.subscribe(self._on_port)
        feed = self.board.exchange.feed

        def listen(event: Any) -> None:
            if event.kind == lib.CTI_EV_DIGIT_DOWN and event.value == ord("D"):
                self.digits.append(event.start)
            feed(event)

        self.board.exchange.feed = listen
        profile = LineProfile.for_region(load_region("US"))
        journal = Journal(self.clock)
        self.line = LineController(channel, self.clock, journal, Ids(1), profile, self._answer)

    def _on_port(self, event: PortEvent) -> None:
        if isinstance(event, AlertSeen):
            self.alerts.append(event.start + event.length)

    async def _answer(self, call: Call) -> None:
        await call.answer()
        await call.ended()

    async def knock(self, times: int) -> None:
        self.engine.start_live(asyncio.get_running_loop())
        self.line.start()
        ann, bob = self.board.caller("5551111"), self.board.caller("5552222")
        await ann.dial("8001")
        await self.clock.sleep(seconds(3))
        for _ in range(times):
            await bob.dial("8001")
            await self.clock.sleep(seconds(5))
            await bob.hang_up()
            await self.clock.sleep(seconds(1))
        await self.line.stop()
        self.engine.stop_live()


def live(times: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        line = LiveLine(Path(folder))
        try:
            asyncio.run(line.knock(times))
            stats = line.engine.stats()
        finally:
            line.engine.close()
            line.board.close()
    late = sorted((digit - alert) / 8 for alert, digit in zip(line.alerts, line.digits, strict=False))
    return {
        "alerts": len(line.alerts),
        "digits": len(line.digits),
        "ms_median": late[len(late) // 2] if late else None,
        "ms_worst": late[-1] if late else None,
        "late_ticks": stats.late_ticks,
    }


def main() -> None:
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--minutes", type=int, default=60)
    read.add_argument("--seed", type=int, default=1)
    read.add_argument("--all", action="store_true")
    read.add_argument("--live", type=int, default=0)
    args = read.parse_args()
    began = time.monotonic()
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    report = {
        "seed": args.seed,
        "commit": commit.stdout.strip() or None,
        "synthetic": heard(synthetic_speech(HELD_OUT, args.minutes, args.seed)),
        "recorded": heard(recorded(RECORDED, 100_000 if args.all else 100)) if RECORDED.is_dir() else None,
        "live": live(args.live) if args.live else None,
        "wall_s": 0.0,
    }
    report["wall_s"] = round(time.monotonic() - began, 1)
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
