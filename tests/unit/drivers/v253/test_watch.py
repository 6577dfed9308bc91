from __future__ import annotations

import pytest

from ctidrv.drivers.v253.table import WAITS_S, Input, State
from ctidrv.drivers.v253.watch import BABBLE, BABBLE_S, CHECK_S, MUTE_S, Watch


def seen(watch: Watch, now: float, state: State) -> Input | None:
    amiss = watch.amiss(now, state)
    return None if amiss is None else amiss[0]


def test_an_idle_modem_that_says_nothing_is_asked_and_nothing_is_wrong_with_it() -> None:
    watch = Watch()
    watch.heard_at = watch.since = 100.0
    assert seen(watch, 100 + CHECK_S, State.IDLE) is None
    assert watch.amiss(100.1 + CHECK_S, State.IDLE) == (Input.CHECK, "")


def test_what_a_port_that_was_closed_has_babbled_does_not_count_against_the_next() -> None:
    watch = Watch()
    watch.heard_at = watch.since = 100.0
    watch.amiss(100, State.IDLE)
    watch.nonsense(BABBLE + 1)
    watch.forget()
    assert watch.amiss(100.5, State.WAKING) is None
    watch.nonsense(BABBLE + 1)
    assert seen(watch, 100.6, State.WAKING) is Input.BABBLE


def test_audio_that_stops_is_a_frozen_modem() -> None:
    watch = Watch()
    watch.heard_at = 100.0
    assert seen(watch, 100 + MUTE_S, State.DUPLEX) is None
    assert seen(watch, 100.1 + MUTE_S, State.DUPLEX) is Input.LATE


@pytest.mark.parametrize("state", WAITS_S)
def test_each_state_that_waits_has_its_time(state: State) -> None:
    watch = Watch()
    watch.since = watch.heard_at = 100.0
    assert seen(watch, 99.9 + WAITS_S[state], state) is None or WAITS_S[state] > MUTE_S
    watch.heard_at = 100.1 + WAITS_S[state]
    assert seen(watch, 100.1 + WAITS_S[state], state) is Input.LATE


def test_much_nonsense_within_a_little_while_is_babble_and_a_little_in_a_long_one_is_none() -> None:
    watch = Watch()
    watch.heard_at = watch.since = 100.0
    watch.amiss(100, State.IDLE)
    for second in range(5):
        watch.nonsense(BABBLE // 2)
        assert seen(watch, 100.1 + second * (BABBLE_S + 0.1), State.RINGING) is not Input.BABBLE
    watch.nonsense(BABBLE)
    watch.nonsense(BABBLE)
    assert seen(watch, 100.2 + 4 * (BABBLE_S + 0.1), State.RINGING) is Input.BABBLE
