"""The part of a scenario before its station is killed, in a process of its own."""

from __future__ import annotations

import json
import pickle
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from ctidrv.folder import DataFolder
from ctidrv.units import Samples, to_seconds
from hwsim.faulty_files import FaultyFiles
from hwsim.scenario.read import Scenario

KILLED = -getattr(signal, "SIGKILL", 0)
MOST_WORDS = 2000


@dataclass(frozen=True, slots=True)
class Job:
    """From sample `since` of the scenario to the kill after it; `starts`: how many stations went before."""

    scenario: Scenario
    root: Path
    since: Samples
    starts: int
    events: bool = False


def play_until_killed(job: Job, fault: int) -> list[tuple[int, str]]:
    """What had failed by then, each with its line; `fault`: the place of the kill in the scenario's list."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "hwsim.rig.killed"],
        input=pickle.dumps(job),
        capture_output=True,
        check=False,
    )
    found = []
    for written in done.stdout.decode("utf-8", "replace").splitlines():
        told = json.loads(written)
        found.append((int(told["line"]), str(told["message"])))
    if done.returncode != KILLED and not found:
        words = done.stderr.decode("utf-8", "replace")[-MOST_WORDS:].strip()
        line = job.scenario.fault(fault).line
        found.append((line, f"the station had ended before it was killed ({done.returncode}): {words}"))
    return found


def main() -> int:
    """``python -m hwsim.rig.killed``: a job by standard input; each failure goes out as a JSON line."""
    from hwsim.rig.case import Failure, Played, load_case, make_rig

    def tell(failure: Failure) -> None:
        sys.stdout.write(json.dumps({"line": failure.line, "message": failure.message}) + "\n")
        sys.stdout.flush()

    job: Job = pickle.loads(sys.stdin.buffer.read())
    script, sounds = load_case(job.scenario)
    data = DataFolder(job.root, FaultyFiles())
    rig = make_rig(job.scenario, script, data, since=job.since, starts=job.starts, events=job.events)
    played = Played(job.scenario, rig, sounds, since=job.since, on_failure=tell)
    played.play()
    sys.stderr.write(f"not killed in {to_seconds(rig.clock.now()):g} s\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
