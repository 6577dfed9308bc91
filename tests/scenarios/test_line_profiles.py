"""HL-5: one scenario on an extension of a PBX and on an outside line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ctidrv.folder import DataFolder
from ctidrv.units import seconds
from hwsim.rig.case import Played, load_case, make_rig
from hwsim.rig.expected import differences
from hwsim.scenario.read import ScenarioErrors, parse_scenario

PROFILES = ["outside-line", "pbx-extension"]
SCRIPT = """\
scenario: 1
script: hotline.ivr.yaml
country: CN
board: {profile: PROFILE}
caller: [
  dial: "8001", hear: welcome, press: "1", hear: main-menu, press: "1", hear: opening-hours, hang_up,
  silence: 30s, dial: "8001", hear: {prompt: welcome, first: 1s}, hang_up]
calls: [{digits: "11", outcome: answered}, {outcome: answered}]
"""


@pytest.fixture
def rig_of(tmp_path: Path) -> Any:
    made: list[Any] = []

    def make(profile: str) -> Any:
        scenario = parse_scenario(SCRIPT.replace("PROFILE", profile), tmp_path / "both.scenario.yaml")
        script, sounds = load_case(scenario)
        data = DataFolder(tmp_path / "station")
        made.append(make_rig(scenario, script, data, spare=2))
        return scenario, sounds, made[-1]

    yield make
    for rig in made:
        rig.close()


async def _learn_busy(rig: Any) -> None:
    """As `ctidrv dsp learn` does: somebody has hung up, and the line is told what it hears."""
    ann = rig.board.caller("5559999")
    await ann.dial("8001")
    await rig.clock.sleep(seconds(12))
    await ann.hang_up()
    rig.board.give_back(ann)
    await rig.station.teach("sim/1", "busy", await rig.station.listen("sim/1"))


@pytest.mark.parametrize("profile", PROFILES)
def test_hl_5_the_same_script_passes_and_the_busy_tone_releases_the_line(rig_of: Any, profile: str) -> None:
    scenario, sounds, rig = rig_of(profile)
    behind_a_pbx = profile == "pbx-extension"
    if behind_a_pbx:
        rig.run(_learn_busy(rig))
        assert rig.run(rig.comes_to_rest()) == []
    before = len(rig.calls())
    played = Played(scenario, rig, sounds)
    played.play()
    assert played.failures == []
    calls = rig.calls()[before:]
    assert [*differences(scenario, calls, set())] == []
    cause = "remote-learnt-tone" if behind_a_pbx else "remote-busy-tone"
    assert {call["cause"] for call in calls} == {cause}
    cadence = rig.board.exchange.cadence("busy")
    assert cadence == ((150, 150) if behind_a_pbx else (350, 350))


@pytest.mark.parametrize("profile", ["pbx", "9"])
def test_hl_5_a_profile_that_there_is_not_is_told_with_its_line(rig_of: Any, profile: str) -> None:
    with pytest.raises(ScenarioErrors) as refused:
        rig_of(profile)
    (found,) = refused.value.findings
    assert found.line == 4
    assert "`profile` is 'outside-line' or 'pbx-extension', not `" in found.message
