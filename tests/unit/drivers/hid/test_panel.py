"""The table of keys and lamps, every pair of it, and what a headset's answers are taken for."""

from __future__ import annotations

import pytest

from ctidrv.drivers.hid.panel import ANSWERS_S, APART_S, TABLE, Do, Input, Panel, State
from ctidrv.drivers.hid.reports import Reports
from ctidrv.drivers.hid.usages import Lamp
from hwsim.devices.hid_models import ION, KEYPAD, MUTE_ONLY, TURNS, Model

HOOK, MUTE, FLASH, REJECT = 0x01, 0x08, 0x10, 0x80
"""Of the ION's report."""


class Desk:
    """A panel with a device that does nothing by itself; time goes on by `wait`."""

    def __init__(self, model: Model = ION, state: State = State.IDLE) -> None:
        self.now = 100.0
        self.panel = Panel(lambda: self.now)
        self.report = 0 if model is MUTE_ONLY else 3 if model is TURNS else 2
        self.panel.plugged(Reports(model.descriptor))
        self.panel.due()
        if state is not State.IDLE:
            self.panel.rings(True)
        if state is State.TALKING:
            self.panel.hook(True)
        self.wait()
        self.panel.due()
        self.wait()

    def wait(self, seconds: float = 2 * ANSWERS_S) -> None:
        self.now += seconds

    def says(self, bits: int) -> list[Do]:
        data = bytes([self.report, bits]) if self.report else bytes([bits])
        return [do for do, _ in self.panel.report(data)]

    def written(self) -> list[int]:
        return [data[1] for data in self.panel.due()]


HANDS = {
    Input.LIFTED: (ION, (HOOK,)),
    Input.PUT_DOWN: (ION, (HOOK, 0)),
    Input.TURNED: (TURNS, (1, 0)),
    Input.MUTE: (ION, (MUTE, 0)),
    Input.FLASH: (ION, (FLASH, 0)),
    Input.DROP: (TURNS, (4, 0)),
    Input.REJECT: (ION, (REJECT, 0)),
}
EXPECTED = {
    (State.RINGING, Input.LIFTED): ([Do.ANSWER], State.TALKING),
    (State.RINGING, Input.TURNED): ([Do.ANSWER], State.TALKING),
    (State.RINGING, Input.DROP): ([Do.SILENCE], State.RINGING),
    (State.RINGING, Input.REJECT): ([Do.SILENCE], State.RINGING),
    (State.RINGING, Input.PUT_DOWN): ([Do.ANSWER], State.TALKING),  # by the lifting; the rest bounces
    (State.TALKING, Input.PUT_DOWN): ([Do.HANG_UP], State.IDLE),
    (State.TALKING, Input.TURNED): ([Do.HANG_UP], State.IDLE),
    (State.TALKING, Input.DROP): ([Do.HANG_UP], State.IDLE),
    (State.TALKING, Input.MUTE): ([Do.MUTE], State.TALKING),
    (State.TALKING, Input.FLASH): ([Do.FLASH], State.TALKING),
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("pressed", HANDS)
def test_each_key_in_each_state(state: State, pressed: Input) -> None:
    model, reports = HANDS[pressed]
    desk = Desk(model, state)
    done = []
    for bits in reports:
        done += desk.says(bits)
    assert (done, desk.panel.state) == EXPECTED.get((state, pressed), ([], state))


def test_the_table_has_what_is_expected_of_it_and_no_more() -> None:
    acts = {pair for pair, (_, actions) in TABLE.items() if actions and actions != (Do.AGAIN,)}
    assert acts | {(State.RINGING, Input.PUT_DOWN)} == EXPECTED.keys()


@pytest.mark.parametrize(
    ("state", "on_hook", "rings", "silent"),
    [
        (State.IDLE, State.IDLE, State.RINGING, State.IDLE),
        (State.RINGING, State.IDLE, State.RINGING, State.IDLE),
        (State.TALKING, State.IDLE, State.TALKING, State.TALKING),
    ],
)
def test_each_order_in_each_state(state: State, on_hook: State, rings: State, silent: State) -> None:
    for order, becomes in (
        (lambda panel: panel.hook(True), State.TALKING),
        (lambda panel: panel.hook(False), on_hook),
        (lambda panel: panel.rings(True), rings),
        (lambda panel: panel.rings(False), silent),
    ):
        desk = Desk(state=state)
        order(desk.panel)
        assert desk.panel.state is becomes


@pytest.mark.parametrize(
    ("state", "lamps"), [(State.IDLE, set()), (State.RINGING, {Lamp.RING}), (State.TALKING, {Lamp.OFF_HOOK})]
)
def test_lamps_of_each_state(state: State, lamps: set[Lamp]) -> None:
    assert Desk(state=state).panel.lit() == lamps


def test_a_hook_that_is_pressed_where_nothing_rings_is_told_again_that_it_is_down() -> None:
    desk = Desk()
    assert desk.says(HOOK) == []
    assert desk.written() == [0]
    assert desk.written() == []


def test_a_call_is_answered_in_the_very_moment_in_which_it_begins_to_ring() -> None:
    desk = Desk()
    desk.panel.rings(True)
    assert desk.written() == [0x04]
    assert desk.says(HOOK) == [Do.ANSWER]


def test_after_the_hook_the_off_hook_lamp_is_written_before_anything_else_is_waited_for() -> None:
    desk = Desk(state=State.RINGING)
    desk.says(HOOK)
    assert desk.written() == [0x01]


def test_what_the_device_says_of_a_lamp_that_was_told_is_no_press() -> None:
    desk = Desk(state=State.RINGING)
    desk.panel.hook(True)  # by the desktop's key
    assert desk.written() == [0x01]
    desk.wait(0.03)
    assert desk.says(HOOK) == []
    desk.panel.talk(muted=True, held=False)
    desk.wait(APART_S)
    assert desk.written() == [0x03]
    desk.wait(0.1)
    assert desk.says(HOOK | MUTE) == []
    assert desk.panel.muted
    desk.wait()
    desk.says(HOOK)
    assert desk.says(HOOK | MUTE) == [Do.UNMUTE], "and later it is one again"


def test_a_hook_that_says_otherwise_after_its_lamp_is_told_again_and_believed_then() -> None:
    desk = Desk(state=State.RINGING)
    desk.says(HOOK)
    assert desk.written() == [0x01]
    desk.wait(0.05)
    assert desk.says(0) == [], "it may be a contact, or the answer to a lamp of before"
    desk.wait()
    assert desk.written() == [0x01], "told again"
    desk.wait()
    assert desk.says(HOOK) == []
    assert desk.says(0) == [Do.HANG_UP]


def test_a_toggle_that_answers_its_lamp_with_a_press_does_not_hang_up() -> None:
    desk = Desk(TURNS, State.RINGING)
    assert desk.says(1) == [Do.ANSWER]
    desk.says(0)
    desk.written()
    desk.wait(0.05)
    assert desk.says(1) + desk.says(0) == []
    desk.wait()
    assert desk.says(1) + desk.says(0) == [Do.HANG_UP]


def test_a_mute_key_that_says_its_buttons_state_mutes_by_each_press() -> None:
    desk = Desk(MUTE_ONLY, State.TALKING)
    assert desk.says(1) == [Do.MUTE]
    desk.written()
    desk.wait(0.3)
    assert desk.says(0) == []
    desk.wait()
    assert desk.says(1) == [Do.UNMUTE]


def test_a_mute_key_that_says_its_microphones_state_mutes_by_it() -> None:
    desk = Desk(MUTE_ONLY, State.TALKING)
    assert desk.says(1) == [Do.MUTE]
    desk.written()
    desk.wait(5)
    assert desk.says(0) == [Do.UNMUTE]
    assert not desk.panel.muted


def test_hanging_up_puts_mute_and_hold_out_for_the_next_call() -> None:
    desk = Desk(state=State.TALKING)
    desk.panel.talk(muted=True, held=True)
    assert desk.written() == [0x0B]
    desk.panel.hook(False)
    desk.panel.talk(muted=True, held=True)  # late
    desk.panel.hook(True)
    desk.wait()
    assert desk.written() == [0x01]


def test_a_bell_that_was_refused_is_dark_for_this_call_alone() -> None:
    desk = Desk(state=State.RINGING)
    desk.says(REJECT)
    assert desk.written() == [0]
    desk.panel.rings(True)
    assert desk.panel.lit() == set()
    desk.panel.rings(False)
    desk.panel.rings(True)
    assert desk.panel.lit() == {Lamp.RING}


def test_digits_are_told_in_a_talk_with_their_ends() -> None:
    desk = Desk(KEYPAD, State.TALKING)
    told = []
    for value in (12, 7, 12, 0):
        told += desk.panel.report(bytes([2, value << 6 & 0xFF, value >> 2]))
    assert told == [(Do.DIGIT, "7"), (Do.DIGIT_UP, "7"), (Do.DIGIT, "0")]
    desk.panel.hook(False)
    assert list(desk.panel.report(bytes([2, 0, 3]))) == []


def test_lamps_that_change_faster_than_a_device_takes_are_told_as_they_are_in_the_end() -> None:
    desk, written = Desk(state=State.TALKING), []
    for turn in range(200):
        desk.panel.talk(muted=turn % 2 == 0, held=False)
        written += desk.written()
        desk.wait(0.001)
    desk.wait(APART_S)
    written += desk.written()
    assert len(written) <= 1 + 0.2 / APART_S + 1
    assert written[-1] == 0x01


def test_a_flood_of_presses_is_a_few() -> None:
    desk, done = Desk(state=State.TALKING), []
    for _ in range(1000):
        done += desk.says(FLASH) + desk.says(0)
        desk.wait(0.001)
    assert 0 < len(done) <= 1 / APART_S + 1
    done = []
    for _ in range(1000):
        desk.panel.hook(True)
        done += desk.says(HOOK) + desk.says(0)
        desk.written()
        desk.wait(0.001)
    assert len(done) <= 1 / ANSWERS_S + 1


def test_plugged_in_again_all_lamps_are_told_and_what_it_says_at_first_is_of_before() -> None:
    desk = Desk(state=State.TALKING)
    desk.panel.talk(muted=True, held=False)
    desk.written()
    desk.panel.plugged(None)
    assert desk.written() == [] == desk.says(HOOK)
    desk.panel.plugged(Reports(ION.descriptor))
    assert desk.written() == [0x03]
    assert desk.says(HOOK) == [] == desk.says(0)
    desk.wait()
    assert desk.written() == [0x03], "its hook says otherwise: told again"
    assert desk.panel.state is State.TALKING
