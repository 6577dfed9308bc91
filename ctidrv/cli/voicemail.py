"""``ctidrv voicemail``: messages that callers left."""

from __future__ import annotations

import argparse

from ctidrv.cli import look
from ctidrv.cli.output import print_json

HELP = "voice messages: list, show"

COLUMNS = (("id", 0), ("started", 19), ("box", 8), ("seconds", 8), ("number", 14), ("customer_name", 12))


def configure(parser: argparse.ArgumentParser) -> None:
    table = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    rows = look.add_list(table, "messages")
    rows.add_argument("--box", help="those of one mailbox")
    look.add_show(table, "message")


def run(args: argparse.Namespace) -> int:
    with look.open_store(args) as store:
        if args.what == "list":
            rows = store.messages(limit=args.limit, box=args.box)
            look.show_rows(rows, (*COLUMNS, ("state", 5), ("path", 0)), args, "no messages")
            return 0
        row = look.found(store.message(args.id), "message", args.id)
    if args.json:
        print_json(row)
        return 0
    look.show_fields(row, skip=("facts",))
    look.show_facts(row["facts"])
    return 0
