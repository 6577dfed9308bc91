"""docs/explain/states.md is what its tables are: made from them, and every table is in it."""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

import state_diagrams as states

import ctidrv.callcontrol


def test_document_is_what_the_tables_give_now() -> None:
    stale = "docs/explain/states.md is stale: run python tests/architecture/state_diagrams.py --write"
    assert states.FILE.read_text(encoding="utf-8") == states.document(), stale


def test_every_table_of_call_control_is_drawn() -> None:
    drawn = {diagram.module for diagram in states.DIAGRAMS}
    for module in pkgutil.iter_modules(ctidrv.callcontrol.__path__):
        text = (Path(ctidrv.callcontrol.__path__[0]) / f"{module.name}.py").read_text(encoding="utf-8")
        if "TABLE = MappingProxyType(" in text or "OUTBOUND = MappingProxyType(" in text:
            file = f"ctidrv/callcontrol/{module.name}.py"
            assert file in drawn, f"{file}: name its table in state_diagrams.py, and run that with --write"


@pytest.mark.parametrize("diagram", states.DIAGRAMS, ids=lambda diagram: diagram.module)
def test_each_step_is_drawn_or_told_once(diagram) -> None:
    drawn, told = states._arrows(diagram.rows)
    steps = [(state, seen, after) for (state, after), inputs in drawn.items() for seen in inputs]
    steps += [(state, seen, after) for (seen, after), froms in told.items() for state in froms]
    wanted = [
        (state, seen, after) for (state, seen), (after, _) in diagram.rows.items() if state is not after
    ]
    assert sorted(steps, key=str) == sorted(wanted, key=str)


class _Lamp(Enum):
    OFF = "off"
    LIT = "on"


class _Press(Enum):
    KEY = 1
    LONG_PRESS = 2


def test_a_small_table_is_drawn_as_it_is_read() -> None:
    table: Mapping[object, object] = {
        (_Lamp.OFF, _Press.KEY): (_Lamp.LIT, ("heat",)),
        (_Lamp.LIT, _Press.KEY): (_Lamp.OFF, ()),
        (_Lamp.LIT, _Press.LONG_PRESS): (_Lamp.LIT, ("be_brighter",)),
    }
    text = states.document([states.Diagram("A lamp", "It is lit.", "lamp.py", table)])
    assert text[text.index("```mermaid") :].splitlines() == [
        "```mermaid",
        "stateDiagram-v2",
        '    state "off" as OFF',
        '    state "lit (on)" as LIT',
        "    [*] --> OFF",
        "    OFF --> LIT: key",
        "    LIT --> OFF: key",
        "```",
        "",
        "<details><summary>the table</summary>",
        "",
        "| state | input | next | actions |",
        "| --- | --- | --- | --- |",
        "| off | key | lit | heat |",
        "| lit | key | off |  |",
        "|  | long press |  | be brighter |",
        "",
        "</details>",
    ]
