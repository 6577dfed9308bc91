"""``ctidrv queues``: who waits for a seat at the running station."""

from __future__ import annotations

import argparse

from ctidrv.cli import look
from ctidrv.cli.output import add_data, add_json

HELP = "queues: who waits, and for how long"

COLUMNS = (
    ("name", 16),
    ("waiting", 8),
    ("longest", 9),
    ("ready", 6),
    ("seats", 6),
    ("calls", 0),
)


def configure(parser: argparse.ArgumentParser) -> None:
    table = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    rows = table.add_parser("list", help="the queues, as configured, with who waits in each")
    add_data(rows)
    add_json(rows)


def run(args: argparse.Namespace) -> int:
    from ctidrv.service.client import StationClient

    with StationClient.discover(args.data) as station:
        rows = station.queues()
    shown = rows if args.json else [_short(row) for row in rows]
    look.show_rows(shown, COLUMNS, args, "no queues: give a [[queue]] in station.toml")
    return 0


def _short(row: look.Row) -> look.Row:
    """A line of the table: counts instead of lists."""
    waiting = row["waiting"]
    return {
        "name": row["name"],
        "waiting": len(waiting),
        "longest": max((caller["seconds"] for caller in waiting), default=0.0),
        "ready": sum(seat["state"] == "ready" for seat in row["seats"]),
        "seats": len(row["seats"]),
        "calls": [caller["call"] for caller in waiting],
    }
