"""Modems that vanish, freeze, answer late and lose bytes, beneath a station:

    python tests/long/modem_trouble.py [--vanish 100] [--modems 4] [--seed N] [--out FILE]

Real time. A station serves so many voice modems, whose stand-ins are in this process. Callers ring them, hang
up while it rings, wait for the greeting, or leave a message; at a moment drawn from the seed the modem
vanishes (and is back under the same or another name) or freezes, and some rounds are spent with late results,
one byte in 1,000 lost both ways, or bytes 0x10 put in. `--vanish` counts the vanishings of all modems.

The gates: the modem is ready again within 10 s of its return; every call that rang a modem without a fault
has its row, with its number; no row is left open, no recording broken, nothing told is forgotten
(`station_gates.py`); and when all is over the station has no more threads and descriptors than before. Exit 1
with findings. 100 vanishings on four modems take about fifteen minutes.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import figures
from kill_station import BOX, VOICE, Run, Watcher, stop, until
from station_gates import after_restart

from ctidrv.config import shipped_scripts
from ctidrv.errors import CtiError, ServiceError
from ctidrv.folder import DataFolder
from ctidrv.media.wav import read_wav
from ctidrv.service.client import StationClient
from ctidrv.store import Store
from hwsim.devices.v253.stand_in import ModemStandIn

PERSONAS = ("cx930xx", "usr5637", "generic", "silabs")
READY_S = 10.0
"""Gate."""
LOOKS_S = 60.0
"""So long it is waited for one that is late."""
FAULTS = ("late-ok=1.5", "lose-byte=1000", "stray-dle=1000")
"""Vices that a round may be spent with: of every three, one is."""
TROUBLES = ("vanish", "vanish", "vanish", "freeze")
CALLS = ("none", "rings", "waits", "message", "message")
POOL = 6
"""Threads of the station's own pool, which are made as they are needed, and stay."""
READERS = 40
"""Of the database at once, at most. SQLite closes no handle while another connection of the process has a
lock on the file, as the writer always has: it is kept for the next reader."""
MORE = {"threads": POOL, "files": 0, "database": READERS}
"""Than at the beginning that is no leak."""
QUIET_S = 15.0
"""In which threads end that served a request."""
REST_S = 7.0
"""Between two rounds: what rings sooner after a caller who gave up is taken for his own next ring."""


class Desk(Run):
    """A data folder and its station; `modems` are at it."""

    def __init__(self, root: Path, seed: int, modems: int) -> None:
        super().__init__(root, seed)
        script = BOX.format(prompts=(shipped_scripts() / "prompts").as_posix())
        (root / "box.ivr.yaml").write_text(script, "utf-8")
        self.modems: list[ModemStandIn] = []
        rows = []
        for number in range(modems):
            folder = root / "dev" / str(number)
            folder.mkdir(parents=True)
            persona = PERSONAS[number % len(PERSONAS)]
            name = folder / "by-id-modem"
            self.modems.append(
                ModemStandIn(folder / "ttyACM0", persona=persona, seed=seed + number, by_id=name)
            )
            rows.append(f'[[board]]\nname = "m{number}"\ndriver = "v253"\ndevice = "{name}"\n')
            rows.append(f'[[line]]\nport = "m{number}/1"\nscript = "box.ivr.yaml"\n')
        (root / "station.toml").write_text("".join(rows), "utf-8")


class OneModem:
    """What happens to one of them; `findings` in words."""

    def __init__(self, desk: Desk, client: StationClient, number: int, seed: int) -> None:
        self.modem = desk.modems[number]
        self.port = f"m{number}/1"
        self._client = client
        self._chance = random.Random(f"{seed}/{number}")
        self._voice = read_wav(VOICE).channels[0]
        self.sure: dict[str, str] = {}
        """Numbers of calls that rang while nothing was wrong, and where and when: each must have its row."""
        self.ready_s: list[float] = []
        self.did = Counter[str]()
        self.findings: list[str] = []

    def rounds(self, vanishings: int) -> None:
        while self.did["vanish"] < vanishings:
            try:
                self._round()
            except CtiError as error:
                self.did[f"round broken off: {type(error).__name__}"] += 1
            self.modem.hang_up()
            time.sleep(REST_S)

    def _round(self) -> None:
        chance = self._chance
        trouble, kind = chance.choice(TROUBLES), chance.choice(CALLS)
        fault = chance.choice(FAULTS) if chance.random() < 1 / 3 else None
        if fault is not None:
            self.modem.vice(fault)
            self.did[fault] += 1
        self.did[trouble] += 1
        self.did[f"call {kind}"] += 1
        number, told = f"555{chance.randrange(10_000_000):07}", len(self.modem.told)
        caller = threading.Thread(target=self._call, args=(kind, number, told, fault is None))
        caller.start()
        time.sleep(chance.uniform(0, {"none": 1.0, "rings": 6.0, "waits": 9.0}.get(kind, 18.0)))
        what = f"{trouble}, {kind}, {fault}"
        back = self._spoil(trouble)
        self._waits_for(lambda row: row["trouble"] is None, f"{what}: ready")
        took = time.monotonic() - back
        self.ready_s.append(round(took, 2))
        if took > READY_S:
            self.findings.append(f"{self.port}: {what}: ready {took:.1f} s after its return")
        caller.join()
        if fault is not None:
            self.modem.virtue(fault.partition("=")[0])
        self.modem.hang_up()
        self.rests(what)

    def rests(self, what: str) -> None:
        """Nothing is wrong with it, and its line is free."""
        self._waits_for(lambda row: row["trouble"] is None and row["state"] == "idle", f"{what}: idle")

    def _spoil(self, trouble: str) -> float:
        """When it is over."""
        chance, told = self._chance, len(self.modem.told)
        if trouble == "vanish":
            self.modem.vanish(chance.uniform(0.5, 4), renamed=chance.random() < 0.5)
            self.modem.until("modem", "is ready", since=told)
        else:
            self.modem.freeze(chance.uniform(1, 8))
            self.modem.until("modem", "goes on", since=told)
        return time.monotonic()

    def _waits_for(self, such: Callable[[dict[str, Any]], bool], what: str) -> None:
        """Until the station says so of its port."""

        def so() -> bool | None:
            return such(next(row for row in self._client.ports() if row["id"] == self.port)) or None

        try:
            until(so, LOOKS_S, f"{self.port}: {what}")
        except RuntimeError as error:
            self.findings.append(str(error))

    def _call(self, kind: str, number: str, told: int, well: bool) -> None:
        """Somebody rings, whatever the modem does meanwhile."""
        if kind == "none":
            return
        modem = self.modem
        try:
            modem.call(number, "ANN LEE")
            if kind == "rings":
                time.sleep(3)
            else:
                modem.answered(20)
                if well and not any(each.what in ("vanishes", "freezes") for each in modem.told[told:]):
                    self.sure[number] = f"{self.port} at {datetime.now(UTC):%H:%M:%S}"
                time.sleep(2)
            if kind == "message":
                modem.speak(self._voice)
                time.sleep(6)
        except CtiError:
            self.did["call came to nothing"] += 1
        modem.hang_up()


def counts(pid: int) -> dict[str, int]:
    process = Path("/proc", str(pid))
    database = open_files(pid)["ctidrv.db"]
    return {
        "threads": len(list((process / "task").iterdir())),
        "files": len(list((process / "fd").iterdir())) - database,
        "database": database,
    }


def open_files(pid: int) -> Counter[str]:
    """What they are; sockets and the like by their kind."""
    names = Counter[str]()
    for each in Path("/proc", str(pid), "fd").iterdir():
        with contextlib.suppress(OSError):  # closed meanwhile
            names[each.readlink().name.partition(":")[0]] += 1
    return names


def settled(client: StationClient, pid: int, quiet_s: float) -> dict[str, int]:
    """A request or a file that is being closed is no leak. Before that the pools of threads are filled, which
    grow with what is asked at once, to a bound."""

    def ask(_: int) -> None:
        with contextlib.suppress(ServiceError):
            client.call("nobody")

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(ask, range(320)))
    time.sleep(quiet_s)
    ask(0)  # with a request those threads end that have been idle
    least = counts(pid)
    for _ in range(20):
        time.sleep(0.05)
        now = counts(pid)
        least = {name: min(count, least[name]) for name, count in now.items()}
    return least


def without_row(desk: Desk, numbers: dict[str, str]) -> list[str]:
    with Store.read(DataFolder(desk.root)) as store:
        listed = {row["number"] for row in store.calls(limit=1_000_000)}
    return [
        f"{number} rang a modem that was well ({where}), and has no row"
        for number, where in numbers.items()
        if number not in listed
    ]


def run(root: Path, vanishings: int, modems: int, seed: int, quiet_s: float) -> dict[str, Any]:
    desk = Desk(root, seed, modems)
    for modem in desk.modems:
        modem.start()
    station = desk.start()
    begun = time.monotonic()
    try:
        client = desk.client(station)
        watcher = Watcher(client, desk.told)
        each = [OneModem(desk, client, number, seed) for number in range(modems)]
        for one in each:
            one.rests("at the start")
        before, opened = settled(client, station.pid, quiet_s), open_files(station.pid)
        with ThreadPoolExecutor(modems) as pool:
            shares = [(vanishings + number) // modems for number in range(modems)]
            list(pool.map(OneModem.rounds, each, shares))
        time.sleep(min(5.0, quiet_s))
        after = settled(client, station.pid, quiet_s)
        more = open_files(station.pid) - opened
        findings = [finding for one in each for finding in one.findings]
        findings += [
            f"{after[name]} {name} at the end, {before[name]} at the beginning; files more: {dict(more)}"
            for name in before
            if quiet_s >= QUIET_S and after[name] > before[name] + MORE[name]
        ]
        station.terminate()
        errors = station.communicate(timeout=40)[1]
        if station.returncode != 0:
            findings.append(f"the station stopped with {station.returncode}: {errors[-500:]}")
        watcher.finish()
        client.close()
        station = desk.start()
        with desk.client(station) as client:
            findings += [text for text in after_restart(root, client, desk.told) if "dev/" not in text]
        findings += desk.verify()
        findings += without_row(desk, dict(item for one in each for item in one.sure.items()))
        if findings:
            for modem in desk.modems:
                told = "\n".join(f"{each.t} {each.who} {each.what} {each.detail}" for each in modem.told)
                (modem.link.parent / "told.txt").write_text(told + "\n", "utf-8")
    finally:
        stop(station)
        for modem in desk.modems:
            modem.close()
    ready = [took for one in each for took in one.ready_s]
    return {
        "run": "modem_trouble",
        "seed": seed,
        "commit": figures.commit(),
        "wall_s": round(time.monotonic() - begun, 1),
        "modems": modems,
        "did": dict(sum((one.did for one in each), Counter[str]())),
        "calls_told": len({event["call"] for event in desk.told.events if event["call"]}),
        "messages_told": sum(1 for _ in desk.told.of("call.message")),
        "calls_that_must_have_rows": sum(len(one.sure) for one in each),
        "ready_s": {"median": statistics.median(ready), "worst": max(ready)},
        "station_before": before,
        "station_after": after,
        "findings": findings,
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--vanish", type=int, default=100, metavar="N")
    parser.add_argument("--modems", type=int, default=4, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument(
        "--quiet",
        type=float,
        default=QUIET_S,
        metavar="S",
        help="before threads and files are counted; less: no gate",
    )
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="where the figures go")
    args = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="ctidrv-modems-"))
    told = run(root, args.vanish, args.modems, args.seed, args.quiet)
    figures.write(told, args.out)
    if told["findings"]:
        print(f"the data folder is kept: {root}", file=sys.stderr)
        return 1
    shutil.rmtree(root)
    return 0


if __name__ == "__main__":
    sys.exit(main())
