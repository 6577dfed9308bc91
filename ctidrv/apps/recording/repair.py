"""After a crash: recordings that were open are made whole, and the rows of their calls completed."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ctidrv.apps.recording.filed import complete, has_sound, left_open, read_side
from ctidrv.apps.records import CallRow, RecordingRow, Repository
from ctidrv.callcontrol.causes import Cause, Outcome
from ctidrv.errors import CtiError
from ctidrv.folder import DataFolder
from ctidrv.media.wav import repair_wav
from ctidrv.units import RATE

_log = logging.getLogger(__name__)

_MOST = 2**40
"""Of samples in a side file's count."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was found and put right."""

    recordings: list[RecordingRow] = field(default_factory=list)
    calls: list[CallRow] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    """To be settled (`filed.settle`) when the rows are on the disk."""


def repair(
    folder: DataFolder,
    repository: Repository,
    *,
    calls: Iterable[CallRow] = (),
    recordings: Iterable[RecordingRow] = (),
    has_call: Callable[[str], bool] = lambda call: False,
    has_recording: Callable[[str], bool] = lambda recording: False,
) -> Repaired:
    """Before the station takes calls. `calls` and `recordings`: those the store still has as open; what is
    known of a call's end is in its row already. `has_call`, `has_recording`: whether the store knows one.

    Each recording that was open is repaired, hashed, and its row put as ``repaired`` (``missing`` when there
    is no sound). Each call that was under way gets its row ended: cause ``station-restart``, outcome
    ``interrupted``, or ``missed`` when nobody had answered. A call or recording whose row has never reached
    the store is put from the side file. What cannot be read is told in the log and does not keep the rest
    from its repair.
    """
    done = Repaired()
    rows = {row.id: row for row in calls}
    known = {Path(row.path): row for row in recordings}
    for path in dict.fromkeys([*left_open(folder.recordings), *known]):
        try:
            row, call = _mend(path, known.get(path), rows, has_call, has_recording)
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
        done.files.append(path)
    for call in rows.values():
        ended = _ended(call, call.answered or call.started)
        repository.put_call(ended)
        done.calls.append(ended)
    return done


def _mend(
    path: Path,
    row: RecordingRow | None,
    calls: Mapping[str, CallRow],
    has_call: Callable[[str], bool],
    has_recording: Callable[[str], bool],
) -> tuple[RecordingRow | None, CallRow | None]:
    """Makes the file whole; the rows to put, None for one that is in the store as it should be."""
    facts = read_side(path) or {}
    frames, digest, state = _mend_file(path)
    sealed = facts.get("state") in ("closed", "repaired") and facts.get("sha256") == digest is not None
    if sealed:
        state = str(facts["state"])
    stored = row or _recording_row(path, facts)
    call = None if stored is None else _call(stored, facts, calls, has_call, frames)
    if not sealed and path.parent.is_dir():
        ended = {} if call is None else {key: getattr(call, key) for key in ("cause", "outcome")}
        complete(path, {**facts, **ended}, state=state, frames=frames, sha256=digest)
    if stored is None:
        _log.error("%s: nothing says to which call it belongs; the file is kept", path)
        return None, None
    if row is None and has_recording(stored.id):
        return None, call
    lost = facts.get("lost_frames")
    lost = lost if isinstance(lost, int) and 0 < lost < _MOST else stored.lost_samples
    return replace(stored, state=state, samples=frames, sha256=digest, lost_samples=lost), call


def _mend_file(path: Path) -> tuple[int | None, str | None, str]:
    try:
        if path.is_file() and not has_sound(path):
            path.unlink()  # killed between its making and the end of its header
        frames = repair_wav(path)
        with open(path, "rb") as file:
            return frames, hashlib.file_digest(file, "sha256").hexdigest(), "repaired"
    except (CtiError, OSError) as error:
        _log.error("%s", error)
        return None, None, "missing"


def _call(
    recording: RecordingRow,
    facts: Mapping[str, Any],
    calls: Mapping[str, CallRow],
    has_call: Callable[[str], bool],
    frames: int | None,
) -> CallRow | None:
    """The call of a recording, ended; None when its row says so already, or nothing is known of it."""
    call = calls.get(recording.call)
    if call is None:
        call = None if has_call(recording.call) else _call_row(facts)
    if call is None:
        return None
    if facts.get("state") == "closed":  # the end of the call was known, and only its row had not come so far
        ended, cause, outcome = (
            _date(facts.get("ended")),
            _text(facts.get("cause")),
            _text(facts.get("outcome")),
        )
        if ended is not None and cause is not None:
            call = replace(call, ended=ended, cause=cause, outcome=outcome)
    end = recording.started + timedelta(seconds=(frames or 0) / RATE)
    # Of a call that we made the recording begins before anybody has answered.
    answered = recording.started if call.direction == "in" else _date(facts.get("answered"))
    return _ended(replace(call, answered=call.answered or answered), end)


def _ended(call: CallRow, when: datetime) -> CallRow:
    """With what is known of its end; the rest as an end by the crash."""
    outcome = Outcome.MISSED if call.answered is None and call.direction == "in" else Outcome.INTERRUPTED
    return replace(
        call,
        state="ended",
        ended=call.ended or when,
        cause=call.cause or Cause.STATION_RESTART.value,
        outcome=call.outcome or outcome.value,
    )


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
        answered=_date(facts.get("started" if facts.get("direction") != "out" else "answered")),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _date(value: Any) -> datetime | None:
    try:
        when = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return when.astimezone(UTC) if when.tzinfo is not None else None
