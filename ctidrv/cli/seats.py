"""``ctidrv seats``: the operators' places at the running station, and whether calls are wanted there."""

from __future__ import annotations

import argparse

from ctidrv.cli import look
from ctidrv.cli.output import add_data, add_json

HELP = "operators' places: their state; pause, ready, lift, put-down, messages"

COLUMNS = (
    ("number", 6),
    ("name", 16),
    ("port", 8),
    ("groups", 12),
    ("state", 12),
    ("seconds", 9),
    ("call", 0),
)

_CHANGES = {
    "pause": "no more calls for a seat",
    "ready": "calls for it again, at once",
    "lift": "answer with its headset, which has no hook",
    "put-down": "hang up with its headset",
}


def configure(parser: argparse.ArgumentParser) -> None:
    table = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    rows = table.add_parser("list", help="the seats, as configured")
    add_data(rows)
    add_json(rows)
    for what, words in _CHANGES.items():
        one = table.add_parser(what, help=words)
        one.add_argument("seat", metavar="SEAT", help="its name or number")
        add_data(one)
        add_json(one)

    waiting = table.add_parser("messages", help="its telephone shows how many messages wait")
    waiting.add_argument("seat", metavar="SEAT", help="its name or number")
    waiting.add_argument("count", metavar="COUNT", type=int, help="0 to 255; 0: none any more")
    add_data(waiting)
    add_json(waiting)


def run(args: argparse.Namespace) -> int:
    from ctidrv.service.client import StationClient

    with StationClient.discover(args.data) as station:
        if args.what == "list":
            rows = station.seats()
        elif args.what == "messages":
            rows = [station.show_messages(args.seat, args.count)]
        else:
            change = {
                "pause": station.pause_seat,
                "ready": station.ready_seat,
                "lift": station.lift_seat,
                "put-down": station.put_down_seat,
            }
            rows = [change[args.what](args.seat)]
    if not args.json:  # in the table a word behind the call
        rows = [row | {"call": f"{row['call']}, consulted"} if row["consulted"] else row for row in rows]
    look.show_rows(rows, COLUMNS, args, "no seats: give a [[seat]] in station.toml")
    return 0
