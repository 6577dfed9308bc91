"""`plan`: from a population to its calls, a pure function of the population, its seed and a length of time.

Arrivals are a Poisson process whose rate is that of the part of the day (`traffic.profile`); each call's
kind is drawn by the weights, its number from those of the callers, and it has a seed of its own, from which
everything that its caller does is drawn. So the calls are the same whatever plays them, with audio or
without, and a call can be played again alone.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ctidrv.units import RATE, Samples, seconds, to_seconds
from hwsim.load.model import DAYS, Callers, Document, Hours

LEAD = seconds(60)
"""Sample 0 is so long before the office opens for the first time."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """Somebody will ring."""

    index: int
    """From 0, in the order of the times."""
    at: Samples
    """When he begins: lifts the handset."""
    subscriber: int
    """Which kind, by its place in `subscribers`."""
    to: str
    """The office's number."""
    number: str
    """His own,"""
    withheld: bool
    """which he does not show."""
    seed: str
    """Of ``random.Random`` for all that he does."""


@dataclass(frozen=True, slots=True)
class Span:
    """The office is open, or a part of its day with one rate, from a sample to another."""

    begin: Samples
    end: Samples


@dataclass(frozen=True, slots=True)
class Plan:
    """All calls; `start` is the wall time (UTC) of sample 0."""

    start: datetime
    length: Samples
    """After it nobody rings any more."""
    open: tuple[Span, ...]
    calls: tuple[PlannedCall, ...]


def plan(document: Document, length: Samples | None = None) -> Plan:
    """The calls of the first `length` samples; None: until the office closes for the first time."""
    days = _open_days(document.hours)
    first = next(days)
    start = first[0] - timedelta(seconds=to_seconds(LEAD))
    if length is None:
        length = _samples(start, first[1])
    opened: list[Span] = []
    begin, end = first
    while (at := _samples(start, begin)) < length:
        opened.append(Span(at, min(_samples(start, end), length)))
        begin, end = next(days)
    return Plan(start, length, tuple(opened), tuple(_calls(document, start, length)))


def _samples(start: datetime, moment: datetime) -> Samples:
    return Samples(round((moment - start).total_seconds() * RATE))


def _open_days(hours: Hours) -> Iterator[tuple[datetime, datetime]]:
    """Opening and closing of each day on which the office is open, in UTC."""
    zone = ZoneInfo(hours.timezone)
    day = hours.first
    while True:
        if DAYS[day.weekday()] in hours.days:
            begin, end = (datetime.combine(day, at, zone).astimezone(UTC) for at in (hours.open, hours.close))
            yield begin, end
        day += DAY


def _parts(document: Document, start: datetime, length: Samples) -> Iterator[tuple[Span, float]]:
    """Parts of one rate, in calls a sample, until `length`."""
    traffic = document.traffic
    mean = sum(traffic.profile) / len(traffic.profile)
    usual = document.erlangs / traffic.call
    for begin, end in _open_days(document.hours):
        for number, weight in enumerate(traffic.profile):
            edges = [begin + (end - begin) * (number + each) / len(traffic.profile) for each in (0, 1)]
            span = Span(*(_samples(start, edge) for edge in edges))
            if span.begin >= length:
                return
            yield Span(span.begin, min(span.end, length)), usual * weight / mean


def _calls(document: Document, start: datetime, length: Samples) -> Iterator[PlannedCall]:
    arrivals, mix = (random.Random(f"{document.seed}/{what}") for what in ("arrivals", "mix"))
    numbers = _numbers(document.callers, random.Random(f"{document.seed}/numbers"))
    places = range(len(document.subscribers))
    weights = [each.weight for each in document.subscribers]
    index = 0
    for span, rate in _parts(document, start, length):
        at = float(span.begin)
        while rate and (at := at + arrivals.expovariate(rate)) < span.end:
            place = mix.choices(places, weights)[0]
            own, number = document.subscribers[place].number, mix.choice(numbers)
            withheld = mix.random() * 100 < document.callers.withheld
            yield PlannedCall(
                index=index,
                at=Samples(int(at)),
                subscriber=place,
                to=document.number,
                number=own or number,
                withheld=withheld or document.subscribers[place].withheld,
                seed=f"{document.seed}/call/{index}",
            )
            index += 1


def _numbers(callers: Callers, chance: random.Random) -> Sequence[str]:
    """Different ones, as far as the form has so many."""
    many = min(callers.known, 10 ** callers.numbers.count("#"))
    made: dict[str, None] = {}
    while len(made) < many:
        digits = (chance.choice("0123456789") if each == "#" else each for each in callers.numbers)
        made["".join(digits)] = None
    return list(made)
