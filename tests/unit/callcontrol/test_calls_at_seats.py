"""Calls, seats and bridges together, in any order of what callers, operators, boards and orders do:
after each the tables agree with one another, nobody is alone on a bridge, and no caller is in silence."""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent))

from seats_without_audio import World

from ctidrv.callcontrol.reached import Reached
from ctidrv.callcontrol.seat_table import State
from ctidrv.callcontrol.switchboard import Talk
from ctidrv.errors import ServiceError
from ctidrv.units import seconds

STEPS = 120
TO = ("seat 1", "02", "seat 3", "all", "all", "nobody")
KEYS = ("*81#", "*82#", "*81#", "02#", "5")


class Story:
    """One thing after the other, by dice; `told`: what, for whoever looks for a fault."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(f"calls at seats {seed}")
        self.world = World()
        self.told: list[str] = []
        self.does: tuple[tuple[int, Callable[[], Sequence[int]], Callable[[int], None]], ...] = (
            # How often, of which lines or seats, what.
            (8, self._free, self.rings_in),
            (2, self._running, self.caller_leaves),
            (10, self._ringing, self.answers),
            (1, self._every_seat, self.lifts),
            (3, self._off_hook, self.puts_down),
            (2, self._off_hook, self.keys),
            (1, self._off_hook, self.flashes),
            (1, self._every_seat, self.board),
            (4, self._out, self.board),
            (1, self._every_seat, self.wishes),
            (4, self._at_seats, self.changes),
            (4, self._at_seats, self.sends_on),
            (3, self._at_seats, self.gives),
            (5, self._at_seats, self.consults),
            (4, self._consulting, self.swaps),
            (4, self._consulting, self.confers),
            (2, self._consulting, self.completes),
            (1, self._at_seats, self.completes),  # mostly refused, or while it rings
            (4, self._at_seats, self.parks),
            (5, self._parked, self.picks_up),
            (1, self._running, self.picks_up),  # mostly refused, as the next
            (1, self._running, self.changes),
            (3, lambda: [0], self.waits),
        )

    def play(self, steps: int = STEPS) -> None:
        for _ in range(steps):
            fit = [(often, which(), do) for often, which, do in self.does]
            often, which, do = zip(*(each for each in fit if each[1]), strict=True)
            place = self.dice.choices(range(len(do)), often)[0]
            one = self.dice.choice(which[place])
            self.told.append(f"{do[place].__name__} {one}")
            do[place](one)
            self.world.wait()
            assert self.world.wrong() == [], self.told
        self.world.everybody_goes()
        assert self.world.wrong() == self.world.legs_wrong() == [], self.told
        assert self._running() == []
        assert all(bridge.closed for bridge in self.world.bridges)
        assert {seat.state for seat in self.world.seats} <= {State.READY, State.PAUSED}

    # Of which.

    def _free(self) -> list[int]:
        return [line for line, call in enumerate(self.world.calls) if call is None]

    def _running(self) -> list[int]:
        return [line for line, call in enumerate(self.world.calls) if call is not None]

    def _at_seats(self) -> list[int]:
        return [line for line, call in enumerate(self.world.calls) if call is not None and call.seat]

    def _consulting(self) -> list[int]:
        asked = [seat.call for seat in self.world.seats if seat.consulted and seat.state is State.TALKING]
        return [line for line, call in enumerate(self.world.calls) if call is not None and call in asked]

    def _parked(self) -> list[int]:
        return [line for line, call in enumerate(self.world.calls) if call is not None and call.place]

    def _every_seat(self) -> list[int]:
        return list(range(len(self.world.seats)))

    def _ringing(self) -> list[int]:
        return [place for place, seat in enumerate(self.world.seats) if seat.state is State.RINGING]

    def _off_hook(self) -> list[int]:
        return [place for place, wire in enumerate(self.world.wires) if wire.off_hook]

    def _out(self) -> list[int]:
        return [place for place, wire in enumerate(self.world.wires) if wire.out]

    # What.

    def rings_in(self, line: int) -> None:
        self.world.rings_in(line, self.dice.sample(TO, self.dice.randint(1, 2)), self.dice.randint(1, 8))

    def caller_leaves(self, line: int) -> None:
        self.world.caller_leaves(line)

    def answers(self, seat: int) -> None:
        self.world.hook(seat, True)

    def lifts(self, seat: int) -> None:
        self.world.hook(seat, True)

    def puts_down(self, seat: int) -> None:
        self.world.hook(seat, False)

    def keys(self, seat: int) -> None:
        self.world.keys(seat, self.dice.choice(KEYS))

    def flashes(self, seat: int) -> None:
        self.world.flash(seat)

    def board(self, seat: int) -> None:
        """Pulled out, or back."""
        self.world.pull_out(seat, not self.world.wires[seat].out)

    def wishes(self, seat: int) -> None:
        wanted = self.world.seats[seat]
        self.dice.choice((wanted.pause, wanted.resume, wanted.resume))()

    def changes(self, line: int) -> None:
        self.world.change(line, self.dice.choice(list(Talk)))

    def sends_on(self, line: int) -> None:
        self.world.send_on(line, self.dice.choice(TO), self.dice.randint(1, 8))

    def gives(self, line: int) -> None:
        reached = self.dice.choice((Reached.ANSWERED, Reached.NO_ANSWER, Reached.FAILED))
        self.world.give(line, self.dice.randint(1, 6), reached, self.dice.randint(1, 8))

    def consults(self, line: int) -> None:
        self.world.consult(line, self.dice.choice(TO), self.dice.randint(2, 12))

    def swaps(self, line: int) -> None:
        self.world.swap(line)

    def confers(self, line: int) -> None:
        self.world.conference(line)

    def completes(self, line: int) -> None:
        self.world.complete(line)

    def parks(self, line: int) -> None:
        self.world.park(line, self.dice.randint(2, 12))

    def picks_up(self, line: int) -> None:
        self.world.pick_up(line, self.dice.randrange(len(self.world.seats)))

    def waits(self, _: int) -> None:
        self.world.wait(seconds(self.dice.randint(1, 5)))


@pytest.mark.parametrize("seed", range(8))
def test_in_any_order_no_call_is_lost_doubled_or_in_silence(seed: int) -> None:
    story = Story(seed)
    try:
        story.play()
    finally:
        story.world.close()


def test_the_stories_have_all_of_it_in_them() -> None:
    """Else they would show little."""
    states: Counter[tuple[str, str]] = Counter()
    reached: set[Reached] = set()
    for seed in range(100, 108):
        story = Story(seed)
        story.play()
        story.world.close()
        reached |= set(story.world.reached)
        for call in story.world.ended:
            states.update((type, data["state"]) for type, data in call.notes)
    told = "ringing answered talking held muted consulting consulted conference"
    assert {("call.seat", state) for state in told.split()} <= set(states)
    assert {("call.parked", state) for state in ("parked", "picked-up", "over")} <= set(states)
    told = "started answered no-answer failed caller-left"
    assert {("call.served", state) for state in told.split()} <= set(states)
    assert set(Reached) <= reached


# What it finds is there to be found.


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


def talking(world: World) -> None:
    world.rings_in(0, ["seat 1"], 10)
    world.wait()
    world.hook(0, True)
    world.wait()
    assert world.seats[0].state is State.TALKING


def test_a_call_is_held_parked_and_picked_up(world: World) -> None:
    talking(world)
    assert world.wires[0].hears_somebody()
    world.change(0, Talk.HELD)
    world.wait()
    assert not world.wires[0].hears_somebody()
    world.park(0, 60)
    world.wait()
    world.hook(0, False)
    world.hook(2, True)
    world.keys(2, "*81#")
    world.wait()
    assert world.seats[2].state is State.TALKING
    assert world.wrong() == []
    world.hook(2, False)
    world.wait()
    assert world.reached == [Reached.ANSWERED]
    assert world.legs_wrong() == []


def test_a_caller_who_is_given_away_leaves_the_seat_free_and_the_call_ends_with_the_errand(
    world: World,
) -> None:
    talking(world)
    (call,) = (each for each in world.calls if each is not None)
    world.give(0, 5, Reached.ANSWERED, 10)
    world.wait()
    world.hook(0, False)
    world.wait(seconds(4))
    assert (world.seats[0].state, world.seats[0].call, call.cause) == (State.READY, None, None)
    world.wait(seconds(2))
    assert call.cause == "local-operator"
    assert [data["state"] for type, data in call.notes if type == "call.served"] == ["started", "answered"]
    assert world.wrong() == world.legs_wrong() == []


def test_what_fails_brings_the_caller_back_to_the_seat(world: World) -> None:
    talking(world)
    world.give(0, 2, Reached.NO_ANSWER, 10)
    world.hook(0, False)
    world.wait(seconds(5))
    assert world.seats[0].state is State.READY
    world.wait(seconds(2))
    assert world.seats[0].state is State.RINGING
    world.hook(0, True)
    world.wait(seconds(2))
    assert world.seats[0].state is State.TALKING
    assert world.wrong() == []


def test_a_call_that_is_given_away_is_ordered_nothing_else_meanwhile(world: World) -> None:
    talking(world)
    (call,) = (each for each in world.calls if each is not None)
    world.give(0, 9, Reached.ANSWERED, 10)
    world.wait()
    real: Any = call
    for order in (
        lambda: world.switchboard.send_on(real, "seat 2", seconds(5), {}),
        lambda: world.switchboard.park(real, seconds(5)),
        lambda: world.switchboard.change(real, Talk.HELD),
    ):
        with pytest.raises(ServiceError, match="talks with no seat"):
            order()
    assert world.wrong() == []


def test_silence_a_second_owner_and_a_lost_leg_are_found(world: World) -> None:
    talking(world)
    (call,) = (each for each in world.calls if each is not None)
    world.wires[0].leave()
    assert world.wrong() == ["somebody is alone on a bridge", f"{call.id}: the caller hears nothing"]
    call.seat = "seat 2"
    assert f"{call.id} is at seat 2, and with ['seat 1']" in world.wrong()
    call.note("call.seat", seat="seat 3", state="ringing")
    world.everybody_goes()
    assert world.legs_wrong() == [f"{call.id}: ['seat 3'] never left"]


def test_who_hangs_up_as_he_consults_has_sent_the_call_on(world: World) -> None:
    talking(world)
    world.consult(0, "seat 3", 5)
    world.hook(0, False)
    world.wait()
    assert world.seats[2].state is State.RINGING
    assert world.wrong() == []
    world.hook(2, True)
    world.wait()
    assert world.wires[2].hears_somebody()
    assert world.wrong() == []
    world.hook(2, False)
    world.wait()
    assert world.reached == [Reached.ANSWERED]
    assert world.legs_wrong() == []
