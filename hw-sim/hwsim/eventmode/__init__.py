"""Event mode: the same station, exchange and callers without audio (docs/decisions/0004-event-mode.md)."""
