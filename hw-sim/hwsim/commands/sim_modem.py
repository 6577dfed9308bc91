"""``ctidrv sim modem``: a V.253 voice modem on a pseudo-terminal, at a line of the simulated exchange."""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ctidrv.cli.output import add_json
from ctidrv.errors import InputError
from hwsim.commands.device import LOOK_S, Teller, add_vices, obey, read_speech
from hwsim.devices.v253.personas import PERSONAS
from hwsim.devices.v253.vices import VICES
from hwsim.lockstep import Stop

if TYPE_CHECKING:
    from hwsim.devices.v253.stand_in import ModemStandIn
    from hwsim.rig.live_case import LiveCase

HELP = "a V.253 voice modem on a pseudo-terminal, at a line of the simulated exchange"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--link", required=True, metavar="PATH", help="the name of its port: a link is made")
    parser.add_argument("--persona", default="cx930xx", choices=PERSONAS, help="what modem it is")
    parser.add_argument("--country", metavar="CC", help="of the exchange, and the modem's own (default: US)")
    parser.add_argument("--scenario", metavar="FILE", help="who calls, and what they judge by their ears")
    parser.add_argument("--seed", type=int, metavar="N", help="of noise and vices (default: 1)")
    add_vices(parser, VICES)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """0: stopped, or the scenario passed; 1: it failed."""
    if sys.platform == "win32":
        raise InputError("sim modem needs a pseudo-terminal, which Windows has not; run it under WSL")
    from hwsim.devices.v253.stand_in import ModemStandIn

    case = _case(args)
    teller = Teller("modem", "link", as_json=args.json)
    with Stop() as stop:
        modem = ModemStandIn(
            Path(args.link),
            persona=args.persona,
            country=args.country or "US",
            board={} if case is None else case.settings,
            seed=1 if args.seed is None else args.seed,
            vices=args.vice,
            tell=teller.tell,
            read=read_speech,
        )
        try:
            modem.start()
            if case is not None:
                return _play(case, modem, stop, teller)
            obey(modem, stop, teller)
        finally:
            modem.close()
    return 0


def _case(args: argparse.Namespace) -> LiveCase | None:
    if args.scenario is None:
        return None
    from hwsim.commands.sim_run import read_shipped_too
    from hwsim.rig.live_case import LiveCase

    scenario = read_shipped_too(args.scenario, args.seed)
    args.seed = scenario.document.seed
    if args.country is not None and args.country.upper() != scenario.document.country.upper():
        raise InputError(f"--country {args.country}: the scenario has its own, {scenario.document.country}")
    args.country = scenario.document.country
    return LiveCase(scenario)


def _play(case: LiveCase, modem: ModemStandIn, stop: Stop, teller: Teller) -> int:
    async def all_of_it() -> None:
        await modem.host_is_ready()
        await case.play(modem.line)

    playing = modem.time.begin(all_of_it())
    while not playing.done() and not stop.asked:
        with contextlib.suppress(concurrent.futures.TimeoutError):
            playing.result(LOOK_S)
    if stop.asked:
        playing.cancel()
        return 0
    playing.result()
    teller.end(case)
    return 1 if case.failures else 0
