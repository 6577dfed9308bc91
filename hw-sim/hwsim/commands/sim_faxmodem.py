"""``ctidrv sim faxmodem``: a T.31 Class 1 fax modem on a pseudo-terminal."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ctidrv.cli.output import add_json
from ctidrv.errors import InputError
from hwsim.commands.device import Teller, obey
from hwsim.lockstep import Stop

HELP = "a Class 1 fax modem on a pseudo-terminal, at a PCM line or a line of the simulated exchange"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--link", required=True, metavar="PATH", help="the name of its port: a link is made")
    parser.add_argument(
        "--line", metavar="pcm:ADDRESS", help="ATD and ATA connect there (default: the simulated exchange)"
    )
    parser.add_argument("--country", default="US", metavar="CC", help="of the exchange (default: US)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of its noise (default: 1)")
    parser.add_argument(
        "--trace", type=Path, metavar="FILE", help="a new file: what host and modem say to each other"
    )
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    if sys.platform == "win32":
        raise InputError("sim faxmodem needs a pseudo-terminal, which Windows has not; run it under WSL")
    from hwsim.devices.faxmodem.stand_in import FaxModemStandIn

    teller = Teller("modem", "link", as_json=args.json)
    with Stop() as stop:
        modem = FaxModemStandIn(
            Path(args.link),
            line=args.line,
            country=args.country,
            seed=args.seed,
            tell=teller.tell,
            trace=args.trace,
        )
        try:
            modem.start()
            obey(modem, stop, teller)
        finally:
            modem.close()
    return 0
