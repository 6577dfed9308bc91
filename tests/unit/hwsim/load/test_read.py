"""Populations: what is wrong is named with its line, hostile files are refused, defaults are an office."""

from __future__ import annotations

import random
from datetime import date, time
from pathlib import Path

import pytest

from ctidrv.apps.ivr.shipped import shipped_folder
from ctidrv.errors import InputError
from ctidrv.units import seconds
from hwsim.load import model
from hwsim.load.read import PopulationErrors, parse_population, read_population
from hwsim.load.reference import markdown
from hwsim.load.schema import FILE, schema, schema_text

SHIPPED = shipped_folder() / "office.population.yaml"
HEAD = "population: 1\nscript: hotline.ivr.yaml\n"
ANN = 'subscribers:\n  - {kind: ann, steps: [dial: "8000", hang_up]}\n'


def findings(text):
    """(line, message) of everything that is wrong."""
    with pytest.raises(PopulationErrors) as refused:
        parse_population(text, Path("a.yaml"))
    return [(finding.line, finding.message) for finding in refused.value.findings]


def test_a_population_of_one_kind_has_an_office_of_sixteen_lines_on_weekdays():
    document = parse_population(HEAD + ANN, Path("a.yaml")).document
    assert (document.board.lines, document.number, document.erlangs) == (16, "8000", 4.0)
    assert (document.hours.open, document.hours.close, len(document.hours.days)) == (time(9), time(17), 5)
    assert (document.hours.first, document.traffic.call) == (date(2026, 3, 2), seconds(60))


def test_the_shipped_office_has_its_callers_and_another_size_or_seed_changes_nothing_else():
    population = read_population(SHIPPED)
    assert population.name == "office"
    assert {"hangs-up-while-it-rings", "offers-something", "sends-a-fax"} <= {
        each.kind for each in population.document.subscribers
    }
    other = population.on(4, 9).document
    assert (other.board.lines, other.erlangs, other.seed) == (4, 1.0, 9)
    assert other.subscribers == population.document.subscribers


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (f"script: a\n{ANN}", 1, "a population needs `population`"),
        (f"{HEAD}{ANN}speed: 3\n", 5, "a population has no `speed`"),
        (f"{HEAD}subscribers: []\n", 3, "`subscribers` is empty"),
        (f"{HEAD}{ANN}  - {{kind: ann, machine: robot}}\n", 1, "two kinds of subscribers are called `ann`"),
        (f"{HEAD}subscribers: [{{kind: a, weight: 0, machine: robot}}]\n", 1, "the weight 0: nobody calls"),
        (f"{HEAD}subscribers:\n  - kind: a\n    machine: answering-machine\n", 4, "`a` rings nobody"),
        (f"{HEAD}subscribers:\n  - kind: a\n    steps: [hang_up]\n", 4, "one of its steps has to be `dial`"),
        (f"{HEAD}subscribers:\n  - kind: a\n    steps:\n      - prss: '1'\n", 6, "did you mean `press`?"),
        (f"{HEAD}subscribers:\n  - kind: a\n    wieght: 3\n    machine: robot\n", 5, "mean `weight`?"),
        (f"{HEAD}hours: {{open: '9'}}\n{ANN}", 3, "`9` is no time of day such as 09:00"),
        (f"{HEAD}hours: {{open: 17:00, close: 09:00}}\n{ANN}", 3, "closes later than it opens"),
        (f"{HEAD}hours: {{days: [someday]}}\n{ANN}", 3, "'mon', 'tue'"),
        (f"{HEAD}hours: {{timezone: Asia/Atlantis}}\n{ANN}", 3, "is no time zone such as Asia/Shanghai"),
        (f"{HEAD}hours: {{timezone: ../../etc/passwd}}\n{ANN}", 3, "is no time zone"),
        (f"{HEAD}hours: {{first: 2026-02-30}}\n{ANN}", 3, "is no day such as 2026-03-02"),
        (f"{HEAD}traffic: {{busy: 0}}\n{ANN}", 3, "`busy` is a whole number at least 1"),
        (f"{HEAD}traffic: {{call: 30}}\n{ANN}", 3, "a duration needs its unit"),
        (f"{HEAD}traffic: {{profile: [0, 0]}}\n{ANN}", 3, "`profile` has no part with any calls"),
        (f"{HEAD}callers: {{numbers: '139'}}\n{ANN}", 3, "a form of numbers such as 139########"),
        (f"{HEAD}board: {{exchange: {{hunt: {{'8000': ['8001']}}}}}}\n{ANN}", 1, "8000 stands in the number"),
        (HEAD.replace("1", "2") + ANN, 1, "reads version 1: install a newer ctidrv"),
        ("- a\n", 1, "a population is a mapping that begins with `population: 1`"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(text, line, words):
    found = findings(text)
    assert [place for place, _ in found] == [line]
    assert words in found[0][1]


def test_a_thousand_mutated_populations_are_refused_or_accepted():
    text = SHIPPED.read_text("utf-8")
    chance = random.Random(20270309)
    refused, strange = 0, []
    pieces = ["{", "}", "[", "]", ":", "- ", "'", '"', "&a", "!!int", "dial: ", "null", "9" * 40, "\x07"]
    for _ in range(1000):
        mutated = text
        for _ in range(chance.randint(1, 5)):
            at, size = chance.randrange(len(mutated) + 1), chance.randint(0, 12)
            mutated = mutated[:at] + chance.choice(["", *pieces]) + mutated[at + size :]
        try:
            parse_population(mutated, Path("a.yaml"))
        except PopulationErrors as error:
            refused += 1
            strange += [each for each in error.findings if each.line < 1 or "\n" in str(each)]
    assert strange == []
    assert 400 < refused < 1000


def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path):
    with pytest.raises(InputError, match=r"nothing\.yaml: cannot be read"):
        read_population(tmp_path / "nothing.yaml")


def test_published_schema_is_the_one_the_reader_has():
    published = SHIPPED.with_name(FILE).read_text(encoding="utf-8")
    assert published == schema_text(), (
        "run: ctidrv sim schema --of population --output ivr_scripts/population.schema.json"
    )


def test_schema_has_every_key_of_a_kind_of_subscriber():
    made = schema()["$defs"]["Subscriber"]["properties"]
    assert set(made) == set(model.Subscriber.model_fields)


def test_the_page_of_the_language_is_the_one_the_model_makes():
    page = Path(__file__).parents[4] / "docs" / "reference" / "populations.md"
    assert page.read_text("utf-8") == markdown(), (
        "run: python -m hwsim.load.reference > docs/reference/populations.md"
    )
