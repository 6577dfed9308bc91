"""The page of the language: ``python -m hwsim.scenario.reference > docs/reference/scenarios.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from hwsim.exchange_settings import Distinctive, ExchangeSettings
from hwsim.scenario import model
from hwsim.scenario.faults import FAULTS
from hwsim.scenario.machines import MACHINES
from hwsim.scenario.schema import schema
from hwsim.scenario.sounds import shipped_voices
from hwsim.scenario.verbs import BARE, VERBS
from hwsim.wire_settings import Bursts, Cable, Dropouts, GainSteps, Hum, WireSettings

_HEAD = """\
# Scenarios

Made by `python -m hwsim.scenario.reference` from the model that reads them; `ctidrv sim schema` prints
the same as JSON Schema (`ivr_scripts/scenario.schema.json`), for editors.

A scenario is a YAML file: who rings which menu, what they do, and what has to reach their ears. It is
played in virtual time, through the simulated exchange and its lines, against a whole station:

```yaml
scenario: 1
script: code.ivr.yaml
caller: [
  dial: "8001", press: "*",
  hear: please-enter, press: "98537#",
  hear: {phrase: your-code, with: {code: "98537"}}, hang_up]
```

```sh
ctidrv sim check hotline.scenario.yaml
ctidrv sim run hotline.scenario.yaml --junit report.xml --keep failed
```

`sim run` exits 0 when everybody heard what he waited for, every line came to rest, every call was ended,
and every answered one recorded; 1 when not, and then it says what was heard instead, when, and draws it.
With `--keep` each case that failed leaves a folder: what each caller said and heard (two channels),
`timeline.txt`, `run.json`, the station's data folder; `ctidrv sim view` draws it.

A duration is `300ms`, `5s` or `2m`. One that is *drawn* may also be `{uniform: [1s, 3s]}`, `{normal:
[2s, 500ms]}` (mean, deviation) or `{exponential: 20s}` (mean). Keys and numbers are written in quotes."""
_SEATS = """\
Operators ([seats](seats.md)) at telephones of the station's board. They have the verbs of callers, and `ask`
for what they have the station do with their call. They play with audio only.

```yaml
scenario: 1
script: reception.ivr.yaml
callers:
  - steps: [
      dial: "8001", hear: welcome, press: "1", hear: reception-menu, press: "0",
      hear: one-moment, hear: {prompt: music/calm, first: 2s}, hear: {sound: ann-lee}]
seats:
  - name: Li Mei
    number: "08"
    groups: [operators]
    steps: [answer, silence: 1s, ask: {what: transfer, to: "09", ring: 20s}, hear: {tone: busy}, hang_up]
  - name: Bob
    number: "09"
    steps: [answer, silence: 1s, speak: ann-lee, silence: 1s, hang_up]
```"""
_EXCHANGE = """\
```yaml
board:
  lines: 2
  exchange:
    plan: {"1700": busy, "1701": [sit, not-in-service]}
    hunt: {"8000": ["8001", "8002"]}
    distinctive: {"8101": {line: "8001", ring: 2}}
```"""
_FAULTS = """\
Under `faults` stands what goes wrong with the station itself, each with its time (`board_out: 12s` alone is
its `at`), also drawn from the seed. `lasts` is 5 s, of ticks 200 ms, and may be drawn too. `sim run` asks
more of such a scenario: every recording has to play and be as long as its row says. A recording may be
`repaired` where the station is killed, and `missing` where the disk is full.

```yaml
faults:
  - board_out: {at: {uniform: [5s, 20s]}, lasts: 8s}
  - clock_jump: {at: 30s, back: 60m}
  - process_killed: 45s
```"""
_WIRE: dict[str, type[BaseModel]] = {
    "cable": Cable,
    "hum": Hum,
    "impulses` and `clicks": Bursts,
    "dropouts": Dropouts,
    "gain_steps": GainSteps,
}
_WIRE_EXAMPLE = """\
A line of 4 km that the terminal's network does not quite match, hum, and an echo from abroad:

```yaml
board:
  wire:
    cable: {gauge: 0.4, km: 4}
    terminal: eu
    balance: "600"
    hum: {dbm0: -50}
    delay_ms: 120
    far_return_loss: [[300, 12], [1000, 20], [3400, 14]]
```"""
_AFTER = """\
## In Python, with pytest

Where ctidrv is installed pytest has the fixture `hwsim`. Callers have the same verbs, with the same
words; time stands still between two of them:

```python
def test_the_code_is_read_back(hwsim):
    hwsim.serve("code.ivr.yaml")  # beside the test, or one that ships; also lines=, country=, seed=
    ann = hwsim.caller("5551234", name="ANN LEE")
    ann.dial("8001")
    ann.press("*")
    ann.hear("please-enter")
    ann.press("98537#")
    ann.hear(phrase="your-code", values={"code": "98537"}, within="10s")
    ann.hang_up()
    hwsim.rest()  # until every line is idle
    assert hwsim.calls[-1]["outcome"] == "answered"
```

`hwsim.play("door.scenario.yaml")` plays a file. After the test every line has to come to rest. A test
that fails shows the time line, and keeps what was said and heard in its `tmp_path`."""


def markdown() -> str:
    """The whole page."""
    made = schema()
    defs = made["$defs"]
    lines = [_HEAD.strip("\n"), "", "## The file", "", *key_table(model.Document, made)]
    lines += ["", "## `callers`", "", *key_table(model.Party, defs["Party"])]
    lines += ["", "## `seats`", "", *_SEATS.split("\n"), "", *key_table(model.Seat, defs["Seat"])]
    lines += ["", "## `calls`", "", *key_table(model.ExpectedCall, defs["ExpectedCall"])]
    lines += ["", "## `board`", "", *key_table(model.Line, defs["Line"])]
    lines += ["", " ".join(str(model.Line.__doc__).split()), ""]
    lines += ["### `exchange`", "", *key_table(ExchangeSettings, defs["ExchangeSettings"]), ""]
    lines += [
        "Of `distinctive`:",
        "",
        *key_table(Distinctive, defs["Distinctive"]),
        "",
        *_EXCHANGE.split("\n"),
    ]
    lines += ["", "### `wire`", "", *key_table(WireSettings, defs["WireSettings"]), ""]
    for name, body in _WIRE.items():
        lines += [f"Of `{name}`:", "", *key_table(body, defs[body.__name__]), ""]
    lines += [*_WIRE_EXAMPLE.split("\n")]
    lines += ["", "## Verbs", ""]
    lines += ["Those that need nothing may stand alone: " + ", ".join(f"`{name}`" for name in BARE) + ".", ""]
    for name, body in VERBS.items():
        lines += [f"### `{name}`", "", " ".join(str(body.__doc__).split()), ""]
        if body.SHORT is not None:
            lines += [f"`{name}: …` alone is its `{body.SHORT}`.", ""]
        lines += [*key_table(body, defs[body.__name__]), ""]
    lines += ["## Faults of the station", "", *_FAULTS.strip("\n").split("\n"), ""]
    lines += ["| fault | besides `at` | |", "| --- | --- | --- |"]
    for name, fault in FAULTS.items():
        more = ", ".join(f"`{key}`" for key in fault.model_fields if key != "at")
        lines += [f"| `{name}` | {more} | {' '.join(str(fault.__doc__).split())} |"]
    lines += ["", "## Machines and voices", ""]
    lines += [f"- `{name}` {what}." for name, (what, _) in MACHINES.items()]
    voices = ", ".join(f"`{name}`" for name in shipped_voices())
    lines += ["", f"Voices that ship: {voices}. Every other voice is a WAV file beside the scenario.", ""]
    return "\n".join([*lines, _AFTER.strip("\n"), ""])


def key_table(body: type[BaseModel], node: dict[str, Any]) -> Iterator[str]:
    yield "| key | value | default | |"
    yield "| --- | --- | --- | --- |"
    keys = _keys(node)
    for name, field in body.model_fields.items():
        key = field.alias or name
        default = "" if field.is_required() else _default(keys[key].get("default"))
        what = " ".join((field.description or "").split())
        needed = "needed" if field.is_required() else default
        yield f"| `{key}` | {_value(keys[key])} | {needed} | {what} |"


def _keys(node: dict[str, Any]) -> dict[str, Any]:
    """The properties of a model, beneath its short forms."""
    for form in (node, *node.get("anyOf", ())):
        if "properties" in form:
            return dict(form["properties"])
    return {}


def _default(value: Any) -> str:
    if value is None or isinstance(value, dict):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _value(node: dict[str, Any]) -> str:
    """In a word or two."""
    forms = [form for form in node.get("anyOf", ()) if form.get("type") != "null"]
    patterns = [str(form.get("pattern", "")) for form in (node, *forms)]
    if any(form.get("type") == "object" for form in forms) and any("ms|s|m" in each for each in patterns):
        return "duration, drawn"
    if len(forms) > 1:
        return " or ".join(_value(form) for form in forms)
    if forms:
        return _value({**forms[0]})
    if "$ref" in node:
        return "mapping"
    if "enum" in node:
        return " ".join(f"`{each}`" for each in node["enum"])
    if "ms|s|m" in patterns[0]:
        return "duration"
    if node.get("type") == "number":
        least = node.get("minimum", node.get("exclusiveMinimum", ""))
        return f"{least:g} … {node['maximum']:g}" if "maximum" in node else "number"
    if node.get("type") == "integer":
        if node.get("minimum") == node["maximum"]:
            return f"`{node['maximum']}`"
        return f"{node.get('minimum', '')} … {node['maximum']}" if node["maximum"] < 10**6 else "whole number"
    return {"array": "list", "boolean": "`true` `false`", "object": "mapping"}.get(
        str(node.get("type")), "text"
    )


if __name__ == "__main__":
    sys.stdout.write(markdown())
