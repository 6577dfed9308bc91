"""kill -9 of the station, again and again:  python tests/long/kill_station.py --kills 25 --seed 1 --out FILE

Real processes in real time. Each round places one to three simulated calls (ringing only, in the menu,
leaving a message, hanging up), kills the station at a moment drawn from the seed (by time, or just after an
event was told), now and then kills the next start too, starts it again and checks every gate
(`station_gates.py`). Prints a line a round; writes one JSON object with seed, commit, counts and figures.
Exit 1 with findings; the data folder is kept then, and named. 25 kills take about six minutes.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import figures
from station_gates import Told, after_restart, at_rest

from ctidrv.config import shipped_scripts
from ctidrv.errors import ServiceError
from ctidrv.folder import DataFolder
from ctidrv.service.client import EventStream, StationClient
from ctidrv.store import Store

T = TypeVar("T")
VOICE = Path(__file__).parents[2] / "hw-sim" / "hwsim" / "voices" / "ann-lee.wav"
UP_S = 30.0
LATEST_S, USUAL_S = 25.0, 8.0
"""A kill by time comes so long, at most and most often, after the calls began."""
AIMS = (
    *("call.offered", "call.caller", "call.answered", "call.recording", "call.digit", "call.prompt"),
    *("call.message", "call.message", "call.clearing", "call.clearing", "call.ended"),
)
"""Events after which half of the kills come, at once or up to AFTER_S later."""
AFTER_S = 0.3
STARTS_KILLED = 0.4
"""Of the rounds: the next start is killed as well."""

# The number whose calls leave a message soon: a call of about twelve seconds passes through everything.
BOX = """ivr: 1
name: box
languages: [en-US]
prompts: {prompts}/{{lang}}
on_error: trouble
start: take
flows:
  take:
    - answer: {{after_rings: 1}}
    - voicemail: {{box: front-desk, greeting: goodbye, max: 20s, silence: 2s, saved: goodbye}}
    - goto: end
  end:
    - hangup: {{}}
  trouble:
    - play: something-wrong
    - hangup: {{}}
"""


@dataclass
class Round:
    """One kill and what came of it."""

    number: int
    calls: list[str]
    aim: str
    killed_after_s: float = 0.0
    start_s: float = 0.0
    starts_killed_s: list[float] = field(default_factory=list)
    repaired: dict[str, int] = field(default_factory=dict)
    lost_s: list[float] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)


class Watcher:
    """Collects the event stream of a station until it is gone."""

    def __init__(self, client: StationClient, told: Told) -> None:
        self._told = told
        self._news = threading.Condition()
        self._stream = client.events(told.last)
        self._thread = threading.Thread(target=self._read, args=(self._stream,), daemon=True)
        self._thread.start()

    def _read(self, stream: EventStream) -> None:
        for event in stream:
            with self._news:
                self._told.events.append(event)
                self._news.notify_all()

    def wait_for(self, type: str, seconds: float) -> None:
        """Returns with the next event of that type, or when the time is over."""
        with self._news:
            begun = len(self._told.events)
            self._news.wait_for(
                lambda: any(event["type"] == type for event in self._told.events[begun:]), seconds
            )

    def wait_until(self, seq: int) -> None:
        """Returns when the stream has come so far; RuntimeError when it does not."""
        with self._news:
            if not self._news.wait_for(lambda: self._told.last >= seq, UP_S):
                raise RuntimeError(f"the event stream stands at {self._told.last}, and there are {seq}")

    def finish(self) -> None:
        """The station is gone: what it sent before is read to the end."""
        self._thread.join(10)
        self._stream.close()


class Run:
    """A data folder, and the stations that live and die on it."""

    def __init__(self, root: Path, seed: int, latest: float = LATEST_S) -> None:
        self.root = root
        self.latest = latest
        self.told = Told()
        self.lines = random.Random(seed).randint(2, 4)
        self._seed = seed
        self._typical_start_s = 2.0
        root.mkdir(parents=True, exist_ok=True)
        (root / "box.ivr.yaml").write_text(
            BOX.format(prompts=(shipped_scripts() / "prompts").as_posix()), "utf-8"
        )
        numbers = [f"{8001 + index}" for index in range(self.lines)]
        scripts = ["hotline.ivr.yaml", *["box.ivr.yaml"] * (self.lines - 1)]
        lines = [
            f'[[line]]\nport = "sim/{index + 1}"\nscript = "{script}"\n'
            for index, script in enumerate(scripts)
        ]
        board = f'[[board]]\nname = "sim"\ndriver = "sim"\nlines = {self.lines}\nnumbers = {numbers}\n'
        (root / "station.toml").write_text(board.replace("'", '"') + "".join(lines), "utf-8")

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-P", "-m", "ctidrv.cli", *arguments, "--data", str(self.root)]

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command("station", "--json"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def client(self, station: subprocess.Popen[str]) -> StationClient:
        """RuntimeError with the station's own words when it does not come up."""

        def found() -> StationClient | None:
            if station.poll() is not None:
                raise RuntimeError(f"the station ended ({station.returncode}): {station.communicate()[1]}")
            with contextlib.suppress(ServiceError):
                return StationClient.discover(self.root)
            return None

        return until(found, UP_S, "the station answers")

    def round(self, number: int, station: subprocess.Popen[str], client: StationClient) -> Round:
        """Calls, kill, and the look at what it left; the station is dead afterwards."""
        chance = random.Random(f"{self._seed}/{number}")
        plans = [self._plan(chance, line) for line in self._places(chance)]
        if chance.random() < 0.5:
            aim, delay = chance.choice(AIMS), chance.uniform(0, AFTER_S) * chance.choice((0, 1))
        else:
            aim, delay = "time", chance.triangular(0.1, self.latest, min(USUAL_S, self.latest))
        done = Round(number, [name for name, _ in plans], aim)
        watcher = Watcher(client, self.told)
        with Store.read(DataFolder(self.root)) as store:
            watcher.wait_until(store.last_seq())
        callers = [quiet(self.command("sim", "call", *arguments)) for _, arguments in plans]
        begun = time.monotonic()
        if aim != "time":
            watcher.wait_for(aim, self.latest)
        time.sleep(delay)
        killed = time.time()
        station.kill()
        done.killed_after_s = round(time.monotonic() - begun, 3)
        station.communicate()
        watcher.finish()
        client.close()
        for caller in callers:
            stop(caller)
        done.findings, lost = at_rest(self.root, killed)
        done.lost_s = [round(seconds, 3) for seconds in lost]
        while chance.random() < STARTS_KILLED and len(done.starts_killed_s) < 2:
            done.starts_killed_s.append(self._kill_a_start(chance))
        return done

    def restart(self, done: Round) -> tuple[subprocess.Popen[str], StationClient]:
        """The station once more, with every gate checked."""
        begun = time.monotonic()
        station = self.start()
        try:
            client = self.client(station)
        except BaseException:
            stop(station)
            raise
        done.start_s = self._typical_start_s = round(time.monotonic() - begun, 3)
        assert station.stdout is not None
        done.repaired = json.loads(station.stdout.readline())["repaired"]
        done.findings.extend(after_restart(self.root, client, self.told))
        return station, client

    def verify(self) -> list[str]:
        """What the commands say that check a data folder."""
        findings = []
        for words in (("recordings", "verify"), ("db", "check")):
            told = subprocess.run(self.command(*words), capture_output=True, text=True, check=False)
            if told.returncode:
                findings.append(f"ctidrv {' '.join(words)}: {told.returncode} {told.stdout} {told.stderr}")
        return findings

    def _places(self, chance: random.Random) -> list[int]:
        return chance.sample(range(self.lines), chance.randint(1, min(3, self.lines)))

    def _plan(self, chance: random.Random, line: int) -> tuple[str, list[str]]:
        to = ["--to", str(8001 + line), "--number", f"21255501{chance.randint(10, 99)}"]
        wait = ["--wait", f"{chance.uniform(0.5, 3):.2f}"]
        kinds: Sequence[tuple[str, list[str]]] = [
            ("rings", ["--ring", f"{chance.uniform(1, 5):.2f}"]),
            ("hangs up soon", [*wait, "--hold", "0"]),
        ]
        if line == 0:
            keys = ",".join(chance.choices("129705", k=3))
            kinds = [*kinds, ("menu", [*wait, "--press", keys, "--between", "2", "--hold", "20"])]
        else:
            speak = ["--wait", f"{chance.uniform(1, 2):.2f}", "--speak", str(VOICE)]
            kinds = [
                *kinds,
                *[("message", [*speak, "--hold", "10"])] * 3,
                ("message, hangs up", [*speak, "--hold", "0"]),
            ]
        name, more = chance.choice(kinds)
        return f"{8001 + line} {name}", [*to, *more]

    def _kill_a_start(self, chance: random.Random) -> float:
        station = self.start()
        seconds = self._typical_start_s * chance.uniform(0.3, 1.1)
        time.sleep(seconds)
        stop(station)
        return round(seconds, 3)


def until(found: Callable[[], T | None], seconds: float, what: str) -> T:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if (got := found()) is not None:
            return got
        time.sleep(0.02)
    raise RuntimeError(f"this did not happen within {seconds:g} s: {what}")


def quiet(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)


def stop(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def rounds(run: Run, kills: int) -> Iterator[Round]:
    """Each round once its restart has been checked; the last station is stopped cleanly."""
    station = run.start()
    client = None
    try:
        client = run.client(station)
        for number in range(1, kills + 1):
            done = run.round(number, station, client)
            station, client = run.restart(done)
            done.findings.extend(run.verify())
            yield done
        client.close()
        station.terminate()
        errors = station.communicate(timeout=30)[1]
        if station.returncode != 0:
            raise RuntimeError(f"the last stop ended with {station.returncode}: {errors}")
    finally:
        stop(station)
        if client is not None:
            client.close()


def report(run: Run, made: Sequence[Round], seed: int, took: float) -> dict[str, Any]:
    lost = [seconds for done in made for seconds in done.lost_s]
    starts = [done.start_s for done in made]
    told = run.told
    return {
        "run": "kill_station",
        "seed": seed,
        "commit": figures.commit(),
        "wall_s": round(took, 1),
        "lines": run.lines,
        "kills": len(made),
        "starts_killed": sum(len(done.starts_killed_s) for done in made),
        "calls_told": len({event["call"] for event in told.events if event["call"]}),
        "messages_told": sum(1 for _ in told.of("call.message")),
        "repaired": {
            what: sum(done.repaired.get(what, 0) for done in made)
            for what in ("calls", "recordings", "messages")
        },
        "recordings_under_way": len(lost),
        "lost_s": {"median": statistics.median(lost), "worst": max(lost)} if lost else None,
        "start_s": {"median": statistics.median(starts), "worst": max(starts)} if starts else None,
        "findings": sum(len(done.findings) for done in made),
        "rounds": [asdict(done) for done in made],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=25, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--latest", type=float, default=LATEST_S, metavar="S", help="of a kill in its round")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="where the figures go")
    args = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="ctidrv-kill-"))
    begun = time.monotonic()
    run = Run(root, args.seed, args.latest)
    made: list[Round] = []
    for done in rounds(run, args.kills):
        made.append(done)
        what = f"{', '.join(done.calls)}; killed after {done.killed_after_s:.2f} s ({done.aim})"
        print(f"{done.number:3}  {what}, lost {done.lost_s}, start {done.start_s} s", flush=True)
        for finding in done.findings:
            print(f"     FINDING {finding}", flush=True)
    told = report(run, made, args.seed, time.monotonic() - begun)
    figures.write(told, args.out, without=("rounds",))
    if told["findings"]:
        print(f"the data folder is kept: {root}", file=sys.stderr)
        return 1
    shutil.rmtree(root)
    return 0


if __name__ == "__main__":
    sys.exit(main())
