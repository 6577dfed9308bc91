"""``ctidrv sim call``: a simulated caller rings the running station."""

from __future__ import annotations

import argparse
import base64
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ctidrv.cli.output import add_data, add_json, print_json
from ctidrv.errors import InputError, ServiceError
from ctidrv.folder import data_folder
from ctidrv.units import RATE, to_seconds
from hwsim.control import read_plan

LONGEST_SPEECH = 300 * RATE

HELP = "a simulated caller rings the running station"


def configure(call: argparse.ArgumentParser) -> None:
    call.add_argument("--board", default="sim", help="the simulated board's name (default: sim)")
    call.add_argument("--to", default="8001", metavar="NUMBER", help="the number dialled (default: 8001)")
    call.add_argument("--number", metavar="N", help="the caller's own number")
    call.add_argument("--name", help="the caller's name, for caller ID")
    call.add_argument("--withheld", action="store_true", help="no number by caller ID")
    call.add_argument("--ring", type=float, default=30, metavar="S", help="let it ring for so long")
    call.add_argument("--wait", type=float, default=2, metavar="S", help="listen before the first key")
    call.add_argument("--press", default="", metavar="KEYS", help='keys, "1,9": one after the other')
    call.add_argument("--between", type=float, default=3, metavar="S", help="listen after each key")
    call.add_argument("--speak", metavar="FILE.wav", help="speak this file (8,000 Hz)")
    call.add_argument("--hold", type=float, default=10, metavar="S", help="listen before hanging up")
    add_data(call)
    add_json(call)


def run(args: argparse.Namespace) -> int:
    """Places the call; prints what the caller does and hears. 0: it went as asked."""
    plan = _plan(args)
    read_plan(json.dumps({**plan, "token": ""}).encode(), "")  # what is wrong with it is told before the call
    port, token = _door(data_folder(args.data).root / f"sim-{args.board}.json")
    for row in _talk(port, {**plan, "token": token}):
        if args.json:
            print_json(row)
        elif row.get("type") == "caller":
            words = f"{row.get('what')} {row.get('detail')}".rstrip()
            print(f"{row.get('t', 0):8.2f} s  {words}", flush=True)
        if row.get("type") == "end":
            if row.get("ok") is not True:
                raise ServiceError(str(row.get("error")))
            return 0
    raise ServiceError("the station went away during the call")


def _door(address: Path) -> tuple[int, str]:
    """Port and token of the running board."""
    try:
        door = json.loads(address.read_text("utf-8"))
        return int(door["port"]), str(door["token"])
    except FileNotFoundError:
        raise ServiceError(
            f"no station with a simulated board runs on {address.parent} ({address.name} is not there): "
            "start one with 'ctidrv station'"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ServiceError(f"{address}: cannot be read ({error}); restart the station") from error


def _plan(args: argparse.Namespace) -> dict[str, Any]:
    plan: dict[str, Any] = {
        "to": args.to,
        "withheld": args.withheld,
        "ring": args.ring,
        "wait": args.wait,
        "between": args.between,
        "hold": args.hold,
        "press": [keys for keys in args.press.split(",") if keys],
    }
    if args.number:
        plan["number"] = args.number
    if args.name:
        plan["name"] = args.name
    if args.speak:
        plan["speak"] = _speech(Path(args.speak))
    return plan


def _speech(path: Path) -> str:
    from ctidrv.media.wav import read_wav

    channels = read_wav(path).channels
    if len(channels) != 1:
        raise InputError(f"{path}: has {len(channels)} channels; a caller speaks on one")
    if len(channels[0]) > LONGEST_SPEECH:
        length = to_seconds(len(channels[0]))
        raise InputError(f"{path}: lasts {length:.0f} s, and {LONGEST_SPEECH // RATE} s is the most")
    return base64.b64encode(channels[0].bytes).decode()


def _talk(port: int, plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Sends the plan; yields the board's rows until it closes."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as link:
            link.settimeout(None)
            link.sendall((json.dumps(plan) + "\n").encode())
            with link.makefile("r", encoding="utf-8") as rows:
                for line in rows:
                    yield json.loads(line)
    except ConnectionRefusedError:
        raise ServiceError("the station is gone that wrote the board's address: start it again") from None
    except (OSError, ValueError) as error:
        raise ServiceError(f"the station went away during the call: {error}") from error
