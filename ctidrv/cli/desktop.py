"""``ctidrv desktop``: the operator's window, a program of its own beside the station."""

from __future__ import annotations

import argparse
import importlib

from ctidrv.cli.output import add_data
from ctidrv.errors import ServiceError

HELP = "the hot-line desktop; starts a station when none runs"

APP = "ctidesk.app"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", metavar="FILE", help="station.toml, for a station that is started")
    parser.add_argument("--lang", choices=("en", "zh"), help="of the window (remembered)")
    parser.add_argument("--screenshot", metavar="FILE.png", help="save a picture of the window, then end")
    parser.add_argument("--after", type=float, metavar="S", help="seconds before the picture")
    add_data(parser)


def run(args: argparse.Namespace) -> int:
    try:
        app = importlib.import_module(APP)
    except ImportError as error:
        raise ServiceError(
            f"the desktop is not installed: pip install 'ctidrv[desktop]' ({error})"
        ) from error
    arguments: list[str] = []
    for name in ("data", "config", "lang", "screenshot", "after"):
        value = getattr(args, name)
        if value is not None:
            arguments += [f"--{name}", str(value)]
    return int(app.main(arguments))
