"""Scenarios with operators at seats: what they do, what they ask the station for, what is no operator's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ctidrv.cli import main
from hwsim.rig.case import Result, play_case
from hwsim.scenario.read import ScenarioErrors, parse_scenario

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/scenarios.md").read_text(encoding="utf-8")
SHOWN = re.search(r"## `seats`.*?```yaml\n(.*?)```", PAGE, re.DOTALL)[1]
CALLER = 'dial: "8001", hear: welcome, press: "1", hear: reception-menu, press: "0", hear: one-moment'
MUSIC = "hear: {prompt: music/calm, first: 2s}"


def play(folder: Path, text: str, **options: Any) -> Result:
    return play_case(parse_scenario(text, folder / "desk.scenario.yaml"), **options)


def at_reception(caller: str, *seats: str) -> str:
    lines = [
        "scenario: 1",
        "script: reception.ivr.yaml",
        "callers:",
        f"  - steps: [{CALLER}, {caller}]",
        "seats:",
    ]
    for number, steps in enumerate(seats, 1):
        groups = "[operators]" if number == 1 else "[]"
        lines.append(f'  - {{name: seat {number}, number: "0{number}", groups: {groups}, steps: [{steps}]}}')
    return "\n".join(lines)


def seats_of(result: Result) -> list[tuple[str, str, str | None]]:
    (call,) = result.calls
    told = [event for event in call["events"] if event["type"] == "call.seat"]
    return [(event["seat"], event["state"], event.get("cause")) for event in told]


def test_the_scenario_of_the_page_is_played_and_a_call_is_sent_on(tmp_path: Path) -> None:
    result = play(tmp_path, SHOWN)
    assert result.ok, result.report
    assert [each for each in seats_of(result) if each[1] in ("talking", "left")] == [
        ("Li Mei", "talking", None),
        ("Li Mei", "left", "sent-on"),
        ("Bob", "talking", None),
        ("Bob", "left", "operator"),
    ]


def test_an_operator_holds_mutes_takes_back_flashes_and_ends_a_call(tmp_path: Path) -> None:
    result = play(
        tmp_path,
        at_reception(
            f"{MUSIC}, {MUSIC}, {MUSIC}, hear: {{sound: ann-lee, within: 30s}},"
            "hear: {tone: busy, within: 20s}",
            "answer, silence: 1s, ask: hold, silence: 4s, ask: mute, silence: 1s, speak: goodbye,"
            "ask: resume, silence: 1s, flash, hear: {tone: dial}, flash, silence: 1s, speak: ann-lee,"
            "silence: 1s, ask: end, hear: {tone: busy}",
        ),
    )
    assert result.ok, result.report
    states = [state for _, state, _ in seats_of(result)]
    asked = ["ringing", "answered", "talking", "held", "muted", "talking"]
    assert states == [*asked, "held", "talking", "left"]  # by a flash, and another
    assert result.calls[0]["cause"] == "local-operator"


def test_an_operator_consults_another_swaps_and_gives_the_call_on(tmp_path: Path) -> None:
    result = play(
        tmp_path,
        at_reception(
            f"{MUSIC}, {MUSIC}, hear: {{sound: ann-lee, within: 60s}}",
            'answer, silence: 1s, ask: {what: consult, to: "02"},'
            "hear: {sound: beep, within: 20s}, ask: swap, silence: 1s, ask: swap, silence: 1s, ask: complete,"
            "hear: {tone: busy}",
            "answer, silence: 1s, speak: beep, hear: {prompt: music/calm, first: 500ms}, silence: 4s,"
            "speak: ann-lee, silence: 1s",
        ),
    )
    assert result.ok, result.report
    assert ("seat 1", "left", "handed-over") in seats_of(result)
    assert seats_of(result)[-1] == ("seat 2", "left", "operator")


def test_a_parked_call_is_fetched_by_its_place_at_another_seat(tmp_path: Path) -> None:
    result = play(
        tmp_path,
        at_reception(
            "hear: {sound: ann-lee, within: 60s}",
            "answer, silence: 1s, ask: park, hear: {tone: busy}, hang_up",
            'silence: 40s, dial: {number: "*81#", wait: nothing}, silence: 1s, speak: ann-lee, silence: 1s',
        ),
    )
    assert result.ok, result.report
    assert [leg["kind"] for leg in result.calls[0]["legs"]].count("park") == 1


def test_what_did_not_happen_at_a_seat_is_told_with_its_line_and_drawn(tmp_path: Path) -> None:
    text = at_reception(f"{MUSIC}, hang_up", "answer, hear: {sound: beep, within: 5s}")
    result = play(tmp_path, text, kept=tmp_path / "kept")
    (failure,) = result.failures
    assert failure.line == 6
    assert failure.message.startswith("the operator at sim/2 waited 5 s for 'beep'")
    assert "seat 1 does" in result.drawing
    assert list((tmp_path / "kept").glob("*/caller-seat-1-1.wav"))


def test_asking_without_a_call_is_a_failure(tmp_path: Path) -> None:
    result = play(tmp_path, at_reception(f"{MUSIC}, hang_up", "ask: hold"))
    assert "seat 1 has no call to hold" in result.failures[0].message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (at_reception("ask: hold", "answer"), "`ask` is for an operator"),
        (at_reception("hang_up", "redial"), "no line of the exchange"),
        (at_reception("hang_up", "line_fault: cut"), "no line of the exchange"),
        (at_reception("hang_up", 'dial: "02"'), "`wait: nothing`"),
        (at_reception("hang_up", "ask: {what: hold, to: '02'}"), "`transfer` and `consult` alone"),
        (at_reception("hang_up", "ask: transfer"), "`transfer` and `consult` alone"),
        (at_reception("hang_up", "ask: dance"), "dance"),
        (at_reception("hang_up", "speak: nobody-known"), "nobody-known"),
        (SHOWN.replace('number: "09"', 'number: "08"'), "are called '08'"),
        (SHOWN.replace('number: "09"', "number: eight"), "number"),
    ],
)
def test_what_is_no_operators_is_refused_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ScenarioErrors, match=r"desk.scenario.yaml:\d+:\d+: error: .*") as refused:
        play(tmp_path, text)
    assert words in str(refused.value)


def test_seats_are_not_played_without_audio(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "desk.scenario.yaml"
    file.write_text(SHOWN, encoding="utf-8")
    assert main(["sim", "check", str(file)]) == 0
    assert main(["sim", "run", str(file), "--events"]) == 2
    assert "play it with audio" in capsys.readouterr().err
