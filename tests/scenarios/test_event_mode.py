"""Event mode: each scenario is played with audio and without, and the rows of its calls say the same."""

from __future__ import annotations

import json

import pytest

from ctidrv.apps.ivr.shipped import shipped_folder
from ctidrv.cli import main
from hwsim.rig.case import play_case
from hwsim.rig.same import differences
from hwsim.scenario.read import parse_scenario

SCENARIOS = {
    "a second caller finds the line busy": (
        "US",
        """
callers:
  - steps: [{dial: "8001"}, {hear: welcome}, {silence: 10s}, hang_up]
  - {after: 6s, heedless: true, steps: [{dial: {number: "8001", within: 8s}}, hang_up]}
""",
    ),
    "he goes in the prompt": (
        "DE",
        """
caller: [{dial: "8001"}, {hear: {prompt: welcome, first: 1s}}, hang_up]
""",
    ),
    "he goes while it rings": (
        "US",
        """
caller: [{dial: {number: "8001", wait: nothing}}, {silence: 3s}, hang_up]
""",
    ),
    "he goes while his number is told": (
        "US",
        """
caller: [{dial: {number: "8001", wait: nothing}}, {silence: 2700ms}, hang_up]
""",
    ),
    "wrong keys": (
        "CN",
        """
caller:
  [{dial: "8001"}, {hear: [welcome, pick-language]}, {press: "7"},
   {hear: {prompt: main-menu, first: 1s}}, {press: "5"},
   {hear: not-a-choice}, {press: "#"}, {silence: 2s}, hang_up]
""",
    ),
    "nobody keys anything, and the machine hangs up": (
        "US",
        """
caller: [{dial: "8001"}, {hear: {tone: busy, within: 120s}}, hang_up]
""",
    ),
    "his number is read to him": (
        "GB",
        """
callers:
  - number: "13800000001"
    name: ANN LEE
    steps:
      - dial: "8001"
      - hear: [welcome, pick-language]
      - press: "1"
      - hear: {prompt: main-menu, first: 1s}
      - press: "2"
      - hear: {phrase: your-number, with: {number: "13800000001"}, lang: en-US, within: 20s}
      - hang_up
""",
    ),
    "his number is withheld, and told by a reversal and digits": (
        "NL",
        """
callers:
  - withheld: true
    steps: [{dial: "8001"}, {hear: [welcome, pick-language]}, {press: "12"},
      {hear: {prompt: number-withheld}}, hang_up]
""",
    ),
    "a primary answer": (
        "JP",
        """
callers: [{number: "0312345678", steps: [{dial: "8001"}, {hear: {prompt: welcome, first: 1s}}, hang_up]}]
""",
    ),
    "flash is a service, and changes nothing here": (
        "US",
        """
board: {flash: true}
caller: [{dial: "8001"}, {hear: welcome}, flash, {silence: 2s}, {press: "1"},
  {hear: {prompt: main-menu, first: 1s}}, hang_up]
""",
    ),
    "flash is none, and ends the call": (
        "US",
        """
caller: [{dial: "8001"}, {hear: {prompt: welcome, first: 1s}}, {flash: 400ms}, {silence: 3s}, hang_up]
""",
    ),
    "a dial, and talk over the prompt": (
        "US",
        """
caller: [{dial: {number: "8001", how: pulse}}, {hear: {prompt: welcome, first: 2s}},
  {talk_over: goodbye}, {hang_up: goodbye}]
""",
    ),
    "a long message in two parts, and silence ends it": (
        "US",
        """
caller:
  [{dial: "8001"}, {silence: 2s}, {press: "19"}, {hear: {prompt: please-leave-message, within: 20s}},
   {silence: 1s},
   {speak: goodbye}, {silence: 3s}, {speak: ann-lee}, {hear: {prompt: message-saved, within: 20s}}, hang_up]
""",
    ),
    "a message, polarity reversed on answer and clear": (
        "US",
        """
board: {clearing: [reversal, congestion-tone], answer_reversal: true}
caller:
  [{dial: "8001"}, {silence: 2s}, {press: "19"}, {hear: {prompt: please-leave-message, within: 20s}},
   {silence: 1s},
   {speak: ann-lee}, hang_up]
""",
    ),
    "the loop is broken": (
        "US",
        """
board: {clearing: [loop-break]}
caller: [{dial: "8001"}, {hear: welcome}, hang_up]
""",
    ),
    "nothing tells that he is gone": (
        "US",
        """
board: {clearing: []}
caller: [{dial: "8001"}, {hear: welcome}, hang_up]
""",
    ),
    "noise, and busy tone behind it": (
        "US",
        """
callers: [{machine: noise}]
""",
    ),
    "the line is cut": (
        "US",
        """
caller: [{dial: "8001"}, {hear: {prompt: welcome, first: 1s}}, {line_fault: {what: cut, lasts: 3s}},
  {silence: 5s}, hang_up]
""",
    ),
    "he redials a number that is nobody's": (
        "US",
        """
callers:
  - heedless: true
    steps: [{dial: "99"}, {redial: 2s}, hang_up, {dial: "8001"}, {hear: welcome}, hang_up]
""",
    ),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_rows_are_the_same_without_audio(name):
    country, steps = SCENARIOS[name]
    text = f"scenario: 1\nscript: hotline.ivr.yaml\ncountry: {country}\n{steps.lstrip()}"
    scenario = parse_scenario(text, shipped_folder() / "event.scenario.yaml")
    heard, silent = play_case(scenario), play_case(scenario, events=True)
    assert (heard.said, silent.said) == ("", "")
    assert heard.calls
    assert differences(heard.calls, silent.calls) == []


def test_two_runs_without_audio_are_equal_to_the_last_value():
    scenario = parse_scenario(
        "scenario: 1\nscript: hotline.ivr.yaml\ncallers:\n"
        "  - key: {uniform: [60ms, 180ms]}\n"
        "    steps: [{dial: '8001'}, {silence: 1s}, {press: '191'}, hang_up]\n",
        shipped_folder() / "event.scenario.yaml",
    )

    def rows():
        return [
            {**call, "recordings": 0, "events": [{**each, "path": ""} for each in call["events"]]}
            for call in play_case(scenario, events=True).calls
        ]

    first = rows()
    assert first
    assert first == rows()


def test_sim_run_tells_what_differs_and_what_was_heard_without_audio(tmp_path, capsys):
    assert main(["sim", "run", "hotline.scenario.yaml", "--both", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True
    file = tmp_path / "in-vain.scenario.yaml"
    file.write_text(
        "scenario: 1\nscript: hotline.ivr.yaml\n"
        "caller: [{dial: '8001'}, {hear: {prompt: goodbye, within: 6s}}]\n",
        encoding="utf-8",
    )
    assert main(["sim", "run", str(file), "--events"]) == 1
    said = capsys.readouterr().out
    assert "waited 6 s for 'goodbye'" in said
    assert "welcome (cut short) at" in said
    assert "dial tone at" in said


def test_without_audio_there_is_nothing_to_keep(tmp_path, capsys):
    assert main(["sim", "run", "hotline.scenario.yaml", "--events", "--keep", str(tmp_path)]) != 0
    assert "nothing to be kept without audio" in capsys.readouterr().err


FAULTS = """scenario: 1
script: hotline.ivr.yaml
caller: [{dial: "8001"}, {hear: [welcome, pick-language]}, {press: "1"}, {silence: 2s}, hang_up]
faults:
  - database_locked: {at: 10s, lasts: 4s}
  - ticks_late: {at: 16s, lasts: 100ms}
"""


def test_faults_of_the_station_are_played_without_audio_and_those_of_the_sound_refused(tmp_path, capsys):
    file = tmp_path / "faults.scenario.yaml"
    file.write_text(FAULTS, encoding="utf-8")
    assert main(["sim", "run", str(file), "--events"]) == 0
    file.write_text(f"{FAULTS}  - board_out: {{at: 12s, lasts: 1s}}\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["sim", "run", str(file), "--events"]) == 2
    assert f"{file}:7:" in capsys.readouterr().err
