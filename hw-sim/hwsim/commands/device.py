"""What a device's stand-in has as a command: orders by standard input, and what happens, told."""

from __future__ import annotations

import argparse
import concurrent.futures
import os
import select
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ctidrv.cli.output import print_json
from ctidrv.errors import CtiError, InputError
from hwsim.devices.vices import Table, example
from hwsim.lockstep import Stop
from hwsim.telling import noted

if TYPE_CHECKING:
    from ctidrv.native.pcm import Pcm
    from hwsim.devices.real_time import RealTime
    from hwsim.devices.told import Told
    from hwsim.rig.live_case import LiveCase

LOOK_S = 0.1
MOST_ORDERS = 1000
MOST_LINE = 4096
LONGEST_SPEECH_S = 300


class Device(Protocol):
    """A stand-in in real time."""

    time: RealTime

    def obey(self, order: str) -> Coroutine[Any, Any, None]:
        """A line of text, on the device's thread. InputError, NotHeard."""


def add_vices(parser: argparse.ArgumentParser, table: Table) -> None:
    vices = ", ".join(example(name, table) for name in table)
    parser.add_argument("--vice", action="append", default=[], metavar="NAME[=VALUE]", help=f"one of {vices}")


def obey(device: Device, stop: Stop, teller: Teller, lane: Callable[[str], str] = lambda _: "") -> None:
    """Orders of standard input until the program is stopped. Those of one lane are done one after the other,
    of several at once; one of no lane ("") is alone, behind all before it and before all behind it."""
    orders: list[str] = []
    typed = Typed()
    doing: dict[str, concurrent.futures.Future[None]] = {}
    while not stop.asked:
        orders.extend(typed.lines(LOOK_S))
        for name in [name for name, done in doing.items() if done.done()]:
            _judge(doing.pop(name), teller)
        for order in _next(orders, set(doing), lane):
            orders.remove(order)
            doing[lane(order)] = device.time.begin(device.obey(order))
        if len(orders) > MOST_ORDERS:
            raise InputError(f"more than {MOST_ORDERS} orders wait: give them as they are done")


def _next(orders: list[str], busy: set[str], lane: Callable[[str], str]) -> list[str]:
    """Those that can begin now."""
    found: list[str] = []
    for order in orders:
        name = lane(order)
        if "" in busy or (not name and busy):
            break
        if name not in busy:
            found.append(order)
        busy.add(name)
    return found


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
    """Says what happens: words, or JSON lines. `device`: who it is; `place`: what its own place is called."""

    def __init__(self, device: str, place: str, *, as_json: bool) -> None:
        self._device, self._place, self._json = device, place, as_json

    def tell(self, told: Told) -> None:
        if (told.who, told.what) == (self._device, "is ready"):
            self._say({"type": "ready", self._place: told.detail}, f"ready at {told.detail}")
            return
        about = f"{told.t:8.2f} s  {told.who}: {noted(told.what, told.detail)}"
        kind, _, number = told.who.rpartition(" ")
        if told.who in (self._device, "host"):
            kind, number = told.who, ""
        row: dict[str, Any] = {"type": kind or "caller", **({"number": number} if number else {})}
        self._say({**row, "t": told.t, "what": told.what, "detail": told.detail}, about)

    def error(self, words: str) -> None:
        """Of an order: the device goes on."""
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


def read_speech(name: str) -> Pcm:
    from ctidrv.media.wav import read_wav

    channels = read_wav(Path(name)).channels
    if len(channels) != 1:
        raise InputError(f"{name}: has {len(channels)} channels; a caller speaks on one")
    if len(channels[0]) > 8000 * LONGEST_SPEECH_S:
        raise InputError(f"{name}: lasts more than {LONGEST_SPEECH_S} s, the most that is spoken")
    return channels[0]
