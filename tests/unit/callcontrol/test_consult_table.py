"""The table of a consultation: every state with every input."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctidrv.callcontrol.consult_table import OVER, TABLE, ConsultState, Do, Input, State

# Spelled out so that a row that goes missing is seen: what each state must react to.
MUST_REACT = {
    State.RINGING: "ANSWERED UNANSWERED SENDER_LEFT COMPLETE BACK",
    State.ASIDE: "OTHER_LEFT SENDER_LEFT SWAP JOIN COMPLETE BACK",
    State.WITH_CALLER: "OTHER_LEFT SENDER_LEFT SWAP JOIN COMPLETE BACK",
    State.CONFERENCE: "OTHER_LEFT SENDER_LEFT SWAP COMPLETE BACK",
    **dict.fromkeys(OVER, ""),
}


@pytest.mark.parametrize("state", State)
def test_each_state_reacts_to_what_it_must_and_to_nothing_else(state: State) -> None:
    assert {seen.name for seen in Input if (state, seen) in TABLE} == set(MUST_REACT[state].split())


@given(st.lists(st.sampled_from(Input), max_size=40))
def test_whatever_happens_exactly_one_has_the_caller_and_who_is_out_was_let_out(inputs: list[Input]) -> None:
    consult = ConsultState()
    rings, sender, other = True, True, False
    for seen in inputs:
        before = consult.state
        there = {Input.OTHER_LEFT: other, Input.ANSWERED: rings, Input.SENDER_LEFT: sender}
        if not there.get(seen, True) or before in OVER:
            continue
        actions = consult.feed(seen)
        assert actions is not None or consult.state is before
        if seen is Input.ANSWERED and actions is not None:
            rings, other = False, True
        if seen is Input.OTHER_LEFT and actions is not None:
            other = False
        for action in actions or ():
            match action:
                case Do.STOP_RINGING:
                    assert rings
                    rings = False
                case Do.LET_GO:
                    assert other
                    other = False
                case Do.FREE_SENDER | Do.HAND_OVER:
                    assert sender
                    sender = False
                case Do.CLEAR_SENDER:
                    assert not sender
                    assert seen is Input.COMPLETE
    match consult.state:
        case State.RINGING | State.SENT_ON:
            assert rings
            assert sender is (consult.state is State.RINGING)
        case State.ASIDE | State.WITH_CALLER | State.CONFERENCE:
            assert sender
            assert other
        case State.BACK | State.RETURNED:
            assert sender
            assert not other
            assert not rings
        case State.HANDED_OVER:
            assert other
            assert not sender
