"""Fax programs of others on our fax modem, and our Class 1 host on a modem that is not ours:

    python tests/long/fax_class1.py [--calls 20] [--lines 4] [--rows 1078] [--seed N] [--out FILE.json]

Debian's efax (CTIDRV_EFAX, or on the PATH) and HylaFAX (CTIDRV_HYLAFAX: where its packages hylafax-server and
hylafax-client are unpacked) send so many pages to our Class 1 host and take so many from it, each end on a
`ctidrv sim faxmodem` of its own; our host does the same on libspandsp's T.31 modem. Each call goes over an
ordinary line of its own, `--lines` at a time, in real time. What was sent is compared with what came, row by
row. `--way NAME` (once or more): these alone. `--keep FOLDER`: traces and logs of calls with findings.

Rows that efax breaks before they reach our modem are none of the modem's. That it was efax is shown by the
octets it wrote: every bit of them is among those that the far modem gave. `own_rows` counts them.
Exit 1 with findings: a program that failed, octets that did not arrive, or a row that differs.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[2]))

from tests.long import fax_octets, figures
from tests.long.fax_programs import EFAX, NO_EFAX, WIDTH, Efax, Makes, OurHost, Program, together
from tests.long.fax_wire import ordinary
from tests.long.hylafax import HYLAFAX, NO_HYLAFAX, HylaFax
from tests.native import page_set
from tests.scenarios.pcm_joiner import Joiner

OURS = (sys.executable, "-P", "-m", "ctidrv.cli", "sim", "faxmodem")
LIBSPANDSP = (sys.executable, str(Path(__file__).with_name("spandsp_faxmodem.py")))


@dataclass(frozen=True)
class Way:
    """Who sends to whom, on whose modem each."""

    sends: Makes
    takes: Makes
    sends_on: tuple[str, ...] = OURS
    takes_on: tuple[str, ...] = OURS
    top: int = 0
    """Rows from the top that the sender's header covers."""
    proof: bool = False
    """The sender may break rows of its own: its octets are looked at."""

    @property
    def missing(self) -> str | None:
        """A program that is not here."""
        programs = (self.sends, self.takes)
        if Efax in programs and EFAX is None:
            return NO_EFAX
        return NO_HYLAFAX if HylaFax in programs and HYLAFAX is None else None


HEADER = 30
"""Rows of efax's, and of the white that it sends before the page."""
WAYS = {
    "efax to ours": Way(Efax, OurHost, top=HEADER, proof=True),
    "ours to efax": Way(OurHost, Efax),
    "HylaFAX to ours": Way(HylaFax, OurHost),
    "ours to HylaFAX": Way(OurHost, HylaFax),
    "ours on libspandsp's modem to ours": Way(OurHost, OurHost, sends_on=LIBSPANDSP),
    "ours to ours on libspandsp's modem": Way(OurHost, OurHost, takes_on=LIBSPANDSP),
}


@dataclass
class Call:
    """`said`: what was wrong; nothing: the page came."""

    way: str
    number: int
    seconds: float = 0.0
    own_rows: int = 0
    """That the sending program broke."""
    used: str = ""
    behind_s: float = 0.0
    """How far the line was behind the clock at the worst; a program's own timers do not wait."""
    said: list[str] = field(default_factory=list)


@contextlib.contextmanager
def modem(words: tuple[str, ...], link: Path, line: str) -> Iterator[subprocess.Popen[str]]:
    """A fax modem, ready; what it and its host say goes to a trace beside its link."""
    pipe = subprocess.PIPE
    trace = ("--trace", str(link.with_suffix(".trace"))) if words is OURS else ()
    every = [*words, "--link", str(link), "--line", line, *trace]
    with subprocess.Popen(every, stdin=pipe, stdout=pipe, encoding="utf-8") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready")
        try:
            yield process
        finally:
            process.terminate()
            process.communicate(timeout=30)


def make(call: Call, seed: int, rows: int, folder: Path) -> Call:
    """One call, and what is to be said of it."""
    way = WAYS[call.way]
    dice = random.Random(f"{seed} {call.way} {call.number}")
    page = page_set.text(WIDTH, rows, dice.randrange(1 << 30))
    ports = (folder / "ttyF0", folder / "ttyF1")
    joiner = Joiner(ordinary(dice), dice.randrange(1 << 30))
    begun = time.monotonic()
    with (
        modem(way.sends_on, ports[0], joiner.addresses[0]),
        modem(way.takes_on, ports[1], joiner.addresses[1]) as answers,
    ):
        sends, takes = way.sends(ports[0], folder, page), way.takes(ports[1], folder, None)
        with takes.ready():
            if takes.rings:
                assert answers.stdin is not None
                answers.stdin.write("call\n")
                answers.stdin.flush()
            together(sends, takes)
    call.seconds = round(time.monotonic() - begun, 1)
    call.used, call.behind_s = takes.used or sends.used, round(joiner.behind_s, 1)
    for who, program in (("sender", sends), ("receiver", takes)):
        if not program.ok:
            call.said.append(f"{who}: {program.why}")
    _judge(call, way, page_set.packed(page), takes, ports)
    return call


def _judge(call: Call, way: Way, page: bytes, takes: Program, ports: tuple[Path, Path]) -> None:
    """Whether the page that came is the one that was sent."""
    if len(takes.pages) != 1:
        call.said.append(f"{len(takes.pages)} pages came, not one")
        return
    came, damage = takes.pages[0], takes.damage
    broken: set[int] = set()
    if way.proof:
        sent, taken = (
            list(fax_octets.pages(fax_octets.carriers(port.with_suffix(".trace")), sent=sent))
            for port, sent in zip(ports, (True, False), strict=True)
        )
        if not sent or not taken or not fax_octets.arrived(sent[-1], taken[-1]):
            call.said.append("the octets that came are not those that the sender wrote")
            return
        written = fax_octets.page_of(sent[-1], WIDTH)
        broken = {row for row, what in enumerate(written.damage) if what}
        if written.rows != came or written.damage != damage:
            call.said.append("the rows that came are not those that the sender wrote")
    elif any(damage):
        call.said.append(f"{sum(map(bool, damage))} damaged rows")
    call.own_rows = len(broken)
    differ = differences(page, came, way.top, broken)
    if differ:
        call.said.append(f"{len(differ)} rows differ, the first is {differ[0]}")


def differences(page: bytes, came: bytes, top: int, broken: set[int]) -> list[int]:
    """Rows of the page, from `top` on, that are not where they should be in what came. That may begin with
    rows of the sender's own, as many as suit best, and has `broken` rows by its own count."""
    sent, got = _rows(page), _rows(came)

    def differ(before: int) -> list[int]:
        return [
            row
            for row in range(top, len(sent))
            if row + before not in broken and (row + before >= len(got) or got[row + before] != sent[row])
        ]

    return min((differ(before) for before in range(HEADER + 1 if top else 1)), key=len)


def _rows(page: bytes) -> list[bytes]:
    size = WIDTH // 8
    return [page[at : at + size] for at in range(0, len(page), size)]


def play(
    calls: int, lines: int, rows: int, seed: int, ways: tuple[str, ...], keep: Path | None = None
) -> dict[str, Any]:
    """The figures of a run."""
    begun = time.monotonic()
    wanted = [Call(way, number) for number in range(calls) for way in ways]
    with (
        tempfile.TemporaryDirectory() as folder,
        concurrent.futures.ThreadPoolExecutor(lines) as pool,
    ):

        def one(call: Call) -> Call:
            own = Path(folder, f"{list(WAYS).index(call.way)}-{call.number}")
            own.mkdir()
            try:
                make(call, seed, rows, own)
            except (AssertionError, OSError, subprocess.SubprocessError) as error:
                call.said.append(f"the call could not be made: {error}")
            if call.said and keep is not None:
                ignore = shutil.ignore_patterns("ttyF0", "ttyF1", "FIFO*")
                shutil.copytree(own, keep / own.name, symlinks=True, ignore=ignore, dirs_exist_ok=True)
            return call

        made = list(pool.map(one, wanted))
    by_way = {way: [call for call in made if call.way == way] for way in ways}
    return {
        "run": "fax_class1",
        "seed": seed,
        "commit": figures.commit(),
        "calls": calls,
        "lines": lines,
        "rows": rows,
        "wall_s": round(time.monotonic() - begun, 1),
        "good": {way: sum(not call.said for call in those) for way, those in by_way.items()},
        "own_rows": {way: sum(call.own_rows for call in those) for way, those in by_way.items()},
        "used": {way: dict(Counter(call.used for call in those)) for way, those in by_way.items()},
        "seconds": {way: max(call.seconds for call in those) for way, those in by_way.items()},
        "behind_s": {way: max(call.behind_s for call in those) for way, those in by_way.items()},
        "load": round(os.getloadavg()[1], 1),
        "findings": [
            f"{call.way} {call.number} (its line was {call.behind_s} s behind the clock): {said}"
            for call in made
            for said in call.said
        ],
    }


def main() -> int:
    """1 where there are findings."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--calls", type=int, default=20, metavar="N", help="each way")
    parser.add_argument("--lines", type=int, default=4, metavar="N", help="at a time")
    parser.add_argument("--rows", type=int, default=page_set.STANDARD, metavar="N", help="of the page")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--way", action="append", choices=WAYS, help="these only")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where the traces of findings stay")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="where the figures go")
    options = parser.parse_args()
    ways = tuple(options.way or WAYS)
    for missing in {WAYS[way].missing for way in ways} - {None}:
        print(
            f"{missing}: apt-get download, dpkg -x, and CTIDRV_EFAX or CTIDRV_HYLAFAX",
            file=sys.stderr,
        )
        return 2
    told = play(options.calls, options.lines, options.rows, options.seed, ways, options.keep)
    for finding in told["findings"]:
        print(f"FINDING {finding}", flush=True)
    figures.write(told, options.out)
    return 1 if told["findings"] else 0


if __name__ == "__main__":
    sys.exit(main())
