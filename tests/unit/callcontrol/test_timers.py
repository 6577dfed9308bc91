"""The timers of a table: started afresh, stopped, and told in the order in which they were due."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum, auto

from ctidrv.callcontrol.timers import Timers
from ctidrv.clock import SampleClock
from ctidrv.units import Samples


class Egg(Enum):
    SOFT = auto()
    HARD = auto()
    FORGOTTEN = auto()


class Kitchen:
    def __init__(self) -> None:
        self.clock = SampleClock(datetime(2027, 3, 8, tzinfo=UTC))
        self.told: list[tuple[Egg, int]] = []
        lengths = {Egg.SOFT: Samples(300), Egg.HARD: Samples(900)}
        self.timers = Timers(self.clock, lengths, lambda egg, due: self.told.append((egg, due)))


def test_a_timer_runs_out_once_at_its_length_behind_its_cause() -> None:
    kitchen = Kitchen()
    kitchen.clock.advance(160)
    kitchen.timers.start(Egg.SOFT, Samples(100))
    kitchen.clock.advance(399)
    assert kitchen.told == []
    kitchen.clock.advance(480)
    kitchen.clock.advance(4800)
    assert kitchen.told == [(Egg.SOFT, 400)]


def test_one_without_a_length_never_runs_out() -> None:
    kitchen = Kitchen()
    kitchen.timers.start(Egg.FORGOTTEN, Samples(0))
    kitchen.clock.advance(10**9)
    assert kitchen.told == []


def test_started_again_it_runs_afresh_and_stopped_it_does_not() -> None:
    kitchen = Kitchen()
    kitchen.timers.start(Egg.SOFT, Samples(0))
    kitchen.timers.start(Egg.SOFT, Samples(200))
    kitchen.timers.start(Egg.HARD, Samples(0))
    kitchen.clock.advance(400)
    assert kitchen.told == []
    kitchen.timers.stop(Egg.HARD)
    kitchen.timers.stop(Egg.HARD)
    kitchen.clock.advance(2000)
    assert kitchen.told == [(Egg.SOFT, 500)]
    kitchen.timers.start(Egg.SOFT, Samples(2000))
    kitchen.timers.start(Egg.HARD, Samples(2000))
    kitchen.timers.stop_all()
    kitchen.clock.advance(9000)
    assert len(kitchen.told) == 1


def test_what_was_due_before_an_event_of_the_tick_comes_before_it_in_order() -> None:
    kitchen = Kitchen()
    kitchen.timers.start(Egg.HARD, Samples(0))
    kitchen.timers.start(Egg.SOFT, Samples(500))
    kitchen.timers.run_until(Samples(800))
    assert kitchen.told == []  # due at that very sample: the event is first
    kitchen.timers.run_until(Samples(1000))
    assert kitchen.told == [(Egg.SOFT, 800), (Egg.HARD, 900)]
    kitchen.clock.advance(1000)
    assert len(kitchen.told) == 2


def test_one_that_is_started_as_another_runs_out_may_be_due_before_the_event_too() -> None:
    clock = SampleClock(datetime(2027, 3, 8, tzinfo=UTC))
    told: list[int] = []

    def again(egg: Egg, due: Samples) -> None:
        told.append(due)
        timers.start(egg, due)

    timers = Timers(clock, {Egg.SOFT: Samples(300)}, again)
    timers.start(Egg.SOFT, Samples(0))
    timers.run_until(Samples(1000))
    assert told == [300, 600, 900]
