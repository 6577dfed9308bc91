"""`ctidrv sim load` and `compare`: every planned call has its row or its reason, and runs can be compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ctidrv.cli import main
from ctidrv.folder import DataFolder
from ctidrv.units import seconds
from hwsim.load.read import parse_population
from hwsim.rig.load_figures import figures, machine
from hwsim.rig.load_file import Load, read_load
from hwsim.rig.load_words import compare
from hwsim.rig.traffic import Traffic

POPULATION = """
population: 1
script: hotline.ivr.yaml
name: two lines and too many callers
board: {lines: 2}
hours: {timezone: Asia/Shanghai}
traffic: {busy: 120, call: 20s}
callers: {numbers: "139########"}
subscribers:
  - kind: listens
    weight: 3
    steps: [dial: "8000", silence: {uniform: [2s, 12s]}, press: "1", silence: 2s, hang_up]
  - kind: goes-soon
    steps: [dial: {number: "8000", wait: nothing}, silence: {uniform: [1s, 5s]}, hang_up]
  - kind: expects-another-menu
    steps: [dial: "8000", hear: {prompt: goodbye, within: 1s}]
  - kind: hangs-up-at-once
    steps: [dial: {number: "8000", wait: nothing}, hang_up]
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Traffic, Load]:
    folder = tmp_path_factory.mktemp("load")
    population = parse_population(POPULATION, folder / "busy.population.yaml")
    traffic = Traffic(population, DataFolder(folder / "station"), length=seconds(240))
    try:
        traffic.play()
        return traffic, figures(traffic, machine(traffic, 1.0, 1.0))
    finally:
        traffic.close()


def test_every_call_of_the_plan_is_made_and_is_answered_abandoned_refused_or_lost(ran):
    traffic, load = ran
    assert load.errors == []
    total = load.total
    assert total.calls == len(traffic.plan.calls) > 8
    assert total.answered + total.abandoned + total.refused + total.lost + total.joined == total.calls
    assert total.answered == total.recordings > 0
    assert total.refused > 0
    assert total.calls == sum(kind.calls for kind in load.kinds.values())


def test_who_waits_in_vain_or_goes_before_the_office_rings_is_counted_as_such(ran):
    kinds = ran[1].kinds
    impatient, hasty = kinds["expects-another-menu"], kinds["hangs-up-at-once"]
    assert impatient.unheard == impatient.answered
    assert hasty.answered == hasty.unheard == 0
    assert hasty.calls > 0
    assert sum(kind.unheard for kind in kinds.values()) == impatient.unheard


def test_occupation_by_hour_and_by_line_is_what_the_rows_held(ran):
    load = ran[1]
    held = sum(load.line_s.values())
    assert held == pytest.approx(load.total.held_s, abs=0.01)
    assert set(load.line_s) == {"sim/1", "sim/2"}
    assert load.hours[0].calls == load.total.calls
    assert 0 < load.hours[0].erlangs <= 2
    assert load.talk.median <= load.talk.p95 <= load.talk.longest


def test_a_run_equals_itself_and_a_count_more_is_a_difference_at_any_tolerance(ran):
    load = ran[1]
    assert not any(row.differs for row in compare(load, load, 0.0))
    other = load.model_copy(update={"total": load.total.model_copy(update={"refused": 99})})
    assert [row.name for row in compare(load, other, 100.0) if row.differs] == ["total.refused"]


def test_a_figure_may_differ_by_the_tolerance_and_the_machine_by_anything(ran):
    load = ran[1]
    slow = load.machine.model_copy(update={"wall_s": 1e6})
    other = load.model_copy(update={"recorded_s": 1.02 * load.recorded_s, "machine": slow})
    assert [row.name for row in compare(load, other, 1.0) if row.differs and row.judged] == ["recorded_s"]
    assert [row.name for row in compare(load, other, 3.0) if row.differs and row.judged] == []


def test_the_command_keeps_figures_and_a_chart_and_compares_them(tmp_path, capsys):
    one, other = tmp_path / "one", tmp_path / "other"
    given = ["sim", "load", "office", "--lines", "2", "--hours", "0.04"]
    assert main([*given, "--keep", str(one), "--data", str(tmp_path / "data")]) == 0
    assert "errors: none" in capsys.readouterr().out
    assert main([*given, "--seed", "2", "--keep", str(other), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["lines"] == 2
    assert (one / "load.svg").read_text("utf-8").count("data-hour=") == 1
    assert main(["sim", "compare", str(one), str(one)]) == 0
    assert main(["sim", "compare", str(one), str(other)]) == 1
    assert "differs  seed" in capsys.readouterr().out
    assert main([*given, "--data", str(tmp_path / "data")]) == 2


@pytest.mark.parametrize(
    ("content", "words"), [("{", "Invalid JSON"), ('{"load": 2}', "load: "), ("[]", "load.json: ")]
)
def test_a_damaged_run_is_refused_with_its_name(tmp_path, content, words):
    path = tmp_path / "load.json"
    path.write_text(content, "utf-8")
    with pytest.raises(Exception, match="run `ctidrv sim load` again") as refused:
        read_load(Path(tmp_path))
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_population_that_names_a_prompt_the_script_has_not_is_refused_with_its_line(tmp_path, capsys):
    path = tmp_path / "a.population.yaml"
    path.write_text(POPULATION.replace("prompt: goodbye", "prompt: goodby"), "utf-8")
    assert main(["sim", "load", str(path)]) == 2
    assert "a.population.yaml:16" in capsys.readouterr().err
    assert main(["sim", "check", str(path)]) == 1
    assert "a.population.yaml:16" in capsys.readouterr().out
    assert main(["sim", "check", "office.population.yaml"]) == 0
