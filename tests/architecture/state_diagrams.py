"""The state diagrams of docs/explain/states.md, made from the tables that call control runs by:

    python tests/architecture/state_diagrams.py          prints the document
    python tests/architecture/state_diagrams.py --write  writes it

`test_states.py` fails while the document is not what this prints.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from ctidrv.callcontrol import consult_table, fxo, fxo_jclip, fxo_out, fxo_pulse, fxs, seat_table
from ctidrv.callcontrol.timers import Start, Stop
from ctidrv.drivers.hid import panel
from ctidrv.drivers.v253 import table as v253
from hwsim import exchange_table

FILE = Path(__file__).parents[2] / "docs" / "explain" / "states.md"
MANY = 4
"""What leads to one state from so many, and from half of all, is told below the diagram and not drawn."""
WIDTH = 40
"""Of an arrow's words."""

Table = Mapping[tuple[Any, Any], tuple[Any, tuple[Any, ...]]]

HEAD = """# States

Each state machine of call control is a table without I/O or clock: a state and an input give the next
state and what is to be done. A pair that is not in the table changes nothing. The diagrams are made from
the tables, by `tests/architecture/state_diagrams.py`, and a test says when they are stale. Inputs that lead
back to the same state are not drawn; all are in the table below each diagram.
"""
TIMERS = frozenset({*fxo.TIMER_INPUT.values(), *fxs.TIMER_INPUT.values()})


@dataclass(frozen=True, slots=True)
class Diagram:
    """`rows`: of the table, what is drawn."""

    title: str
    words: str
    module: str
    rows: Table


def _laid_over(table: Table, base: Table) -> Table:
    return {pair: row for pair, row in table.items() if base.get(pair) != row}


DIAGRAMS = (
    Diagram(
        "A line that calls come in on",
        "An FXO port, from the first ring to the pause after the call.",
        "ctidrv/callcontrol/fxo.py",
        fxo.TABLE,
    ),
    Diagram(
        "A call that we make",
        "Rows laid over those of every line. A ring at the seizure is glare: whoever called is served.",
        "ctidrv/callcontrol/fxo_out.py",
        fxo_out.OUTBOUND,
    ),
    Diagram(
        "A line on which a ring pulse announces what is sent",
        "Rows that differ from those of a line (EN 300 659-1).",
        "ctidrv/callcontrol/fxo_pulse.py",
        _laid_over(fxo_pulse.PULSE_TABLE, fxo.TABLE),
    ),
    Diagram(
        "A line with Japan's number display",
        "Rows that differ from those of a line: the number is fetched by an answer that is none.",
        "ctidrv/callcontrol/fxo_jclip.py",
        _laid_over(fxo_jclip.JCLIP_TABLE, fxo.TABLE),
    ),
    Diagram(
        "An operator's telephone",
        "An FXS or HANDSET port.",
        "ctidrv/callcontrol/fxs.py",
        fxs.TABLE,
    ),
    Diagram(
        "An operator's seat",
        "What its telephone does and what the switchboard and the operator ask for.",
        "ctidrv/callcontrol/seat_table.py",
        seat_table.TABLE,
    ),
    Diagram(
        "A seat that asks another",
        "While it has a call; the states without a way out are what becomes of it.",
        "ctidrv/callcontrol/consult_table.py",
        consult_table.TABLE,
    ),
    Diagram(
        "A subscriber's line at the simulated exchange",
        "What the other end does, in simulations.",
        "hw-sim/hwsim/exchange_table.py",
        exchange_table.TABLE,
    ),
    Diagram(
        "A voice modem",
        "What its thread does with it, and waits for from it; what goes wrong anywhere leads to away.",
        "ctidrv/drivers/v253/table.py",
        v253.TABLE,
    ),
    Diagram(
        "A headset's keys and lamps",
        "What its user presses, and what the station orders.",
        "ctidrv/drivers/hid/panel.py",
        panel.TABLE,
    ),
)


def document(diagrams: Iterable[Diagram] = DIAGRAMS) -> str:
    return "\n".join([HEAD, *(_section(diagram) for diagram in diagrams)])


def _section(diagram: Diagram) -> str:
    drawn, told = _arrows(diagram.rows)
    return "\n".join(
        [
            f"## {diagram.title}",
            "",
            f"{diagram.words} `{diagram.module}`",
            "",
            "```mermaid",
            *_mermaid(drawn, told),
            "```",
            "",
            *(f"Not drawn: {line}." for line in _told(told)),
            *([""] if told else []),
            "<details><summary>the table</summary>",
            "",
            "| state | input | next | actions |",
            "| --- | --- | --- | --- |",
            *_rows(diagram.rows),
            "",
            "</details>",
            "",
        ]
    )


Arrows = dict[tuple[Any, Any], list[Any]]


def _arrows(rows: Table) -> tuple[Arrows, Arrows]:
    """(from, to) to the inputs that lead there; and apart (input, to) to the many states it leads from."""
    sources: Arrows = defaultdict(list)
    for (state, seen), (after, _) in rows.items():
        if after is not state:
            sources[seen, after].append(state)
    states = {state for state, _ in rows}
    many = {pair: froms for pair, froms in sources.items() if len(froms) >= max(MANY, len(states) / 2)}
    drawn: Arrows = defaultdict(list)
    for (seen, after), froms in sources.items():
        if (seen, after) not in many:
            for state in froms:
                drawn[state, after].append(seen)
    return drawn, many


def _mermaid(drawn: Arrows, told: Arrows) -> list[str]:
    ends = [state for pair in drawn for state in pair] + [after for _, after in told]
    lines = ["stateDiagram-v2"]
    for state in sorted(set(ends), key=list(type(ends[0])).index):
        word = state.value if isinstance(state.value, str) else ""
        name = _name(state)
        shown = f"{name} ({word})" if word and word != name else name
        lines.append(f'    state "{shown}" as {state.name}')
    if (first := next(iter(type(ends[0])))) in ends:
        lines.append(f"    [*] --> {first.name}")
    for (state, after), inputs in drawn.items():
        lines.append(f"    {state.name} --> {after.name}: {_wrapped(_name(each) for each in inputs)}")
    return lines


def _told(told: Arrows) -> list[str]:
    return [
        f"*{_name(seen)}* leads to *{_name(after)}* from {', '.join(_name(each) for each in froms)}"
        for (seen, after), froms in told.items()
    ]


def _wrapped(words: Iterable[str]) -> str:
    lines = [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + len(word) > WIDTH:
            lines.append("")
        lines[-1] += f", {word}" if lines[-1] else word
    return ",<br/>".join(lines)


def _rows(rows: Table) -> Iterable[str]:
    last = None
    for (state, seen), (after, actions) in rows.items():
        first = _name(state) if state is not last else ""
        last = state
        done = ", ".join(_action(each) for each in actions)
        same = "" if after is state else _name(after)
        yield f"| {first} | {_name(seen)} | {same} | {done} |"


def _action(action: Any) -> str:
    match action:
        case str():
            return action.replace("_", " ")
        case Enum():
            return _name(action)
        case Start():
            return f"start {_name(action.timer)}"
        case Stop():
            return f"stop {_name(action.timer)}"
        case fxo.End():
            return f"end ({'as told' if action.cause is None else action.cause.value})"
        case fxs.Play():
            return f"play {action.tone}"
    raise TypeError(f"{action!r}: no words for it")


def _name(each: Enum) -> str:
    words = each.name.lower().replace("_", " ")
    return words.replace(" over", " time over") if each in TIMERS else words


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        FILE.write_text(document(), encoding="utf-8")
    else:
        sys.stdout.write(document())
