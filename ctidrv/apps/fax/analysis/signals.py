"""All that either end said, one after the other, and the pauses between (ITU-T T.30, 5.3 and timers)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from ctidrv.apps.fax.analysis.procedure import Call
from ctidrv.apps.fax.analysis.tones import Tone
from ctidrv.units import RATE, ms

Kind = Literal["tone", "v21", "fast"]


@dataclass(frozen=True, slots=True)
class Signal:
    """`name`: a tone's, the frames' ("CSI DIS"), or a carrier's role."""

    kind: Kind
    name: str
    side: str | None
    channel: int
    begin: int
    end: int
    is_begin_sure: bool = True
    is_end_sure: bool = True


@dataclass(frozen=True, slots=True)
class Pause:
    """Between two signals; `limit`: which of `LIMITS` counts. `verdict`: ok, short, long."""

    before: Signal
    behind: Signal
    samples: int
    limit: str
    verdict: str


LIMITS: dict[str, tuple[float, float]] = {
    "change": (75 - 20, 75 + 20),
    "change-back": (75 - 20, 75 + 20 + 20),
    "answer": (0, 3000 * 0.85),
    "command": (0, 6000 - 1000),
}
"""In ms: between the carriers of one end (75 ± 20; a fast one ends in 20 ms of silence of its own), until the
other end answers a command (T4, 3 s ± 15 %), and until the next command follows an answer (T2, 6 ± 1 s)."""
_EXACT = 10
"""Milliseconds: the edges of carriers are no sharper."""
_ANSWERING = frozenset(
    ("MCF", "CFR", "FTT", "RTN", "RTP", "PPR", "ERR", "CTR", "PIP", "PIN", "RNR", "FDM", "TR")
)


def signals_of(call: Call, tones: Sequence[Tone]) -> list[Signal]:
    """In order of time; the exchange's tones are none of theirs."""
    found = [Signal("tone", t.name, t.side, t.channel, t.begin, t.end) for t in tones if t.side is not None]
    for number, turn in enumerate(call.turns):
        frames = [m.frame for m in call.messages if m.turn == number]
        name = " ".join(frame.name if frame else "?" for frame in frames) or "?"
        found.append(
            Signal(
                "v21",
                name,
                call.side_of(number),
                turn.channel,
                turn.begin,
                turn.end,
                turn.is_begin_sure,
                turn.is_end_sure,
            )
        )
    found += [
        Signal("fast", c.role, c.side, c.channel, c.begin, c.end, c.is_begin_sure, c.is_end_sure)
        for c in call.carriers
    ]
    return sorted(found, key=lambda signal: signal.begin)


def pauses_of(signals: Sequence[Signal]) -> list[Pause]:
    """Those that can be measured and that T.30 limits."""
    pauses = []
    carried = [signal for signal in signals if signal.name != "cng"]
    for before, behind in pairwise(carried):
        samples = behind.begin - before.end
        limit = _limit(before, behind)
        if limit is None or samples < 0 or not (before.is_end_sure and behind.is_begin_sure):
            continue
        least, most = LIMITS[limit]
        long_ms = samples * 1000 / RATE
        verdict = "short" if long_ms < least - _EXACT else "long" if long_ms > most + _EXACT else "ok"
        pauses.append(Pause(before, behind, samples, limit, verdict))
    return pauses


def _limit(before: Signal, behind: Signal) -> str | None:
    if before.side is None or behind.side is None:
        return None
    if before.side == behind.side:
        if before.kind == behind.kind or behind.begin - before.end >= ms(1000):
            return None
        return "change-back" if before.kind == "fast" else "change"
    last = before.name.split()[-1]
    if last == "DCN":
        return None
    return "command" if last in _ANSWERING else "answer"
