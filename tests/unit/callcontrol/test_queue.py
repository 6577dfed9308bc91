"""Queues as plain logic: places, who is rung for whom, what a caller is told, in any order of things."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctidrv.callcontrol.queue import AGAIN, Caller, Free, Idle, Order, Words, longest_idle, turn
from ctidrv.units import Samples

SEATS = ("ann", "bob", "cyd")
STEPS = st.lists(
    st.tuples(st.sampled_from(("enter", "leave", "answer")), st.integers(0, 9)), min_size=1, max_size=60
)


@given(STEPS)
def test_places_count_from_one_in_the_order_of_entering_and_get_no_worse(steps) -> None:
    order, came = Order(5), list[str]()
    for number, (what, which) in enumerate(steps):
        before = {call: order.place(call) for call in came}
        if what == "enter":
            call = f"call {number}"
            if order.full:
                with pytest.raises(ValueError, match="cannot enter"):
                    order.enter(call)
                continue
            assert order.enter(call) == len(came) + 1
            came.append(call)
        elif came:
            gone = came[0] if what == "answer" else came[which % len(came)]
            moved = dict(order.leave(gone))
            came.remove(gone)
            assert order.place(gone) is None
            assert moved == {call: place for call, place in before.items() if place > before[gone]} | {
                call: before[call] - 1 for call in moved
            }
        assert [order.place(call) for call in came] == list(range(1, len(order) + 1))
        assert len(order) == len(came) <= 5


def test_who_does_not_wait_leaves_nobody_s_place_as_it_was_and_enters_once() -> None:
    order = Order(3)
    order.enter("a")
    assert order.leave("b") == []
    with pytest.raises(ValueError, match="cannot enter"):
        order.enter("a")


@given(
    st.lists(st.frozensets(st.sampled_from(SEATS)), max_size=8),
    st.lists(st.tuples(st.sampled_from(SEATS), st.integers(0, 3)), max_size=3, unique_by=lambda x: x[0]),
)
def test_the_first_caller_for_whom_a_seat_is_free_has_that_which_is_idle_longest(served_by, free) -> None:
    seats = [Free(*each) for each in free]
    callers = [
        Caller(f"call {number}", [seat for seat in seats if seat.name in own])
        for number, own in enumerate(served_by)
    ]
    found = turn(callers)
    if found is None:
        assert not any(caller.free for caller in callers)
        return
    place = [caller.call for caller in callers].index(found[0])
    assert not any(caller.free for caller in callers[:place])  # nobody is overtaken
    (chosen,) = (seat for seat in callers[place].free if seat.name == found[1])
    assert chosen.idle_since == min(seat.idle_since for seat in callers[place].free)


def test_of_seats_idle_equally_long_the_first_is_rung_and_another_choice_may_be_made() -> None:
    free = [Free("bob", 7), Free("ann", 7), Free("cyd", 9)]
    assert longest_idle(free).name == "bob"
    assert turn([Caller("call", free)], lambda seats: seats[-1]) == ("call", "cyd")


@given(st.lists(st.sampled_from(("ready", "ringing", "talking", "wrap-up", "paused", "missed")), max_size=30))
def test_idle_since_the_last_talk_pause_or_missed_ring_and_not_since_a_ring_that_ended(states) -> None:
    idle, state, since = Idle(), "", 0
    for at, what in enumerate(states, 1):
        if what == "missed":
            idle.missed("ann", at)
            since = at
            assert idle.rests("ann", at)
            assert not idle.rests("ann", at + AGAIN)
            continue
        if what == "ready" and state not in ("ready", "ringing"):
            since = at
        idle.state("ann", what, at)
        state = what
        assert idle.since("ann") == since
    assert idle.since("bob") == 0


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), max_size=40), st.sampled_from((5, 30)))
def test_a_place_is_said_when_it_is_better_and_never_twice_nor_too_soon_after_another(moments, every) -> None:
    words, now, place, told = Words(Samples(every), Samples(2)), 0, 9, list[tuple[int, int]]()
    for step, better in moments:
        now, place = now + step, min(place, better)
        due = words.due(place)
        if due is not None and due <= now:
            words.said(place, Samples(now))
            told.append((now, place))
        else:
            assert (due is None) == (bool(told) and place >= told[-1][1])
    assert [each for _, each in told] == sorted({each for _, each in told}, reverse=True)
    assert all(after - before >= every for (before, _), (after, _) in pairwise(told))
    assert not told or told[0][0] >= 2


def test_without_a_time_between_no_place_is_said() -> None:
    assert Words(Samples(0), Samples(0)).due(1) is None
