from __future__ import annotations

import pytest

from ctidrv.drivers.v253.rings import OVER_S, PATTERNS, SAME_S, Rings, pattern_of


def test_a_ring_that_is_told_twice_is_one() -> None:
    rings = Rings()
    assert [rings.ring(at) for at in (0.0, 0.02, 0.6, 6.0, 6.01)] == [True, False, False, True, False]


def test_a_burst_ends_once_and_ringing_is_over_long_after_the_last() -> None:
    rings = Rings()
    assert rings.over(0.0)
    rings.ring(10.0)
    assert not rings.burst_over(10.5)
    assert rings.burst_over(10.0 + SAME_S)
    assert not rings.burst_over(11.5)
    assert not rings.over(10.0 + OVER_S - 0.1)
    assert rings.over(10.0 + OVER_S)


@pytest.mark.parametrize("number", PATTERNS)
def test_gr506_distinctive_ringing_is_known_by_what_was_measured(number: int) -> None:
    pattern = PATTERNS[number]
    rings = Rings()
    rings.ring(0.0)
    for tenths in (*pattern[:-1], pattern[-1] + 1):
        rings.measured(tenths)
    rings.ring(6.0)
    assert rings.pattern == number


def test_ordinary_and_nonsense_ringing_has_no_number() -> None:
    assert pattern_of((20, 40)) == 0
    assert pattern_of((8, 4, 8)) == 0
    rings = Rings()
    for tenths in range(500):
        rings.measured(tenths)
    rings.ring(1.0)
    assert rings.pattern == 0
