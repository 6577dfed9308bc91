"""``ctidrv db``: the database itself."""

from __future__ import annotations

import argparse

from ctidrv.cli import look
from ctidrv.cli.output import add_data, add_json, print_json
from ctidrv.folder import data_folder

HELP = "check the database: integrity, references, the chain of facts"


def configure(parser: argparse.ArgumentParser) -> None:
    table = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    check = table.add_parser(
        "check", help="integrity, references, and the chain of facts; exit 1 on findings"
    )
    add_data(check)
    add_json(check)


def run(args: argparse.Namespace) -> int:
    from ctidrv.store.migrate import latest, stored_version

    path = data_folder(args.data).database
    version = stored_version(path)
    with look.open_store(args) as store:
        findings = store.check()
    if args.json:
        print_json({"path": str(path), "version": version, "latest": latest(), "findings": findings})
        return int(bool(findings))
    for finding in findings:
        print(finding)
    if version is None:
        print(f"{path}: there is no database yet; the station makes it")
    elif not findings:
        print(f"{path}: version {version}, no findings")
    return int(bool(findings))
