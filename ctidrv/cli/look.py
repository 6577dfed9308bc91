"""What the look-up commands share: the store opened for reading, columns, and what is not there."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ctidrv.cli.output import add_data, add_json, print_json
from ctidrv.config_file import load_config
from ctidrv.errors import InputError, NoStation
from ctidrv.folder import DataFolder, data_folder

if TYPE_CHECKING:
    from ctidrv.service.client import StationClient
    from ctidrv.store import Store

Row = Mapping[str, Any]
LISTED = 100
_ACTORS = {"token": "a program that has the station's token"}
"""Those of facts whose own word says little."""


def add_list(table: Any, what: str) -> argparse.ArgumentParser:
    """The sub-command ``list`` with what all lists take."""
    parser: argparse.ArgumentParser = table.add_parser("list", help=f"{what}, newest first")
    parser.add_argument(
        "--limit", type=count, default=LISTED, metavar="N", help=f"at most (default {LISTED})"
    )
    add_data(parser)
    add_json(parser)
    return parser


def add_show(table: Any, what: str) -> argparse.ArgumentParser:
    """The sub-command ``show ID``."""
    parser: argparse.ArgumentParser = table.add_parser("show", help=f"one {what} in full")
    parser.add_argument("id", metavar="ID")
    add_data(parser)
    add_json(parser)
    return parser


def count(text: str) -> int:
    """A whole number from 1, as an option's type."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:8]) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"invalid number of rows {text!r}: 1 to 1000000")
    return int(text[:8])


def open_store(args: argparse.Namespace) -> Store:
    """The data folder's store for reading; numbers are read as its station.toml says."""
    from ctidrv.store import Store

    folder = data_folder(args.data)
    office = load_config(None, folder).office
    return Store.read(folder, country=office.country, area=office.area)


def running_station(folder: DataFolder) -> StationClient | None:
    """The station that runs on the folder, if one does. ServiceError: it refuses us."""
    if not folder.station.exists():
        return None
    from ctidrv.service.client import StationClient

    try:
        return StationClient.discover(folder)
    except NoStation:
        return None


def found(row: Row | None, what: str, id: str) -> Row:
    if row is None:
        raise InputError(f"no {what} {id!r}; '{what}s list' shows those there are")
    return row


def show_rows(
    rows: Sequence[Row], columns: Sequence[tuple[str, int]], args: argparse.Namespace, none: str
) -> None:
    """JSON lines, or a line of columns (name, least width) each; `none`: said when there are no rows."""
    if args.json:
        for row in rows:
            print_json(row)
        return
    for row in rows:
        print("  ".join(text(row.get(name)).ljust(width) for name, width in columns).rstrip())
    if not rows:
        print(none)


def text(value: Any) -> str:
    """A value for people: local time to the second, seconds to the tenth, '-' for what is not known."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.1f} s"
    if isinstance(value, str) and len(value) == 32 and value[10] == "T":
        return f"{datetime.fromisoformat(value).astimezone():%Y-%m-%d %H:%M:%S}"
    if isinstance(value, list | tuple):
        return ", ".join(text(entry) for entry in value) or "-"
    return str(value)


def show_facts(facts: Sequence[Row]) -> None:
    """What happened to it, a fact a line; of what was decided the reason."""
    for fact in facts:
        reason = fact["data"].get("reason")
        by = _ACTORS.get(fact["actor"], fact["actor"])
        why = f": {reason}" if reason else ""
        print(f"{'fact:':<15}{text(fact['at'])}  {fact['kind']} by {by}{why}")


def show_fields(row: Row, skip: Sequence[str] = ()) -> None:
    """A row, a field a line; tables within it are left to the caller."""
    for name, value in row.items():
        if name not in skip:
            print(f"{name + ':':<15}{text(value)}")
