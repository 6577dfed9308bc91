"""``ctidrv sim bench``: how fast a whole station runs on simulated lines."""

from __future__ import annotations

import argparse
import statistics
from typing import TYPE_CHECKING, Any

from ctidrv.cli.output import add_json, print_json
from ctidrv.units import seconds

if TYPE_CHECKING:
    from hwsim.rig.bench import Measured

HELP = "how fast a whole station runs: one line and sixteen, with menu, detectors, recorder and store"
STATIONS = {"one_line": 1, "sixteen_lines": 16}
SHORTEST = 20.0
SAID = (
    "{0:2} lines: {line_seconds_per_second:.1f} line-seconds a second;"
    " a line in real time: {cpu_percent_per_line:.2f} % of a core, {python_kib_per_line:.0f} KiB of objects"
)


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=_call, default=60.0, metavar="S", help="each call's length (60)")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="how often; medians are told (3)")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    add_json(parser)


def _call(text: str) -> float:
    value = float(text)
    if not SHORTEST <= value <= 3600:
        raise argparse.ArgumentTypeError(f"{text}: a measured call lasts {SHORTEST:g} to 3600 s")
    return value


def run(args: argparse.Namespace) -> int:
    from hwsim.rig.bench import measure

    call = seconds(args.seconds)
    told: dict[str, Any] = {"call_s": args.seconds, "repeat": max(1, args.repeat), "seed": args.seed}
    for name, lines in STATIONS.items():
        made = [measure(lines, seed=args.seed, call=call) for _ in range(told["repeat"])]
        beside = measure(lines, seed=args.seed, call=call, memory=True)
        told[name] = _row(made, beside)
        if not args.json:
            print(SAID.format(lines, **told[name]), flush=True)
    if args.json:
        print_json(told)
    return 0


def _row(made: list[Measured], beside: Measured) -> dict[str, Any]:
    cpu = statistics.median(each.cpu_s / each.line_seconds for each in made)
    return {
        "line_seconds_per_second": round(statistics.median(each.rate for each in made), 1),
        "line_seconds": round(made[0].line_seconds, 2),
        "recorded_s": round(made[0].recorded_s, 2),
        "wall_s": round(statistics.median(each.wall_s for each in made), 3),
        "cpu_s": round(statistics.median(each.cpu_s for each in made), 3),
        "cpu_percent_per_line": round(100 * cpu, 3),
        "python_kib_per_line": round(beside.python_kib_per_line, 1),
    }
