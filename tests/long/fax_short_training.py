"""V.17's short training over random ordinary lines, wherever its symbols lie between the samples:

    python tests/long/fax_short_training.py [--lines 250] [--seed N] [--out FILE]

On each line a receiver is trained once by long training, as behind DCS, and then hears five pages with short
training that begin after any number of samples and any fraction of a symbol (10/3 samples); the ends' clocks
differ by up to 50 ppm. A page is exact when its octets are those that were sent.

The aim is 99.9 % of the pages at each rate. Exit 1 below it.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy

sys.path.append(str(Path(__file__).parents[2]))

from ctidrv.native.fax_modem import FaxReceiver, FaxSender
from ctidrv.native.pcm import Pcm
from ctidrv.units import TICK
from tests.long import figures
from tests.long.fax_wire import Conditions, Wire, ordinary

RATES = (7200, 9600, 12_000, 14_400)
PAGES, OCTETS = 5, 400
SYMBOL = 10 / 3
"""Samples."""
_MOST = 20_000
_REST = 4800
"""Samples behind a turn until it is looked at: 0.4 s until a carrier counts as gone, 60 ms of delay."""
AIM = 0.999


def turn(bit_rate: int, octets: bytes, *, short: bool, late: float) -> numpy.ndarray[Any, Any]:
    """A turn's samples, `late` by a part of a symbol, with a rest behind it."""
    sender = FaxSender("v17", bit_rate, short_training=short)
    sender.put(octets)
    sender.end()
    sent = numpy.frombuffer(sender.samples(_MOST).bytes, numpy.int16)
    sent = numpy.concatenate([numpy.zeros(64), sent, numpy.zeros(_REST)])
    spectrum = numpy.fft.rfft(sent) * numpy.exp(-2j * numpy.pi * late * numpy.fft.rfftfreq(len(sent)))
    moved = numpy.fft.irfft(spectrum, len(sent))
    return numpy.rint(moved).clip(-32768, 32767).astype(numpy.int16)


def heard(wire: Wire, receiver: FaxReceiver, sound: numpy.ndarray[Any, Any]) -> bytes:
    """What is read of whole ticks of sound."""
    octets = b""
    for begin in range(0, len(sound), TICK):
        said = Pcm.from_bytes(sound[begin : begin + TICK].tobytes())
        for event in receiver.hear(wire.exchange((said, Pcm.silence(TICK)))[1]):
            octets += event.octets if event.kind == "octets" else b""
    return octets


def line_of(seed: int) -> Conditions:
    dice = random.Random(seed)
    return replace(ordinary(dice), ppm=dice.uniform(-50, 50))


def call(bit_rate: int, line: Conditions, seed: int) -> list[dict[str, Any]]:
    """What became of each page of one line."""
    dice = random.Random(seed)
    wire, receiver = Wire(line, seed), FaxReceiver("v17", bit_rate)
    told = []
    for page in range(-1, PAGES):
        octets = dice.randbytes(OCTETS)
        late, silence = dice.uniform(0, SYMBOL), dice.randrange(400, 4000)
        sent = turn(bit_rate, octets, short=page >= 0, late=late)
        sound = numpy.concatenate([numpy.zeros(silence, numpy.int16), sent])
        sound = numpy.concatenate([sound, numpy.zeros(-len(sound) % TICK, numpy.int16)])
        if page >= 0:
            receiver.again("v17", bit_rate, short_training=True)
        came = heard(wire, receiver, sound)[:OCTETS]
        told.append(
            {"seed": seed, "page": page, "late": round(late, 3), "octets": len(came), "exact": came == octets}
        )
    return told


def play(bit_rate: int, lines: int, seed: int) -> dict[str, Any]:
    """All lines of a rate; a line whose long training failed has no pages to tell of."""
    pages, untrained = [], []
    for number in range(lines):
        first, *rest = call(bit_rate, line_of(seed + number), seed + number)
        (pages.extend if first["exact"] else untrained.extend)(rest)
    exact = sum(each["exact"] for each in pages)
    return {
        "pages": len(pages),
        "exact": exact,
        "untrained_lines": len(untrained) // PAGES,
        "not_exact": [each for each in pages if not each["exact"]],
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=250, help="of each rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    begun = time.monotonic()
    rates = {}
    for bit_rate in RATES:
        rates[bit_rate] = play(bit_rate, args.lines, args.seed)
        print(bit_rate, rates[bit_rate], file=sys.stderr, flush=True)
    figures.write(
        {
            "run": "fax_short_training",
            "seed": args.seed,
            "lines": args.lines,
            "commit": figures.commit(),
            "wall_s": round(time.monotonic() - begun, 1),
            "pages": sum(rate["pages"] for rate in rates.values()),
            "exact": sum(rate["exact"] for rate in rates.values()),
            "rates": rates,
        },
        args.out,
        without=("rates",),
    )
    reached = all(rate["exact"] >= AIM * args.lines * PAGES for rate in rates.values())
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
