"""Voice menus written as YAML: reader, checker and interpreter.

`load` gives a `Script` that can run, `check` all that is wrong with one, `run` serves a call with it.
"""

from ctidrv.apps.ivr.script import (
    Script,
    ScriptErrors,
    check,
    check_flow,
    check_numbers,
    check_queues,
    check_seats,
    load,
)
from ctidrv.apps.ivr.shipped import shipped_script
from ctidrv.document.findings import Finding

__all__ = [
    "Finding",
    "Script",
    "ScriptErrors",
    "check",
    "check_flow",
    "check_numbers",
    "check_queues",
    "check_seats",
    "load",
    "shipped_script",
]
