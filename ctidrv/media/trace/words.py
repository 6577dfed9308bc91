"""A trace in plain words: one line for each thing that a person looks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ctidrv.media.trace.form import Row
from ctidrv.native import error_text

_HEARD_ANYWAY = "pulsing"
"""Of a board's events all others are told to call control in the same tick, and said as that."""

_TOLD: dict[str, str] = {
    "ring-on": "the line rings",
    "ring-off": "the burst of ringing is over",
    "seized": "off hook",
    "released": "on hook",
    "flash": "the telephone flashes ({length} s)",
    "alert-seen": "the alerting tone is over",
    "digit-down": "digit {digit} ({source})",
    "digit-up": "digit {digit} is over after {length} s",
    "tone-on": "{tone} tone",
    "tone-clear": "{tone} tone, clearer",
    "tone-off": "{tone} tone is over",
    "voice-on": "somebody speaks",
    "voice-off": "nobody speaks",
    "sound-on": "something is heard",
    "sound-off": "nothing is heard",
    "beep-heard": "a beep of {hz} Hz",
    "fax-tone": "fax tone {tone}",
    "remote-gone": "the board says the far end is gone: {cause}",
    "slip": "the station was late by {samples} samples",
}
_SWITCHED: dict[str, tuple[str, str, str]] = {
    "hook-changed": ("off_hook", "the telephone is lifted", "the telephone is put down"),
    "polarity-changed": ("reversed", "polarity is reversed", "polarity is normal"),
    "battery-changed": ("present", "battery is back", "battery is lost"),
    "alarm": ("raised", "alarm: the board is gone, or the line is", "the alarm is over"),
    "dialled": (
        "done",
        "a pulsed digit or flash is done",
        "a pulsed digit or flash was refused or broken off",
    ),
}
_ORDERS: dict[tuple[str, bool], str] = {
    ("hook", True): "go off hook",
    ("hook", False): "go on hook",
    ("ring", True): "ring",
    ("ring", False): "stop ringing",
    ("battery", True): "feed the line",
    ("battery", False): "cut the battery",
    ("polarity", True): "reverse the polarity",
    ("polarity", False): "polarity normal",
    ("flash", True): "flash",
    ("pulses", True): "send a digit of pulses",
}

_CALLS: dict[str, str] = {
    "offered": "begins",
    "answered": "is answered",
    "clearing": "{cause}, confidence {confidence}: the line is given back",
    "ended": "has ended: {outcome}, {cause}",
}


def words(row: Row) -> str | None:
    """Of a row; None for one that says nothing new to a person. Nothing in it can disturb a terminal."""
    make = _MAKERS.get(str(row.get("type")))
    said = None if make is None else make(row)
    return None if said is None else printable(said)


def printable(text: str) -> str:
    """Without what would move a terminal's cursor, and not too long."""
    return "".join(each if each.isprintable() else "?" for each in text[:500])


def _told(row: Row) -> str:
    kind = str(row["told"])
    if kind == "caller-id-seen":
        return _caller_id(row)
    if kind in _SWITCHED:
        key, yes, no = _SWITCHED[kind]
        return yes if row.get(key) else no
    return _TOLD[kind].format_map(_Known(row)) if kind in _TOLD else kind


def _caller_id(row: Row) -> str:
    if row.get("checksum_ok") is False:
        return f"caller ID ({row.get('standard')}), damaged"
    known = [str(row[key]) for key in ("number", "name", "reason") if row.get(key)]
    return f"caller ID ({row.get('standard')}, {row.get('kind')}): {', '.join(known) or 'nothing in it'}"


def _command(row: Row) -> str:
    value, result = row.get("value"), row.get("result")
    said = _ORDERS.get((str(row.get("command")), bool(value)), f"{row.get('command')} {value}")
    refused = "" if not isinstance(result, int) or result >= 0 else f": refused, {error_text(result)}"
    return f"order: {said}{refused}"


def _event(row: Row) -> str | None:
    return "the telephone's dial turns" if row.get("event") == _HEARD_ANYWAY else None


def _call(row: Row) -> str | None:
    said = _CALLS.get(str(row.get("event")))
    return None if said is None else f"call {row.get('call')}: {said.format_map(_Known(row))}"


def _lost(row: Row) -> str:
    return (
        f"{row['ticks'] * 0.02:.2f} s and {row['rows']} rows are lost: what recorded the trace was too slow"
    )


def _end(row: Row) -> str:
    return f"the trace ends: {row.get('why')}"


_MAKERS: Mapping[str, Callable[[Row], str | None]] = {
    "told": _told,
    "command": _command,
    "event": _event,
    "call": _call,
    "lost": _lost,
    "end": _end,
}


class _Known(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"
