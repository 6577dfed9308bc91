"""``ctidrv desktop``: the operator's window, a program of its own beside the station."""

from __future__ import annotations

import argparse

from ctidesk.app import add_options, run_window

HELP = "the hot-line desktop; starts a station when none runs"


def configure(parser: argparse.ArgumentParser) -> None:
    add_options(parser)


def run(args: argparse.Namespace) -> int:
    return run_window(args)
