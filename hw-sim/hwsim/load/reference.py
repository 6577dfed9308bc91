"""The page of the language: ``python -m hwsim.load.reference > docs/reference/populations.md``."""

from __future__ import annotations

import sys

from hwsim.load import model
from hwsim.load.schema import schema
from hwsim.scenario.reference import key_table

_HEAD = """\
# Populations

Made by `python -m hwsim.load.reference` from the model that reads them; `ctidrv sim schema --of population`
prints the same as JSON Schema (`ivr_scripts/population.schema.json`), for editors.

A population is a YAML file: who calls an office, when, and what each kind of caller does there. From it
and its seed a plan of calls is made (`hw-sim/hwsim/load/plan.py`): when each begins, which kind it is,
from which number, and the seed of all that its caller does. The plan is the same whatever plays it.

```yaml
population: 1
script: hotline.ivr.yaml
board: {lines: 4}
traffic: {busy: 30, call: 45s, profile: [80, 130, 60, 110]}
subscribers:
  - kind: asks-the-hours
    weight: 3
    patience: {normal: [40s, 10s]}
    steps:
      - dial: "8000"
      - hear: [welcome, pick-language]
      - press: "1"
      - silence: {exponential: 20s}
      - hang_up
  - {kind: offers-something, machine: robot}
```

Durations, drawn ones, verbs and machines are those of [scenarios](scenarios.md). Sample 0 is a minute
before the office opens for the first time. `ivr_scripts/office.population.yaml` ships.

`ctidrv sim load` plays it on a whole station in virtual time. What becomes of a call: it is *answered*;
*abandoned* (it rang, and its caller went); *refused* (no line was idle); *lost* (its caller went before the
office rang); *joined* (he went while it rang, and in the same ringing the line was answered to the next
caller, whose row it is). An error is a call that does not end, a row that is nobody's, a call of the plan
that was not
made, an answered call without exactly one closed recording, or lost sound."""
_TABLES = (
    ("The file", model.Document, None),
    ("`hours`", model.Hours, "Hours"),
    ("`traffic`", model.Traffic, "Traffic"),
    ("`callers`", model.Callers, "Callers"),
    ("`subscribers`", model.Subscriber, "Subscriber"),
)


def markdown() -> str:
    """The whole page."""
    made = schema()
    lines = [_HEAD]
    for title, body, name in _TABLES:
        lines += ["", f"## {title}", "", *key_table(body, made if name is None else made["$defs"][name])]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.stdout.write(markdown())
