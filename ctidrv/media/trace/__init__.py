"""A port's trace: all that passed at it, recorded while the station runs, and replayed as a test.

`tracer` makes the rows of a trace from a running engine, `file` writes them, `read` reads them back,
whatever is in them, `words` says them in plain words; `board` is the driver ``trace``, and `replaying`
gives a trace to an engine again and compares what is told. docs/reference/port-trace.md is the form of the
files.
"""

from __future__ import annotations

from ctidrv.media.trace.read import Trace, load
from ctidrv.media.trace.replaying import Replayed, replay

__all__ = ["Replayed", "Trace", "load", "replay"]
