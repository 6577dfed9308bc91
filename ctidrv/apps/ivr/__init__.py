"""Voice menus written as YAML: reader, checker and interpreter.

`load` gives a `Script` that can run, `check` all that is wrong with one, `run` serves a call with it.
"""

from ctidrv.apps.ivr.findings import Finding, ScriptErrors
from ctidrv.apps.ivr.script import Script, check, load
from ctidrv.apps.ivr.shipped import shipped_script

__all__ = ["Finding", "Script", "ScriptErrors", "check", "load", "shipped_script"]
