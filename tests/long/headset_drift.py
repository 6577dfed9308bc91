"""Two hours of a call between a board and a headset whose clocks differ:

    python tests/long/headset_drift.py [--hours 2] [--ppm 200] [--seed N] [--out FILE]

Virtual time, the engine stepped by hand: a board on the engine's clock and a headset (the sound card's
callback in the core, cti/fed_sound.h), bridged. Each says a steady 1,000 Hz, the headset by its own clock,
which is so many ppm fast, as many slow, or wanders between the two within ten minutes; the sound system
calls late by up to 10 ms at random, and once every minute by 35 ms. What each ear gets is compared with a
sine, piece by piece: a sample lost or put in turns its phase by 45 degrees.

The gates: no jump of the phase that the elastic buffer has not counted as a slip, and a latency that stays
below twice what it is set to. Exit 1 with findings. A case takes a minute and a half.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import figures
import numpy

from ctidrv.native import ffi, lib
from ctidrv.native.engine import NativeEngine
from ctidrv.native.fed_board import FedBoard
from ctidrv.native.fed_sound import FedSound

RATE, TICK = 8000, 160
HZ = 1000.0
PEAK = 8000
LATENCY = 480
"""Samples each way: the driver's own setting (drivers/headset.py)."""
PIECE = 2000
"""Samples whose phase is looked at: a quarter of a second."""
SETTLES_S = 180.0
"""The difference of the clocks is known by then; what comes before is looked at too, but for its latency."""
JUMP_DEG = 5.0
"""From piece to piece the rate may turn the phase a little: 1,000 ppm by a degree and a half in all."""
RESIDUE_DB = -25.0
"""Below it while the rate begins to move (-34 dB); a sample lost within a piece makes -12 dB."""
LATE_S, VERY_LATE_S = 0.010, 0.035
CASES = ("fast", "slow", "wanders")


@dataclass
class Ear:
    """What one of them hears, looked at in pieces."""

    jumps: list[float] = field(default_factory=list)
    worst_residue_db: float = -200.0
    _kept: list[Any] = field(default_factory=list)
    _phase: float | None = None
    """Where the next piece should begin."""
    _begun: bool = False
    """The sound has set in: within a piece that is not judged."""

    def hears(self, pcm: Any, at_s: float) -> None:
        self._kept.append(pcm)
        if len(self._kept) * TICK >= PIECE + TICK:
            sound = numpy.concatenate(self._kept)
            self._kept = [sound[PIECE:]]
            self._look(sound[:PIECE], at_s)

    def _look(self, piece: Any, at_s: float) -> None:
        """Fits a sine, of the frequency by which the phase of its second half lies off that of its first."""
        half = PIECE // 2
        carrier = numpy.exp(-2j * math.pi * HZ / RATE * numpy.arange(PIECE))
        first, second = (numpy.dot(part, carrier[:half]) for part in (piece[:half], piece[half:]))
        if min(abs(first), abs(second)) < half * PEAK / 8:
            self._phase = None  # silence: not begun, or a slip that was seen in the piece before
            return
        turn = float(numpy.angle(second * first.conjugate())) / half
        model = carrier.conjugate() * numpy.exp(1j * turn * numpy.arange(PIECE))
        size = 2 * numpy.dot(piece, model.conjugate()) / PIECE
        residue = piece - (size * model).real
        residue_db = 20 * math.log10(max(1e-9, float(numpy.std(residue)) * math.sqrt(2) / abs(size)))
        begin = float(numpy.angle(size))
        off = 0.0 if self._phase is None else math.degrees(math.remainder(begin - self._phase, 2 * math.pi))
        if self._begun:
            self.worst_residue_db = max(self.worst_residue_db, residue_db)
            if abs(off) > JUMP_DEG or residue_db > RESIDUE_DB:
                self.jumps.append(round(at_s, 2))
        self._begun = True
        self._phase = begin + turn * PIECE


class Board:
    """On the engine's clock; says a sine and hands on what it is sent."""

    def __init__(self) -> None:
        self.heard = numpy.zeros(TICK)
        says = (
            numpy.rint(PEAK * numpy.sin(2 * math.pi * HZ / RATE * numpy.arange(TICK))).astype("<i2").tobytes()
        )

        @ffi.callback("int(void *, int64_t, const int16_t *, int16_t *, int, cti_event *, int)")  # type: ignore[untyped-decorator]
        def exchange(_: Any, at: int, tx: Any, rx: Any, n: int, events: Any, most: int) -> int:
            ffi.memmove(rx, says, 2 * n)
            self.heard = numpy.frombuffer(ffi.buffer(tx, 2 * n), "<i2").astype(float)
            return 0

        @ffi.callback("int(void *, int, int, int)")  # type: ignore[untyped-decorator]
        def control(*_: Any) -> int:
            return 0

        self._kept = exchange, control
        self.native = ffi.new("cti_board *")
        self.native.ports, self.native.exchange, self.native.control = 1, exchange, control


def ppm_at(case: str, ppm: float, at_s: float) -> float:
    return {"fast": ppm, "slow": -ppm, "wanders": ppm * math.sin(2 * math.pi * at_s / 600)}[case]


def play(case: str, ppm: float, seed: int, length_s: float) -> dict[str, Any]:
    chance = random.Random(f"{seed}/{case}")
    fed = FedBoard(latency=LATENCY)
    sound = FedSound(fed)
    board = Board()
    engine = NativeEngine(2, 2, record_seconds=1)
    engine.add_board(board.native)
    engine.add_board(fed.native)
    fed.gone(False)
    fed.ports[0].serve(rx=True, tx=True)
    for port in (0, 1):
        engine.join(port, 0, lib.CTI_ROLE_TALK)
    says = ffi.new("int16_t[]", [round(PEAK * math.sin(2 * math.pi * HZ / RATE * i)) for i in range(TICK)])
    out, when = ffi.new("int16_t[]", TICK), ffi.new("double[3]")
    user = ffi.cast("void *", sound.user)
    at_board, at_ear = Ear(), Ear()
    least, most = [math.inf, math.inf], [0.0, 0.0]
    ticks, card_s, very_late = 0, 0.003, 60.0
    called_s = card_s
    while ticks * TICK < length_s * RATE:
        if ticks * TICK / RATE <= called_s:
            engine.tick()
            for _ in engine.events():
                pass
            ticks += 1
            at_board.hears(board.heard, ticks * TICK / RATE)
            continue
        when[1] = 1000.0 + called_s
        lib.cti_fed_sound_run(says, out, TICK, when, 0, user)
        at_ear.hears(numpy.frombuffer(ffi.buffer(out), "<i2").astype(float), called_s)
        if card_s > min(SETTLES_S, length_s / 3):
            status = fed.ports[0].status()
            for side, latency in enumerate((status.rx_latency, status.tx_latency)):
                least[side], most[side] = min(least[side], latency), max(most[side], latency)
        card_s += TICK / RATE / (1 + ppm_at(case, ppm, card_s) / 1e6)
        late = chance.uniform(0, LATE_S)
        if card_s > very_late:
            late, very_late = VERY_LATE_S, very_late + 60
        called_s = max(called_s, card_s + late)
    status = fed.ports[0].status()
    told = {
        "case": case,
        "slips": {"to_board": status.rx_slips, "to_headset": status.tx_slips},
        "jumps": {"at_board": at_board.jumps, "at_headset": at_ear.jumps},
        "residue_db": {
            "at_board": round(at_board.worst_residue_db, 1),
            "at_headset": round(at_ear.worst_residue_db, 1),
        },
        "ppm": {"to_board": status.rx_ppm, "to_headset": status.tx_ppm},
        "latency_ms": {
            way: [round(least[side] / 8, 1), round(most[side] / 8, 1)]
            for side, way in enumerate(("to_board", "to_headset"))
        },
    }
    return told | {"findings": list(_findings(told))}


def _findings(told: dict[str, Any]) -> Any:
    for way, ear in (("to_board", "at_board"), ("to_headset", "at_headset")):
        jumps, slips = told["jumps"][ear], told["slips"][way]
        if len(jumps) > 2 * slips:  # one slip may be seen in two pieces
            yield f"{told['case']}: {len(jumps)} jumps {ear}, {slips} slips counted: {jumps[:5]}"
        if told["latency_ms"][way][1] > (2 * LATENCY + TICK) / 8:
            yield f"{told['case']}: latency {way}: {told['latency_ms'][way]} ms"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--ppm", type=float, default=200.0)
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="where the figures go")
    args = parser.parse_args()
    begun = time.monotonic()
    cases = [play(case, args.ppm, args.seed, 3600 * args.hours) for case in CASES]
    findings = [finding for case in cases for finding in case.pop("findings")]
    figures.write(
        {
            "run": "headset_drift",
            "seed": args.seed,
            "commit": figures.commit(),
            "wall_s": round(time.monotonic() - begun, 1),
            "simulated_hours": args.hours,
            "cases": cases,
            "findings": findings,
        },
        args.out,
    )
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
