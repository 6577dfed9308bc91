"""``ctidrv headset``: microphones, loudspeakers and keys by name, and how loud one is spoken into."""

from __future__ import annotations

import argparse
import math
import sys
import time
from typing import TYPE_CHECKING, Any

from ctidrv.cli import look
from ctidrv.cli.output import add_json, print_json
from ctidrv.errors import InputError, PortError

if TYPE_CHECKING:
    from ctidrv.native.fed_sound import SoundLevels

HELP = "microphones and loudspeakers by name; a meter"

COLUMNS = (("kind", 8), ("system", 7), ("host", 12), ("name", 0))
_EVERY_S = 0.1
_BAR, _LEAST_DBM0, _LOUD_DBM0 = 40, -57.0, -3.0


def configure(parser: argparse.ArgumentParser) -> None:
    table = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    add_json(table.add_parser("list", help="those there are, for station.toml; yes: the system's own"))
    meter = table.add_parser("meter", help="how loud the microphone is spoken into, until Ctrl-C")
    meter.add_argument("--microphone", metavar="NAME", help="a part of its name (default: the system's own)")
    meter.add_argument("--earpiece", metavar="NAME", help="the same")
    meter.add_argument("--seconds", type=float, default=math.inf, metavar="S", help="stop after so long")
    add_json(meter)


def run(args: argparse.Namespace) -> int:
    return _meter(args) if args.what == "meter" else _list(args)


def _list(args: argparse.Namespace) -> int:
    from ctidrv.drivers.sound_devices import sound_devices

    found = sound_devices()
    rows: list[dict[str, Any]] = [
        {
            "type": "sound_device",
            "kind": each.kind,
            "system": each.system,
            "host": each.host,
            "name": each.name,
        }
        for each in found
    ]
    if not args.json:
        rows = [row | {"system": "yes" if row["system"] else "-"} for row in rows]
    rows += _keys(args.json)
    look.show_rows(rows, COLUMNS, args, "no microphone and no loudspeaker: plug a headset in")
    return 0


def _keys(as_json: bool) -> list[dict[str, Any]]:
    """HID telephones; what is missing for them is said on standard error, and no failure."""
    from ctidrv.drivers.hid.survey import survey

    try:
        found = survey()
    except PortError as error:
        print(error, file=sys.stderr)
        return []
    rows: list[dict[str, Any]] = []
    for each in found:
        number = f"{each.info.vendor:04x}:{each.info.product:04x}"
        what = (
            each.why or f"{each.info.name}: {', '.join(each.keys)}; lamps: {', '.join(each.lamps) or 'none'}"
        )
        row = {"type": "hid_device", "kind": "keys", "name": each.info.name if as_json else what}
        rows.append(
            row
            | {"path": each.info.path, "usb": number, "keys": each.keys, "lamps": each.lamps, "why": each.why}
            if as_json
            else row | {"system": "-", "host": number}
        )
    return rows


def _meter(args: argparse.Namespace) -> int:
    from ctidrv.drivers.headset_sound import open_talk
    from ctidrv.native.fed_board import FedBoard
    from ctidrv.native.fed_sound import FedSound

    if not args.seconds > 0:
        raise InputError("--seconds: more than 0")
    sound = FedSound(FedBoard())
    stream = open_talk(sound, args.microphone, args.earpiece)
    end = time.monotonic() + args.seconds
    loudest = -100.0
    try:
        while time.monotonic() < end and stream.active:
            time.sleep(_EVERY_S)
            levels = sound.levels()
            loudest = max(loudest, levels.said)
            _show(levels, args.json)
    except KeyboardInterrupt:
        pass
    finally:
        stream.close()
    if not args.json:
        print(f"\nloudest: {_words(loudest)}")
    return 0


def _show(levels: SoundLevels, as_json: bool) -> None:
    if as_json:
        print_json({"type": "level", "said_dbm0": round(levels.said, 1)})
        return
    share = (levels.said - _LEAST_DBM0) / (_LOUD_DBM0 - _LEAST_DBM0)
    bar = "#" * round(_BAR * min(1.0, max(0.0, share)))
    sys.stdout.write(f"\r{bar:<{_BAR}} {levels.said:6.1f} dBm0 ")
    sys.stdout.flush()


def _words(dbm0: float) -> str:
    """What to do about it: speech that peaks between -20 and -3 dBm0 is right."""
    if dbm0 <= -90:
        return "nothing: the microphone is muted, or it is another one"
    if dbm0 < -20:
        return f"{dbm0:.1f} dBm0, too quiet: turn it up, or set microphone_db"
    if dbm0 > -3:
        return f"{dbm0:.1f} dBm0, too loud: turn it down"
    return f"{dbm0:.1f} dBm0, right"
