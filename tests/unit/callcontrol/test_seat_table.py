"""The table of a seat: every state with every input."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctidrv.callcontrol.seat_table import TABLE, Do, Input, SeatState, State

# Spelled out so that a row that goes missing is seen: what each state must react to.
MUST_REACT = {
    State.READY: "RING RECALL LIFTED PAUSE LOST",
    State.PAUSED: "RECALL LIFTED RESUME LOST",
    State.RINGING: "ANSWERED STOP_RING REFUSED LOST",
    State.TALKING: "PUT_DOWN CLEAR LOST",
    State.CLEARED: "PUT_DOWN RECALL WRAPPED_UP RESUME PAUSE LOST",
    State.WRAP_UP: "LIFTED RECALL WRAPPED_UP RESUME PAUSE LOST",
    State.IN_USE: "PUT_DOWN RECALL LOST",
    State.OUT: "BACK",
}


@pytest.mark.parametrize("state", State)
def test_each_state_reacts_to_what_it_must_and_to_nothing_else(state: State) -> None:
    assert {seen.name for seen in Input if (state, seen) in TABLE} == set(MUST_REACT[state].split())


@given(st.lists(st.sampled_from(Input), max_size=60))
def test_bell_timer_and_who_is_told_are_those_of_the_state_whatever_happened(inputs: list[Input]) -> None:
    seat, rings, wraps, has_call = SeatState(), False, False, False
    for seen in inputs:
        if seen is Input.WRAPPED_UP:
            if not wraps:
                continue  # only what runs can run out
            wraps = False
        before = seat.state
        for action in seat.feed(seen):
            match action:
                case Do.RING | Do.STOP_RING:
                    rings = action is Do.RING
                case Do.START_WRAP_UP | Do.STOP_WRAP_UP:
                    wraps = action is Do.START_WRAP_UP
                case Do.TELL_ANSWERED:
                    assert before is State.RINGING or seen is Input.RECALL
                    rings = False  # lifted: the telephone itself stops
                case Do.TELL_LEFT | Do.TELL_REFUSED | Do.TELL_LOST:
                    assert has_call  # who is told had it
                    rings = False
                case _:
                    pass
        has_call = seat.state in (State.RINGING, State.TALKING)
        assert rings == (seat.state is State.RINGING)
        assert wraps == (seat.state in (State.CLEARED, State.WRAP_UP))
        assert seat.state is not State.READY or not seat.pausing
        assert seat.state is not State.PAUSED or seat.pausing


def test_a_pause_asked_for_in_a_talk_comes_after_it() -> None:
    seat = SeatState()
    for seen in (Input.RING, Input.ANSWERED, Input.PAUSE):
        seat.feed(seen)
    assert (seat.state, seat.pausing) == (State.TALKING, True)
    for seen in (Input.PUT_DOWN, Input.WRAPPED_UP):
        seat.feed(seen)
    assert seat.state is State.PAUSED
    seat.feed(Input.RESUME)
    assert seat.state is State.READY
