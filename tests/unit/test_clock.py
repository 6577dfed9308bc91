"""The sample clock's looks by wall time (ctidrv/clock.py)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ctidrv.clock import NextLook, SampleClock
from ctidrv.units import TICK, seconds

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)


def looks_until(length_s: float, *moments_s: float) -> list[float]:
    """When it was looked within so many seconds, of all moments that were set one after the other."""
    clock, looked = SampleClock(BEGIN), list[float]()
    look = NextLook(clock, lambda: looked.append(clock.now() / seconds(1)))
    for moment in moments_s:
        look.at(BEGIN + timedelta(seconds=moment))
    for at in range(0, seconds(length_s), TICK):
        clock.advance(at)
    return looked


def test_it_is_looked_at_the_moment_that_was_set_last() -> None:
    assert looks_until(50, 10, 20, 30) == [30]


def test_what_is_far_away_is_looked_at_within_a_minute_as_the_clock_may_be_set() -> None:
    assert looks_until(3600, 3000) == [60]


def test_what_is_over_is_looked_at_soon() -> None:
    [at] = looks_until(10, -5)
    assert at < 0.1


def test_never_is_never() -> None:
    clock, looked = SampleClock(BEGIN), list[str]()
    look = NextLook(clock, lambda: looked.append("now"))
    look.at(BEGIN + timedelta(seconds=5))
    look.at(None)
    clock.advance(seconds(60))
    assert looked == []
