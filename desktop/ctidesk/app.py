"""The desktop program: ``python -m ctidesk`` or ``ctidrv desktop``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from ctidesk.gateway import Finder, Station

NO_QT = 'the desktop needs Qt: pip install "ctidrv[desktop]"; on Linux also Qt\'s system libraries'


class StationFinder:
    """Finds the station of a data folder, or starts one, through ctidrv's client."""

    def __init__(self, data: str | None, config: str | None = None) -> None:
        self._data, self._config = data, config

    def find(self) -> Station:
        from ctidrv.service.client import StationClient

        return cast(Station, StationClient.discover(self._data))

    def start(self) -> Station:
        from ctidrv.service.client import start_station_if_none

        return cast(Station, start_station_if_none(self._data, config=self._config))


def add_options(parser: argparse.ArgumentParser) -> None:
    """The window's options, here and as ``ctidrv desktop``."""
    parser.add_argument("--data", metavar="DIR", help="data folder of the station")
    parser.add_argument("--config", metavar="FILE", help="station.toml for a station that has to be started")
    parser.add_argument("--lang", choices=("en", "zh"), help="language (remembered)")
    parser.add_argument("--screenshot", metavar="FILE.png", help="save a picture of the window and end")
    parser.add_argument(
        "--after", metavar="SECONDS", type=float, default=2.0, help="how long to wait for the picture"
    )


def unfit_qt(python: tuple[int, ...], pyside: str) -> str | None:
    """Why this pair cannot run for long, and what to do; None when it can.

    PySide6 6.12 on Python before 3.12 gives back None without owning it: each call costs a reference,
    and when the last is gone Python ends with a fatal error.
    """
    if python < (3, 12) and pyside.split(".")[:2] == ["6", "12"]:
        return f'PySide6 {pyside} crashes on this Python: pip install "PySide6-Essentials<6.12"'
    return None


def no_screen(platform: str, environment: Mapping[str, str]) -> str | None:
    """Why no window can open, and what to do; None when one can. Qt itself would abort with a core dump."""
    places = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if platform == "linux" and not any(environment.get(name) for name in places):
        return "no screen: DISPLAY is not set; for --screenshot without one set QT_QPA_PLATFORM=offscreen"
    return None


def main(argv: Sequence[str] | None = None, finder: Finder | None = None) -> int:
    """Runs the window until it is closed. Returns 0; 2 where Qt is missing or the picture has no folder, 1
    where there is no screen or the picture could not be written (one line says what to do)."""
    parser = argparse.ArgumentParser(prog="ctidesk", description="the operator's desktop")
    add_options(parser)
    return run_window(parser.parse_args(argv), finder)


def run_window(args: argparse.Namespace, finder: Finder | None = None) -> int:
    """`main`, with the options read."""
    try:
        import PySide6

        from ctidesk.program import Program
    except ImportError as error:
        sys.stderr.write(f"ctidesk: {NO_QT} ({error})\n")
        return 2
    if unfit := unfit_qt(sys.version_info[:2], PySide6.__version__):
        sys.stderr.write(f"ctidesk: {unfit}\n")
        return 2
    if args.screenshot and not Path(args.screenshot).absolute().parent.is_dir():
        sys.stderr.write(f"ctidesk: {args.screenshot}: there is no such folder\n")
        return 2
    if closed := no_screen(sys.platform, os.environ):
        sys.stderr.write(f"ctidesk: {closed}\n")
        return 1
    program = Program(finder or StationFinder(args.data, args.config), language=args.lang)
    if args.screenshot:
        program.save_picture(args.screenshot, after=args.after)
    return program.run()
