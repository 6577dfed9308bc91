"""Fax calls over random lines of the simulator, with ourselves and with libspandsp:

    python tests/long/fax_lines.py [--lines 40] [--seed N] [--cells NAME,NAME…] [--out FILE]

Each call sends a page of text in fine resolution (tests/native/page_set.py). A cell is a kind of line, two
ends and what both may use; its lines are the same for every cell. `complete`: both ends say that the call
ended well; `exact`: and the page is the same, bit for bit.

The gate: no page is told as clean that is not the same. Exit 1 when one is.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from ctypes.util import find_library
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

sys.path.append(str(Path(__file__).parents[2]))

from ctidrv.native.fax_machine import FaxMachine
from ctidrv.native.pcm import Pcm
from ctidrv.native.t30 import Sheet, T30Config
from tests.long import figures
from tests.long.fax_wire import LEVEL, Conditions, Wire, ordinary, talk, with_snr

WIDTH = 1728
MODEMS = ("v27ter", "v29", "v17")
MOST_S = 600.0
OWN, SPANDSP = "own", "spandsp"


@dataclass(frozen=True)
class Cell:
    """`caller` sends to `answerer`; both have the modems up to `modem`."""

    modem: str = "v17"
    ecm: bool = True
    line: Callable[[Conditions], Conditions] = lambda line: line
    caller: str = OWN
    answerer: str = OWN


def _noisy(dbm0: float) -> Callable[[Conditions], Conditions]:
    """So much noise, and 20 dB above it what arrives, or more."""
    most = LEVEL - dbm0 - 20.0
    return lambda line: replace(line, noise_dbm0=dbm0, loss_db=min(line.loss_db, most))


def _with(**changes: Any) -> Callable[[Conditions], Conditions]:
    return lambda line: replace(line, **changes)


def _snr(snr_db: float) -> Callable[[Conditions], Conditions]:
    return lambda line: with_snr(replace(line, loss_db=20.0), snr_db)


CELLS: dict[str, Cell] = {
    **{f"ordinary-{m}-ecm": Cell(m) for m in MODEMS[::-1]},
    **{f"ordinary-{m}": Cell(m, ecm=False) for m in MODEMS[::-1]},
    **{f"to-spandsp-{m}-ecm": Cell(m, answerer=SPANDSP) for m in MODEMS[::-1]},
    **{f"from-spandsp-{m}-ecm": Cell(m, caller=SPANDSP) for m in MODEMS[::-1]},
    "to-spandsp-v17": Cell(ecm=False, answerer=SPANDSP),
    "from-spandsp-v17": Cell(ecm=False, caller=SPANDSP),
    **{f"snr-{snr}-v17-ecm": Cell(line=_snr(snr)) for snr in (26, 22, 20, 18, 16, 14, 12)},
    "cuts-20-v17-ecm": Cell(line=_with(cut_ms=20.0, cuts_per_minute=6.0)),
    "cuts-300-v17-ecm": Cell(line=_with(cut_ms=300.0, cuts_per_minute=3.0)),
    "cuts-20-v17": Cell(ecm=False, line=_with(cut_ms=20.0, cuts_per_minute=6.0)),
    "lost-1-v17-ecm": Cell(line=_with(lost_packets=0.01)),
    "lost-3-v17-ecm": Cell(line=_with(lost_packets=0.03)),
    "noise-45-v17-ecm": Cell(line=_noisy(-45.0)),
    "noise-40-v17-ecm": Cell(line=_noisy(-40.0)),
    "level-43-v17-ecm": Cell(line=_with(loss_db=30.0, noise_dbm0=-75.0)),
    **{
        f"clock{ppm:+}-{m}-ecm": Cell(m, line=_with(ppm=float(ppm)))
        for m in MODEMS[::-1]
        for ppm in (200, -200)
    },
    "spandsp-ordinary-v17-ecm": Cell(caller=SPANDSP, answerer=SPANDSP),
    "spandsp-ordinary-v17": Cell(ecm=False, caller=SPANDSP, answerer=SPANDSP),
    "spandsp-snr-20-v17-ecm": Cell(line=_snr(20), caller=SPANDSP, answerer=SPANDSP),
    "spandsp-snr-16-v17-ecm": Cell(line=_snr(16), caller=SPANDSP, answerer=SPANDSP),
}


class End(Protocol):
    """One end of a call."""

    def run(self, rx: Pcm) -> Pcm: ...

    @property
    def over(self) -> bool: ...

    @property
    def ok(self) -> bool: ...

    def page(self) -> tuple[bytes | None, bool]:
        """The page that came, and whether it is told as clean."""
        ...


class Own:
    """A fax machine of ours."""

    def __init__(self, cell: Cell, rows: bytes | None) -> None:
        modems = frozenset(MODEMS[: MODEMS.index(cell.modem) + 1])
        sends = rows is not None
        self._rows = rows or b""
        self.machine = FaxMachine(
            T30Config(
                calling=sends,
                receives=not sends,
                sheets=[Sheet(WIDTH, "fine")] if sends else [],
                modems=modems,
                ecm=cell.ecm,
            )
        )
        self.result: str | None = None
        self.rate: int | None = None
        self._page: tuple[bytes | None, bool] = (None, False)

    def run(self, rx: Pcm) -> Pcm:
        tx = self.machine.run(rx)
        for event in self.machine.events():
            if event.kind == "page-wanted":
                self.machine.page(event.page, self._rows, WIDTH)
            elif event.kind == "page-taken":
                self._page = event.data, event.clean
            elif event.kind == "rate":
                self.rate = event.value
            elif event.kind == "done":
                self.result = event.what
        return tx

    @property
    def over(self) -> bool:
        return self.machine.is_over

    @property
    def ok(self) -> bool:
        return self.result == "ok"

    def page(self) -> tuple[bytes | None, bool]:
        return self._page


class Spandsp:
    """libspandsp's; `file` is sent, or received into."""

    def __init__(self, cell: Cell, file: Path, *, sends: bool) -> None:
        from tests.native import spandsp_fax
        from tests.native.spandsp_machine import SpandspFax

        self._file, self._sends = file, sends
        self.fax = SpandspFax(
            spandsp_fax.load(),
            calling=sends,
            send=file if sends else None,
            receive=None if sends else file,
            modem=cell.modem,
            ecm=cell.ecm,
        )

    def run(self, rx: Pcm) -> Pcm:
        return self.fax.run(rx)

    @property
    def over(self) -> bool:
        return self.fax.ended is not None

    @property
    def ok(self) -> bool:
        return self.fax.ended == 0

    @property
    def result(self) -> str:
        return self.fax.says

    def page(self) -> tuple[bytes | None, bool]:
        from PIL import Image, UnidentifiedImageError

        self.fax.close()
        try:
            with Image.open(self._file) as tiff:
                return bytes(octet ^ 0xFF for octet in tiff.convert("1").tobytes()), self.ok
        except (OSError, UnidentifiedImageError):
            return None, False


def text_page(count: int | None = None) -> bytes:
    """Packed rows of a page of text in fine resolution; its first `count` of them."""
    from tests.native import page_set

    rows = page_set.packed(page_set.page("text"))
    return rows if count is None else rows[: count * WIDTH // 8]


def call(cell: Cell, seed: int, rows: bytes) -> dict[str, Any]:
    """One call over the line of this seed."""
    wire = Wire(cell.line(ordinary(random.Random(seed))), seed)
    with tempfile.TemporaryDirectory() as folder:
        sent, got = Path(folder) / "sent.tif", Path(folder) / "got.tif"
        caller: Own | Spandsp = Own(cell, rows)
        if cell.caller == SPANDSP:
            from ctidrv.apps.fax.keep import write_tiff
            from ctidrv.apps.fax.page import PageRows

            write_tiff(sent, [PageRows(rows, WIDTH, 204, 196)])
            caller = Spandsp(cell, sent, sends=True)
        answerer: Own | Spandsp = Own(cell, None)
        if cell.answerer == SPANDSP:
            answerer = Spandsp(cell, got, sends=False)
        seconds = talk(wire, caller.run, answerer.run, lambda: caller.over and answerer.over, MOST_S)
        came, clean = answerer.page()
        caller.page()
    complete = caller.ok and answerer.ok
    return {
        "seed": seed,
        "complete": complete,
        "exact": complete and came == rows,
        "false_good": clean and came != rows and isinstance(answerer, Own),
        "seconds": seconds,
        "bit_rate": next((end.rate for end in (caller, answerer) if isinstance(end, Own)), None),
        "ended": [caller.result, answerer.result],
    }


def play(name: str, lines: int, seed: int, rows: bytes) -> dict[str, Any]:
    """All calls of a cell."""
    calls = [call(CELLS[name], seed + number, rows) for number in range(lines)]
    good = [each for each in calls if each["complete"]]
    return {
        "calls": lines,
        "complete": len(good),
        "exact": sum(each["exact"] for each in calls),
        "false_good": sum(each["false_good"] for each in calls),
        "seconds": round(sum(each["seconds"] for each in good) / len(good), 2) if good else None,
        "bit_rates": dict(Counter(each["bit_rate"] for each in good)),
        "not_exact": [
            {k: each[k] for k in ("seed", "ended", "seconds")} for each in calls if not each["exact"]
        ],
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cells", help="with commas; without: all")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    names = list(CELLS) if args.cells is None else args.cells.split(",")
    for name in names:
        if name not in CELLS:
            parser.error(f"{name}: the cells are {', '.join(CELLS)}")
    begun, rows = time.monotonic(), text_page()
    cells: dict[str, Any] = {}
    for name in names:
        if SPANDSP in (CELLS[name].caller, CELLS[name].answerer) and not find_library("spandsp"):
            cells[name] = {"skipped": "libspandsp is not installed", "false_good": 0}
            continue
        cells[name] = play(name, args.lines, args.seed, rows)
        short = {key: value for key, value in cells[name].items() if key != "not_exact"}
        print(name, short, file=sys.stderr, flush=True)
    false_good = sum(cell["false_good"] for cell in cells.values())
    figures.write(
        {
            "run": "fax_lines",
            "seed": args.seed,
            "lines": args.lines,
            "commit": figures.commit(),
            "wall_s": round(time.monotonic() - begun, 1),
            "cells": cells,
            "false_good": false_good,
        },
        args.out,
        without=("cells",),
    )
    return 1 if false_good else 0


if __name__ == "__main__":
    sys.exit(main())
