"""``ctidrv sim load`` and ``compare``: the traffic of a whole office, and two runs of it side by side."""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ctidrv.cli.output import add_json, print_json
from ctidrv.errors import InputError
from ctidrv.folder import DataFolder
from ctidrv.units import seconds, to_seconds

if TYPE_CHECKING:
    from hwsim.load.read import Population
    from hwsim.rig.load_file import Load
    from hwsim.rig.traffic import Traffic

HELP = "the traffic of a whole office in virtual time: summary, chart, and figures to compare"
HELP_COMPARE = "two runs of `sim load` against each other; 1 when they differ"
MOST_LINES, MOST_HOURS = 16, 24 * 366
BAR = 30


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("population", metavar="POPULATION", help="a file, or one that ships: office")
    parser.add_argument("--lines", type=_lines, metavar="N", help="instead of the population's own (1 to 16)")
    parser.add_argument(
        "--hours", type=_hours, metavar="H", help="of telephone time; default: until the office closes"
    )
    parser.add_argument("--seed", type=int, metavar="N", help="instead of the population's own")
    parser.add_argument("--events", action="store_true", help="without audio: sounds as events, quickly")
    parser.add_argument("--data", metavar="DIR", help="keep calls and recordings in this data folder")
    parser.add_argument("--keep", metavar="DIR", help="keep figures and chart there, for `sim compare`")
    add_json(parser)


def configure_compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("first", metavar="RUN_A", help="the folder of `sim load --keep`")
    parser.add_argument("second", metavar="RUN_B", help="another")
    parser.add_argument(
        "--tolerance", type=_percent, default=1.0, metavar="P", help="percent of what is no count (1)"
    )
    add_json(parser)


def _lines(text: str) -> int:
    if not 1 <= int(text) <= MOST_LINES:
        raise argparse.ArgumentTypeError(f"{text}: 1 to {MOST_LINES} lines")
    return int(text)


def _hours(text: str) -> float:
    if not 0 < float(text) <= MOST_HOURS:
        raise argparse.ArgumentTypeError(f"{text}: more than 0 and at most {MOST_HOURS} hours")
    return float(text)


def _percent(text: str) -> float:
    if not 0 <= float(text) <= 100:
        raise argparse.ArgumentTypeError(f"{text}: 0 to 100 percent")
    return float(text)


def find_population(given: str) -> Population:
    """A file, or one that ships by its name. InputError, PopulationErrors."""
    from ctidrv.apps.ivr.shipped import shipped_folder
    from hwsim.load.read import read_population

    path = Path(given)
    if not path.exists() and path.name == given:
        for name in (given, f"{given}.population.yaml"):
            if (shipped := shipped_folder() / name).is_file():
                return read_population(shipped)
    return read_population(path)


def run(args: argparse.Namespace) -> int:
    """0: nothing is stuck and every row is right; 1: not so."""
    from hwsim.rig.load_chart import chart
    from hwsim.rig.load_file import write_load
    from hwsim.rig.load_words import summary

    population = find_population(args.population).on(args.lines, args.seed)
    load = _play(population, args)
    timezone = population.document.hours.timezone
    if args.keep is not None:
        write_load(Path(args.keep), load, chart(load, timezone))
    if args.json:
        print_json(load.model_dump())
    else:
        print("\n".join(summary(load, timezone)))
        if args.keep is not None:
            print(f"kept in {args.keep}")
    return int(bool(load.errors))


def _play(population: Population, args: argparse.Namespace) -> Load:
    from hwsim.rig.load_figures import figures, machine
    from hwsim.rig.traffic import Traffic

    length = None if args.hours is None else seconds(3600 * args.hours)
    wall, cpu = time.perf_counter(), time.process_time()
    with _data(args.data) as folder:
        if folder.database.exists():
            raise InputError(f"{folder.root} already holds calls: a run begins in a folder of its own")
        traffic = Traffic(population, folder, length=length, events=args.events)
        try:
            traffic.play(_told(wall, quiet=args.json))
            spent = time.perf_counter() - wall, time.process_time() - cpu
            return figures(traffic, machine(traffic, *spent))
        finally:
            traffic.close()


@contextlib.contextmanager
def _data(given: str | None) -> Iterator[DataFolder]:
    if given is not None:
        yield DataFolder(Path(given))
        return
    with tempfile.TemporaryDirectory(prefix="ctidrv-load-", ignore_cleanup_errors=True) as folder:
        yield DataFolder(Path(folder) / "station")


def _told(begun: float, *, quiet: bool) -> Callable[[Traffic], None]:
    """A bar on the terminal, once a minute of telephone time."""
    if quiet or not sys.stderr.isatty():
        return lambda traffic: None

    def told(traffic: Traffic) -> None:
        now, length = to_seconds(traffic.rig.clock.now()), to_seconds(traffic.plan.length)
        share = min(1.0, now / length)
        done = round(BAR * share)
        spent = max(time.perf_counter() - begun, 1e-3)
        left = (length - now) / max(now, 1) * spent if now else 0.0
        print(
            f"\r[{'#' * done}{'-' * (BAR - done)}] {100 * share:3.0f} %  {now / 3600:.1f} h, "
            f"{len(traffic.played)} of {len(traffic.plan.calls)} calls, {traffic.busy} lines at work, "
            f"{left / 60:.0f} min left ",
            end="\n" if share == 1 else "",
            file=sys.stderr,
            flush=True,
        )

    return told


def compare(args: argparse.Namespace) -> int:
    """0: counts are equal and the rest within the tolerance; 1: not so."""
    from hwsim.rig.load_file import read_load
    from hwsim.rig.load_words import compare as compared

    rows = compared(read_load(Path(args.first)), read_load(Path(args.second)), args.tolerance)
    bad = [row for row in rows if row.judged and row.differs]
    for row in rows:
        if args.json:
            print_json({"figure": row.name, "a": row.first, "b": row.second, "differs": row.differs})
        elif row.differs:
            print(f"{'differs' if row.judged else 'machine':<9}{row.name:<44}{_said(row.first):>16}"
                  f"{_said(row.second):>16}{_change(row.first, row.second):>10}")  # fmt: skip
    if not args.json:
        judged = sum(row.judged for row in rows)
        print(f"{judged} figures, {len(bad)} differ by more than they may")
    return int(bool(bad))


def _said(value: float | str) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)[:15]


def _change(one: float | str, other: float | str) -> str:
    if isinstance(one, str) or isinstance(other, str) or not one:
        return ""
    return f"{100 * (other - one) / one:+.1f} %"
