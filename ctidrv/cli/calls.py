"""``ctidrv calls``: the history of calls."""

from __future__ import annotations

import argparse

from ctidrv.cli import look
from ctidrv.cli.output import print_json

HELP = "the history of calls"

COLUMNS = (("id", 0), ("started", 19), ("port", 6), ("number", 14), ("name", 16), ("customer_name", 12))
STATES = ("alerting", "connected", "ended")


def configure(parser: argparse.ArgumentParser) -> None:
    table = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    rows = look.add_list(table, "calls")
    rows.add_argument("--number", help="of the caller, in any form, or its last digits")
    rows.add_argument("--state", choices=STATES)
    look.add_show(table, "call")


def run(args: argparse.Namespace) -> int:
    with look.open_store(args) as store:
        if args.what == "list":
            rows = store.calls(limit=args.limit, number=args.number, state=args.state)
            look.show_rows(rows, (*COLUMNS, ("outcome", 11), ("seconds", 0)), args, "no calls")
            return 0
        call = look.found(store.call(args.id), "call", args.id)
    if args.json:
        print_json(call)
        return 0
    look.show_fields(call, skip=("legs", "events", "recordings", "messages", "customer_card"))
    for leg in call["legs"]:
        times = f"{look.text(leg['started'])} to {look.text(leg['ended'])}"
        print(f"{'leg:':<15}{leg['kind']} {leg['party']}, {times}, {look.text(leg['cause'])}")
    for what in ("recordings", "messages"):
        for row in call[what]:
            print(f"{what[:-1] + ':':<15}{row['id']}  {look.text(row['seconds'])}  {row['path']}")
    for event in call["events"]:
        head = ("seq", "type", "at", "wall", "call", "port")
        data = "  ".join(
            f"{key}={value}" for key, value in event.items() if key not in head and value is not None
        )
        print(f"{event['at']:>11.3f} s  {event['type']:<15}{data}")
    return 0
