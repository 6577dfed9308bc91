"""``ctidrv fax``: a table of sub-commands, each a module loaded only when it is used.

A module has ``HELP`` (one line, or of several by name), ``configure(parser)`` and ``run(args) -> int``.
"""

from __future__ import annotations

import argparse
import importlib

HELP = "faxes: sending, receiving, the queue, boxes of those that came, what a recorded call of one says"

COMMANDS = {
    "send": "ctidrv.cli.fax_call",
    "receive": "ctidrv.cli.fax_call",
    "queue": "ctidrv.cli.fax_queue",
    "show": "ctidrv.cli.fax_show",
    "stop": "ctidrv.cli.fax_orders",
    "retry": "ctidrv.cli.fax_orders",
    "boxes": "ctidrv.cli.fax_boxes",
    "analyse": "ctidrv.cli.fax_analyse",
}


def configure(parser: argparse.ArgumentParser) -> None:
    table = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    for name, module in COMMANDS.items():
        command = importlib.import_module(module)
        words = command.HELP if isinstance(command.HELP, str) else command.HELP[name]
        command.configure(table.add_parser(name, help=words, description=words))


def run(args: argparse.Namespace) -> int:
    return int(importlib.import_module(COMMANDS[args.what]).run(args))
