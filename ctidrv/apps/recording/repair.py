"""After a crash: recordings that were open are made whole, and the rows of their calls completed."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ctidrv.apps.recording.filed import complete, left_open, read_side
from ctidrv.apps.records import CallRow, RecordingRow, Repository
from ctidrv.callcontrol.causes import Cause, Outcome
from ctidrv.errors import CtiError
from ctidrv.folder import DataFolder
from ctidrv.media.wav import repair_wav
from ctidrv.units import RATE

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was found and put right."""

    recordings: list[RecordingRow] = field(default_factory=list)
    calls: list[CallRow] = field(default_factory=list)


def repair(
    folder: DataFolder,
    repository: Repository,
    *,
    calls: Iterable[CallRow] = (),
    recordings: Iterable[RecordingRow] = (),
) -> Repaired:
    """Before the station takes calls. `calls` and `recordings`: those the store still has as open.

    Each recording that was open is repaired, hashed, and its row put as ``repaired`` (``missing`` when there
    is no sound). Each call that was under way gets its row ended: cause ``station-restart``, outcome
    ``interrupted``, or ``missed`` when nobody had answered. A call whose row the crash has lost is put from
    the side file. What cannot be read is told in the log and does not keep the rest from its repair.
    """
    done = Repaired()
    rows = {row.id: row for row in calls}
    known = {Path(row.path): row for row in recordings}
    for path in dict.fromkeys([*left_open(folder.recordings), *known]):
        try:
            row, call = _mend(folder, path, known.get(path), rows)
        except CtiError as error:
            _log.error("%s", error)
            continue
        if call is not None:
            rows.pop(call.id, None)
            repository.put_call(call)
            done.calls.append(call)
        if row is not None:
            repository.put_recording(row)
            done.recordings.append(row)
    for call in rows.values():
        ended = _ended(call, call.answered or call.started)
        repository.put_call(ended)
        done.calls.append(ended)
    return done


def _mend(
    folder: DataFolder, path: Path, row: RecordingRow | None, calls: Mapping[str, CallRow]
) -> tuple[RecordingRow | None, CallRow | None]:
    facts = read_side(path) or {}
    if facts.get("state") in ("closed", "repaired"):  # sealed; only the row had not come so far
        frames, digest, state = facts.get("frames"), facts.get("sha256"), str(facts["state"])
        complete(folder.recordings, path, facts, state=state, frames=frames, sha256=digest)
    else:
        frames, digest, state = _mend_file(path)
        cause = {"cause": Cause.STATION_RESTART.value, "outcome": Outcome.INTERRUPTED.value}
        if path.parent.is_dir():
            complete(folder.recordings, path, {**facts, **cause}, state=state, frames=frames, sha256=digest)
    row = row or _recording_row(path, facts)
    if row is None:
        _log.error("%s: nothing says to which call it belongs; the file is kept", path)
        return None, None
    made = replace(row, state=state, samples=frames, sha256=digest)
    call = calls.get(made.call)
    if call is None and facts.get("state") == "open":
        call = _call_row(facts)
    end = made.started + timedelta(seconds=(frames or 0) / RATE)
    return made, None if call is None else _ended(replace(call, answered=call.answered or made.started), end)


def _mend_file(path: Path) -> tuple[int | None, str | None, str]:
    try:
        frames = repair_wav(path)
    except CtiError as error:
        _log.error("%s", error)
        return None, None, "missing"
    with open(path, "rb") as file:
        return frames, hashlib.file_digest(file, "sha256").hexdigest(), "repaired"


def _ended(call: CallRow, when: datetime) -> CallRow:
    outcome = Outcome.MISSED if call.answered is None else Outcome.INTERRUPTED
    return replace(call, state="ended", ended=when, cause=Cause.STATION_RESTART.value, outcome=outcome.value)


def _recording_row(path: Path, facts: Mapping[str, Any]) -> RecordingRow | None:
    started = _date(facts.get("started"))
    if started is None or not isinstance(facts.get("call"), str):
        return None
    return RecordingRow(str(facts.get("recording") or path.stem), str(facts["call"]), str(path), started)


def _call_row(facts: Mapping[str, Any]) -> CallRow | None:
    started = _date(facts.get("call_started") or facts.get("started"))
    if started is None or not all(isinstance(facts.get(key), str) for key in ("call", "port")):
        return None
    number, name, withheld = (_text(facts.get(key)) for key in ("number", "name", "withheld"))
    return CallRow(
        id=facts["call"],
        port=facts["port"],
        direction=_text(facts.get("direction")) or "in",
        started=started,
        number=number,
        name=name,
        withheld=withheld,
        answered=_date(facts.get("started")),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _date(value: Any) -> datetime | None:
    try:
        when = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return when.astimezone(UTC) if when.tzinfo is not None else None
