"""The ``ctidrv`` command: a table of sub-commands, each a module loaded only when it is used.

A command's module has ``HELP`` (one line), ``configure(parser)`` and ``run(args) -> int``. Commands
of other packages come in by the entry-point group ``ctidrv.commands``, name to module.
Exit codes: 0 success, 1 a failure or findings, 2 wrong usage or unreadable input,
also an id of which nothing is there.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any, NoReturn

from ctidrv import __version__
from ctidrv.errors import CtiError, InputError, NotThere

COMMANDS = {
    "station": "ctidrv.cli.station",
    "calls": "ctidrv.cli.calls",
    "recordings": "ctidrv.cli.recordings",
    "voicemail": "ctidrv.cli.voicemail",
    "customers": "ctidrv.cli.customers",
    "ports": "ctidrv.cli.ports",
    "queues": "ctidrv.cli.queues",
    "seats": "ctidrv.cli.seats",
    "doctor": "ctidrv.cli.doctor",
    "headset": "ctidrv.cli.headset",
    "fax": "ctidrv.cli.fax",
    "dsp": "ctidrv.cli.dsp",
    "selftest": "ctidrv.cli.selftest",
    "ivr": "ctidrv.cli.ivr",
    "db": "ctidrv.cli.db",
}


def commands() -> dict[str, str]:
    """Every command's name and module, our own first."""
    found = dict(COMMANDS)
    for entry in entry_points(group="ctidrv.commands"):
        found.setdefault(entry.name, entry.value)
    return found


def _load(module: str) -> ModuleType:
    return importlib.import_module(module)


class _Parser(argparse.ArgumentParser):
    """Wrong usage is one line too, and points to the help of the command that was used."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Nothing is left over: argparse would have it refused by the parser above, in that one's name."""
        known, more = super().parse_known_args(args, namespace)
        if more:
            self.error(f"unrecognized arguments: {' '.join(more)}")
        return known, more

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see '{self.prog} --help'\n")


def _parser(known: dict[str, str], wanted: str | None) -> argparse.ArgumentParser:
    parser = _Parser(prog="ctidrv", description="CTI driver stack for a small office")
    parser.add_argument("--version", action="version", version=f"ctidrv {__version__}")
    table = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, module in known.items():
        if wanted not in (None, name):
            table.add_parser(name)
            continue
        loaded = _load(module)
        loaded.configure(table.add_parser(name, help=loaded.HELP, description=loaded.HELP))
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; every expected error is one line on standard error."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    known = commands()
    wanted = arguments[0] if arguments and arguments[0] in known else None
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    args = _parser(known, wanted).parse_args(arguments)
    try:
        code = int(_load(known[args.command]).run(args))
        sys.stdout.flush()
        return code
    except (InputError, NotThere) as error:
        print(f"ctidrv: {error}", file=sys.stderr)
        return 2
    except CtiError as error:
        print(f"ctidrv: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever read us has gone: what is still to be written at the exit goes nowhere, and says nothing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(f"ctidrv: {error.filename or args.command}: {error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
