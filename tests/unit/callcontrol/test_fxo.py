"""The FXO tables, the usual one and those laid over it: every state with every input."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctidrv.callcontrol.causes import SIGNAL_OF, Cause
from ctidrv.callcontrol.fxo import (
    CAUSE_OF,
    IGNORED,
    TABLE,
    TIMER_INPUT,
    Do,
    End,
    FxoLine,
    Input,
    State,
    Timer,
)
from ctidrv.callcontrol.fxo_jclip import JCLIP_TABLE
from ctidrv.callcontrol.fxo_out import OUTBOUND
from ctidrv.callcontrol.fxo_pulse import PULSE_TABLE
from ctidrv.callcontrol.timers import Start, Stop
from ctidrv.ports.regions import SIGNALS

ALL = frozenset(SIGNALS)
OUT = {State.SEIZING, State.DIALLING, State.CALLING}
OFF_HOOK = {State.FETCHING, State.SEIZED, State.CONNECTED, *OUT}
WITH_CALL = {State.PRELUDE, State.RETURNING, State.ALERTING, *OFF_HOOK}
OUT_TABLE = {**TABLE, **OUTBOUND}
TABLES = {"usual": TABLE, "jclip": JCLIP_TABLE, "pulse": PULSE_TABLE, "outbound": OUT_TABLE}
ADDED = {
    name: {state for state, _ in table} - {state for state, _ in TABLE} for name, table in TABLES.items()
}
PAIRS = [
    pytest.param(table, state, seen, id=f"{name}-{state.name}-{seen.name}")
    for name, table in TABLES.items()
    for state in State
    for seen in Input
    # What is laid over the usual table is looked at where it differs, and in the states that it adds.
    if table is TABLE or table.get((state, seen)) is not TABLE.get((state, seen)) or state in ADDED[name]
]
PREPARED = "WITHDRAW REMOTE_GONE CALLER_ID ANSWER OFF_HOOK BATTERY_LOST BATTERY_BACK DEAD_OVER ALARM "
# Spelled out so that a row that goes missing is seen: what each state must react to.
MUST_REACT = {
    State.IDLE: "MESSAGES RING_ON CALLER_ID POLARITY BATTERY_LOST BATTERY_BACK DEAD_OVER ALARM OFF_HOOK",
    State.ALERTING: "RING_ON RING_OFF CALLER_ID ANSWER WITHDRAW RING_OVER REMOTE_GONE OFF_HOOK BATTERY_LOST "
    "BATTERY_BACK DEAD_OVER ALARM MESSAGES",
    State.SEIZED: "OFF_HOOK SEIZE_OVER HANG_UP WITHDRAW REMOTE_GONE CALLER_ID BATTERY_LOST BATTERY_BACK "
    "DEAD_OVER ALARM",
    State.CONNECTED: "HANG_UP WITHDRAW REMOTE_GONE POLARITY BUSY_TONE CONGESTION_TONE LEARNT_TONE "
    "BATTERY_LOST BATTERY_BACK BREAK_OVER DIAL_TONE DIAL_TONE_OVER DIAL_OVER SOUND QUIET SILENCE_OVER "
    "CALLER_ID ON_HOOK DEAD_OVER ALARM ALERT CALL_WAITING WAITING_OVER",
    State.CLEARING: "ON_HOOK RELEASE_OVER GUARD_OVER OFF_HOOK RING_ON CALLER_ID BATTERY_LOST BATTERY_BACK "
    "DEAD_OVER ALARM MESSAGES",
    State.BLOCKED: "BATTERY_BACK ALARM_OVER OFF_HOOK RING_ON",
}
MUST_REACT_PULSE = {
    State.PULSED: "RING_ON RING_OFF BURST_OVER FETCH_OVER CALLER_ID MESSAGES POLARITY OFF_HOOK BATTERY_LOST "
    "BATTERY_BACK DEAD_OVER ALARM"
}
MUST_REACT_JCLIP = {
    State.PRELUDE: PREPARED + "MESSAGES RING_ON RING_OFF CAR BURST_OVER RING_OVER",
    State.FETCHING: PREPARED + "FETCH_OVER SEIZE_OVER ON_HOOK",
    State.RETURNING: PREPARED + "RING_ON ON_HOOK RELEASE_OVER",
}
ENDED = "HANG_UP WITHDRAW REMOTE_GONE BATTERY_LOST BATTERY_BACK DEAD_OVER ALARM "
MUST_REACT_OUT = {
    State.IDLE: "DIAL",
    State.SEIZING: ENDED + "OFF_HOOK SEIZE_OVER RING_ON CALLER_ID",
    State.DIALLING: ENDED + "DIALLED NO_DIAL_TONE NOT_DIALLED RING_ON STRANGER BUSY_TONE CONGESTION_TONE "
    "UNOBTAINABLE_TONE ON_HOOK",
    State.CALLING: ENDED + "RINGBACK ANSWERED BUSY_TONE CONGESTION_TONE UNOBTAINABLE_TONE LEARNT_TONE "
    "DIAL_TONE DIAL_TONE_OVER DIAL_OVER PROGRESS_OVER CALLED_OVER ON_HOOK",
}


def step(
    state: State, seen: Input, signals: frozenset[str] = ALL, table: Any = TABLE
) -> tuple[State, tuple[object, ...]]:
    line = FxoLine(signals, table)
    line.state = state
    actions = line.feed(seen)
    return line.state, actions


@pytest.mark.parametrize(("table", "state", "seen"), PAIRS)
def test_every_pair_has_a_result_and_the_named_ones_react(table: Any, state: State, seen: Input) -> None:
    after, actions = step(state, seen, table=table)
    own = {
        id(JCLIP_TABLE): MUST_REACT_JCLIP,
        id(PULSE_TABLE): MUST_REACT_PULSE,
        id(OUT_TABLE): MUST_REACT_OUT,
    }.get(id(table), {})
    more = own.get(state, "")
    reacts = seen.name in f"{MUST_REACT.get(state, '')} {more}".split()
    assert ((state, seen) in table) == reacts
    assert table is not TABLE or ((state, seen) in IGNORED) != reacts
    if not reacts:
        assert (after, actions) == (state, ())


@pytest.mark.parametrize(("table", "state", "seen"), PAIRS)
def test_every_way_off_a_seized_line_puts_it_on_hook(table: Any, state: State, seen: Input) -> None:
    after, actions = step(state, seen, table=table)
    if state in OFF_HOOK and after not in OFF_HOOK:
        assert Do.GO_ON_HOOK in actions
    if Do.GO_OFF_HOOK in actions:
        assert (state, seen) in ((State.ALERTING, Input.ANSWER), (State.IDLE, Input.DIAL))
    if Do.FETCH_CALLER in actions:
        assert (state, seen) == (State.PRELUDE, Input.CAR)
    if Do.CONNECT in actions:
        assert state in (State.SEIZED, State.DIALLING, State.CALLING)


@pytest.mark.parametrize(("table", "state", "seen"), PAIRS)
def test_a_call_begins_and_ends_exactly_where_the_states_say(table: Any, state: State, seen: Input) -> None:
    after, actions = step(state, seen, table=table)
    opened = actions.count(Do.OPEN_CALL)
    ended = sum(isinstance(action, End) for action in actions)
    if (state, seen) == (
        State.PULSED,
        Input.FETCH_OVER,
    ) and table is PULSE_TABLE:  # a whole call: somebody rang, for a moment
        assert (opened, ended, after) == (1, 1, State.IDLE)
        return
    if state in OUT and opened:  # glare: the call that was to be made ends, and a caller is served
        assert (opened, ended) == (1, 1)
        assert after in (State.SEIZED, State.CONNECTED)
        assert actions.index(End(Cause.GLARE)) < actions.index(Do.OPEN_CALL)
        return
    assert opened == (after in WITH_CALL and state not in WITH_CALL)
    assert ended == (state in WITH_CALL and after not in WITH_CALL)


@pytest.mark.parametrize(("table", "state", "seen"), PAIRS)
def test_states_that_wait_run_a_timer_that_ends_the_wait(table: Any, state: State, seen: Input) -> None:
    after, actions = step(state, seen, table=table)
    if after is state:
        return
    started = {action.timer for action in actions if isinstance(action, Start)}
    waits = {
        State.PULSED: {Timer.BURST},
        State.PRELUDE: {Timer.RING},
        State.FETCHING: {Timer.SEIZE},
        State.RETURNING: {Timer.RELEASE},
        State.SEIZED: {Timer.SEIZE} if state is not State.SEIZING else set(),  # it goes on
        State.SEIZING: {Timer.SEIZE},
        State.CALLING: {Timer.CALLED},
        State.CONNECTED: {Timer.SILENCE},
        State.CLEARING: {Timer.RELEASE, Timer.GUARD},
    }
    if waits.get(after):
        assert started & waits[after]
    stopped = {action.timer for action in actions if isinstance(action, Stop)}
    if after is State.ALERTING:  # from PRELUDE the timer goes on
        assert Timer.RING in started or (state is State.PRELUDE and Timer.RING not in stopped)
    left = {
        # one of them runs at a time
        State.PULSED: set() if seen.name.endswith("_OVER") else {Timer.BURST, Timer.FETCH},
        State.PRELUDE: {Timer.RING, Timer.BURST} if after is not State.ALERTING else {Timer.BURST},
        State.FETCHING: {Timer.SEIZE, Timer.FETCH},
        State.ALERTING: {Timer.RING},
        State.SEIZED: {Timer.SEIZE},
        State.SEIZING: {Timer.SEIZE} if after is not State.SEIZED else set(),
        State.CALLING: {Timer.PROGRESS, Timer.CALLED, Timer.DIAL},
        State.CONNECTED: {Timer.SILENCE},
    }.get(state, set())
    assert {timer for timer in left if seen is not TIMER_INPUT[timer]} <= stopped


def test_each_timer_runs_out_into_its_own_input() -> None:
    assert {timer.name: seen.name for timer, seen in TIMER_INPUT.items()} == {
        timer.name: f"{timer.name}_OVER" for timer in Timer
    }


@pytest.mark.parametrize(
    ("seen", "cause"),
    [
        (Input.BREAK_OVER, Cause.REMOTE_LOOP_BREAK),
        (Input.POLARITY, Cause.REMOTE_REVERSAL),
        (Input.BUSY_TONE, Cause.REMOTE_BUSY_TONE),
        (Input.CONGESTION_TONE, Cause.REMOTE_CONGESTION_TONE),
        (Input.LEARNT_TONE, Cause.REMOTE_LEARNT_TONE),
        (Input.DIAL_OVER, Cause.REMOTE_DIAL_TONE),
        (Input.SILENCE_OVER, Cause.REMOTE_SILENCE),
    ],
)
def test_a_hang_up_signal_clears_only_where_it_counts(seen: Input, cause: Cause) -> None:
    after, actions = step(State.CONNECTED, seen)
    assert after is State.CLEARING
    assert End(cause) in actions
    without = ALL - {SIGNAL_OF[CAUSE_OF[seen]]}
    assert step(State.CONNECTED, seen, without) == (State.CONNECTED, ())


def test_a_reversal_still_alerts_a_line_on_which_it_is_no_hang_up_signal() -> None:
    assert step(State.IDLE, Input.POLARITY, frozenset({"silence"}))[0] is State.ALERTING


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
@given(order=st.lists(st.sampled_from(list(Input)), max_size=80))
def test_no_order_of_inputs_loses_a_call_or_leaves_the_line_off_hook(table: Any, order: list[Input]) -> None:
    line, calls, off_hook = FxoLine(ALL, table), 0, False
    for seen in order:
        for action in line.feed(seen):
            calls += (action is Do.OPEN_CALL) - isinstance(action, End)
            assert (action is not Do.DIAL) or off_hook
            lifted = action in (Do.GO_OFF_HOOK, Do.FETCH_CALLER)
            off_hook = lifted or (off_hook and action is not Do.GO_ON_HOOK)
        assert calls == (line.state in WITH_CALL)
        if seen is Input.ON_HOOK:
            off_hook = False
        assert off_hook <= (line.state in OFF_HOOK)
    # Left alone, with nothing but its timers, it comes to rest on hook.
    for seen in (
        Input.SEIZE_OVER,
        Input.FETCH_OVER,
        Input.NO_DIAL_TONE,
        Input.CALLED_OVER,
        Input.SILENCE_OVER,
        Input.RELEASE_OVER,
        Input.GUARD_OVER,
        Input.RING_OVER,
    ):
        line.feed(seen)
    assert line.state in (State.IDLE, State.BLOCKED)
