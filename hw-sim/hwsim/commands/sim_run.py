"""``ctidrv sim run``, ``check`` and ``schema``: scenarios played against their scripts, in virtual time."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctidrv.cli.output import add_json, print_json
from ctidrv.errors import InputError, UsageError

if TYPE_CHECKING:
    from hwsim.rig.case import Result
    from hwsim.scenario.read import Scenario

HELP_RUN = "plays scenarios: simulated callers ring a menu and judge what they hear"
HELP_CHECK = "names everything that is wrong with scenarios and populations, with file and line"
HELP_SCHEMA = "prints the JSON Schema of scenarios or populations, for editors"


def configure_run(parser: argparse.ArgumentParser) -> None:
    _files(parser)
    parser.add_argument("--seed", type=int, metavar="N", help="instead of the scenario's own")
    parser.add_argument("--junit", metavar="FILE.xml", help="write a report that CI systems read")
    parser.add_argument("--keep", metavar="DIR", help="keep recordings and time line of each that fails")
    parser.add_argument("--keep-passed", action="store_true", help="with --keep: of those that pass too")
    parser.add_argument("--events", action="store_true", help="without audio: sounds as events, quickly")
    parser.add_argument(
        "--both", action="store_true", help="with audio and without: 1 when the rows of the calls differ"
    )
    add_json(parser)


def configure_check(parser: argparse.ArgumentParser) -> None:
    _files(parser)
    add_json(parser)


def configure_schema(parser: argparse.ArgumentParser) -> None:
    languages = ("scenario", "population")
    parser.add_argument("--of", choices=languages, default=languages[0], help="which language (scenario)")
    parser.add_argument("--output", metavar="FILE", help="write it to a file instead")


def _files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="a scenario; one that ships by its name")


def run(args: argparse.Namespace) -> int:
    """0: all passed; 1: one failed; 2: one could not be played."""
    from hwsim.rig.case import play_case
    from hwsim.rig.junit import write_junit

    kept = None if args.keep is None else Path(args.keep)
    if args.keep_passed and kept is None:
        raise UsageError("--keep-passed: say where, with --keep DIR")
    if kept is not None and (args.events or args.both):
        raise UsageError("--keep: there is nothing to be kept without audio: leave --events and --both out")
    results: list[Result] = []
    refused: list[tuple[str, str]] = []
    for file in args.files:
        try:
            scenario = read_shipped_too(file, args.seed)
            result = play_case(scenario, kept=kept, passed_too=args.keep_passed, events=args.events)
            if args.both:
                _both(result, play_case(scenario, events=True))
        except InputError as error:
            print(f"ctidrv: {error}", file=sys.stderr)
            refused.append((file, str(error)))
            continue
        results.append(result)
        _tell(result, args.json)
    if args.junit is not None:
        write_junit(Path(args.junit), results, refused)
    if not args.json:
        failed = sum(not result.ok for result in results)
        bad = f", {len(refused)} could not be played" if refused else ""
        print(f"{len(args.files)} scenarios, {failed} failed{bad}")
    return 2 if refused else int(not all(result.ok for result in results))


def _both(result: Result, silent: Result) -> None:
    """What is not the same without audio fails it."""
    from hwsim.rig.case import Failure
    from hwsim.rig.same import differences

    result.wall_s += silent.wall_s
    result.failures += [Failure(each.line, f"without audio: {each.message}") for each in silent.failures]
    found = differences(result.calls, silent.calls)
    result.failures += [Failure(0, f"with audio, and without: {each}") for each in found]


def read_shipped_too(file: str, seed: int | None = None) -> Scenario:
    """A scenario of a file, or one that ships by its name; `seed`: in the place of its own."""

    from ctidrv.apps.ivr.shipped import shipped_folder
    from hwsim.scenario.read import read_scenario

    path = Path(file)
    if not path.exists() and path.name == file and (shipped := shipped_folder() / file).is_file():
        path = shipped
    scenario = read_scenario(path)
    if seed is None:
        return scenario
    return scenario.having(scenario.document.model_copy(update={"seed": seed}))


def _tell(result: Result, as_json: bool) -> None:
    if as_json:
        print_json(_row(result))
        return
    times = f"{result.simulated_s:.1f} s of telephone time in {result.wall_s:.2f} s"
    print(f"{'ok  ' if result.ok else 'FAIL'}  {result.name} ({times})", flush=True)
    for words in result.gave_up:
        print(f"      gave up: {words}")
    if not result.ok:
        print(f"\n{result.report}\n", flush=True)
    elif result.kept is not None:
        print(f"      kept in {result.kept}", flush=True)


def _row(result: Result) -> dict[str, Any]:
    return {
        "file": result.file,
        "name": result.name,
        "ok": result.ok,
        "seed": result.seed,
        "simulated_s": round(result.simulated_s, 2),
        "wall_s": round(result.wall_s, 3),
        "failures": [{"line": each.line, "message": each.message} for each in result.failures],
        "gave_up": result.gave_up,
        "calls": [{key: call[key] for key in ("id", "number", "outcome", "cause")} for call in result.calls],
        "timeline": result.drawing,
        "kept": result.kept,
    }


def check(args: argparse.Namespace) -> int:
    """0: no findings; 1: findings; 2: a file cannot be read."""
    code = 0
    for file in args.files:
        rows = list(_findings(file))
        for row in rows:
            if args.json:
                print_json(row)
            elif row["line"]:
                print("{file}:{line}:{column}: {severity}: {message}".format_map(row))
            else:
                print(f"ctidrv: {row['message']}", file=sys.stderr)
            code = max(code, 1 if row["line"] else 2)
        if not rows and not args.json:
            print(f"{file}: no findings")
    return code


def _findings(file: str) -> Iterator[dict[str, Any]]:
    """Those of the scenario and, where it is in order, of the script that it names; line 0: unreadable."""
    from ctidrv.document.findings import DocumentErrors
    from hwsim.commands.sim_load import find_population
    from hwsim.rig.case import load_case

    try:
        population = Path(file).name.endswith("population.yaml")
        load_case(find_population(file) if population else read_shipped_too(file))
    except DocumentErrors as error:
        for finding in error.findings:
            if finding.fatal:
                names = ("file", "line", "column", "severity", "message")
                yield {name: getattr(finding, name) for name in names}
    except InputError as error:
        yield {"file": file, "line": 0, "column": 0, "severity": "error", "message": str(error)}


def schema(args: argparse.Namespace) -> int:
    from hwsim.load.schema import schema_text as of_populations
    from hwsim.scenario.schema import schema_text as of_scenarios

    text = of_populations() if args.of == "population" else of_scenarios()
    if args.output is None:
        print(text, end="")
        return 0
    try:
        Path(args.output).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(f"{args.output}: cannot be written: {error.strerror}") from error
    return 0
