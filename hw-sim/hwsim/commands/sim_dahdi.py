"""``ctidrv sim dahdi``: an analogue card behind DAHDI's nodes in a folder, at the simulated exchange."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ctidrv.cli.output import add_json
from ctidrv.errors import InputError
from hwsim.commands.device import Teller, add_vices, obey, read_speech
from hwsim.devices.dahdi.vices import VICES
from hwsim.lockstep import Stop

HELP = "an analogue card behind DAHDI's nodes in a folder, at lines of the simulated exchange"
MOST_PORTS = 64


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--nodes", required=True, metavar="DIR", help="where they are: /dev/dahdi, or elsewhere"
    )
    parser.add_argument("--fxo", type=int, default=1, metavar="N", help="ports to the exchange (default: 1)")
    parser.add_argument("--fxs", type=int, default=0, metavar="N", help="ports to telephones (default: 0)")
    parser.add_argument("--country", default="US", metavar="CC", help="of the exchange (default: US)")
    parser.add_argument(
        "--unconfigured", action="store_true", help="as before dahdi_cfg: no channel is configured"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of noise and vices (default: 1)")
    add_vices(parser, VICES)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """0: stopped."""
    if sys.platform != "linux":
        raise InputError("sim dahdi needs the FUSE of Linux; run it under WSL or in a virtual machine")
    if args.fxo < 1 or args.fxs < 0 or args.fxo + args.fxs > MOST_PORTS:
        raise InputError(
            f"--fxo {args.fxo} --fxs {args.fxs}: 1 to {MOST_PORTS} ports, one of them to the exchange"
        )
    from hwsim.devices.dahdi.stand_in import DahdiStandIn

    teller = Teller("card", "nodes", as_json=args.json)
    with Stop() as stop:
        card = DahdiStandIn(
            Path(args.nodes),
            fxo=args.fxo,
            fxs=args.fxs,
            country=args.country,
            seed=args.seed,
            vices=args.vice,
            configured=not args.unconfigured,
            tell=teller.tell,
            read=read_speech,
        )
        try:
            card.start()
            obey(card, stop, teller, lane)
        finally:
            card.close()
    return 0


def lane(order: str) -> str:
    """Of each line and telephone its own; how late the card was can be asked at any time."""
    word, _, rest = order.strip().partition(" ")
    if word in ("line", "telephone"):
        return f"{word} {rest.strip().partition(' ')[0]}"
    return word if word == "late" else ""
