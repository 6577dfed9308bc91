"""The exchange's number plan and services as a scenario's author uses them: through the whole stack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hwsim.rig.case import play_case
from hwsim.scenario.read import ScenarioErrors, parse_scenario


def play(project: Path, text: str) -> Any:
    scenario = f"scenario: 1\nscript: code.ivr.yaml\n{text}"
    return play_case(parse_scenario(scenario, project / "test.scenario.yaml"))


def test_a_hunt_group_answers_two_callers_at_once_and_a_third_hears_busy(code_project: Path) -> None:
    result = play(
        code_project,
        """\
board: {lines: 2, exchange: {hunt: {"8000": ["8001", "8002"]}}}
callers:
  - steps: [dial: "8000", silence: 12s, hang_up]
  - {after: 3s, steps: [dial: "8000", silence: 9s, hang_up]}
  - {after: 9s, steps: [dial: {number: "8000", wait: nothing}, hear: {tone: busy}, hang_up]}
calls: [{number: "5550001"}, {number: "5550002"}]
""",
    )
    assert result.ok, result.report
    assert len(result.calls) == 2


def test_numbers_that_nobody_answers_at_say_so(code_project: Path) -> None:
    result = play(
        code_project,
        """\
country: GB
board: {exchange: {plan: {"1700": congestion, "1701": [sit, goodbye]}}}
caller: [
  dial: {number: "4711", wait: nothing}, hear: {tone: nu}, hear: {sound: not-in-service}, hang_up,
  dial: {number: "1700", wait: nothing}, hear: {tone: congestion}, hang_up,
  dial: {number: "1701", wait: nothing}, hear: {tone: sit}, hear: {sound: goodbye}, hang_up]
calls: []
""",
    )
    assert result.ok, result.report


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("board:\n  exchange:\n    hunt: {'8000': [8001]}\n", 5, "has to be text: write it in quotes"),
        ("board:\n  exchange:\n    hnt: {}\n", 5, "`exchange` has no `hnt`; did you mean `hunt`?"),
        ("board:\n  exchange:\n    plan:\n      'x': busy\n", 6, "`x` is not a number to dial"),
        ("board:\n  exchange:\n    howler: 3\n", 5, "a duration needs its unit"),
        ("board:\n  exchange:\n    distinctive: {'81': {ring: 2}}\n", 5, "`81` needs `line`"),
        ("board:\n  exchange:\n    hunt: {'8000': ['8003']}\n", 4, "no line has the number 8003"),
        ("board:\n  exchange:\n    plan: {'1': no.wav}\n", 4, "no.wav: cannot be read as an announcement"),
    ],
)
def test_what_the_exchange_cannot_do_is_told_with_its_line(
    code_project: Path, text: str, line: int, words: str
) -> None:
    with pytest.raises(ScenarioErrors) as refused:
        play(code_project, f"{text}caller: [hang_up]\n")
    found = refused.value.findings[0]
    assert found.line == line
    assert words in found.message


def test_a_caller_puts_the_menu_on_hold_by_the_exchange_and_comes_back(code_project: Path) -> None:
    result = play(
        code_project,
        """\
board: {exchange: {flash: [hold]}}
caller: [
  dial: "8001", press: "*", hear: please-enter, hold: {length: 3s, how: exchange}, press: "98537#",
  hear: {phrase: your-code, with: {code: "98537"}}, hang_up]
calls: [{digits: "*98537#", outcome: answered}]
""",
    )
    assert result.ok, result.report


def test_a_caller_whose_line_is_cut_is_noticed_and_calls_again_when_it_is_mended(code_project: Path) -> None:
    result = play(
        code_project,
        """\
caller: [
  dial: "8001", press: "*", hear: please-enter, line_fault: {what: cut, lasts: 20s}, silence: 22s,
  redial: 2s, press: "*", hear: please-enter, hang_up]
calls: [{cause: remote-busy-tone}, {outcome: answered}]
""",
    )
    assert result.ok, result.report
