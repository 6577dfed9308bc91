"""A week of an office without audio, and a sample of its calls again with audio:

    python tests/long/event_week.py [--hours 168] [--lines 16] [--sample 200] [--seed N] [--out FILE.json]

The shipped population `office`, every call as an event (docs/decisions/0004-event-mode.md). Then calls drawn
with the seed are made once more, each alone on one line of a station with audio, by the same caller with the
same seed. The gate: calls, legs and events say the same in the same order, times within 100 ms; recordings
aside. Each difference is a finding, and so is a call of the week that was stuck; exit 1. Not drawn are calls
that two callers shared (one went while it rang, and the next had the line in his place).
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import figures

from ctidrv.folder import DataFolder
from ctidrv.units import Samples, seconds, to_seconds
from hwsim.commands.sim_load import find_population
from hwsim.load.plan import LEAD, Plan, PlannedCall
from hwsim.rig.same import alike, differences, widest
from hwsim.rig.traffic import Traffic

ALONE = seconds(300)
"""After it nobody rings; the call may take longer."""


@dataclass(frozen=True, slots=True)
class Job:
    """A call of the week: its plan, alone, and its row."""

    seed: int
    plan: Plan
    row: dict[str, Any]
    kind: str


def week(seed: int, lines: int, hours: float, sample: int, folder: Path) -> tuple[dict[str, Any], list[Job]]:
    """The week's figures, and what is to be made again."""
    population = find_population("office").on(lines, seed)
    begun = time.monotonic()
    traffic = Traffic(population, DataFolder(folder), length=seconds(3600 * hours), events=True)
    try:
        traffic.play()
        wall = time.monotonic() - begun
        drawn = _drawn(traffic, random.Random(f"{seed}/sample"), sample)
        store = traffic.rig.station.store
        jobs = [
            Job(seed, _alone(traffic, call), store.call(row) or {}, _kind(traffic, call))
            for call, row in drawn
        ]
        told = {
            "calls": len(traffic.plan.calls),
            "rows": sum(each.row is not None for each in traffic.played.values()),
            "virtual_hours": round(to_seconds(traffic.rig.clock.now()) / 3600, 2),
            "wall_s": round(wall, 1),
            "stuck": traffic.stuck,
            "stray": traffic.stray,
        }
    finally:
        traffic.close()
    return told, jobs


def _drawn(traffic: Traffic, dice: random.Random, sample: int) -> list[tuple[PlannedCall, str]]:
    rows = [each.row for each in traffic.played.values() if each.row is not None]
    own = [
        (call, row)
        for call in traffic.plan.calls
        if (played := traffic.played.get(call.index)) is not None
        and not played.joined
        and (row := played.row) is not None
        and rows.count(row) == 1
    ]
    return sorted(dice.sample(own, min(sample, len(own))), key=lambda each: each[0].index)


def _alone(traffic: Traffic, call: PlannedCall) -> Plan:
    """The call alone, beginning at the same wall time."""
    begun = traffic.played[call.index].begin
    start = traffic.plan.start + timedelta(seconds=to_seconds(Samples(begun - LEAD)))
    return Plan(start, Samples(LEAD + ALONE), (), (replace(call, at=LEAD),))


def _kind(traffic: Traffic, call: PlannedCall) -> str:
    return str(traffic.population.document.subscribers[call.subscriber].kind)


def again(job: Job) -> dict[str, Any]:
    """With audio: what differs."""
    with tempfile.TemporaryDirectory(prefix="ctidrv-event-", ignore_cleanup_errors=True) as folder:
        population = find_population("office").on(1, job.seed)
        traffic = Traffic(population, DataFolder(Path(folder) / "station"), planned=job.plan)
        try:
            traffic.play()
            made = traffic.rig.calls()
        finally:
            traffic.close()
    call = job.plan.calls[0]
    name = f"{job.seed}: call {call.index}, {job.kind} ({job.row['id']})"
    if len(made) != 1:
        return {"findings": [f"{name}: {len(made)} calls with audio"], "widest_s": 0.0}
    heard, silent = alike(made[0]), alike(job.row)
    return {
        "findings": [f"{name}: {each}" for each in differences([heard], [silent])],
        "widest_s": widest([heard], [silent]),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--hours", type=float, default=168.0, metavar="H", help="of telephone time (a week)")
    parser.add_argument("--lines", type=int, default=16, metavar="N")
    parser.add_argument("--sample", type=int, default=200, metavar="N", help="calls made again with audio")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--processes", type=int, default=2, metavar="N", help="for the sample")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="where the figures go")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ctidrv-event-week-", ignore_cleanup_errors=True) as folder:
        told, jobs = week(args.seed, args.lines, args.hours, args.sample, Path(folder) / "station")
    print(f"{told['calls']} calls in {told['wall_s']} s; {len(jobs)} of them with audio", flush=True)
    begun = time.monotonic()
    made: list[dict[str, Any]] = []
    with multiprocessing.get_context("spawn").Pool(args.processes) as pool:
        for each in pool.imap(again, jobs):
            made.append(each)
            for finding in each["findings"]:
                print(f"FINDING {finding}", flush=True)
    findings = [finding for each in made for finding in each["findings"]]
    figures.write(
        {
            "run": "event_week",
            "seed": args.seed,
            "commit": figures.commit(),
            "lines": args.lines,
            **told,
            "sample": len(jobs),
            "sample_wall_s": round(time.monotonic() - begun, 1),
            "sample_same": sum(not each["findings"] for each in made),
            "widest_s": round(max((each["widest_s"] for each in made), default=0.0), 4),
            "findings": findings,
        },
        args.out,
        without=("findings",),
    )
    return int(bool(findings or told["stuck"] or told["stray"]))


if __name__ == "__main__":
    sys.exit(main())
