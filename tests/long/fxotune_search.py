"""fxotune, unmodified, searches the best of its settings on a line of the card stand-in (a minute):

    python tests/long/fxotune_search.py [--out FILE.json] [--channel N]

It sends six tones by each of its 72 settings of a port's hybrid, measures what comes back, writes the best
one into a file, and sets it. Each of its measurements is compared with what the line's echo less the taps
gives by calculation; told are the worst difference, and the echo before and after. Linux, root, dahdi-tools.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy

sys.path.append(str(Path(__file__).parents[1] / "scenarios"))
from dahdi_nodes import DahdiNodes
from figures import commit, write

TONES = (697, 770, 941, 1209, 1336, 1633)
SENT, HEARD = 2000, 4000
"""Samples, as fxotune has them."""
LINE_DB, LINE_SAMPLES = -14.0, 3
"""The echo of the stand-in's ports."""
QUIET = ("-n", "5550001", "-l", "4", "-m", "120")
"""A number where somebody answers and says nothing; he stays for the whole search."""
MOST_DB = 0.25
_TRIED = re.compile(r"^((?: *\d+,){8} *\d+): magnitude = \d+, echo = (-?[\d.]+) dB$", re.MULTILINE)


def magnitude(sound: Any) -> float:
    """Of the six tones together."""
    time_ = numpy.arange(len(sound)) / 8000
    return float(sum(abs((sound * numpy.exp(-2j * numpy.pi * hz * time_)).mean()) for hz in TONES))


def calculated(setting: list[int]) -> float:
    """dB: the echo as fxotune measures it, behind the taps of a setting."""
    time_ = numpy.arange(SENT) / 8000
    sent = sum(numpy.sin(2 * numpy.pi * hz * time_) for hz in TONES) / len(TONES)
    way = -numpy.array([tap - 256 * (tap > 127) for tap in setting[1:]]) / 128
    way[LINE_SAMPLES] += 10 ** (LINE_DB / 20)
    heard = numpy.concatenate([numpy.convolve(sent, way), numpy.zeros(HEARD)])[:HEARD]
    return float(20 * numpy.log10(magnitude(heard) / magnitude(sent)))


def search(channel: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        nodes = DahdiNodes(folder, "--fxo", str(channel))
        try:
            nodes.row(type="ready")
            nodes.order("answer")
            conf = folder / "fxotune.conf"
            at = str(channel)
            words = ["fxotune", "-i", "-b", at, "-e", at, "-v", *QUIET, "-c", str(conf)]
            began = time.monotonic()
            searching = nodes.start(*words, cwd=folder)
            said, errors = searching.communicate(timeout=300)
            took = time.monotonic() - began
            assert searching.returncode == 0, (said, errors)
            written = conf.read_text()
            found = [int(each) for each in written.partition("=")[2].split(",")]
        finally:
            nodes.end()
    tried = [([int(each) for each in taps.split(",")], float(db)) for taps, db in _TRIED.findall(said)]
    assert len(tried) == 72, said
    off = [db - calculated(setting) for setting, db in tried]
    best, best_db = min(tried, key=lambda each: each[1])
    return {
        "seconds": round(took, 1),
        "settings": len(tried),
        "worst_difference_db": round(max(map(abs, off)), 2),
        "untuned_db": round(tried[0][1], 2),
        "worst_db": round(max(db for _, db in tried), 2),
        "best_db": round(best_db, 2),
        "best": best,
        "written": found,
        "ok": found == best and max(map(abs, off)) <= MOST_DB and best_db < tried[0][1],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--channel", type=int, default=1)
    args = parser.parse_args()
    figures = {"run": "fxotune_search", "commit": commit(), "channel": args.channel, **search(args.channel)}
    write(figures, args.out)
    return 0 if figures["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
