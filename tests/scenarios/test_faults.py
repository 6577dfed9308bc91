"""Faults of the station itself, as a scenario's verbs: what holds while they last, and after them."""

import json
import re
from datetime import datetime

import pytest

from ctidrv.apps.ivr.shipped import shipped_folder
from ctidrv.cli import main
from hwsim.rig.case import play_case
from hwsim.rig.faults import plan
from hwsim.scenario.read import ScenarioErrors, parse_scenario

CALL = '[dial: "8001", hear: welcome, press: "*", hear: please-enter, press: "98537#", silence: 3s]'
"""Answered 6 s after the beginning."""


def play(project, faults, *, first=CALL, heedless=True, second="40s", more=""):
    """A call in which it goes wrong, and one after that: nobody of the second notices anything."""
    text = (
        f"scenario: 1\nscript: code.ivr.yaml\nfaults: {faults}\ncallers:\n"
        f"  - {{heedless: {str(heedless).lower()}, steps: {first}}}\n"
        f'  - {{after: {second}, steps: [dial: "8001", hear: welcome]}}\n{more}'
    )
    return play_case(parse_scenario(text, project / "faults.scenario.yaml"))


def calls_of(result):
    """Which came first, whatever the clock on the wall said."""
    assert result.ok, result.report
    return sorted(result.calls, key=lambda call: call["id"][:9])


def test_a_board_pulled_out_ends_its_call_and_back_it_takes_the_next(code_project):
    first, second = calls_of(play(code_project, "[board_out: {at: 12s, lasts: 6s}]"))
    assert (first["cause"], first["outcome"]) == ("line-lost", "interrupted")
    (recording,) = first["recordings"]
    assert (recording["state"], recording["lost_seconds"]) == ("closed", 0)
    assert (second["outcome"], second["cause"]) == ("answered", "remote-busy-tone")


def test_a_board_pulled_out_while_it_rings_and_while_nobody_calls(code_project):
    """Who rings on meanwhile is a call of its own each time the board is back."""
    result = play(code_project, "[board_out: {at: 5s, lasts: 6s}, board_out: 30s]", first='[dial: "8001"]')
    lost, again, second = calls_of(result)
    assert (lost["cause"], lost["answered"], lost["outcome"]) == ("line-lost", None, "missed")
    assert again["outcome"] == second["outcome"] == "answered"


def test_a_driver_that_hangs_keeps_the_call_and_hears_of_the_rest_later(code_project):
    steps = '[dial: "8001", silence: 10s, hear: {prompt: welcome, within: 20s}, hang_up]'
    result = play(code_project, "[driver_stall: {at: 12s, lasts: 4s}]", first=steps)
    first, second = calls_of(result)
    assert first["outcome"] == second["outcome"] == "answered"


def test_a_driver_that_hangs_while_the_line_is_answered_leaves_no_line_off_hook(code_project):
    """Longer than the seizure is waited for; and the command to seize comes late, with that to release."""
    first, *_, second = calls_of(play(code_project, "[driver_stall: {at: 5s, lasts: 12s}]", second="50s"))
    assert first["cause"] in ("seize-failed", "caller-gave-up")
    assert second["outcome"] == "answered"


def test_late_ticks_are_slips_and_lose_nothing(code_project, caplog):
    result = play(code_project, "[ticks_late: {at: 10s, lasts: 500ms}, ticks_late: 12s]", heedless=False)
    first, _ = calls_of(result)
    assert [record.message for record in caplog.records if "late" in record.message] == [
        "the engine was 500 ms late",
        "the engine was 200 ms late",
    ]
    assert "".join(e["digit"] for e in first["events"] if e["type"] == "call.digit") == "*98537#"


def test_lost_ticks_are_a_gap_in_what_is_heard_and_no_more(code_project):
    first, _ = calls_of(play(code_project, "[ticks_lost: {at: 10s, lasts: 600ms}, ticks_lost: 25s]"))
    assert first["outcome"] == "answered"


def test_a_recording_goes_on_when_a_full_disk_has_room_again(code_project):
    """Silence stands for what the disk did not take, so what follows is in its place; and it is told."""
    result = play(code_project, "[disk_full: {at: 12s, lasts: 3s}]", heedless=False)
    whole, _ = calls_of(play(code_project, "[clock_jump: {at: 60s, forward: 1s}]", heedless=False))
    first, second = calls_of(result)
    (recording,), (as_it_would_be,) = first["recordings"], whole["recordings"]
    assert (recording["state"], recording["seconds"]) == ("closed", as_it_would_be["seconds"])
    assert 2.5 < recording["lost_seconds"] < 3.5
    told = [event for event in first["events"] if event["type"] == "call.recording"]
    assert [event["state"] for event in told] == ["open", "lost"]
    assert "No space left on device" in told[1]["reason"]
    assert second["recordings"][0]["lost_seconds"] == 0


def test_a_disk_full_to_the_end_of_the_call_leaves_what_it_took(code_project):
    first, _ = calls_of(play(code_project, "[disk_full: {at: 12s, lasts: 20s}]", heedless=False))
    (recording,) = first["recordings"]
    assert recording["state"] == "closed"
    assert 5 < recording["seconds"] < 6.5
    assert recording["lost_seconds"] > 5


def test_a_disk_full_before_the_call_leaves_a_call_without_a_file(code_project):
    result = play(code_project, "[disk_full: {at: 1s, lasts: 30s}]", heedless=False)
    first, second = calls_of(result)
    assert first["recordings"][0]["state"] == "missing"
    assert first["outcome"] == "answered"
    assert second["recordings"][0]["state"] == "closed"


@pytest.mark.parametrize(("lasts", "lost"), [("1500ms", False), ("4s", True)])
def test_a_slow_disk_loses_what_the_rings_do_not_hold_and_says_so(code_project, lasts, lost):
    first, _ = calls_of(play(code_project, f"[disk_slow: {{at: 11s, lasts: {lasts}}}]", heedless=False))
    (recording,) = first["recordings"]
    assert (recording["lost_seconds"] > 0) == lost
    assert recording["seconds"] > 10  # silence stands for what was lost


def test_a_locked_database_stops_no_call_and_loses_no_row(code_project, caplog):
    result = play(code_project, "[database_locked: {at: 2s, lasts: 35s}]", heedless=False)
    first, second = calls_of(result)
    assert "".join(e["digit"] for e in first["events"] if e["type"] == "call.digit") == "*98537#"
    assert any("the database takes no rows: database is locked" in each.message for each in caplog.records)
    assert any("takes rows again" in each.message for each in caplog.records)
    assert second["recordings"][0]["state"] == "closed"


def test_a_clock_that_is_set_in_a_call_leaves_its_times_in_order_and_true(code_project):
    def times(jump):
        call = calls_of(play(code_project, f"[clock_jump: {jump}]"))[0]
        facts = [call[key] for key in ("started", "answered", "ended")]
        return [*facts, call["recordings"][0]["started"], *(each["wall"] for each in call["events"])]

    straight = times("{at: 90s, forward: 1s}")
    assert times("{at: 12s, back: 60m}") == straight
    assert times("{at: 12s, forward: 1500ms}") == straight


def test_a_station_killed_in_a_call_ends_it_after_the_start_and_serves_the_next(code_project):
    result = play(
        code_project,
        "[process_killed: 14s]",
        more="calls: [{cause: station-restart, outcome: interrupted}, {outcome: answered}]\n",
    )
    first, second = sorted(result.calls, key=lambda call: call["started"])
    assert result.ok, result.report
    (recording,) = first["recordings"]
    assert recording["state"] == "repaired"
    answered, ended = (datetime.fromisoformat(first[key]) for key in ("answered", "ended"))
    assert 7 < recording["seconds"] < 8  # less than a second is lost
    assert (ended - answered).total_seconds() == pytest.approx(recording["seconds"], abs=0.1)
    assert second["recordings"][0]["state"] == "closed"


def test_what_had_failed_before_the_kill_is_a_failure(code_project):
    result = play(code_project, "[process_killed: 30s]", first="[hear: welcome]", heedless=False)
    assert [failure.line for failure in result.failures] == [5]
    assert "with the handset down" in result.failures[0].message


def test_times_drawn_from_the_seed_repeat(code_project):
    text = (
        "scenario: 1\nscript: code.ivr.yaml\nseed: {seed}\ncaller: [hang_up]\n"
        "faults: [board_out: {{at: {{uniform: [1s, 60s]}}, lasts: {{exponential: 4s}}}}, clock_jump: "
        "{{at: {{normal: [30s, 9s]}}, back: 1s}}]\n"
    )
    first, again, other = [
        plan(parse_scenario(text.format(seed=seed), code_project / "x.yaml").document) for seed in (1, 1, 2)
    ]
    assert first == again
    assert [each.at for each in first] != [each.at for each in other]


@pytest.mark.parametrize(
    ("faults", "line", "words"),
    [
        ("[bord_out: 3s]", 3, "unknown verb `bord_out`; did you mean `board_out`?"),
        ("[board_out: soon]", 3, "`soon` is no"),
        ("[board_out: {at: 3s, last: 5s}]", 3, "`board_out` has no `last`; did you mean `lasts`?"),
        ("[clock_jump: {at: 3s}]", 3, "either `forward` or `back`"),
        ("[ticks_late: {at: 3s, lasts: 2m}]", 3, "a minute at the most"),
        ("[board_out]", 3, "a step is a mapping with one verb, such as `board_out: …`"),
        ("[]", 3, "`faults` is empty"),
    ],
)
def test_a_fault_that_is_none_is_told_with_its_line(code_project, faults, line, words):
    text = f"scenario: 1\nscript: code.ivr.yaml\nfaults: {faults}\ncaller: [hang_up]\n"
    with pytest.raises(ScenarioErrors, match=re.escape(words)) as refused:
        parse_scenario(text, code_project / "x.scenario.yaml")
    assert refused.value.findings[0].line == line


def test_sim_run_plays_faults(code_project, capsys):
    file = code_project / "out.scenario.yaml"
    file.write_text(
        "scenario: 1\nscript: code.ivr.yaml\nfaults: [board_out: 9s]\n"
        'callers: [{heedless: true, steps: [dial: "8001", silence: 10s]}]\ncalls: [{cause: line-lost}]\n',
        encoding="utf-8",
    )
    assert main(["sim", "run", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["calls"][0]["cause"] == "line-lost"


MESSAGE = (
    '[dial: "8001", hear: pick-language, press: "1", hear: {prompt: main-menu, first: 1s}, press: "9", '
    "hear: please-leave-message, silence: 1200ms, speak: ann-lee, silence: %s]"
)


def leave_a_message(faults, after):
    """With the hot line that ships; `after`: he has spoken."""
    text = (
        f"scenario: 1\nscript: hotline.ivr.yaml\nfaults: {faults}\ncallers:\n  - steps: {MESSAGE % after}\n"
    )
    result = play_case(parse_scenario(text, shipped_folder() / "faults.scenario.yaml"))
    assert result.ok, result.report
    return result.calls[0]


def test_a_message_that_no_row_can_be_written_of_is_not_called_saved_and_comes_later():
    call = leave_a_message("[database_locked: {at: 20s, lasts: 60s}]", "6s, hear: something-wrong")
    assert (call["outcome"], len(call["messages"])) == ("message", 1)


@pytest.mark.parametrize(("full_at", "kept"), [("20s", []), ("27s", [1.2])])
def test_a_message_that_the_disk_does_not_take_is_told_while_the_caller_speaks(full_at, kept):
    """And what it had taken by then, it is given some every half second, is a message."""
    call = leave_a_message(f"[disk_full: {{at: {full_at}, lasts: 60s}}]", "100ms")
    prompts = [event["prompt"] for event in call["events"] if event["type"] == "call.prompt"]
    assert "something-wrong" in prompts  # he speaks for six seconds, and hangs up then
    assert "message-saved" not in prompts
    assert [round(message["seconds"], 1) for message in call["messages"]] == kept
    assert call["recordings"][0]["state"] == "closed"
