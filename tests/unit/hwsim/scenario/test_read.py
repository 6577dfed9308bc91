"""Scenario files: what is wrong is named with its line, hostile files are refused, short forms are read."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import pytest

from ctidrv.apps.ivr.shipped import shipped_folder
from ctidrv.cli import main
from ctidrv.errors import InputError
from ctidrv.units import ms, seconds
from hwsim.scenario import model, verbs
from hwsim.scenario.machines import MACHINES
from hwsim.scenario.model import bodies
from hwsim.scenario.read import ScenarioErrors, parse_scenario, read_scenario
from hwsim.scenario.reference import markdown
from hwsim.scenario.schema import FILE, schema, schema_text

SHIPPED = shipped_folder() / "hotline.scenario.yaml"
HEAD = "scenario: 1\nscript: hotline.ivr.yaml\n"


def steps(text):
    """The bodies of a caller's steps."""
    document = parse_scenario(f"{HEAD}caller:\n{text}", Path("a.yaml")).document
    return [next(iter(step))[1] for step in document.caller]


def findings(text):
    """(line, message) of everything that is wrong."""
    with pytest.raises(ScenarioErrors) as refused:
        parse_scenario(text, Path("a.yaml"))
    return [(finding.line, finding.message) for finding in refused.value.findings]


def test_verbs_that_need_nothing_may_stand_alone_and_others_take_a_bare_value():
    got = steps('  [dial: "8001", press: "*", hear: welcome, flash, hang_up, redial: 5s]\n')
    assert [type(body) for body in got] == [
        verbs.Dial, verbs.Press, verbs.Hear, verbs.Flash, verbs.HangUp, verbs.Redial,
    ]  # fmt: skip
    assert got[0].number == "8001"
    assert got[2].prompt == ["welcome"]
    assert got[5].after.first == seconds(5)


def test_every_verb_of_the_language_can_be_written():
    written = {
        "dial": '"8001"', "answer": "3s", "hear": "{tone: busy}", "press": '"1"', "speak": "ann-lee",
        "talk_over": "my/voice.wav", "silence": "{uniform: [1s, 2s]}", "noise": "1s", "flash": "100ms",
        "line_fault": "{what: cut, lasts: 2s}",
        "hold": "{normal: [5s, 1s]}", "hang_up": "goodbye", "redial": "{after: {exponential: 4s}, times: 3}",
    }  # fmt: skip
    assert {*written, "ask"} == set(verbs.VERBS)
    got = steps("".join(f"  - {verb}: {value}\n" for verb, value in written.items()))
    assert [type(body) for body in got] == [verbs.VERBS[verb] for verb in written]


def test_an_operators_verbs_can_be_written():
    written = (
        "[answer: 1s, ask: {what: transfer, to: sales, ring: 5s}, ask: park, ask: {what: park, within: 3s}]"
    )
    seat = f"seats:\n  - {{name: Li Mei, number: '08', steps: {written}}}\n"
    document = parse_scenario(f"{HEAD}caller: [hang_up]\n{seat}", Path("a.yaml")).document
    assert [(body.what, body.to, body.ring, body.within) for body in bodies(document.seats[0].steps)[1:]] == [
        ("transfer", "sales", seconds(5), seconds(120)),
        ("park", None, seconds(20), seconds(120)),
        ("park", None, seconds(20), seconds(3)),
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("script: a\ncaller: [hang_up]\n", 1, "a scenario needs `scenario`"),
        (f"{HEAD}caller: [hang_up]\nspeed: 3\n", 4, "a scenario has no `speed`"),
        (f"{HEAD}", 1, "either a `caller` (a list of steps) or `callers`"),
        (f"{HEAD}caller:\n  - flash\n  - prss: '1'\n", 5, "unknown verb `prss`; did you mean `press`?"),
        (f"{HEAD}caller:\n  - press\n", 4, "a step is a mapping with one verb, such as `press: …`"),
        (f"{HEAD}caller:\n  - dial: 8001\n", 4, "write it in quotes"),
        (f"{HEAD}caller:\n  - hear: {{prompt: a, tone: busy}}\n", 4, "exactly one of prompt, phrase"),
        (f"{HEAD}caller:\n  - hear: {{prompt: a, wthin: 3s}}\n", 4, "no `wthin`; did you mean `within`?"),
        (f"{HEAD}caller:\n  - silence: 3\n", 4, "a duration needs its unit"),
        (f"{HEAD}caller:\n  - silence: {{uniform: [3s, 1s]}}\n", 4, "the first duration is the shorter one"),
        (f"{HEAD}caller:\n  - silence: {{uniform: 3s}}\n", 4, "is no distribution: write a duration"),
        (f"{HEAD}caller:\n  - line_fault: cross-talk\n", 4, "`other` is the line that cross-talk comes from"),
        (f"{HEAD}caller:\n  - line_fault: {{what: ct}}\n", 4, "`what` is 'cut', 'short'"),
        (f"{HEAD}caller:\n  - flash: 3s\n", 4, "more than 2 s is a hang-up"),
        (f"{HEAD}caller:\n  - press: {{keys: '*', how: pulse}}\n", 4, "cannot be dialled by pulses"),
        (f"{HEAD}caller:\n  - dial: {{number: '*1', how: pulse}}\n", 4, "cannot be dialled by pulses"),
        (f"{HEAD}caller:\n  - speak: ../../etc/passwd\n", 4, "neither a voice that ships"),
        (f"{HEAD}callers:\n  - number: '1'\n", 4, "either `steps` or a `machine`"),
        (f"{HEAD}callers:\n  - machine: tortoise\n", 4, "is not a machine (robot, answering-mach"),
        ("scenario: 2\nscript: a\ncaller: [hang_up]\n", 1, "reads version 1: install a newer ctidrv"),
        (f"{HEAD}board: {{phones: 3}}\ncaller: [hang_up]\n", 3, "`phones` is no setting of"),
        ("- a\n", 1, "a scenario is a mapping that begins with `scenario: 1`"),
        (f"{HEAD}caller: &a [hang_up]\n", 3, "anchors and aliases"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(text, line, words):
    found = findings(text)
    assert [place for place, _ in found] == [line]
    assert words in found[0][1]


def test_all_that_is_wrong_is_named_in_the_order_of_the_lines():
    text = f"{HEAD}seed: -1\ncaller:\n  - prss: '1'\n  - dial: '8001'\n  - silence: soon\n"
    assert [line for line, _ in findings(text)] == [3, 5, 7]


@pytest.mark.parametrize(
    "text",
    [
        "caller: [" + "hang_up, " * 1001 + "]",
        "callers: [" + "{steps: [hang_up]}, " * 65 + "]",
        "caller: [press: '" + "1" * 33 + "']",
        "caller: " + "[" * 100_000,
        "caller: [silence: 2h]",
        "caller: [silence: 999999m]",
        f"caller: [hear: [{'a, ' * 100}]]",
    ],
)
def test_a_file_that_is_too_much_is_refused_quickly(text):
    begin = time.monotonic()
    assert findings(HEAD + text)
    assert time.monotonic() - begin < 20


def test_a_thousand_mutated_scenarios_are_refused_or_accepted():
    text = SHIPPED.read_text("utf-8")
    chance = random.Random(20270308)
    refused, strange = 0, []
    pieces = ["{", "}", "[", "]", ":", "- ", "'", '"', "&a", "!!int", "hear: ", "null", "9" * 40, "\x07"]
    for _ in range(1000):
        mutated = text
        for _ in range(chance.randint(1, 5)):
            at, size = chance.randrange(len(mutated) + 1), chance.randint(0, 12)
            mutated = mutated[:at] + chance.choice(["", *pieces]) + mutated[at + size :]
        try:
            parse_scenario(mutated, Path("a.yaml"))
        except ScenarioErrors as error:
            refused += 1
            strange += [each for each in error.findings if each.line < 1 or "\n" in str(each)]
    assert strange == []
    assert 500 < refused < 1000


def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path):
    with pytest.raises(InputError, match=r"nothing\.yaml: cannot be read"):
        read_scenario(tmp_path / "nothing.yaml")


def test_published_schema_is_the_one_the_reader_has():
    published = SHIPPED.with_name(FILE).read_text(encoding="utf-8")
    assert published == schema_text(), "run: ctidrv sim schema --output ivr_scripts/scenario.schema.json"


def test_schema_is_printed_and_written(tmp_path, capsys):
    assert main(["sim", "schema"]) == 0
    assert json.loads(capsys.readouterr().out) == schema()
    assert main(["sim", "schema", "--output", str(tmp_path / "s.json")]) == 0
    assert (tmp_path / "s.json").read_text("utf-8") == schema_text()


@pytest.mark.parametrize("verb", verbs.VERBS)
def test_schema_has_every_verb_with_all_its_keys(verb):
    made = schema()["$defs"]
    name = verbs.VERBS[verb].__name__
    text = json.dumps(made[name])
    for key, field in verbs.VERBS[verb].model_fields.items():
        assert f'"{field.alias or key}"' in text


@pytest.mark.parametrize("machine", MACHINES)
def test_machines_are_steps_of_the_language(machine):
    party = model.Party(machine=machine)
    plan = [next(iter(step))[1] for step in party.plan("8001")]
    assert isinstance(plan[0], verbs.Dial | verbs.Answer)
    assert isinstance(plan[-1], verbs.HangUp)
    assert party.goes_on


def test_spreads_stay_within_their_bounds_and_repeat_with_their_seed():
    got = steps(
        "  [silence: 300ms, silence: {uniform: [1s, 2s]}, silence: {normal: [1s, 2s]}, "
        "silence: {exponential: 500ms}]\n"
    )
    for body, least, most, mean in zip(
        got, (2400, 8000, 0, 0), (2400, 16000, 80000, 80000), (2400, 12000, 11165, 4000), strict=True
    ):
        drawn = [body.length.draw(chance) for chance in [random.Random(3)] for _ in range(4000)]
        assert least <= min(drawn)
        assert max(drawn) <= most
        assert sum(drawn) / len(drawn) == pytest.approx(mean, rel=0.08)
        assert body.length.draw(random.Random(9)) == body.length.draw(random.Random(9))
    assert got[0].length.first == ms(300)


def test_published_page_of_the_language_is_current():
    page = (Path(__file__).parents[4] / "docs/reference/scenarios.md").read_text(encoding="utf-8")
    assert page == markdown(), "python -m hwsim.scenario.reference > docs/reference/scenarios.md"
