import json

import pytest

from ctidrv.apps.ivr import model, shipped_script
from ctidrv.apps.ivr.schema import FILE, schema, schema_text
from ctidrv.cli import main


def test_published_schema_is_the_one_the_reader_has():
    published = shipped_script("hotline.ivr.yaml").with_name(FILE).read_text(encoding="utf-8")
    assert published == schema_text(), "run: ctidrv ivr schema --output ivr_scripts/ivr.schema.json"


@pytest.mark.parametrize("verb", model.VERBS)
def test_schema_has_every_verb_and_closes_it(verb):
    defs = schema()["$defs"]
    steps = [one for name, one in defs.items() if name.endswith("Step") and verb in one["properties"]]
    assert len(steps) == 1
    assert steps[0]["additionalProperties"] is False
    assert steps[0]["required"] == [verb]


def test_schema_writes_durations_as_scripts_do():
    timeout = schema()["$defs"]["Defaults"]["properties"]["timeout"]
    assert timeout["default"] == "5s"


def test_cli_prints_the_schema_and_writes_it(tmp_path, capsys):
    assert main(["ivr", "schema"]) == 0
    assert json.loads(capsys.readouterr().out) == schema()
    assert main(["ivr", "schema", "--output", str(tmp_path / "s.json")]) == 0
    assert (tmp_path / "s.json").read_text(encoding="utf-8") == schema_text()
