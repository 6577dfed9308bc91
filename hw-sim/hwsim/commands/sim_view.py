"""``ctidrv sim view``: a kept case drawn on one time axis."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

from ctidrv.cli.output import add_json, print_json
from ctidrv.errors import UsageError

if TYPE_CHECKING:
    from hwsim.rig.run_file import Run

HELP = "draws a case that `sim run --keep` kept: sounds, line states, events and steps on one time axis"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="the folder of a kept case, or one that holds one case")
    parser.add_argument("--from", type=_seconds, dest="begin", metavar="S", help="from this second on")
    parser.add_argument("--to", type=_seconds, dest="end", metavar="S", help="up to this second")
    parser.add_argument("--party", metavar="NAME", help="only this caller (5550001) or line (sim/1)")
    parser.add_argument("--lang", choices=("en", "zh"), help="of the labels; en by default")
    parser.add_argument("--window", action="store_true", help="in a window, to zoom and to move along")
    parser.add_argument(
        "--output", metavar="FILE.svg|FILE.png", help="default: view.svg in the case's folder"
    )
    add_json(parser)


def _seconds(text: str) -> float:
    value = float(text)
    if not math.isfinite(value) or value < 0:
        raise argparse.ArgumentTypeError(f"{text} is no time in seconds")
    return value


def run(args: argparse.Namespace) -> int:
    from ctidrv.picture.png import write_picture
    from ctidrv.units import to_seconds
    from hwsim.rig.drawn import axis_of, chosen, picture
    from hwsim.rig.run_file import read_run

    folder, kept = read_run(Path(args.run))
    if args.window:
        return _in_a_window(args, folder, kept)
    path = folder / "view.svg" if args.output is None else Path(args.output)
    language = args.lang or "en"
    drawn = picture(folder, kept, begin_s=args.begin, end_s=args.end, party=args.party, language=language)
    write_picture(drawn, path)
    axis = axis_of(kept, args.begin, args.end)
    begin, end = to_seconds(axis.begin), to_seconds(axis.end)
    parties = [party.name for party in chosen(kept, args.party)[0]]
    if args.json:
        print_json({"file": str(path), "from": begin, "to": end, "parties": parties})
    else:
        print(f"{path}: {begin:.2f} s to {end:.2f} s of {', '.join(parties) or 'nobody'}")
    return 0


def _in_a_window(args: argparse.Namespace, folder: Path, kept: Run) -> int:
    from hwsim.rig.drawn import axis_of, chosen
    from hwsim.window.qt import application

    if args.output is not None or args.json:
        raise UsageError("--window: shows the picture and writes no file; leave out --output and --json")
    axis = axis_of(kept, args.begin, args.end)
    chosen(kept, args.party)
    app = application()
    from hwsim.window.view import open_view

    window = open_view(folder, kept, axis, party=args.party, language=args.lang)
    code = app.exec()
    del window
    return code
