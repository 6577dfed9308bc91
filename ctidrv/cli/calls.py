"""``ctidrv calls``: the history of calls."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from ctidrv.cli import look
from ctidrv.cli.output import add_data, add_json, print_json

HELP = "the history of calls"

COLUMNS = (("id", 0), ("started", 19), ("port", 6), ("number", 14), ("name", 16), ("customer_name", 12))
STATES = ("alerting", "connected", "ended")


def configure(parser: argparse.ArgumentParser) -> None:
    table = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    rows = look.add_list(table, "calls")
    rows.add_argument("--number", help="of the caller, in any form, or its last digits")
    rows.add_argument("--state", choices=STATES)
    look.add_show(table, "call")
    draw = table.add_parser("draw", help="a call on one time axis: sounds, line states, prompts, keys, steps")
    draw.add_argument("id", metavar="ID")
    draw.add_argument("--output", required=True, metavar="FILE.svg|FILE.png")
    draw.add_argument("--from", type=_seconds, dest="begin", metavar="S", help="from this second of it on")
    draw.add_argument("--to", type=_seconds, dest="end", metavar="S", help="up to this second")
    draw.add_argument("--lang", choices=("en", "zh"), default="en", help="of the labels; en by default")
    add_data(draw)
    add_json(draw)


def _seconds(text: str) -> float:
    value = float(text)
    if not math.isfinite(value) or value < 0:
        raise argparse.ArgumentTypeError(f"{text} is no time in seconds")
    return value


def run(args: argparse.Namespace) -> int:
    with look.open_store(args) as store:
        if args.what == "list":
            rows = store.calls(limit=args.limit, number=args.number, state=args.state)
            look.show_rows(rows, (*COLUMNS, ("outcome", 11), ("seconds", 0)), args, "no calls")
            return 0
        call = look.found(store.call(args.id), "call", args.id)
    if args.what == "draw":
        return _draw(call, args)
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


def _draw(call: look.Row, args: argparse.Namespace) -> int:
    from ctidrv.picture.png import write_picture
    from ctidrv.service.picture import draw_call

    path = Path(args.output)
    drawn = draw_call(call, args.begin, args.end, args.lang)
    write_picture(drawn.svg, path)
    if args.json:
        print_json({"file": str(path), "from": drawn.begin, "to": drawn.end, "length": drawn.length})
    else:
        print(f"{path}: {drawn.begin:.2f} s to {drawn.end:.2f} s of {drawn.length:.2f} s")
    return 0
