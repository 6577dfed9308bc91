"""Fax programs of others on our fax modem:

    python tests/long/fax_class1.py [--calls 20] [--lines 4] [--rows 1078] [--seed N] [--out FILE.json]

Debian's efax (CTIDRV_EFAX, or on the PATH) sends so many pages to our Class 1 host, receives so many from
it, and sends so many to itself, each call over an ordinary line of its own between two `ctidrv sim faxmodem`,
`--lines` at a time, in real time: 60 calls take a quarter of an hour. What was sent is compared with what
came, row by row. Exit 1 with findings: a program that failed, or a row that differs.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.long import figures
from tests.long.fax_programs import EFAX, NO_EFAX, WIDTH, Efax, OurHost, read_pages, together, write_page
from tests.long.fax_wire import ordinary
from tests.native import page_set
from tests.scenarios.pcm_joiner import Joiner

TOP = 30
"""Rows from the top that efax's header may cover: some of its own are of a wrong length."""
WAYS = ("efax to ours", "ours to efax", "efax to efax")
_ROW = WIDTH // 8


@dataclass
class Call:
    """`said`: what was wrong; nothing: the page came."""

    way: str
    number: int
    seconds: float = 0.0
    said: list[str] = field(default_factory=list)


@contextlib.contextmanager
def modem(link: Path, line: str) -> Any:
    """A fax modem, ready."""
    words = [sys.executable, "-P", "-m", "ctidrv.cli", "sim", "faxmodem", "--link", str(link), "--line", line]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, encoding="utf-8") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready")
        try:
            yield
        finally:
            process.terminate()
            process.communicate(timeout=30)


def make(call: Call, seed: int, rows: int, folder: Path) -> Call:
    """One call, and what is to be said of it."""
    dice = random.Random(f"{seed} {call.way} {call.number}")
    page = page_set.text(WIDTH, rows, dice.randrange(1 << 30))
    packed, ports = page_set.packed(page), (folder / "ttyF0", folder / "ttyF1")
    joiner = Joiner(ordinary(dice), dice.randrange(1 << 30))
    begun = time.monotonic()
    with modem(ports[0], joiner.addresses[0]), modem(ports[1], joiner.addresses[1]):
        efax_sends, efax_takes = call.way.startswith("efax"), call.way.endswith("efax")
        file = write_page(page, folder / "page.tif")
        sends = Efax(ports[0], folder, file) if efax_sends else OurHost(ports[0], [packed])
        takes = Efax(ports[1], folder) if efax_takes else OurHost(ports[1])
        together(sends, takes)
    call.seconds = round(time.monotonic() - begun, 1)
    for who, program in (("sender", sends), ("receiver", takes)):
        if not program.ok:
            call.said.append(f"{who}: {program.why}")
    if isinstance(takes, Efax):
        came = [page_set.packed(image) for image in read_pages(folder, "came")]
        damage = b""
    else:
        came = [event.data for event in takes.taken]
        damage = b"".join(event.damage for event in takes.taken)
    top = TOP if efax_sends else 0
    at = came[0].find(packed[top * _ROW :]) if len(came) == 1 else -1
    if at < 0:
        call.said.append(f"{len(came)} pages came, and not the one that was sent")
    # The last row of its file, and what it adds below, efax does not always end as T.4 has it.
    own = damage[at // _ROW : at // _ROW + rows - top - efax_sends]
    if any(own):
        call.said.append(f"{sum(map(bool, own))} damaged rows")
    return call


def play(calls: int, lines: int, rows: int, seed: int, ways: tuple[str, ...] = WAYS) -> dict[str, Any]:
    """The figures of a run."""
    begun = time.monotonic()
    wanted = [Call(way, number) for number in range(calls) for way in ways]
    with (
        tempfile.TemporaryDirectory() as folder,
        concurrent.futures.ThreadPoolExecutor(lines) as pool,
    ):

        def one(call: Call) -> Call:
            own = Path(folder, f"{call.way.replace(' ', '-')}-{call.number}")
            own.mkdir()
            return make(call, seed, rows, own)

        made = list(pool.map(one, wanted))
    good = Counter(call.way for call in made if not call.said)
    return {
        "run": "fax_class1",
        "seed": seed,
        "commit": figures.commit(),
        "calls": calls,
        "lines": lines,
        "rows": rows,
        "wall_s": round(time.monotonic() - begun, 1),
        "good": {way: good[way] for way in ways},
        "slowest_s": max(call.seconds for call in made),
        "findings": [f"{call.way} {call.number}: {said}" for call in made for said in call.said],
    }


def main() -> int:
    """1 where there are findings."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--calls", type=int, default=20, metavar="N", help="each way")
    parser.add_argument("--lines", type=int, default=4, metavar="N", help="at a time")
    parser.add_argument("--rows", type=int, default=page_set.STANDARD, metavar="N", help="of the page")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="where the figures go")
    options = parser.parse_args()
    if EFAX is None:
        print(f"{NO_EFAX}: apt-get download efax, dpkg -x, and CTIDRV_EFAX=…/usr/bin/efax", file=sys.stderr)
        return 2
    told = play(options.calls, options.lines, options.rows, options.seed)
    for finding in told["findings"]:
        print(f"FINDING {finding}", flush=True)
    figures.write(told, options.out)
    return 1 if told["findings"] else 0


if __name__ == "__main__":
    sys.exit(main())
