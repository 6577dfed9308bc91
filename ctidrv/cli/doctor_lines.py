"""Doctor's look at each line's last calls: what the exchange does not send, or we do not hear."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from ctidrv.callcontrol.causes import Cause
from ctidrv.cli.examined import Result, guarded
from ctidrv.config import StationConfig
from ctidrv.errors import StoreError
from ctidrv.folder import DataFolder

LAST = 500
"""Calls that are looked at, of all lines."""
ENOUGH = 5
"""Calls of one kind that say something about a line."""

Row = Mapping[str, Any]


def examine_lines(config: StationConfig, folder: DataFolder) -> Iterator[Result]:
    """What the last calls of each line have in common that they should not."""
    if not folder.database.exists():
        return
    from ctidrv.store import Store

    checks = {line: f"line {line.port}: calls" for line in config.lines}
    try:
        with Store.read(folder) as store:
            calls = store.calls(limit=LAST)
    except StoreError as error:
        for check in checks.values():
            yield Result(check, "note", f"not looked at: {error}")
        return
    for line, check in checks.items():
        own = [call for call in calls if call["port"] == line.port and call["state"] == "ended"]
        yield guarded(check, partial(_line, own))


def _line(calls: Sequence[Row], check: str) -> Result:
    came = [call for call in calls if call["direction"] == "in"]
    made = [call for call in calls if call["direction"] == "out"]
    for look in (_no_dial_tone(check, made), _no_caller_id(check, came), _no_hang_up(check, came)):
        if look is not None:
            return look
    return Result(check, "ok", f"{len(calls)} looked at, nothing strange" if calls else "none yet")


def _no_dial_tone(check: str, made: Sequence[Row]) -> Result | None:
    last = made[:ENOUGH]
    if len(last) < 2 or any(call["cause"] != Cause.NO_DIAL_TONE for call in last):
        return None
    return Result(
        check,
        "finding",
        f"the last {len(last)} calls out found no dial tone",
        "see that the cable is in the wall and in the right port; behind a PBX set `outside` of the line",
    )


def _no_caller_id(check: str, came: Sequence[Row]) -> Result | None:
    last = came[: 4 * ENOUGH]
    if len(last) < ENOUGH or any(call["number"] or call["withheld"] for call in last):
        return None
    return Result(
        check,
        "note",
        f"none of the last {len(last)} calls in brought a number",
        "ask the operator for caller ID on the line; see that `country` is right and that nothing answers"
        " before the second ring",
    )


def _no_hang_up(check: str, came: Sequence[Row]) -> Result | None:
    gone = [call for call in came if call["answered"] and Cause(call["cause"]).remote][: 2 * ENOUGH]
    silent = sum(call["cause"] == Cause.REMOTE_SILENCE for call in gone)
    if len(gone) < ENOUGH or 2 * silent <= len(gone):
        return None
    return Result(
        check,
        "note",
        f"of the last {len(gone)} callers who hung up {silent} were noticed by silence alone",
        "teach the line its tone: ctidrv dsp learn --line PORT while it sounds; or ask for a loop break",
    )
