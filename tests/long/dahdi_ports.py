"""A DAHDI card of 24 ports in real time, while others use the station:

    python tests/long/dahdi_ports.py [--minutes 10] [--ports 24] [--rows 200000] [--seed N] [--awake]
        [--out FILE]

`ctidrv sim dahdi` serves the nodes in a folder, by FUSE, in a process of its own; the station has a line
at each of them, and every line has a caller all the time, who hears the menu and is recorded. First for so
many minutes with nobody else there, then for as long while other programs check a script and list the
calls of a database of 200,000, one after the other without a pause. Told of both: how late ticks began,
slips of the engine and of the ports' sound, CPU of the station and of the card; ticks that the card itself
made late are counted apart. Linux, root.

Each read, write and event of such nodes goes through the card's process and back; where processors sleep in
between and are slow to wake (virtual ones), that is what makes ticks late. `--awake` holds them awake by
/dev/cpu_dma_latency.

The gates: no line is lost, nine calls in ten are answered, of the others each is accounted for
(`calls_account.py`), every call that ended has its row and a recording that is whole. Exit 1 with findings.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any

import figures
from calls_account import account
from kill_station import Run, Watcher, stop, until
from station_gates import after_restart

from ctidrv.apps.records import CallRow
from ctidrv.folder import DataFolder
from ctidrv.native.engine import lateness_ms
from ctidrv.service.client import StationClient
from ctidrv.store import Store

COUNTRY = "US"
SCRIPT = "hotline.ivr.yaml"
TALKS_S = (20.0, 40.0)
RESTS_S = 4.0
"""Between two callers of a line: it is on hook, and its exchange has cleared."""
SETTLES_S = 15.0
PAST = "past-"
ANSWERED = 0.9
"""Of the calls, but for each port's last, which may be too young."""


class Card:
    """`ctidrv sim dahdi`, in its process, above all others: a card waits for nobody's turn."""

    def __init__(self, nodes: Path, ports: int, seed: int) -> None:
        command = ["chrt", "--fifo", "60", sys.executable, "-P", "-m", "ctidrv.cli"]
        command += ["sim", "dahdi", "--nodes", str(nodes), "--json"]
        command += ["--fxo", str(ports), "--seed", str(seed), "--country", COUNTRY]
        self.program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.rows: list[dict[str, Any]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        until(lambda: self.rows or None, 30, "the card is ready")

    def _read(self) -> None:
        assert self.program.stdout is not None
        for line in self.program.stdout:
            self.rows.append(json.loads(line))

    def order(self, text: str) -> None:
        assert self.program.stdin is not None
        self.program.stdin.write(text + "\n")
        self.program.stdin.flush()

    def late_ticks(self) -> int:
        """So far."""
        before = len(self.rows)
        self.order("late")

        def told() -> str | None:
            return next((row["detail"] for row in self.rows[before:] if row.get("what") == "was late"), None)

        return int(until(told, 20, "the card tells how late it was"))

    def end(self) -> None:
        self.program.terminate()
        self.program.communicate()


class Callers(threading.Thread):
    """One on each line, one after the other."""

    def __init__(self, card: Card, ports: int, seed: int) -> None:
        super().__init__(daemon=True)
        self._card, self._chance = card, random.Random(seed)
        now = time.monotonic()
        self._due = [now + self._chance.uniform(0, 15) for _ in range(ports)]
        self._talks = [False] * ports
        self._ended = threading.Event()
        self.calls = 0

    def run(self) -> None:
        while not self._ended.wait(0.1):
            for line, due in enumerate(self._due):
                if time.monotonic() >= due:
                    self._turn(line)

    def _turn(self, line: int) -> None:
        self._talks[line] = not self._talks[line]
        if self._talks[line]:
            self.calls += 1
            self._card.order(f"line {line + 1} call 212555{self.calls % 10_000:04}")
            self._due[line] = time.monotonic() + self._chance.uniform(*TALKS_S)
        else:
            self._card.order(f"line {line + 1} hangup")
            self._due[line] = time.monotonic() + RESTS_S

    def end(self) -> None:
        self._ended.set()
        self.join()
        for line, talks in enumerate(self._talks):
            if talks:
                self._card.order(f"line {line + 1} hangup")


class Office(Run):
    """The station's data folder, with a past."""

    def __init__(self, root: Path, ports: int, rows: int, seed: int) -> None:
        super().__init__(root, seed)
        self.nodes = root.parent / "nodes"
        lines = [f'[[line]]\nport = "card/{index + 1}"\nscript = "{SCRIPT}"\n' for index in range(ports)]
        board = f'[[board]]\nname = "card"\ndriver = "dahdi"\nnodes = "{self.nodes}"\n'
        (root / "station.toml").write_text(board + "".join(lines), "utf-8")
        with Store.open(DataFolder(root), inline=False, country=COUNTRY) as store:
            begun = datetime(2026, 1, 5, 8, tzinfo=UTC)
            for number in range(rows):
                at = begun + timedelta(seconds=40 * number)
                ends = {"answered": at, "ended": at + timedelta(seconds=30), "cause": "remote-busy-tone"}
                told = {"number": f"212555{number % 10_000:04}", "outcome": "answered"}
                store.put_call(
                    CallRow(
                        f"{PAST}{number:06}", f"card/{1 + number % ports}", "in", at, "ended", **told, **ends
                    )
                )
            until(lambda: store.writer.waiting == 0 or None, 300, "the rows are written")


def rows_of(root: Path) -> list[dict[str, Any]]:
    """Of the calls that the run has made."""
    with Store.read(DataFolder(root)) as store:
        rows = store.calls(limit=1_000_000)
    return [row for row in rows if not row["id"].startswith(PAST)]


@contextmanager
def awake() -> Iterator[None]:
    """The processors do not go to sleep (Documentation/power/pm_qos_interface.rst of Linux: as long as the
    file is open, the latency in microseconds that was written is the most they may take to wake)."""
    with Path("/dev/cpu_dma_latency").open("wb", buffering=0) as latency:
        latency.write((0).to_bytes(4, sys.byteorder))
        yield


def cpu_s(pid: int) -> float:
    fields = Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def others(office: Office, at_work: bool) -> Iterator[dict[str, int]]:
    """Two programs that look things up all the time; how often each has ended."""
    done = {"ivr check": 0, "calls list": 0}
    ended = threading.Event()

    def loop(what: str, command: list[str]) -> None:
        while not ended.is_set():
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
            done[what] += 1

    check = [sys.executable, "-P", "-m", "ctidrv.cli", "ivr", "check", SCRIPT]
    threads = [
        threading.Thread(target=loop, args=("ivr check", check)),
        threading.Thread(
            target=loop, args=("calls list", office.command("calls", "list", "--limit", "1000"))
        ),
    ]
    for thread in threads if at_work else ():
        thread.start()
    yield done
    ended.set()
    for thread in threads if at_work else ():
        thread.join()


def histogram(bins: list[int]) -> dict[str, int]:
    """Ticks by how late they began, in ms."""
    edges = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20)
    told = dict.fromkeys([*(f"<{edge:g}" for edge in edges), "more"], 0)
    for number, count in enumerate(bins):
        told[next((f"<{edge:g}" for edge in edges if (number + 1) / 10 <= edge), "more")] += count
    return told


def measured(
    office: Office, client: StationClient, card: Card, pid: int, length_s: float, at_work: bool
) -> dict[str, Any]:
    def look() -> tuple[dict[str, Any], int, float, float, int]:
        slips = sum(row["slips"] or 0 for row in client.ports())
        return client.station(), slips, cpu_s(pid), cpu_s(card.program.pid), card.late_ticks()

    first = look()
    begun = time.monotonic()
    with others(office, at_work) as done:
        while time.monotonic() < begun + length_s:
            time.sleep(1)
        took = time.monotonic() - begun
        last = look()
    bins = [b - a for a, b in zip_longest(first[0]["lateness"], last[0]["lateness"], fillvalue=0)]
    ticks = {
        name: last[0]["engine"][name] - first[0]["engine"][name] for name in ("ticks", "slips", "late_ticks")
    }
    return {
        "others": done if at_work else None,
        "minutes": round(took / 60, 2),
        **ticks,
        "ports_slips": last[1] - first[1],
        "late_ms": {
            "p50": lateness_ms(bins, 0.5),
            "p99": lateness_ms(bins, 0.99),
            "p99.9": lateness_ms(bins, 0.999),
        },
        "late_histogram_ms": histogram(bins),
        "station_cpu_percent": round(100 * (last[2] - first[2]) / took, 1),
        "card_cpu_percent": round(100 * (last[3] - first[3]) / took, 1),
        "card_late_ticks": last[4] - first[4],
    }


def run(root: Path, minutes: float, ports: int, rows: int, seed: int) -> dict[str, Any]:
    office = Office(root / "data", ports, rows, seed)
    office.nodes.mkdir()
    card = Card(office.nodes, ports, seed)
    station = office.start()
    try:
        client = office.client(station)
        watcher = Watcher(client, office.told)
        callers = Callers(card, ports, seed)
        callers.start()
        time.sleep(min(SETTLES_S, 60 * minutes))
        phases = [
            measured(office, client, card, station.pid, 60 * minutes, at_work) for at_work in (False, True)
        ]
        findings = [
            f"{row['id']}: {row['trouble'] or row['state']}" for row in client.ports() if row["trouble"]
        ]
        callers.end()
        time.sleep(RESTS_S + 12)
        station.terminate()
        errors = station.communicate(timeout=60)[1]
        if station.returncode != 0:
            findings.append(f"the station stopped with {station.returncode}: {errors[-500:]}")
        watcher.finish()
        client.close()
        station = office.start()
        with office.client(station) as client:
            found = after_restart(office.root, client, office.told)
        findings += [text for text in found if PAST not in text]
    finally:
        stop(station)
        card.end()
    calls, lost = account(card.rows, rows_of(office.root))
    findings += lost
    if calls["answered"] < ANSWERED * (callers.calls - ports):
        findings.append(f"{calls['answered']} of {callers.calls} calls were answered")
    return {
        "run": "dahdi_ports",
        "seed": seed,
        "commit": figures.commit(),
        "ports": ports,
        "rows": rows,
        "calls_ordered": callers.calls,
        "calls": calls,
        "alone": phases[0],
        "beside_others": phases[1],
        "findings": findings,
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--ports", type=int, default=24)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--awake", action="store_true", help="the processors are kept from sleeping")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="where the figures go")
    args = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="ctidrv-ports-"))
    with ExitStack() as held:
        if args.awake:
            held.enter_context(awake())
        told = {"awake": args.awake, **run(root, args.minutes, args.ports, args.rows, args.seed)}
    figures.write(told, args.out)
    if told["findings"]:
        print(f"the data folder is kept: {root}", file=sys.stderr)
        return 1
    shutil.rmtree(root)
    return 0


if __name__ == "__main__":
    sys.exit(main())
