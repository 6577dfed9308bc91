"""``ctidrv station``: the service that owns the lines; the desktop and the other commands are its clients."""

from __future__ import annotations

import argparse
import logging
import sys

from ctidrv import __version__
from ctidrv.cli.output import add_data, add_json, print_json
from ctidrv.config_file import load_config
from ctidrv.folder import data_folder

HELP = "the service: boards, lines, menus, recordings, and the API on loopback"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", metavar="FILE", help="station.toml (default: that of the data folder)")
    parser.add_argument("--port", type=_port, metavar="N", help="of the API on 127.0.0.1 (default: any)")
    add_data(parser)
    add_json(parser)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not int(text[:6]) <= 65535:
        raise argparse.ArgumentTypeError(f"invalid port {text!r}: 0 to 65535")
    return int(text[:6])


def run(args: argparse.Namespace) -> int:
    folder = data_folder(args.data)
    config = load_config(args.config, folder)
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    from ctidrv.service.daemon import Station
    from ctidrv.service.run import run_station

    def ready(url: str, station: Station) -> None:
        found = station.recovered
        lines = [{"port": line.config.port, "script": line.config.script} for line in station.lines.values()]
        repaired = {"calls": found.calls, "recordings": found.recordings, "messages": found.messages}
        if args.json:
            row = {"type": "ready", "url": url, "version": __version__, "data": str(folder.root)}
            print_json({**row, "lines": lines, "repaired": repaired})
            return
        print(f"station at {url}, data in {folder.root}")
        for line in lines:
            print(f"  line {line['port']} answers with {line['script']}")
        if any(repaired.values()):
            told = ", ".join(f"{count} {what}" for what, count in repaired.items() if count)
            print(f"  after a crash, put right: {told}")
        print("stop with Ctrl-C", flush=True)

    run_station(folder, config, args.port, ready)
    return 0
