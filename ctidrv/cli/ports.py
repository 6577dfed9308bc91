"""``ctidrv ports``: boards, lines and their state; ``ports trace`` (ports_trace.py) records one."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ctidrv.cli import look, ports_trace
from ctidrv.cli.output import add_data, add_json, print_json
from ctidrv.config import StationConfig
from ctidrv.config_file import load_config
from ctidrv.folder import data_folder
from ctidrv.ports.learnt import row_of

if TYPE_CHECKING:
    from ctidrv.store import Store

HELP = "boards, lines and their state"

COLUMNS = (("id", 8), ("driver", 8), ("kind", 7), ("state", 12), ("script", 20), ("learnt", 6), ("call", 0))
STOPPED = "stopped"
"""The state of every line while no station runs."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", metavar="FILE", help="station.toml, for when no station runs")
    add_data(parser)
    add_json(parser)
    table = parser.add_subparsers(dest="what", metavar="WHAT")
    ports_trace.configure(table.add_parser("trace", help=ports_trace.HELP, description=ports_trace.HELP))


def run(args: argparse.Namespace) -> int:
    return ports_trace.run(args) if args.what == "trace" else _list(args)


def _list(args: argparse.Namespace) -> int:
    """Asks the running station; without one shows what is configured, and opens nothing."""
    folder = data_folder(args.data)
    running = None
    station = look.running_station(folder)
    if station is not None:
        with station:
            running = station.url
            rows = station.ports()
    else:
        from ctidrv.store import Store

        with Store.read(folder) as store:
            rows = list(_configured(load_config(args.config, folder), store))
    rows = [{"type": "port", **row} for row in rows]
    if not args.json:
        rows = [{**row, "learnt": [each["tone"] for each in row["learnt"]]} for row in rows]
    look.show_rows(rows, COLUMNS, args, "no lines")
    if not args.json:
        for row in rows:
            if row["holder"]:
                print(f"{row['id']}: in use by {row['holder']}")
            if row["trouble"]:
                print(f"{row['id']}: {row['trouble']}")
            if row["slips"]:
                print(f"{row['id']}: {row['slips']} times sound was lost or repeated (or this computer late)")
        print(f"station at {running}" if running else "no station runs: this is what is configured")
        print(f"drivers: {', '.join(_drivers())}")
    else:
        for name in _drivers():
            print_json({"type": "driver", "name": name})
    return 0


def _drivers() -> list[str]:
    from ctidrv.ports.registry import drivers

    return list(drivers())


def _configured(config: StationConfig, store: Store) -> Iterator[dict[str, Any]]:
    driver_of = {board.name: board.driver for board in config.boards}
    device_of = {board.name: board.settings.get("device") for board in config.boards}
    for line in config.lines:
        board = line.port.split("/")[0]
        yield {
            "id": line.port,
            "board": board,
            "driver": driver_of[board],
            "device": device_of[board],
            "trouble": None,
            "slips": None,
            "kind": None,
            "label": line.label,
            "state": STOPPED,
            "call": None,
            "holder": None,
            "script": line.script,
            "country": line.country or config.office.country,
            "learnt": [row_of(tone) for tone in store.learnt_tones(line.port)],
            "caps": {},
        }
