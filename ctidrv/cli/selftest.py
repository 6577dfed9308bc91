"""``ctidrv selftest``: the digit receiver's report after ITU-T Q.24, for this build on this machine."""

from __future__ import annotations

import argparse
import platform
import sys
import time
from collections.abc import Callable

from ctidrv import __version__
from ctidrv.cli.output import add_data, add_json, print_json
from ctidrv.config_file import load_config
from ctidrv.errors import UsageError
from ctidrv.folder import data_folder
from ctidrv.native import dtmf_signals as signals
from ctidrv.native import dtmf_trials as trials
from ctidrv.native.dtmf_trials import Figures, ours
from ctidrv.units import RATE

HELP = "what the digit receiver accepts and rejects, found by sweep, and how late it is"

_SPEECH_LEVEL, _STRESS_LEVEL, _MUSIC_LEVEL = -18.0, -12.0, -14.0

Row = tuple[str, Callable[[], Figures]]


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--full", action="store_true", help="ten times the digits and the audio (minutes)")
    parser.add_argument(
        "--line",
        metavar="PORT[,PORT2]",
        help="through a looped line: the first port sends, the second hears; one alone hears its own echo",
    )
    parser.add_argument(
        "--dial",
        metavar="NUMBER",
        help="with --line: dial it from the first; the second rings (one alone: it answers and is silent)",
    )
    parser.add_argument("--config", metavar="FILE", help="with --line: station.toml")
    parser.add_argument("--seed", type=_seed, default=1, metavar="N", help="of the signals (1)")
    add_data(parser)
    add_json(parser)


def _seed(text: str) -> int:
    value = int(text)
    if not 0 <= value < 2**63:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 2^63 - 1")
    return value


def rows(count: int, calls: int, seconds: int, seed: int) -> list[Row]:
    """Each row's name and its measurement: `count` digits a point, `seconds` of each kind of talk-off."""

    def talk_off(make: Callable[[signals.Dice, int, float], list[float]], level: float) -> Figures:
        dice = signals.Dice(seed)
        pieces = (make(dice, min(seconds, 30) * RATE, level) for _ in range(max(1, seconds // 30)))
        return trials.talk_off(ours, (trials.whole(piece) for piece in pieces))

    made: list[Row] = [
        (name, lambda row=row: row(ours, count, seed))  # type: ignore[misc]
        for name, row in (
            ("frequency", trials.frequency),
            ("twist", trials.twist),
            ("level", trials.level),
            ("duration", trials.duration),
            ("holes", trials.holes),
            ("gap", trials.gap),
            ("noise", trials.noise),
            ("dial tone", trials.dial_tone),
            ("hum", trials.hum),
            ("echo", trials.echo),
            ("latency", trials.latency),
        )
    ]
    made += [
        ("realistic line", lambda: trials.line(ours, calls, seed, trials.REALISTIC)),
        ("hard line", lambda: trials.line(ours, calls, seed, trials.HARD)),
        ("talk-off speech-like", lambda: talk_off(signals.speech_like, _SPEECH_LEVEL)),
        ("talk-off harmonic stress", lambda: talk_off(signals.harmonic_stress, _STRESS_LEVEL)),
        ("talk-off music", lambda: talk_off(signals.music, _MUSIC_LEVEL)),
    ]
    return made


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def _shown(value: float | None) -> str:
    return "none" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def _print_row(args: argparse.Namespace, name: str, row: Figures) -> None:
    if not args.json:
        for figure, value in row.items():
            print(f"{name + ': ' + figure.replace('_', ' '):60}{_shown(value):>12}", flush=True)


def _line(args: argparse.Namespace, digits: int) -> dict[str, Figures]:
    from ctidrv.cli.selftest_line import line_rows

    folder = data_folder(args.data)
    config = load_config(args.config, folder)
    return line_rows(folder, config, args.line, args.dial, digits, args.seed)


def run(args: argparse.Namespace) -> int:
    if args.line is None and (args.dial is not None or args.config is not None or args.data is not None):
        raise UsageError("selftest: --dial, --config and --data go with --line")
    sizes = (500, 200, 600) if args.full else (50, 20, 60)
    head = {
        "version": __version__,
        "machine": f"{platform.system()} {platform.machine()}",
        "seed": args.seed,
        "full": args.full,
        "digits_a_point": sizes[0],
    }
    if not args.json:
        print(f"ctidrv {__version__} on {head['machine']}, seed {args.seed}: {sizes[0]} digits a point")
    began = time.monotonic()
    report: dict[str, Figures] = {}
    if args.line is not None:
        report = _line(args, sizes[0])
        for name in report:
            _print_row(args, name, report[name])
    else:
        table = rows(*sizes, args.seed)
        for number, (name, measure) in enumerate(table, 1):
            _progress(f"{number} of {len(table)}: {name}")
            report[name] = measure()
            _progress("")
            _print_row(args, name, report[name])
    if args.json:
        line = {} if args.line is None else {"line": args.line}
        print_json({**head, **line, "seconds": round(time.monotonic() - began, 1), "rows": report})
    elif args.line is None:
        print("talk-off here is of sounds this program makes; recorded speech: tests/bench/bench_dtmf.py")
    return 0
