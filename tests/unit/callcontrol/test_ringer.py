"""When a telephone of ours is rung, and when it is told who calls."""

from __future__ import annotations

import itertools

import pytest

from ctidrv.callcontrol.ringer import steps
from ctidrv.native.pcm import Pcm
from ctidrv.ports.presentation import Presentation
from ctidrv.units import RATE, ms

DATA = Pcm.silence(RATE // 2)
AFTER = Presentation("bell202", "after-first-ring")


def told(cadence: list[int], way: Presentation | None, count: int) -> list[tuple[int, str]]:
    """What is done, and after how many milliseconds in all."""
    at, made = 0, []
    for wait, what in itertools.islice(steps(cadence, way, DATA), count):
        at += wait
        made.append((at * 1000 // RATE, what))
    return made


def test_cadence_goes_on_without_end_and_without_caller_id_where_there_is_none() -> None:
    assert told([400, 200, 400, 2000], None, 6) == [
        (0, "on"),
        (400, "off"),
        (600, "on"),
        (1000, "off"),
        (3000, "on"),
        (3400, "off"),
    ]


def test_gr_30_data_stands_in_the_first_pause_500_ms_after_the_ring() -> None:
    assert told([2000, 4000], AFTER, 5) == [
        (0, "on"),
        (2000, "off"),
        (2500, "data"),
        (6000, "on"),
        (8000, "off"),
    ]


def test_a_pause_that_is_too_short_for_the_data_holds_none() -> None:
    assert told([400, 200, 400, 2000], AFTER, 5)[3:] == [(1000, "off"), (1500, "data")]


@pytest.mark.parametrize(
    ("alert", "expected"),
    [
        ((), [(0, "data"), (800, "on")]),
        (("reversal",), [(0, "reverse"), (150, "data"), (950, "normal"), (950, "on")]),
        (("rp-as",), [(0, "on"), (250, "off"), (900, "data"), (1700, "on")]),
    ],
)
def test_en_300_659_1_clause_6_before_the_first_ring(
    alert: tuple[str, ...], expected: list[tuple[int, str]]
) -> None:
    way = Presentation("v23", "before-ring", alert)
    assert told([1000, 4000], way, len(expected)) == expected


def test_time_adds_up_to_the_cadence_to_the_sample() -> None:
    made = list(itertools.islice(steps([375, 225], None, DATA), 201))
    assert sum(wait for wait, _ in made) == 100 * ms(600)
