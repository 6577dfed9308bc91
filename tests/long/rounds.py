"""Rounds of a random scenario in two processes, their findings told at once and their figures added up."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import figures

from ctidrv.apps.ivr.shipped import shipped_folder
from hwsim.rig.case import play_case
from hwsim.scenario.read import parse_scenario

Row = dict[str, Any]


def options(doc: str | None, count: str, rounds: int) -> argparse.Namespace:
    """``--COUNT N --seed N --out FILE``."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(f"--{count}", type=int, default=rounds, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="where the figures go")
    return parser.parse_args()


def played(document: Mapping[str, Any], name: str, lines: int) -> tuple[Row, list[Row]]:
    """The figures of one round, as it would stand in a file; and its calls."""
    result = play_case(parse_scenario(json.dumps(document), shipped_folder() / name))
    recordings = [each for call in result.calls for each in call["recordings"]]
    made = {
        "findings": [f"{name}: {failure.message}" for failure in result.failures],
        "faults": Counter(next(iter(fault)) for fault in document.get("faults", ())),
        "calls": len(result.calls),
        "answered": sum(call["answered"] is not None for call in result.calls),
        "causes": Counter(call["cause"] for call in result.calls),
        "lost_s": sum(each["lost_seconds"] for each in recordings),
        "line_s": lines * result.simulated_s,
    }
    return made, result.calls


def play(said: Row, out: Path | None, run: Callable[[Any], Row], jobs: Sequence[Any]) -> int:
    """All jobs; `said`: the run's name, seed and size. 1 where there are findings."""
    begun = time.monotonic()
    total: Row = {}
    with multiprocessing.get_context("spawn").Pool(min(2, len(jobs))) as pool:
        for each in pool.imap(run, jobs):
            for finding in each["findings"]:
                print(f"FINDING {finding}", flush=True)
            for key, value in each.items():
                total[key] = total[key] + value if key in total else value
    findings = total.pop("findings")
    told = {
        **said,
        "commit": figures.commit(),
        "wall_s": round(time.monotonic() - begun, 1),
        "line_hours": round(total.pop("line_s") / 3600, 2),
        "recorded_as_lost_s": round(total.pop("lost_s"), 1),
        **total,
        "findings": findings,
    }
    figures.write(told, out, without=("findings",))
    return 1 if findings else 0
