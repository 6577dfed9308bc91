"""The same hour twice: sixteen lines of an office, byte for byte.

    python tests/long/same_hour.py [--hours 1] [--lines 16] [--seed N] [--out FILE]

The population that ships (`ivr_scripts/office.population.yaml`) is played by two processes, one after the
other, each in a folder of its own and with another order of Python's sets (PYTHONHASHSEED). Then every
recording with its side file, every row of the database and every event of the station must be the same, but
for the folder's name. Whatever is not is a finding, and exit 1. An hour takes some ten minutes twice.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import figures

from ctidrv.apps.ivr.shipped import shipped_folder
from ctidrv.folder import DataFolder
from ctidrv.units import seconds
from hwsim.load.read import read_population
from hwsim.rig.traffic import Traffic

HASH_SEEDS = ("1", "20260302")
EVENTS = "events.txt"


def play(folder: Path, hours: float, lines: int, seed: int) -> None:
    """Leaves a data folder and the list of events in `folder`."""
    population = read_population(shipped_folder() / "office.population.yaml").on(lines, seed)
    data = DataFolder(folder / "station")
    traffic = Traffic(population, data, length=seconds(3600 * hours))
    try:
        with (folder / EVENTS).open("w", encoding="utf-8") as events:
            traffic.rig.station.journal.subscribe(lambda event: print(repr(event), file=events))
            traffic.play()
            if traffic.stuck:
                raise SystemExit("\n".join(traffic.stuck))
            traffic.close()  # what that brings is an event too
    finally:
        traffic.close()


def rows_of(database: Path) -> list[str]:
    """Every row of every table, as SQL."""
    connection = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def result(folder: Path) -> dict[str, dict[str, str]]:
    """Of a run: recordings with side files, rows and events, each by its name or place; no folder in them."""
    data = folder / "station"

    def text(lines: list[str]) -> dict[str, str]:
        return {str(place): line.replace(str(data), "") for place, line in enumerate(lines)}

    def content(path: Path) -> str:
        return hashlib.sha256(path.read_bytes().replace(str(data).encode(), b"")).hexdigest()

    files = sorted(path for path in (data / "recordings").rglob("*") if path.is_file())
    return {
        "files": {path.relative_to(data).as_posix(): content(path) for path in files},
        "rows": text(rows_of(data / "ctidrv.db")),
        "events": text((folder / EVENTS).read_text("utf-8").splitlines()),
    }


def differences(first: dict[str, str], second: dict[str, str]) -> list[str]:
    """The names that only one has, or whose content differs."""
    return [name for name in sorted(first.keys() | second.keys()) if first.get(name) != second.get(name)]


def digest(of: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(of, sort_keys=True).encode()).hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--lines", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--play", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.play is not None:
        play(args.play, args.hours, args.lines, args.seed)
        return 0
    with tempfile.TemporaryDirectory(prefix="ctidrv-same-") as name:
        runs: list[dict[str, dict[str, str]]] = []
        walls: list[float] = []
        size = 0
        for number, hash_seed in enumerate(HASH_SEEDS):
            folder = Path(name) / f"run-{number + 1}"
            folder.mkdir()
            begun = time.monotonic()
            subprocess.run(
                [sys.executable, __file__, *sys.argv[1:], "--play", str(folder)],
                env={**os.environ, "PYTHONHASHSEED": hash_seed},
                check=True,
            )
            walls.append(round(time.monotonic() - begun, 1))
            runs.append(result(folder))
            size = sum(path.stat().st_size for path in folder.rglob("*.wav"))
    told: dict[str, Any] = {
        "run": "same_hour",
        "seed": args.seed,
        "commit": figures.commit(),
        "hours": args.hours,
        "lines": args.lines,
        "wall_s": walls,
        "recordings": sum(name.endswith(".wav") for name in runs[0]["files"]),
        "recorded_bytes": size,
        "rows": sum(row.startswith("INSERT") for row in runs[0]["rows"].values()),
        "events": len(runs[0]["events"]),
        "sha256": {what: [digest(run[what]) for run in runs] for what in runs[0]},
        "findings": [
            f"{what}: {name}" for what in runs[0] for name in differences(runs[0][what], runs[1][what])
        ],
    }
    figures.write(told, args.out)
    return int(bool(told["findings"]) or not told["recordings"])


if __name__ == "__main__":
    raise SystemExit(main())
