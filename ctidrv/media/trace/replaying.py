"""Gives a trace to an engine again, in virtual time, and compares what is told with what was told then.

What was sent is played at the same samples, and the same detectors are chosen at the same ticks: echo
canceller and ear hear what they heard.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ctidrv.clock import SampleClock
from ctidrv.errors import InputError
from ctidrv.events import PortEvent
from ctidrv.media.engine import MediaEngine
from ctidrv.media.trace.board import TraceBoard
from ctidrv.media.trace.form import Row
from ctidrv.media.trace.read import Trace
from ctidrv.media.trace.tracer import OURS, told_row
from ctidrv.ports.learnt import add_learnt
from ctidrv.ports.regions import load_region, progress_config

WITHIN_S = 0.04
"""Live, a detector may have been chosen a tick earlier or later than the row says."""
_NOT_COMPARED = ("level", "others")
_THE_PROGRAMS_OWN = ("slip",)
_TIMES = ("t", "start", "length")


@dataclass(frozen=True, slots=True)
class Replayed:
    """`told`: what was told this time; `differences`: one line each, none when it was the same."""

    told: list[Row]
    differences: list[str]

    @property
    def same(self) -> bool:
        return not self.differences


def replay(trace: Trace, *, within_s: float = WITHIN_S) -> Replayed:
    """Plays all of it. InputError for a country that is not known or tones that cannot be heard."""
    clock = SampleClock(datetime(2026, 1, 1, tzinfo=UTC))
    board = TraceBoard("trace", trace)
    engine = MediaEngine([board], clock, inline=True)
    try:
        channel = engine.channels[0]
        try:
            config: Any = progress_config(load_region(trace.country.lower()))
            add_learnt(config, trace.learnt)
        except InputError as error:
            raise InputError(f"{trace.path}:1: {error}") from error
        engine.progress(channel.info.id, config)
        events: list[PortEvent] = []
        channel.subscribe(lambda event: None if isinstance(event, OURS) else events.append(event))
        channel.listen(trace.ear)
        if trace.ticks:
            channel.play(trace.tx)
        ears = iter([*trace.ears, (1 << 62, 0)])
        at, mask = next(ears)
        for _ in range(trace.ticks):
            while at <= clock.now():
                channel.listen(mask)
                at, mask = next(ears)
            engine.step()
    finally:
        engine.close()
    told = [told_row(event, 0) for event in events]
    return Replayed(told, differences(trace.told, told, within_s=within_s))


def differences(then: list[Row], now: list[Row], *, within_s: float) -> list[str]:
    """What was told then and not now, or otherwise; each kind by itself, in its order."""
    kinds: dict[str, tuple[list[Row], list[Row]]] = defaultdict(lambda: ([], []))
    for which, rows in enumerate((then, now)):
        for row in rows:
            if row["told"] not in _THE_PROGRAMS_OWN:
                kinds[row["told"]][which].append(row)
    found = []
    for before, after in kinds.values():
        for one, other in zip(before, after, strict=False):
            if not _alike(one, other, within_s):
                found.append((one["t"], f"{_row_words(one)}; now {_row_words(other)}"))
        found += [(row["t"], f"{_row_words(row)}; now it is not told") for row in before[len(after) :]]
        found += [(row["t"], f"now {_row_words(row)}; it was not told then") for row in after[len(before) :]]
    return [words for _, words in sorted(found)]


def _alike(one: Row, other: Row, within_s: float) -> bool:
    for key in other:
        if key in _NOT_COMPARED:
            continue
        mine, theirs = one.get(key), other[key]
        if key in _TIMES:
            if not isinstance(mine, int | float) or abs(mine - theirs) > within_s:
                return False
        elif mine != theirs:
            return False
    return True


def _row_words(row: Row) -> str:
    more = ", ".join(
        f"{key} {value}" for key, value in row.items() if key not in ("type", "t", "told", *_NOT_COMPARED)
    )
    return f"{row['t']:.3f} s: {row['told']}" + (f" ({more})" if more else "")
