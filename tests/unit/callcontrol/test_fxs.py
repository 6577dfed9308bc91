"""The table of a telephone at our own port: every state with every input."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctidrv.callcontrol.fxs import TABLE, TIMER_INPUT, Do, FxsPhone, Input, Play, State, Timer
from ctidrv.callcontrol.timers import Start, Stop

ON_HOOK = {State.IDLE, State.RINGING}
# Spelled out so that a row that goes missing is seen: what each state must react to.
MUST_REACT = {
    State.IDLE: "RING LIFTED ALARM",
    State.RINGING: "LIFTED STOP_RING ALARM",
    State.DIAL_TONE: "PUT_DOWN ALARM FLASH CONNECT KEY DIAL_OVER",
    State.DIALLING: "PUT_DOWN ALARM FLASH CONNECT KEY KEY_OVER DIAL_OVER CLEAR",
    State.TALKING: "PUT_DOWN ALARM KEY FLASH DIAL CLEAR",
    State.CLEARED: "PUT_DOWN ALARM FLASH CONNECT CLEARED_OVER",
    State.FORGOTTEN: "PUT_DOWN ALARM FLASH CONNECT FORGOTTEN_OVER",
    State.HOWLING: "PUT_DOWN ALARM FLASH CONNECT HOWLING_OVER",
    State.SILENT: "PUT_DOWN ALARM FLASH CONNECT",
    State.BLOCKED: "ALARM_OVER",
}


@pytest.mark.parametrize("state", State)
def test_each_state_reacts_to_what_it_must_and_to_nothing_else(state: State) -> None:
    reacts = {seen.name for seen in Input if (state, seen) in TABLE}
    assert reacts == set(MUST_REACT[state].split())


def walk(inputs: list[Input]) -> tuple[FxsPhone, set[Timer], str | None, bool]:
    """The phone after these inputs: the timers that run, the tone that plays, whether it rings."""
    phone, running, tone, rings = FxsPhone(), set[Timer](), None, False
    for seen in inputs:
        timer = next((timer for timer, over in TIMER_INPUT.items() if over is seen), None)
        if timer is not None:
            if timer not in running:
                continue  # only what runs can run out
            running.discard(timer)
        for action in phone.feed(seen):
            match action:
                case Start(started):
                    running.add(started)
                case Stop(stopped):
                    running.discard(stopped)
                case Play(name):
                    tone = name
                case Do.QUIET:
                    tone = None
                case Do.RING | Do.STOP_RING:
                    rings = action is Do.RING
                case _:
                    pass
    return phone, running, tone, rings


@given(st.lists(st.sampled_from(Input), max_size=60))
def test_bell_tones_and_timers_are_those_of_the_state_whatever_happened(inputs: list[Input]) -> None:
    phone, running, tone, rings = walk(inputs)
    assert rings == (phone.state is State.RINGING)
    sounding = {
        State.DIAL_TONE: {"dial"},
        State.CLEARED: {"busy", "congestion"},
        State.FORGOTTEN: {"congestion"},
        State.HOWLING: {"howler"},
    }
    assert tone in sounding.get(phone.state, {None})
    waited_for = {
        State.DIAL_TONE: {Timer.DIAL},
        State.DIALLING: {Timer.KEY, Timer.DIAL},
        State.CLEARED: {Timer.CLEARED},
        State.FORGOTTEN: {Timer.FORGOTTEN},
        State.HOWLING: {Timer.HOWLING},
    }
    assert running <= waited_for.get(phone.state, set())
    assert len(running) == int(phone.state in waited_for)


@given(st.lists(st.sampled_from(Input), max_size=60))
def test_a_telephone_that_is_put_down_is_idle_whatever_went_before(inputs: list[Input]) -> None:
    phone, *_ = walk([*inputs, Input.PUT_DOWN])
    assert phone.state in {*ON_HOOK, State.BLOCKED}


@given(st.lists(st.sampled_from(Input), max_size=60))
def test_who_is_told_of_an_answer_or_a_lift_is_told_of_its_end_once(inputs: list[Input]) -> None:
    phone, open_ = FxsPhone(), False
    for seen in inputs:
        for action in phone.feed(seen):
            if action in (Do.TELL_ANSWERED, Do.TELL_LIFTED):
                assert not open_
                open_ = True
            elif action is Do.TELL_PUT_DOWN:
                assert open_
                open_ = False
            elif action is Do.TELL_LOST:
                open_ = False
            elif action in (Do.TELL_KEY, Do.TELL_NUMBER, Do.TELL_FLASH):
                assert open_
    assert open_ == (phone.state not in {*ON_HOOK, State.BLOCKED})


def test_a_telephone_left_off_hook_hears_congestion_then_howler_then_nothing() -> None:
    phone = FxsPhone()
    phone.feed(Input.LIFTED)
    assert Play("congestion") in phone.feed(Input.DIAL_OVER)
    assert Play("howler") in phone.feed(Input.FORGOTTEN_OVER)
    assert phone.feed(Input.HOWLING_OVER) == (Do.QUIET,)
    assert phone.state is State.SILENT
    assert Do.TELL_PUT_DOWN in phone.feed(Input.PUT_DOWN)
