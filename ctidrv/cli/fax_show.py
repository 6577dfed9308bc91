"""``ctidrv fax show``: one fax, sent or received, with what became of each page and each call."""

from __future__ import annotations

import argparse

from ctidrv.cli import look
from ctidrv.cli.fax_queue import add_lang
from ctidrv.cli.output import add_data, add_json, print_json
from ctidrv.errors import InputError

HELP = "one fax: its pages, its calls and what happened to it"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID")
    add_lang(parser)
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    with look.open_store(args) as store:
        row = store.faxes.job(args.id, args.lang) or store.faxes.received_one(args.id)
    if row is None:
        raise InputError(f"no fax {args.id!r}; 'fax queue' and 'fax boxes' show those there are")
    if args.json:
        print_json(row)
        return 0
    look.show_fields(row, skip=("page_states", "call_rows", "facts", "cover", "mail"))
    for name, text in (row.get("cover") or {}).items():
        if text:
            print(f"{'cover page:':<15}{name}: {look.text(text)}")
    if (mail := row["mail"]) is not None:
        again = f", next {look.text(mail['due'])}" if mail["state"] == "queued" else ""
        said = f": {mail['error']}" if mail["error"] else ""
        print(f"{'mail:':<15}{mail['state']}, {mail['tries']} tried{again}{said}")
    for page in row.get("page_states", ()):
        rate = f", {page['bit_rate']} bit/s" if page["bit_rate"] else ""
        print(f"{'page:':<15}{page['page']}  {page['state']}{rate}")
    for call in row.get("call_rows", ()):
        times = f"{look.text(call['started'])} to {look.text(call['ended'])}"
        came = f"{call['confirmed']} of {call['pages']} pages confirmed, {look.text(call['error'])}"
        print(f"{'call:':<15}{call['number']}  {call['port']}, {times}: {came}")
    look.show_facts(row["facts"])
    return 0
