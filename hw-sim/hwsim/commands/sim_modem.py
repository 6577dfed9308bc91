"""``ctidrv sim modem``: a V.253 voice modem on a pseudo-terminal, at a line of the simulated exchange."""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import os
import select
import sys
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctidrv.cli.output import add_json, print_json
from ctidrv.errors import CtiError, InputError
from hwsim.devices.v253.personas import PERSONAS
from hwsim.devices.v253.vices import VICES, example
from hwsim.lockstep import Stop
from hwsim.telling import noted

if TYPE_CHECKING:
    from ctidrv.native.pcm import Pcm
    from hwsim.devices.v253.stand_in import ModemStandIn, Told
    from hwsim.rig.live_case import LiveCase

HELP = "a V.253 voice modem on a pseudo-terminal, at a line of the simulated exchange"
LOOK_S = 0.1
MOST_ORDERS = 1000
MOST_LINE = 4096
LONGEST_SPEECH_S = 300
_KINDS = ("modem", "host")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--link", required=True, metavar="PATH", help="the name of its port: a link is made")
    parser.add_argument("--persona", default="cx930xx", choices=PERSONAS, help="what modem it is")
    parser.add_argument("--country", metavar="CC", help="of the exchange, and the modem's own (default: US)")
    parser.add_argument("--scenario", metavar="FILE", help="who calls, and what they judge by their ears")
    parser.add_argument("--seed", type=int, metavar="N", help="of noise and vices (default: 1)")
    vices = ", ".join(map(example, VICES))
    parser.add_argument("--vice", action="append", default=[], metavar="NAME[=VALUE]", help=f"one of {vices}")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """0: stopped, or the scenario passed; 1: it failed."""
    if sys.platform == "win32":
        raise InputError("sim modem needs a pseudo-terminal, which Windows has not; run it under WSL")
    from hwsim.devices.v253.stand_in import ModemStandIn

    case = _case(args)
    teller = Teller(as_json=args.json)
    with Stop() as stop:
        modem = ModemStandIn(
            Path(args.link),
            persona=args.persona,
            country=args.country or "US",
            board={} if case is None else case.settings,
            seed=1 if args.seed is None else args.seed,
            vices=args.vice,
            tell=teller.tell,
            read=_read,
        )
        try:
            modem.start()
            if case is not None:
                return _play(case, modem, stop, teller)
            _obey(modem, stop, teller)
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


def _obey(modem: ModemStandIn, stop: Stop, teller: Teller) -> None:
    """Orders of standard input, one after the other, until the program is stopped."""
    orders: deque[str] = deque()
    typed = Typed()
    doing: concurrent.futures.Future[None] | None = None
    while not stop.asked:
        orders.extend(typed.lines(LOOK_S))
        if doing is not None and doing.done():
            _judge(doing, teller)
            doing = None
        if doing is None and orders:
            doing = modem.time.begin(modem.obey(orders.popleft()))
        if len(orders) > MOST_ORDERS:
            raise InputError(f"more than {MOST_ORDERS} orders wait: give them as they are done")


def _judge(done: concurrent.futures.Future[None], teller: Teller) -> None:
    try:
        done.result()
    except CtiError as error:
        teller.error(str(error))


class Typed:
    """Lines of standard input, as they come."""

    def __init__(self) -> None:
        self._rest = b""
        self._ended = False

    def lines(self, within: float) -> list[str]:
        """Those that came within so many seconds."""
        readers = [] if self._ended else [sys.stdin.fileno()]
        if not select.select(readers, [], [], within)[0]:
            return []
        came = os.read(sys.stdin.fileno(), MOST_LINE)
        self._ended = not came
        *lines, self._rest = (self._rest + (came or b"\n")).split(b"\n")
        self._rest = self._rest[:MOST_LINE]
        return [words for line in lines if (words := line.decode("utf-8", "replace").strip())]


class Teller:
    """Says what happens: words, or JSON lines."""

    def __init__(self, *, as_json: bool) -> None:
        self._json = as_json

    def tell(self, told: Told) -> None:
        if (told.who, told.what) == ("modem", "is ready"):
            self._say({"type": "ready", "link": told.detail}, f"ready at {told.detail}")
            return
        about = f"{told.t:8.2f} s  {told.who}: {noted(told.what, told.detail)}"
        row: dict[str, Any] = {"type": told.who if told.who in _KINDS else "caller"}
        if row["type"] == "caller":
            row["number"] = told.who
        self._say({**row, "t": told.t, "what": told.what, "detail": told.detail}, about)

    def error(self, words: str) -> None:
        """Of an order: the modem goes on."""
        if self._json:
            print_json({"type": "error", "error": words})
        else:
            print(f"ctidrv: {words}", file=sys.stderr, flush=True)

    def end(self, case: LiveCase) -> None:
        """Of a scenario."""
        failures = [{"line": each.line, "message": each.message} for each in case.failures]
        words = (
            "\n".join(f"line {each['line']}: {each['message']}" for each in failures) or "the scenario passed"
        )
        self._say(
            {"type": "scenario", "ok": not failures, "failures": failures, "gave_up": case.gave_up}, words
        )

    def _say(self, row: dict[str, Any], words: str) -> None:
        if self._json:
            print_json(row)
        else:
            print(words, flush=True)


def _read(name: str) -> Pcm:
    from ctidrv.media.wav import read_wav

    channels = read_wav(Path(name)).channels
    if len(channels) != 1:
        raise InputError(f"{name}: has {len(channels)} channels; a caller speaks on one")
    if len(channels[0]) > 8000 * LONGEST_SPEECH_S:
        raise InputError(f"{name}: lasts more than {LONGEST_SPEECH_S} s, the most that is spoken")
    return channels[0]
