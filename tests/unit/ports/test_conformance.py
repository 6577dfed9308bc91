"""The conformance kit finds each fault by the check that is meant for it, and names the clause."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from ctidrv.errors import UsageError
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import Kind
from ctidrv.ports.conformance import Conformance, outcomes
from ctidrv.ports.conformance.bench import Bench
from ctidrv.ports.conformance.judge import TRUE_HZ, Nonconformity, beep, lasts, longest, most_turned
from ctidrv.ports.conformance.suite import checks

sys.path.append(str(Path(__file__).parent))

import wrong_boards as wrong
from wrong_board import WrongBoard, WrongRig

LINE_FAULTS = {
    wrong.IsNotDescribed: {"its_ports_are_described"},
    wrong.OpensAtOnce: {"made_and_not_opened_it_holds_nothing"},
    wrong.OpensTwice: {"opened_and_closed_twice_it_works"},
    wrong.LeaksAThread: {"closed_it_leaves_no_thread_and_no_descriptor"},
    wrong.LeaksADescriptor: {"closed_it_leaves_no_thread_and_no_descriptor"},
    wrong.WaitsInPump: {"pump_returns_at_once"},
    wrong.StaysOffHook: {"fxo_closed_off_hook_its_line_is_on_hook"},
    wrong.TellsTomorrow: {"fxo_what_it_tells_has_happened_at_its_ports"},
    wrong.IsDeafOnHook: {"fxo_who_calls_is_told_once"},
    wrong.IsTooLoud: {"fxo_a_prompt_reaches_the_far_end_whole_and_as_loud"},
    wrong.HasGaps: {
        "fxo_a_prompt_reaches_the_far_end_whole_and_as_loud",
        "fxo_both_directions_pass_at_once",
    },
    wrong.IsTooFaint: {"fxo_the_far_end_is_heard_whole_and_as_loud"},
    wrong.LiesAboutSound: {"fxo_both_directions_pass_at_once"},
    wrong.DoublesADigit: {"fxo_the_far_ends_keys_are_told_once_each"},
    wrong.LosesASample: {"fxo_a_recording_is_true_to_the_sample"},
    wrong.NeverSaysReleased: {"fxo_a_line_that_is_released_is_on_hook"},
    wrong.HasNoFlash: {"fxo_a_flash_is_seen_by_the_exchange_where_the_port_can"},
    wrong.SwallowsAnOrder: {"fxo_orders_at_the_wrong_time_change_nothing"},
    wrong.KeepsItsHookWhileGone: {"fxo_gone_off_hook_it_comes_back_on_hook_and_can_be_lifted"},
}
TELEPHONE_FAULTS = {
    wrong.TellsItsHookTwice: {"fxs_its_hook_is_told_once_up_and_once_down"},
    wrong.TakesAFlashForAHangUp: {"fxs_a_flash_of_the_telephone_is_told_where_the_port_can"},
    wrong.LosesPulses: {"fxs_digits_of_its_dial_are_told_where_the_port_can"},
}


ONE_CHECK = [
    ("fxo_a_ringing_line_that_is_seized_is_connected", wrong.SeizesNothing),
    ("fxo_our_digits_reach_the_far_end", wrong.Chops),
    ("fxo_a_far_end_that_hangs_up_is_told_by_each_sign_the_board_can", wrong.SeesNoBreak),
    ("fxo_released_twice_it_stays_on_hook", wrong.TurnsItsHook),
    ("fxo_released_while_it_dials_every_order_is_answered", wrong.AnswersTwice),
    ("fxo_a_digit_of_pulses_is_dialled_where_the_port_can", wrong.HasNoPulses),
    ("fxo_a_call_that_we_make_is_answered_and_heard", wrong.CannotCall),
    ("fxo_gone_on_hook_it_is_told_and_comes_back", wrong.HidesThatItIsGone),
    ("fxo_gone_while_it_rings_it_comes_back_on_hook", wrong.HidesThatItIsGone),
    ("fxs_it_rings_for_as_long_as_it_is_ordered", wrong.DoesNotStopRinging),
    ("fxs_lifted_it_rings_no_more", wrong.RingsInTheEar),
    ("fxs_its_display_shows_who_calls_where_the_port_can", wrong.IsSilentOnHook),
    ("fxs_its_battery_is_cut_and_given_again_where_the_port_can", wrong.KeepsItsBattery),
    ("fxs_orders_of_a_line_change_nothing_at_a_telephone", wrong.FlashesByItself),
    ("what_it_counts_is_told_where_it_counts", wrong.CountsNonsense),
    ("fxo_a_far_end_that_hangs_up_is_told_by_each_sign_the_board_can", wrong.SeesNoReversal),
    ("fxs_its_battery_is_turned_round_and_back_where_the_port_can", wrong.KeepsItsPolarity),
    ("fxo_the_far_ends_keys_are_told_once_each", wrong.HearsKeysItself),
    ("fxo_who_calls_is_told_once", wrong.ReadsCallerIdItself),
    ("fxo_both_directions_pass_at_once", wrong.TakesTurns),
]
"""Boards that are so wrong that other checks fail too."""


def suite_of(board: type[Any], kind: Kind, **settings: Any) -> type[Conformance]:
    class Suite(Conformance):
        kinds = (kind,)

        def rig(self, folder: Path) -> WrongRig:
            return WrongRig(folder, board, **settings)

    return Suite


def failed(suite: type[Conformance]) -> dict[str, str]:
    return {name: why for name, why in outcomes(suite).items() if why is not None}


@pytest.fixture(autouse=True)
def _forgotten_threads() -> Iterator[None]:
    wrong.LeaksAThread.over.clear()
    yield
    wrong.LeaksAThread.over.set()


def named(faults: dict[Any, set[str]]) -> list[Any]:
    return [pytest.param(board, checks, id=board.__name__) for board, checks in faults.items()]


@pytest.mark.parametrize(("board", "checks"), named(LINE_FAULTS))
def test_a_board_that_is_wrong_in_one_thing_fails_the_check_of_that(
    board: type[Any], checks: set[str]
) -> None:
    assert failed(suite_of(board, Kind.FXO)).keys() == checks


@pytest.mark.parametrize(("board", "checks"), named(TELEPHONE_FAULTS))
def test_a_telephones_board_that_is_wrong_fails_the_check_of_that(board: type[Any], checks: set[str]) -> None:
    assert failed(suite_of(board, Kind.FXS, fxs=1)).keys() == checks


@pytest.mark.parametrize(("check", "board"), ONE_CHECK, ids=[board.__name__ for _, board in ONE_CHECK])
def test_a_check_fails_for_the_board_that_is_wrong_in_it(check: str, board: type[Any]) -> None:
    kind = Kind.FXS if check.startswith("fxs") else Kind.FXO
    suite = suite_of(board, kind, fxs=int(kind is Kind.FXS))
    try:
        with pytest.raises(Nonconformity, match=r"^expected .+; there came .+; the contract: ") as raised:
            getattr(suite(), f"test_{check}")()
    finally:
        suite.teardown_class()
    assert raised.value.contract


def test_there_is_no_check_that_no_board_fails() -> None:
    shown = {"fxo_a_call_begins_with_its_signs_and_each_burst_ends", "a_board_that_is_well_has_no_trouble"}
    for faults in (LINE_FAULTS, TELEPHONE_FAULTS):
        shown |= set().union(*faults.values())
    shown |= {check for check, _ in ONE_CHECK}
    names = {name.partition("_")[2] if name.startswith("fx") else name for name in shown}
    assert names == {check.name for check in checks()}


def test_what_happens_at_one_port_is_told_at_that_one_alone() -> None:
    suite = suite_of(wrong.TellsOthers, Kind.FXO, lines=2)
    found = outcomes(suite)["fxo_a_call_begins_with_its_signs_and_each_burst_ends"]
    assert found is not None
    assert "expected events of sim/1 alone, which is called; there came [RingOn(" in found


def test_a_board_without_reason_for_trouble_has_none() -> None:
    found = outcomes(suite_of(wrong.HasTrouble, Kind.FXO))["a_board_that_is_well_has_no_trouble"]
    assert found == (
        "Nonconformity: expected no trouble while the device is there and well; there came it rains; "
        "the contract: api.py: Board.trouble: what is wrong with its device now, in words, or None"
    )


def test_only_checks_of_the_boards_kinds_are_there_and_the_rest_has_a_reason() -> None:
    class Telephones(Conformance):
        kinds = (Kind.FXS,)
        without: ClassVar[dict[str, str]] = {"dial": "its telephone has keys alone"}
        rules_out: ClassVar[dict[str, str]] = {"fxs_our_digits_reach_the_far_end": "it is deaf"}

    assert not any(name.startswith(("fxo", "handset")) for name in Telephones.made())
    assert Telephones.not_made() == {
        "fxs_our_digits_reach_the_far_end": "it is deaf",
        "fxs_digits_of_its_dial_are_told_where_the_port_can": "its telephone has keys alone",
    }
    there = {name.removeprefix("test_") for name in dir(Telephones) if name.startswith("test_")}
    assert {name for name in there if callable(getattr(Telephones, f"test_{name}"))} == set(Telephones.made())


class LiveRig(WrongRig):
    """The simulated board in real time; `late_ticks`: the machine is said to be that late by now."""

    made: ClassVar[list[LiveRig]] = []

    def __init__(self, folder: Path, board: type[Any], *, late: int) -> None:
        super().__init__(folder, board, fxs=1)
        self._late = late
        self._asked = 0
        self.made.append(self)

    @property
    def late_ticks(self) -> int:
        self._asked += 1
        return self._late * self._asked


@pytest.mark.parametrize(("late", "tries"), [(0, 1), (1, 2)])
def test_live_a_check_that_fails_is_made_again_only_on_a_machine_that_was_too_busy(
    monkeypatch: pytest.MonkeyPatch, late: int, tries: int
) -> None:
    monkeypatch.setattr(Bench, "held_up", lambda bench: bench.rig.late_ticks)  # whatever this machine does

    class Suite(Conformance):
        kinds = (Kind.FXS,)
        live = True

        def rig(self, folder: Path) -> WrongRig:
            first = not LiveRig.made
            return LiveRig(folder, wrong.TellsItsHookTwice if first else WrongBoard, late=late)

    LiveRig.made.clear()
    suite: Any = Suite()
    try:
        if tries == 1:
            with pytest.raises(Nonconformity, match="HookChanged"):
                suite.test_fxs_its_hook_is_told_once_up_and_once_down()
        else:
            suite.test_fxs_its_hook_is_told_once_up_and_once_down()
    finally:
        Suite.teardown_class()
    assert len(LiveRig.made) == tries


def test_what_is_no_check_and_no_ability_is_refused() -> None:
    with pytest.raises(UsageError, match="Odd: to fly: neither an ability of a rig nor a check"):
        type("Odd", (Conformance,), {"kinds": (Kind.FXO,), "without": {"to fly": "no wings"}})
    with pytest.raises(UsageError, match="fxs_our_digits"):
        type("Odd", (Conformance,), {"kinds": (Kind.FXO,), "rules_out": {"fxs_our_digits": ""}})


def test_the_kit_is_imported_without_pytest() -> None:
    program = (
        "import sys; sys.modules['pytest'] = None; import ctidrv.ports.conformance as kit; kit.Conformance"
    )
    subprocess.run([sys.executable, "-P", "-c", program], check=True)


def test_one_lost_sample_turns_the_tone_and_a_clock_that_is_off_does_not() -> None:
    sound = beep(1.0, TRUE_HZ)
    assert most_turned(sound)[0] < 1
    turned, when = most_turned(sound[:4000] + sound[4001:])
    assert (turned > 40, 0.48 < when < 0.52) == (True, True)
    assert most_turned(beep(1.0, TRUE_HZ * 1.0005), TRUE_HZ)[0] < 4


def test_a_tone_is_heard_beside_a_louder_one_and_not_where_that_sounds_alone() -> None:
    sound, both = (
        beep(0.5, 700.0),
        Pcm([a // 2 + b for a, b in zip(beep(0.5, 1600.0), beep(0.5, 700.0), strict=True)]),
    )
    assert lasts(sound + both + sound, 1600.0, -20.0) == pytest.approx(0.5, abs=0.011)
    assert lasts(sound, 1600.0, -40.0) == 0


def test_a_gap_in_a_sound_is_found_and_what_comes_long_after_is_another_sound() -> None:
    sound = beep(0.5)
    stretch, gaps = longest(Pcm.silence(800) + sound + Pcm.silence(400) + sound + Pcm.silence(8000), -30.0)
    assert (len(stretch), gaps) == (8400, 400)
    stretch, gaps = longest(sound + Pcm.silence(4000) + sound + sound, -30.0)
    assert (len(stretch), gaps) == (8000, 0)
