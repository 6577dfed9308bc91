"""`ctidrv sim run`: scenarios that pass, that fail with what was heard, and that cannot be played."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import soundfile

from ctidrv.cli import main
from ctidrv.errors import UsageError
from hwsim.rig.case import play_case
from hwsim.scenario.read import ScenarioErrors, parse_scenario

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PLIVO = re.search(r"```yaml\n(scenario: 1\n.*?)```", README, re.DOTALL)[1]


def play(project, text, **options):
    """The result of a scenario of the project."""
    return play_case(parse_scenario(text, project / "test.scenario.yaml"), **options)


def one(project, steps, more=""):
    """Of one caller's steps."""
    return play(project, f"scenario: 1\nscript: code.ivr.yaml\n{more}caller:\n{steps}")


def test_the_readme_tests_a_menu_in_six_lines(code_project, capsys):
    """demands.md, row 1: call, type *, wait for the end of the message, type digits, match, hang up."""
    assert len(PLIVO.splitlines()) == 6
    file = code_project / "plivo.scenario.yaml"
    file.write_text(PLIVO, encoding="utf-8")
    assert main(["sim", "check", str(file)]) == 0
    assert main(["sim", "run", str(file), "--json"]) == 0
    row = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert row["ok"] is True
    assert row["failures"] == []
    assert [(call["number"], call["outcome"]) for call in row["calls"]] == [("5550001", "answered")]


def test_a_changed_menu_fails_with_what_was_heard_when_and_drawn_and_is_kept(code_project, tmp_path, capsys):
    script = code_project / "code.ivr.yaml"
    script.write_text(script.read_text("utf-8").replace("prompt: please-enter", "prompt: wrong"), "utf-8")
    file = code_project / "plivo.scenario.yaml"
    file.write_text(PLIVO, encoding="utf-8")
    report = tmp_path / "report.xml"
    assert main(["sim", "run", str(file), "--junit", str(report), "--keep", str(tmp_path / "failed")]) == 1
    said = capsys.readouterr().out
    assert f"{file}:5: the caller 5550001 waited 15 s for 'please-enter'" in said
    assert re.search(r"what reached his ear: .*dial tone at 0\.\d+ s.*, wrong at \d+\.\d\d s", said)
    assert re.search(r"^5550001 hears  \[dial tone", said, re.MULTILINE)
    assert re.search(r"^ .*\[wrong-*\]", said, re.MULTILINE)
    assert re.search(r"^ +\d+\.\d\d s  5550001 hears +wrong until \d+\.\d\d s$", said, re.MULTILINE)
    assert re.search(r"^ +\d+\.\d\d s  station +key \* in the menu: match$", said, re.MULTILINE)
    assert "1 scenarios, 1 failed" in said

    kept = tmp_path / "failed" / "plivo"
    assert {path.name for path in kept.iterdir()} == {
        "caller-5550001-1.wav",
        "timeline.txt",
        "run.json",
        "station",
    }
    assert "waited 15 s for 'please-enter'" in (kept / "timeline.txt").read_text("utf-8")
    sound, rate = soundfile.read(kept / "caller-5550001-1.wav")
    assert (rate, sound.shape[1]) == (8000, 2)
    assert sound.shape[0] > 20 * rate
    assert abs(sound).max(axis=0).min() > 0.05  # he pressed keys, and heard the menu
    assert list((kept / "station").rglob("recordings/**/*.wav"))

    case = ElementTree.parse(report).getroot().find("testsuite/testcase")
    assert case.get("name") == "plivo"
    assert "waited 15 s for 'please-enter'" in case.find("failure").get("message")
    assert "5550001 hears" in case.find("failure").text


def test_a_prompt_of_another_name_is_told_before_the_call_with_its_line(code_project, capsys):
    file = code_project / "typo.scenario.yaml"
    file.write_text(PLIVO.replace("please-enter", "pleas-enter"), encoding="utf-8")
    assert main(["sim", "check", str(file)]) == 1
    said = capsys.readouterr().out
    assert f"{file}:5:" in said
    assert "no prompt `pleas-enter`; did you mean `please-enter`?" in said
    assert main(["sim", "run", str(file)]) == 2
    assert "1 could not be played" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("script: nothing.yaml\ncaller: [hang_up]", 2, "there is no such file"),
        ("script: code.ivr.yaml\nboard: {loss: 3}\ncaller: [hang_up]", 3, "loss: unknown key"),
        ("script: code.ivr.yaml\ncountry: XX\ncaller: [hang_up]", 3, "no country 'xx'"),
        ("script: code.ivr.yaml\ncaller: [speak: nobody]", 3, "no voice `nobody`; there are ann-lee, beep"),
        ("script: code.ivr.yaml\ncaller: [hear: {prompt: welcome, lang: zh-CN}]", 3, "no language `zh-CN`"),
        ("script: code.ivr.yaml\ncaller: [hear: {prompt: welcome, first: 10ms}]", 3, "too short"),
    ],
)
def test_what_cannot_be_played_is_told_with_its_line(code_project, text, line, words):
    with pytest.raises(ScenarioErrors, match=re.escape(words)) as refused:
        play(code_project, f"scenario: 1\n{text}\n")
    assert refused.value.findings[0].line == line


def test_the_same_seed_gives_the_same_rows_and_bytes_and_another_other_ones(code_project):
    text = PLIVO.replace("caller:", "seed: 4\ncaller:")
    first, second, other = [play(code_project, each) for each in (text, text, PLIVO)]
    hashes = [made.calls[0]["recordings"][0]["sha256"] for made in (first, second, other)]
    assert hashes[0] == hashes[1] != hashes[2]
    assert [call["events"] for call in first.calls] != []
    for mine, theirs in zip(first.calls[0]["events"], second.calls[0]["events"], strict=True):
        assert {**mine, "path": None} == {**theirs, "path": None}


def test_rows_that_do_not_read_as_expected_are_named(code_project):
    text = PLIVO + 'calls:\n  - {outcome: answered, digits: "*98537#"}\n'
    assert play(code_project, text).ok
    wrong = play(code_project, PLIVO + 'calls:\n  - outcome: message\n    digits: "*1"\n  - {}\n')
    assert [(failure.line, failure.message) for failure in wrong.failures] == [
        (7, "2 calls are expected, and there were 1"),
        (8, "outcome of call 1: 'message' is expected, it is 'answered'"),
        (9, "digits of call 1: '*1' is expected, it is '*98537#'"),
    ]


def test_a_caller_without_patience_hangs_up_and_that_is_no_failure(code_project):
    result = play(
        code_project,
        "scenario: 1\nscript: code.ivr.yaml\ncallers:\n"
        '  - patience: 2s\n    steps: [{dial: {number: "8001", wait: nothing}}, hear: goodbye, press: "*"]\n'
        "calls: [{outcome: answered, digits: ''}]\n",
    )
    assert result.ok, result.report
    assert len(result.gave_up) == 1


def test_a_scenario_that_takes_longer_than_its_limit_fails(code_project):
    result = one(code_project, "  - silence: 1m\n", "limit: 20s\n")
    assert [failure.message for failure in result.failures] == ["not done after 20 s of telephone time"]


def test_robot_answering_machine_and_noise_ring_and_are_rung(code_project):
    result = play(
        code_project,
        "scenario: 1\nscript: code.ivr.yaml\nboard: {lines: 2}\ncallers:\n"
        "  - {machine: robot}\n"
        '  - {machine: noise, to: "8002"}\n'
        "  - {machine: answering-machine}\n"
        '  - steps: [{dial: "5550003"}, {hear: {sound: ann-lee}}, {hear: {sound: beep}}, {speak: goodbye}]\n',
    )
    assert result.ok, result.report
    assert sorted(call["port"] for call in result.calls) == ["sim/1", "sim/2"]


def test_what_was_played_while_he_held_the_line_was_not_heard(code_project):
    result = one(
        code_project,
        '  - dial: {number: "8001", wait: nothing}\n  - hold: 8s\n  - hear: {prompt: welcome, within: 3s}\n',
    )
    assert [failure.line for failure in result.failures] == [6]
    assert one(code_project, '  - dial: {number: "8001", wait: nothing}\n  - hear: welcome\n').ok


def test_he_talks_over_a_prompt_and_redials_and_warns_before_he_hangs_up(code_project):
    result = one(
        code_project,
        '  [dial: "8001", talk_over: goodbye, hang_up: goodbye, redial: 3s, hear: welcome, press: "*",\n'
        "  hear: please-enter, redial: {after: 3s, times: 3}, hear: welcome]\n",
    )
    assert result.ok, result.report
    assert len(result.calls) == 3


def test_keys_by_pulses_do_not_reach_a_menu_and_a_flash_cuts_a_line_without_that_service(code_project):
    flashed = one(code_project, '  [dial: "8001", flash, hear: {tone: dial}]\n')
    assert flashed.ok, flashed.report
    result = one(code_project, '  [dial: {number: "8001", how: pulse}, press: {keys: "9", how: pulse}]\n')
    assert result.ok, result.report


def test_a_verb_that_needs_a_line_is_refused_with_the_handset_down(code_project):
    (failure,) = one(code_project, '  - press: "1"\n').failures
    assert failure.line == 4
    assert "cannot press with the handset down: dial or answer first" in failure.message
    (failure,) = one(code_project, "  - redial\n").failures
    assert "he has dialled nothing yet" in failure.message


def test_his_hand_and_his_reaction_are_drawn_and_reach_the_station_as_keys_of_that_length(code_project):
    result = play(
        code_project,
        "scenario: 1\nscript: code.ivr.yaml\ncallers:\n"
        "  - key: {uniform: [60ms, 200ms]}\n    gap: {uniform: [60ms, 200ms]}\n"
        "    reaction: {normal: [1s, 300ms]}\n"
        '    steps: [dial: "8001", press: "*", hear: please-enter, press: "98537#",\n'
        "      hear: {phrase: your-code, with: {code: '98537'}}]\n",
    )
    assert result.ok, result.report
    lengths = [e["length_ms"] for e in result.calls[0]["events"] if e["type"] == "call.digit"]
    assert len(lengths) == 7
    assert max(lengths) - min(lengths) > 40
    assert min(lengths) >= 45
    assert max(lengths) <= 215


def test_verbs_are_for_plain_functions(hwsim):
    async def scene():
        hwsim.caller()
        hwsim.rest()

    hwsim.serve("hotline.ivr.yaml")
    with pytest.raises(UsageError, match="use them in a plain function, not an async one"):
        asyncio.run(scene())


@pytest.mark.parametrize("rings", [400, 1500, 2500, 6500])
def test_a_caller_who_gives_up_while_it_rings_leaves_a_call_that_is_ended(code_project, rings):
    script = code_project / "code.ivr.yaml"
    script.write_text(script.read_text("utf-8").replace("after_rings: 1", "after_rings: 9"), "utf-8")
    result = one(
        code_project,
        f'  - dial: {{number: "8001", wait: nothing}}\n  - silence: {rings}ms\n  - hang_up\n',
        "calls: [{cause: caller-gave-up}]\n",
    )
    assert result.ok, result.report
