"""The plan of calls: a pure function, Poisson within each part of the day, mixed by the weights."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ctidrv.units import RATE, seconds
from hwsim.load.plan import LEAD, plan
from hwsim.load.read import parse_population

HEAD = "population: 1\nscript: hotline.ivr.yaml\n"
KINDS = (
    'subscribers:\n  - {kind: a, weight: 3, steps: [dial: "8000"]}\n'
    "  - {kind: b, weight: 1, number: '77', machine: robot}\n"
)
DAY = seconds(86400)
HOUR = seconds(3600)


def document(text="", seed=1):
    return parse_population(f"{HEAD}seed: {seed}\n{text}{KINDS}", Path("a.yaml")).document


def test_the_same_population_and_seed_give_the_same_calls_and_another_seed_others():
    assert plan(document(), 2 * DAY) == plan(document(), 2 * DAY)
    assert plan(document(), DAY).calls != plan(document(seed=2), DAY).calls


def test_a_longer_plan_begins_with_the_calls_of_a_shorter_one():
    short, long = plan(document(), 3 * HOUR), plan(document(), 7 * DAY)
    assert long.calls[: len(short.calls)] == short.calls
    assert short.start == long.start


def test_calls_come_in_open_hours_only_and_in_the_order_of_the_times():
    made = plan(document("hours: {timezone: Asia/Shanghai}\n"), 7 * DAY)
    assert made.start == datetime(2026, 3, 2, 1, 0, tzinfo=UTC) - timedelta(seconds=60)
    assert len(made.open) == 5
    assert made.open[0].begin == LEAD
    assert all(span.end - span.begin == 8 * HOUR for span in made.open)
    times = [call.at for call in made.calls]
    assert times == sorted(times)
    assert [call.index for call in made.calls] == list(range(len(times)))
    assert all(any(span.begin <= at < span.end for span in made.open) for at in times)


def test_without_a_length_the_plan_ends_when_the_office_closes():
    made = plan(document("hours: {first: 2026-03-07}\n"))  # a Saturday
    assert made.start.date() == datetime(2026, 3, 9, tzinfo=UTC).date()
    assert made.length == made.open[0].end == LEAD + 8 * HOUR


def test_a_summer_time_that_begins_between_two_days_moves_the_office_with_its_clock():
    made = plan(document("hours: {timezone: Europe/Berlin, first: 2026-03-27}\n"), 4 * DAY)
    assert made.open[1].begin - made.open[0].begin == 3 * DAY - HOUR


def test_the_number_of_calls_and_the_time_between_them_are_poisson():
    """200 hours of 4 erlangs in calls of 60 s: 240 an hour; mean and spread of both."""
    made = plan(document("hours: {days: [mon, tue, wed, thu, fri]}\n"), 35 * DAY)
    hours = Counter((call.at - LEAD) // HOUR for call in made.calls)
    count = len(made.open) * 8
    assert count == 200
    mean = len(made.calls) / count
    assert mean == pytest.approx(240, abs=4 * math.sqrt(240 / count))
    variance = statistics.pvariance([hours[at] for at in hours], mean)
    assert variance / mean == pytest.approx(1, abs=4 * math.sqrt(2 / count))
    gaps = [
        (after.at - before.at) / RATE
        for before, after in zip(made.calls, made.calls[1:], strict=False)
        if after.at - before.at < HOUR
    ]
    assert statistics.mean(gaps) == pytest.approx(15, rel=0.02)
    assert statistics.pstdev(gaps) == pytest.approx(15, rel=0.03)


def test_the_profile_shares_the_calls_out_and_keeps_their_number():
    made = plan(document("traffic: {profile: [1, 3, 0, 4]}\n"), 35 * DAY)
    parts = Counter((call.at - LEAD) % DAY // (2 * HOUR) for call in made.calls)
    assert set(parts) == {0, 1, 3}
    assert len(made.calls) == pytest.approx(200 * 240, rel=0.02)
    assert parts[1] / parts[0] == pytest.approx(3, rel=0.06)
    assert parts[3] / parts[0] == pytest.approx(4, rel=0.06)


def test_kinds_come_by_their_weights_and_one_with_a_number_of_its_own_has_it():
    made = plan(document("callers: {numbers: '13########', known: 50, withheld: 20}\n"), 7 * DAY)
    kinds = Counter(call.subscriber for call in made.calls)
    assert kinds[0] / len(made.calls) == pytest.approx(0.75, abs=0.02)
    assert {call.number for call in made.calls if call.subscriber == 1} == {"77"}
    numbers = {call.number for call in made.calls if call.subscriber == 0}
    assert len(numbers) == 50
    assert all(number.startswith("13") and len(number) == 10 for number in numbers)
    withheld = sum(call.withheld for call in made.calls) / len(made.calls)
    assert withheld == pytest.approx(0.2, abs=0.02)


def test_offered_traffic_follows_the_lines_and_each_call_has_its_own_seed():
    whole = document()
    few, many = (plan(whole.on(lines), 7 * DAY).calls for lines in (4, 16))
    assert len(many) / len(few) == pytest.approx(4, rel=0.1)
    assert len({call.seed for call in many}) == len(many)
