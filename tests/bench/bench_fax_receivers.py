"""What the fax receivers cost: millions of instructions a second of line, counted by valgrind's callgrind.

    python tests/bench/bench_fax_receivers.py [--receiver NAME] [--seconds N] [--json]

A carrier with random data comes at -13 dBm0, in noise 40 dB below it. Of ours is counted what its function
and whatever that calls execute, until N seconds behind the fourth less until the fourth: training, the sender
and Python are not in it. libspandsp's, where it is installed: the whole process so, less the same with all
calls going to a function that does nothing. V.21 reads frames; of libspandsp it is left out.

``bench_fax_receivers.py --once NAME OURS-PEER-OR-HOLLOW SECONDS`` is the process that is counted.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import random
import shutil
import subprocess
import sys
from array import array
from collections import Counter
from ctypes.util import find_library
from pathlib import Path

from ctidrv.cli.dsp_instructions import collected
from ctidrv.native.dtmf_signals import Dice
from ctidrv.native.fax_modem import FaxReceiver, FaxSender, Modem
from ctidrv.native.pcm import Pcm
from ctidrv.units import RATE

RECEIVERS: dict[str, tuple[Modem, int]] = {
    "v17-14400": ("v17", 14400),
    "v29-9600": ("v29", 9600),
    "v27ter-4800": ("v27ter", 4800),
    "v21-300": ("v21", 300),
}
OURS = "cti_fax_modem_rx_run"
TICK = 160
BEGIN = 4
"""Seconds in which the longest training is over."""
FRAME = 32
"""Octets: with flags and check sequence nearly a second of V.21."""
NOISE_DBM0 = -53.0


def carrier(name: str, seconds: int) -> Pcm:
    """So many seconds from the carrier's begin: training, then data without end."""
    modem, rate = RECEIVERS[name]
    source, sender = random.Random(1), FaxSender(modem, rate)
    sound, waiting = array("h"), b""
    for at in range(0, seconds * RATE, TICK):
        if modem == "v21":
            if at % RATE == 0:
                sender.frame(source.randbytes(FRAME))
        else:
            waiting = waiting or source.randbytes(1024)
            waiting = waiting[sender.put(waiting) :]
        sound.frombytes(sender.samples(TICK).bytes)
    Dice(1).noise(NOISE_DBM0, sound)
    return Pcm.from_bytes(sound.tobytes())


def ticks(sound: Pcm) -> list[bytes]:
    return [sound[at : at + TICK].bytes for at in range(0, len(sound), TICK)]


def heard(name: str, sound: Pcm) -> Counter[str]:
    """How often our receiver says what, and `bits` of data."""
    modem, rate = RECEIVERS[name]
    receiver, said = FaxReceiver(modem, rate), Counter[str]()
    for tick in ticks(sound):
        for event in receiver.hear(Pcm.from_bytes(tick)):
            said[event.kind] += 1
            said["bits"] += 8 * len(event.octets)
    return said


def peer(name: str, sound: Pcm, *, hollow: bool) -> None:
    """libspandsp's receiver; what it reports goes to a function of the C library that does nothing."""
    modem, rate = RECEIVERS[name]
    library, nothing = ctypes.CDLL(find_library("spandsp")), ctypes.CDLL(None).abs
    make = getattr(library, f"{modem}_rx_init")
    make.restype = ctypes.c_void_p
    receiver = ctypes.c_void_p(make(None, rate, ctypes.cast(nothing, ctypes.c_void_p), None))
    take = nothing if hollow else getattr(library, f"{modem}_rx")
    for tick in ticks(sound):
        take(receiver, tick, TICK)


def received(said: Counter[str]) -> bool:
    """The carrier was, from its training on, without a break."""
    return said["carrier"] == 1 and not said.keys() & {"failed", "bad", "end"}


def once(name: str, whose: str, seconds: int) -> int:
    """Receives; 1: ours lost the carrier."""
    sound = carrier(name, seconds)
    if whose != "ours":
        peer(name, sound, hollow=whose == "hollow")
        return 0
    return int(not received(heard(name, sound)))


def _count(name: str, whose: str, seconds: int) -> int:
    options = [f"--toggle-collect={OURS}"] if whose == "ours" else []
    count = collected(options, [__file__, "--once", name, whose, str(seconds)])
    if not count:
        sys.exit(f"{name}, {whose}: valgrind could not count {seconds} s of line")
    return count


def _between(name: str, whose: str, seconds: int) -> int:
    return _count(name, whose, BEGIN + seconds) - _count(name, whose, BEGIN)


def measured(name: str, seconds: int) -> dict[str, float | None]:
    """Millions of instructions a second of line; None: not to be had."""
    own = _between(name, "ours", seconds)
    other = None
    if RECEIVERS[name][0] != "v21" and find_library("spandsp") is not None:
        other = _between(name, "peer", seconds) - _between(name, "hollow", seconds)
    return {
        "ours": round(own / seconds / 1e6, 2),
        "spandsp": None if other is None else round(other / seconds / 1e6, 2),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--receiver", choices=RECEIVERS, help="this one alone")
    parser.add_argument("--seconds", type=int, default=4, choices=range(1, 61), metavar="N")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--once", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.once:
        name, whose, seconds = args.once
        return once(name, whose, int(seconds))
    if shutil.which("valgrind") is None:
        sys.exit("valgrind is missing: install the package valgrind")
    names = [args.receiver] if args.receiver else list(RECEIVERS)
    rows: dict[str, dict[str, float | None]] = {}
    if not args.json:
        print(f"{'million instructions a second of line':40}{'ours':>8}{'spandsp':>9}")
    for name in names:
        rows[name] = row = measured(name, args.seconds)
        if not args.json:
            other = "-" if row["spandsp"] is None else f"{row['spandsp']:.2f}"
            print(f"{name:40}{row['ours']:8.2f}{other:>9}", flush=True)
    if args.json:
        git = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]
        commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
        print(json.dumps({"commit": commit, "seconds": args.seconds, "million_a_second": rows}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
