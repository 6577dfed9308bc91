"""``ctidrv fax stop`` and ``ctidrv fax retry``: a fax is sent no further, or again."""

from __future__ import annotations

import argparse

from ctidrv.cli.output import add_data, add_json, print_json

HELP = {
    "stop": "send a fax no further; one that is on its way hangs up",
    "retry": "send what is not confirmed of a fax that failed or was stopped",
}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID")
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    from ctidrv.service.client import StationClient

    with StationClient.discover(args.data) as station:
        row = station.stop_fax(args.id) if args.what == "stop" else station.retry_fax(args.id)
    if args.json:
        print_json(row)
    else:
        print(f"{row['id']} is {row['state']}")
    return 0
