"""Callers that are no people, as steps: what `machine:` in a scenario stands for."""

from __future__ import annotations

from typing import Any

MACHINES: dict[str, tuple[str, list[Any]]] = {
    "robot": (
        "rings, plays its offer over whatever it hears, and hangs up without warning",
        [{"dial": {"number": "{to}", "within": "40s"}}, {"speak": "offer"}, "hang_up"],
    ),
    "answering-machine": (
        "answers after 12 s of ringing, greets, beeps, listens for 20 s and hangs up",
        [{"answer": "12s"}, {"speak": "ann-lee"}, {"speak": "beep"}, {"silence": "20s"}, "hang_up"],
    ),
    "noise": (
        "rings, and sends noise of -20 dBm0 for half a minute",
        [{"dial": {"number": "{to}", "within": "40s"}}, {"noise": "30s"}, "hang_up"],
    ),
    "fax": (
        "rings, and calls as a fax machine (CNG, ITU-T T.30) for 36 s; no fax follows",
        [{"dial": {"number": "{to}", "within": "40s"}}, {"speak": "fax-calling"}, "hang_up"],
    ),
}
"""Name: what it does, and its steps; ``{to}`` is the number it rings. A machine goes on whatever it hears."""


def steps_of(machine: str, to: str) -> list[Any]:
    """As they would stand in a file."""

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: filled(part) for key, part in value.items()}
        return to if value == "{to}" else value

    return [filled(step) for step in MACHINES[machine][1]]
