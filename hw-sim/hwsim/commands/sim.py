"""``ctidrv sim``: the line simulator."""

from __future__ import annotations

import argparse

from hwsim.commands import (
    sim_bench,
    sim_call,
    sim_dahdi,
    sim_faxmodem,
    sim_line,
    sim_load,
    sim_modem,
    sim_phone,
    sim_run,
    sim_view,
)

HELP = "the line simulator: scenarios against a menu, callers for a running station, lines for programs"
_TOOLS = {
    "call": (sim_call.HELP, sim_call.configure, sim_call.run),
    "run": (sim_run.HELP_RUN, sim_run.configure_run, sim_run.run),
    "load": (sim_load.HELP, sim_load.configure, sim_load.run),
    "compare": (sim_load.HELP_COMPARE, sim_load.configure_compare, sim_load.compare),
    "line": (sim_line.HELP, sim_line.configure, sim_line.run),
    "phone": (sim_phone.HELP, sim_phone.configure, sim_phone.run),
    "modem": (sim_modem.HELP, sim_modem.configure, sim_modem.run),
    "faxmodem": (sim_faxmodem.HELP, sim_faxmodem.configure, sim_faxmodem.run),
    "dahdi": (sim_dahdi.HELP, sim_dahdi.configure, sim_dahdi.run),
    "view": (sim_view.HELP, sim_view.configure, sim_view.run),
    "check": (sim_run.HELP_CHECK, sim_run.configure_check, sim_run.check),
    "bench": (sim_bench.HELP, sim_bench.configure, sim_bench.run),
    "schema": (sim_run.HELP_SCHEMA, sim_run.configure_schema, sim_run.schema),
}


def configure(parser: argparse.ArgumentParser) -> None:
    table = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    for name, (words, configure_tool, _) in _TOOLS.items():
        configure_tool(table.add_parser(name, help=words, description=words))


def run(args: argparse.Namespace) -> int:
    return _TOOLS[args.what][2](args)
