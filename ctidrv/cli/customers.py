"""``ctidrv customers``: whom the numbers of callers belong to."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from ctidrv.cli import look
from ctidrv.cli.output import add_data, add_json, print_json
from ctidrv.config_file import load_config
from ctidrv.errors import InputError
from ctidrv.folder import data_folder

HELP = "customers and their numbers: list, show, add"

COLUMNS = (("id", 4), ("name", 16), ("company", 20), ("numbers", 16), ("tags", 0))


def configure(parser: argparse.ArgumentParser) -> None:
    table = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    rows = look.add_list(table, "customers")
    rows.add_argument("--number", help="any of a customer's numbers, in any form")
    rows.add_argument("--text", help="part of the name or the company")
    look.add_show(table, "customer")
    add = table.add_parser("add", help="add a customer")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--number", action="append", default=[], metavar="N", help="may be given several times")
    add.add_argument("--company")
    add.add_argument("--notes")
    add.add_argument("--tag", action="append", default=[], metavar="TAG", help="may be given several times")
    add_data(add)
    add_json(add)


def run(args: argparse.Namespace) -> int:
    if args.what == "add":
        row = _add(args)
        if args.json:
            print_json(row)
        else:
            print(f"customer {row['id']}: {row['name']}, {look.text(row['numbers'])}")
        return 0
    with look.open_store(args) as store:
        if args.what == "list":
            rows = store.customers(limit=args.limit, number=args.number, text=args.text)
            look.show_rows(rows, COLUMNS, args, "no customers")
            return 0
        if not args.id.isascii() or not args.id.isdigit() or len(args.id) > 18:
            raise InputError(f"{args.id!r} is no customer's id: it is a whole number")
        row = look.found(store.customer(int(args.id)), "customer", args.id)
    if args.json:
        print_json(row)
    else:
        look.show_fields(row)
    return 0


def _add(args: argparse.Namespace) -> Mapping[str, Any]:
    """Straight into the database: a running station finds the customer at the next call."""
    from ctidrv.store import Store

    folder = data_folder(args.data)
    office = load_config(None, folder).office
    with Store.read(folder, country=office.country, area=office.area) as store:
        store.customer_forms(args.name, args.number)  # what is wrong with it is told before a file is made
    with Store.open(folder, inline=True, country=office.country, area=office.area) as store:
        added = store.add_customer(
            args.name, args.number, company=args.company, notes=args.notes, tags=args.tag
        )
        return added.result()
