"""A week of office traffic on one station, and what it leaves behind:

    python tests/long/soak.py [--days 7] [--lines 16] [--seed N] [--wall-hours H] [--out FILE.json]

The shipped office: 16 lines, 8 hours on 5 days of 7, 4 erlangs, every kind of caller. The station runs in one
process, in virtual time, with A-law recordings that are deleted two hours after their calls.

The gates: no line or call is stuck; every call of the plan has its row, or its caller was refused or gone;
every answered call has one recording, which is on the disk as it was made, or was deleted and a fact says
why; no file is left over; recordings never take more than those of two hours and one pass; the memory of the
process and of Python's objects does not grow after the first hour. Each that does not hold is a finding, and
exit 1.

Figures of every hour of telephone time are written as it goes, so that a run that is ended early
(--wall-hours, or killed) has them too: `whole` says whether it went to its end.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import gc
import hashlib
import json
import os
import sys
import tempfile
import time
import tracemalloc
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import figures

from ctidrv.apps.ivr.shipped import shipped_folder
from ctidrv.folder import DataFolder
from ctidrv.units import RATE, Samples, seconds, to_seconds
from hwsim.load.read import Population, read_population
from hwsim.rig.load_figures import figures as figures_of
from hwsim.rig.load_figures import machine
from hwsim.rig.traffic import Traffic

HOUR = seconds(3600)
OFFICE = "office.population.yaml"
PYTHON_MIB, RSS_MIB = 1.0, 16.0
"""May be more at the end than after the first hour: Python's objects, and the whole process (the allocator's
pages, SQLite's cache, the run's own notes)."""
NOTE_BYTES = 273
"""What the run itself keeps of a call: when it began and ended, and the name of its row (by tracemalloc)."""
PASS = timedelta(minutes=6)
"""Between two passes of the deletion (a twentieth of two hours)."""


@dataclasses.dataclass(frozen=True, slots=True)
class Run:
    population: Population
    length: Samples
    keep: timedelta
    every: Samples = HOUR
    """Between two looks at memory and disk."""
    settled: Samples = HOUR
    """From here on memory may not grow."""
    wall_hours: float | None = None


def rss_mib() -> float:
    """Of this process, now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def size_of(root: Path, pattern: str = "*.wav") -> tuple[int, int]:
    """Files and their bytes."""
    count = total = 0
    for path in root.rglob(pattern):
        with contextlib.suppress(FileNotFoundError):
            total += path.stat().st_size
            count += 1
    return count, total


class Soak:
    """One run; `hours` grows as it goes."""

    def __init__(self, run: Run, folder: DataFolder, out: Path | None) -> None:
        self.run = run
        self.folder = folder
        self.out = out
        self.hours: list[dict[str, Any]] = []
        self.findings: list[str] = []
        self.begun = time.perf_counter()
        self.cpu = time.process_time()
        recording = {"format": "alaw", "keep": run.keep}
        self.traffic = Traffic(run.population, folder, length=run.length, recording=recording)

    def told(self, traffic: Traffic) -> None:
        """Once a minute of telephone time."""
        now = traffic.rig.clock.now()
        spent = time.perf_counter() - self.begun
        if self.run.wall_hours is not None and spent > 3600 * self.run.wall_hours:
            traffic.end()
        if now < len(self.hours) * self.run.every:
            return
        files, held = size_of(self.folder.recordings)
        messages = size_of(self.folder.messages)
        database = sum(path.stat().st_size for path in self.folder.root.glob("ctidrv.db*"))
        self.hours.append(
            {
                "at_s": to_seconds(now),
                "wall_s": round(spent, 1),
                "rss_mib": round(rss_mib(), 2),
                "python_mib": round(self.python_mib(), 3),
                "calls": len(traffic.played),
                "recordings": files,
                "recording_bytes": held,
                "messages": messages[0],
                "message_bytes": messages[1],
                "database_bytes": database,
            }
        )
        self.write(whole=False)

    def python_mib(self) -> float:
        """Of Python's objects, without the sound that telephones have at the ear now and the run's notes."""
        gc.collect()
        sounds = sum(2 * (len(phone.said) + len(phone.heard)) for phone in self.traffic.rig.board.phones)
        notes = NOTE_BYTES * len(self.traffic.played)
        return (tracemalloc.get_traced_memory()[0] - sounds - notes) / 2**20

    def write(self, *, whole: bool, **more: Any) -> dict[str, Any]:
        document = self.run.population.document
        told = {
            "run": "soak",
            "seed": document.seed,
            "commit": figures.commit(),
            "whole": whole,
            "lines": document.board.lines,
            "length_s": to_seconds(self.run.length),
            "keep_s": self.run.keep.total_seconds(),
            "planned": len(self.traffic.plan.calls),
            "wall_s": round(time.perf_counter() - self.begun, 1),
            "cpu_s": round(time.process_time() - self.cpu, 1),
            **more,
            "findings": self.findings,
            "hours": self.hours,
        }
        if self.out is not None:
            draft = self.out.with_suffix(".new")
            draft.write_text(f"{json.dumps(told, indent=1)}\n", "utf-8")
            draft.replace(self.out)
        return told

    def play(self) -> dict[str, Any]:
        try:
            self.traffic.play(self.told)
            wait = self.run.every
            self.traffic.rig.run(self.traffic.rig.clock.sleep(wait), limit=Samples(2 * wait))
            self.told(self.traffic)
            spent = time.perf_counter() - self.begun, time.process_time() - self.cpu
            load = figures_of(self.traffic, machine(self.traffic, *spent))
            self.findings += load.errors
            kept, deleted = self.recordings()
            self.disk()
            self.memory()
            self.findings += self.traffic.rig.station.store.check()
        finally:
            self.traffic.close()
        busy_s = sum(load.line_s.values())
        return self.write(
            whole=self.traffic.until == self.run.length,
            played_s=to_seconds(self.traffic.until),
            busy_line_s=round(busy_s, 1),
            recordings_kept=kept,
            recordings_deleted=deleted,
            load=load.model_dump(),
        )

    def recordings(self) -> tuple[int, int]:
        """Every row its file, or the fact of its deletion; and no file without a row."""
        store = self.traffic.rig.station.store
        files = set(self.folder.recordings.rglob("*.wav"))
        sides = {path.with_suffix(".wav") for path in self.folder.recordings.rglob("*.json")}
        kept = deleted = 0
        for row in store.recordings(limit=None):
            path = Path(row["path"])
            facts = [fact["kind"] for fact in (store.recording(row["id"]) or {"facts": []})["facts"]]
            if row["state"] == "deleted":
                deleted += 1
                if facts != ["made", "deleted"] or path in files or path in sides:
                    self.findings.append(f"{row['id']} was deleted: facts {facts}, file {path in files}")
                continue
            kept += 1
            if path not in files:
                self.findings.append(f"{row['id']} is {row['state']}, and its file is not there")
                continue
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            if facts != ["made"] or digest != row["sha256"] or path not in sides:
                self.findings.append(f"{row['id']} is not as it was made: facts {facts}")
            files.discard(path)
        self.findings += [f"{path.name}: a file that no row has" for path in sorted(files)]
        return kept, deleted

    def disk(self) -> None:
        """At no look there was more than the recordings of `keep` and one pass, and of calls under way."""
        store = self.traffic.rig.station.store
        calls = {row["id"]: row for row in store.calls(limit=10**9)}
        spans = []
        for row in store.recordings(limit=None):
            ended = calls[row["call"]]["ended"]
            begin, end = (datetime.fromisoformat(text) for text in (row["started"], ended))
            spans.append((begin, end, 58 + 2 * round((row["seconds"] or 0) * RATE)))
        slack = self.run.keep + PASS + timedelta(minutes=1)
        for look in self.hours:
            at = self.traffic.plan.start + timedelta(seconds=look["at_s"])
            most = sum(size for begin, end, size in spans if begin <= at and end > at - slack)
            look["most_bytes"] = most
            if look["recording_bytes"] > most:
                self.findings.append(
                    f"at {look['at_s']} s: {look['recording_bytes']} bytes of recordings, {most} at the most"
                )

    def memory(self) -> None:
        """Against the greatest in the hour after the first, the greatest in the last quarter."""
        looks = [look for look in self.hours if look["at_s"] * RATE >= self.run.settled]
        if len(looks) < 8:
            return
        for key, most in (("python_mib", PYTHON_MIB), ("rss_mib", RSS_MIB)):
            first = max(look[key] for look in looks[: len(looks) // 4])
            last = max(look[key] for look in looks[-(len(looks) // 4) :])
            if last > first + most:
                self.findings.append(f"{key} grew from {first:.1f} to {last:.1f}")


def soak(run: Run, folder: Path, out: Path | None = None) -> dict[str, Any]:
    """The figures, `findings` among them; `folder` holds the station's data."""
    tracemalloc.start()
    try:
        return Soak(run, DataFolder(folder), out).play()
    finally:
        tracemalloc.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--days", type=float, default=7.0, metavar="D")
    parser.add_argument("--lines", type=int, default=16, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--wall-hours", type=float, metavar="H", help="nobody calls any more after so long")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="where the figures go")
    parser.add_argument("--data", type=Path, metavar="DIR", help="keep the station's data there")
    args = parser.parse_args()
    population = read_population(shipped_folder() / OFFICE).on(args.lines, args.seed)
    run = Run(
        population,
        seconds(86400 * args.days),
        timedelta(hours=2),
        wall_hours=args.wall_hours,
    )
    with contextlib.ExitStack() as undo:
        folder = args.data
        if folder is None:
            made = undo.enter_context(tempfile.TemporaryDirectory(prefix="ctidrv-soak-"))
            folder = Path(made) / "station"
        told = soak(run, folder, args.out)
    figures.write(told, args.out, without=("hours", "load"))
    for finding in told["findings"]:
        print(f"FINDING {finding}")
    return 1 if told["findings"] else 0


if __name__ == "__main__":
    sys.exit(main())
