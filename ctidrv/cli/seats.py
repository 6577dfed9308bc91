"""``ctidrv seats``: the operators' places at the running station, and whether calls are wanted there."""

from __future__ import annotations

import argparse

from ctidrv.cli import look
from ctidrv.cli.output import add_data, add_json

HELP = "operators' places: their state; pause and ready"

COLUMNS = (
    ("number", 6),
    ("name", 16),
    ("port", 8),
    ("groups", 12),
    ("state", 12),
    ("seconds", 9),
    ("call", 0),
)


def configure(parser: argparse.ArgumentParser) -> None:
    table = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    rows = table.add_parser("list", help="the seats, as configured")
    add_data(rows)
    add_json(rows)
    for what, words in (("pause", "no more calls for a seat"), ("ready", "calls for it again, at once")):
        one = table.add_parser(what, help=words)
        one.add_argument("seat", metavar="SEAT", help="its name or number")
        add_data(one)
        add_json(one)


def run(args: argparse.Namespace) -> int:
    from ctidrv.service.client import StationClient

    with StationClient.discover(args.data) as station:
        if args.what == "list":
            rows = station.seats()
        else:
            change = station.pause_seat if args.what == "pause" else station.ready_seat
            rows = [change(args.seat)]
    if not args.json:  # in the table a word behind the call
        rows = [row | {"call": f"{row['call']}, consulted"} if row["consulted"] else row for row in rows]
    look.show_rows(rows, COLUMNS, args, "no seats: give a [[seat]] in station.toml")
    return 0
