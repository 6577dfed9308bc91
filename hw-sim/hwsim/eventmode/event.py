"""`Event`: a `cti_event` (cti/event.h) that Python has made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Event:
    at: int
    start: int
    port: int
    kind: int
    value: int = 0
    length: int = 0
    ref: int = 0
    level: float = 0.0
