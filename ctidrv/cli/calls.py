"""``ctidrv calls``: the history of calls; calls that the station makes, and ends."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

from ctidrv.cli import look
from ctidrv.cli.look import Row
from ctidrv.cli.naming import naming
from ctidrv.cli.output import add_data, add_json, print_json
from ctidrv.errors import ServiceError

if TYPE_CHECKING:
    from ctidrv.service.client import EventStream

HELP = "the history of calls; make a call, and say what is done with one"

COLUMNS = (("id", 0), ("started", 19), ("port", 6), ("number", 14), ("name", 16), ("customer_name", 12))
_ORDERS = {
    "answer": ("answer a call that rings, or take it from a menu or a seat", "is answered"),
    "hangup": ("end a call", "is hung up"),
    "hold": ("the caller of a call at a seat hears music", "is on hold"),
    "mute": ("the operator hears the caller and is not heard", "is muted"),
    "resume": ("caller and operator hear each other again", "goes on"),
    "park": ("free the seat of a call, until any seat picks it up", "is parked"),
    "pickup": ("give a parked call to a seat", "is given to the seat"),
    "consult": ("the seat of a call asks another, while the caller hears music", "asks another seat"),
    "swap": ("the seat talks with the caller instead of who it asks, or back", "is swapped"),
    "conference": ("caller, seat and the one that it asks hear one another", "is a conference"),
    "complete": ("give a call to the seat that was asked", "is given to the seat that was asked"),
    "transfer": ("send a call at a seat on; it comes back if nobody answers, or it fails", "is sent on"),
}
"""What it does, and what is said when it is done."""
FIELDS = {
    "number": "NUMBER",
    "line": "--line",
    "script": "--script",
    "play": "--play",
    "to": "--to",
    "ring_s": "--ring",
    "within_s": "--within",
    "seat": "--seat",
}
"""Of the API's requests: the option that gives them."""
_SEAT = "name or number of a seat, or a group"
_TO = {
    "consult": _SEAT,
    "transfer": f"{_SEAT}; tel:NUMBER, pbx:DIGITS, box:BOX (he leaves a message), ivr:FLOW, "
    "ivr:SCRIPT[#FLOW], fax-receive:BOX (his fax is taken), fax-send:ID or fax-send:FILE (he is sent it)",
}
_PLACES = (("to", 40), ("kind", 12), ("name", 24), ("number", 14), ("pages", 5), ("at", 19))
STATES = ("alerting", "connected", "ended")


def configure(parser: argparse.ArgumentParser) -> None:
    table = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    rows = look.add_list(table, "calls")
    rows.add_argument("--number", help="of the caller, in any form, or its last digits")
    rows.add_argument("--state", choices=STATES)
    look.add_show(table, "call")
    places = table.add_parser("destinations", help="boxes, menus and faxes that a call can be transferred to")
    places.add_argument("id", metavar="ID")
    add_data(places)
    add_json(places)
    draw = table.add_parser("draw", help="a call on one time axis: sounds, line states, prompts, keys, steps")
    draw.add_argument("id", metavar="ID")
    draw.add_argument("--output", required=True, metavar="FILE.svg|FILE.png")
    draw.add_argument("--from", type=_seconds, dest="begin", metavar="S", help="from this second of it on")
    draw.add_argument("--to", type=_seconds, dest="end", metavar="S", help="up to this second")
    draw.add_argument("--lang", choices=("en", "zh"), default="en", help="of the labels; en by default")
    add_data(draw)
    add_json(draw)
    dial = table.add_parser("dial", help="call a number, and tell how it goes")
    dial.add_argument("number", metavar="NUMBER", help="as people write it, + before a country's code")
    dial.add_argument("--line", metavar="PORT", help="such as sim/1; else the station chooses")
    given = dial.add_mutually_exclusive_group(required=True)
    given.add_argument("--script", metavar="FILE", help="a menu for whoever answers")
    given.add_argument("--play", metavar="FILE", help="a WAV file that whoever answers hears")
    add_data(dial)
    add_json(dial)
    for what, (words, _) in _ORDERS.items():
        order = table.add_parser(what, help=words)
        order.add_argument("id", metavar="ID")
        if what in ("transfer", "consult"):
            order.add_argument("--to", required=True, metavar="SEAT", help=_TO[what])
            order.add_argument("--ring", type=_seconds, metavar="S", help="for so long; 20 without it")
        if what == "park":
            order.add_argument("--within", type=_seconds, metavar="S", help="then it comes back; 120 s")
        if what == "pickup":
            order.add_argument("--seat", required=True, metavar="SEAT", help="name or number")
        add_data(order)
        add_json(order)


def _seconds(text: str) -> float:
    value = float(text)
    if not math.isfinite(value) or value < 0:
        raise argparse.ArgumentTypeError(f"{text} is no time in seconds")
    return value


def run(args: argparse.Namespace) -> int:
    if args.what in ("dial", *_ORDERS):
        return _dial(args) if args.what == "dial" else _order(args)
    if args.what == "destinations":
        return _destinations(args)
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
        answered = f", answered {look.text(leg['answered'])}" if leg["answered"] else ""
        print(f"{'leg:':<15}{leg['kind']} {leg['party']}, {times}{answered}, {look.text(leg['cause'])}")
    for what in ("recordings", "messages"):
        for row in call[what]:
            print(f"{what[:-1] + ':':<15}{row['id']}  {look.text(row['seconds'])}  {row['path']}")
    for event in call["events"]:
        print(_line(event))
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


def _line(event: Row) -> str:
    head = ("seq", "type", "at", "wall", "call", "port")
    data = "  ".join(
        f"{key}={value}" for key, value in event.items() if key not in head and value is not None
    )
    return f"{event['at']:>11.3f} s  {event['type']:<15}{data}"


def _destinations(args: argparse.Namespace) -> int:
    from ctidrv.service.client import StationClient

    with StationClient.discover(args.data) as station:
        look.show_rows(station.destinations(args.id), _PLACES, args, "no boxes, menus or faxes")
    return 0


def _whole(to: str) -> str:
    """A document by its whole path: the station looks for it elsewhere."""
    kind, _, file = to.partition(":")
    return f"{kind}:{Path(file).absolute()}" if kind == "fax-send" and Path(file).is_file() else to


def _order(args: argparse.Namespace) -> int:
    from ctidrv.service.client import PARKED_S, RING_S, StationClient

    with naming(FIELDS), StationClient.discover(args.data) as station:
        if args.what == "transfer":
            ring = RING_S if args.ring is None else args.ring
            call = station.transfer(args.id, _whole(args.to), ring_s=ring)
        elif args.what == "consult":
            call = station.consult(args.id, args.to, ring_s=RING_S if args.ring is None else args.ring)
        elif args.what == "park":
            place = station.park(args.id, within_s=PARKED_S if args.within is None else args.within)
            call = {"id": args.id, "place": place}
        elif args.what == "pickup":
            call = station.pick_up(args.id, args.seat)
        else:
            ask = {
                "answer": station.answer,
                "hangup": station.hang_up,
                "hold": station.hold,
                "mute": station.mute,
                "resume": station.resume,
                "swap": station.swap,
                "conference": station.conference,
                "complete": station.complete,
            }
            call = ask[args.what](args.id)
    if args.json:
        print_json(call)
    else:
        where = f" at {call['place']}" if args.what == "park" else ""
        print(f"{call['id']} {_ORDERS[args.what][1]}{where}")
    return 0


def _dial(args: argparse.Namespace) -> int:
    """Exit 1: it did not get through."""
    from ctidrv.service.client import StationClient

    script = Path(args.script).absolute() if args.script and Path(args.script).exists() else args.script
    play = None if args.play is None else str(Path(args.play).absolute())
    with StationClient.discover(args.data) as station, station.events() as events:
        with naming(FIELDS):
            made = station.dial(
                args.number, line=args.line, script=None if script is None else str(script), play=play
            )
        try:
            return _follow(made["id"], events, args)
        except KeyboardInterrupt:
            station.hang_up(made["id"])
            return 1


def _follow(call: str, events: EventStream, args: argparse.Namespace) -> int:
    """Tells the call's events until its end; of one that is made anew on another line, that one's too."""
    answered, moved = False, None
    for event in events:
        if event["call"] is None or event["call"] not in (call, moved):
            continue
        if args.json:
            print_json(event)
        else:
            print(_line(event), flush=True)
        if event["type"] == "call.moved":
            moved = event["to"]
        answered = answered or event["type"] == "call.answered"
        if event["type"] == "call.ended" and event["call"] == call:
            if moved is None:
                return 0 if answered else 1
            call, moved = moved, None
    raise ServiceError("the station has stopped")
