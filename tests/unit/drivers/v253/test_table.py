from __future__ import annotations

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctidrv.drivers.v253.table import AUDIO, OFF_HOOK, TABLE, WAITS_S, Do, Input, State

_REPLIES = (Input.OK, Input.CONNECT, Input.CONNECT_BOTH, Input.REFUSED, Input.NO_DUPLEX)


def _walk(state: State, *inputs: Input) -> tuple[State, list[Do]]:
    done: list[Do] = []
    for seen in inputs:
        state, actions = TABLE.get((state, seen), (state, ()))
        done += actions
    return state, done


def test_every_state_is_reached() -> None:
    seen, todo = {State.AWAY}, deque([State.AWAY])
    while todo:
        state = todo.popleft()
        for (before, _), (after, _) in TABLE.items():
            if before is state and after not in seen:
                seen.add(after)
                todo.append(after)
    assert seen == set(State)


@pytest.mark.parametrize(
    "state", [each for each in State if each is not State.AWAY], ids=lambda state: state.name
)
@pytest.mark.parametrize("seen", [Input.GONE, Input.LATE, Input.BABBLE], ids=lambda seen: seen.name)
def test_what_goes_wrong_anywhere_closes_the_port_and_serves_nothing(state: State, seen: Input) -> None:
    after, done = _walk(state, seen)
    assert after is State.AWAY
    assert {Do.CLOSE, Do.SERVE_NOTHING} <= set(done)


def test_every_state_that_waits_for_a_reply_has_a_time() -> None:
    settled = {State.AWAY, State.IDLE, State.RINGING, State.DUPLEX, State.RECORD, State.PLAY, State.FAX}
    assert set(WAITS_S) == set(State) - settled
    assert AUDIO <= OFF_HOOK


@pytest.mark.parametrize("state", [each for each in State if each in OFF_HOOK], ids=lambda state: state.name)
def test_a_hang_up_is_obeyed_in_every_state_of_a_call_whatever_is_replied(state: State) -> None:
    """From any of them, with a RELEASE and any three replies: on hook and told so, or the port is closed."""
    for replies in [(a, b, c) for a in _REPLIES for b in _REPLIES for c in _REPLIES]:
        after, done = _walk(state, Input.RELEASE, *replies)
        if after in (State.IDLE, State.AWAY):
            assert Do.TELL_RELEASED in done or Do.CLOSE in done
        else:
            assert after in {State.LEAVING, State.ENDING, State.HANGING_UP, State.FAX_ENDS}
            assert after in WAITS_S


@given(st.lists(st.sampled_from(list(Input)), max_size=60))
def test_no_order_of_inputs_tells_a_seizure_without_audio_or_a_flash_twice(inputs: list[Input]) -> None:
    state, flashes = State.AWAY, 0
    for seen in inputs:
        before = state
        state, done = _walk(state, seen)
        if Do.TELL_SEIZED in done:
            assert before is State.OPENING
            assert state in (State.DUPLEX, State.RECORD)
            assert done[0] is Do.SERVE
        flashes += seen is Input.FLASH and before not in (State.AWAY, State.WAKING, State.ASKING)
        flashes -= (Do.TELL_FLASHED in done) + (Do.TELL_NOT_FLASHED in done)
        if state is State.AWAY:
            flashes = 0
        assert flashes >= 0
        assert (flashes > 0) <= (state in (State.FLASH_WAITS, State.FLASHING))


def test_a_call_in_full_duplex() -> None:
    state, done = _walk(
        State.IDLE, Input.RING, Input.SEIZE, Input.OK, Input.CONNECT_BOTH, Input.RELEASE, Input.OK, Input.OK
    )
    assert state is State.IDLE
    told = (Do.TELL_RING, Do.TELL_SEIZED, Do.TELL_RELEASED)
    assert [action for action in done if action in told] == [*told]


def test_half_duplex_is_found_out_with_the_first_call_and_goes_to_and_fro() -> None:
    state, done = _walk(State.IDLE, Input.SEIZE, Input.OK, Input.NO_DUPLEX, Input.CONNECT)
    assert state is State.RECORD
    assert done == [Do.LIFT, Do.OPEN, Do.HALF_DUPLEX, Do.OPEN, Do.SERVE, Do.TELL_SEIZED]
    state, done = _walk(state, Input.SOUND, Input.OK, Input.CONNECT)
    assert (state, done) == (State.PLAY, [Do.END_RECORD, Do.PLAY, Do.SERVE])
    state, done = _walk(state, Input.SILENCE, Input.OK, Input.CONNECT)
    assert (state, done) == (State.RECORD, [Do.END_PLAY, Do.RECORD, Do.SERVE])


@pytest.mark.parametrize(
    ("state", "stops"),
    [
        (State.DUPLEX, Do.END_AUDIO),
        (State.RECORD, Do.END_RECORD),
        (State.PLAY, Do.END_PLAY),
    ],
)
def test_a_fax_is_between_two_times_of_voice_on_one_call(state: State, stops: Do) -> None:
    after, done = _walk(state, Input.FAX, Input.OK)
    assert (after, done) == (State.FAX, [Do.SERVE_NOTHING, stops, Do.BEGIN_FAX])
    after, done = _walk(after, Input.FAX_OVER, Input.OK, Input.CONNECT)
    assert (after, done) == (State.RECORD, [Do.SET_UP_VOICE, Do.OPEN, Do.SERVE])


def test_a_line_that_is_put_down_within_a_fax_is_on_hook_when_the_modem_is_one_of_voice_again() -> None:
    after, done = _walk(State.FAX, Input.RELEASE)
    assert (after, done) == (State.FAX_ENDS, [Do.FORGET_FAX, Do.DROP_FAX])
    assert _walk(after, Input.OK) == (State.IDLE, [Do.TELL_RELEASED])
    after, done = _walk(State.FAX_WAITS, Input.RELEASE)
    assert (after, done) == (State.ENDING, [Do.FORGET_FAX])
