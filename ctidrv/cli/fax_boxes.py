"""``ctidrv fax boxes``: the boxes of faxes that came, and the faxes in one."""

from __future__ import annotations

import argparse

from ctidrv.cli import look
from ctidrv.cli.output import add_data, add_json

HELP = "boxes of faxes that came; with --box: the faxes in one"

BOXES = (("box", 16), ("faxes", 6), ("new", 5), ("latest", 0))
COLUMNS = (("id", 0), ("started", 19), ("number", 14), ("ident", 20), ("pages", 3), ("state", 4), ("path", 0))


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--box", help="the faxes in this one, newest first")
    parser.add_argument("--limit", type=look.count, default=look.LISTED, metavar="N", help="at most (100)")
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    with look.open_store(args) as store:
        if args.box is None:
            look.show_rows(store.faxes.boxes(), BOXES, args, "no faxes have come")
        else:
            rows = store.faxes.received(limit=args.limit, box=args.box)
            look.show_rows(rows, COLUMNS, args, f"no faxes in box {args.box}")
    return 0
