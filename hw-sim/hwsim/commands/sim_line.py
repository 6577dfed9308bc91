"""``ctidrv sim line``: an outside program is the subscriber at the end of a simulated line."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from ctidrv.cli.output import add_data, add_json
from hwsim.commands.office import Office
from hwsim.lockstep import Listener, Stop, Stopped

if TYPE_CHECKING:
    from hwsim.rig.outside import Terminal

HELP = "an outside program, or a file of sound, is the subscriber at the end of a simulated line"


def configure(parser: argparse.ArgumentParser) -> None:
    ends = parser.add_mutually_exclusive_group(required=True)
    ends.add_argument("--pcm", metavar="ADDRESS", help="listen there: tcp:PORT (127.0.0.1) or unix:PATH")
    ends.add_argument(
        "--wav",
        nargs=2,
        metavar=("SAYS.wav", "HEARS.wav"),
        help="one call: says the one file, writes what is heard to the other",
    )
    parser.add_argument("--scenario", metavar="FILE", help="script, country, line, and who else is there")
    parser.add_argument("--seed", type=int, metavar="N", help="of noise and ids: the same bytes each time")
    parser.add_argument("--once", action="store_true", help="end after the first call")
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """0: every call ended in order; 1: one did not, or a scenario failed."""
    with Stop() as stop, contextlib.ExitStack() as undo:
        office = Office(args)
        door: Listener | None = None
        wav: Terminal | None = None
        if args.wav is not None:
            from hwsim.rig.outside import WavTerminal

            says, hears = map(Path, args.wav)
            wav = WavTerminal(says, hears, stop)
        else:
            door = undo.enter_context(Listener(args.pcm, stop))
        office.open(undo)
        if door is None:
            assert wav is not None
            return _serve(office, wav)
        office.tell({"type": "listening", "address": door.address, "seed": office.seed})
        code = 0
        with contextlib.suppress(Stopped):
            while not (args.once and office.calls):
                with door.accept() as link:
                    code |= _serve(office, link)
        return code


def _serve(office: Office, terminal: Terminal) -> int:
    from hwsim.rig.outside import pass_frames

    return office.serve(lambda phone, passed: pass_frames(phone, terminal, passed), terminal)
