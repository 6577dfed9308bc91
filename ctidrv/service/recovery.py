"""What a crash left is put right, before any line is opened: recordings, messages, calls and legs."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ctidrv.apps import recording, voicemail
from ctidrv.apps.records import CallRow, MessageRow, RecordingRow
from ctidrv.callcontrol.causes import Cause, Outcome, not_through
from ctidrv.callcontrol.journal import Journal
from ctidrv.folder import DataFolder
from ctidrv.store import Store
from ctidrv.units import PortId, to_seconds

PATIENCE_S = 10.0
"""A database that takes no rows for so long keeps the station from starting."""

log = logging.getLogger("ctidrv.service")


@dataclass(frozen=True, slots=True)
class Recovered:
    """How many of each were put right."""

    calls: int
    recordings: int
    messages: int


def recover(folder: DataFolder, store: Store, journal: Journal) -> Recovered:
    """Repairs, completes the rows, and writes into the journal what was done. Returns with all of it
    on the disk; after a clean stop there is nothing to do. Killed itself, it begins anew at the next start:
    its rows are one transaction, and until that is on the disk the files count as open."""
    store.writer.flush(PATIENCE_S)
    with store.writer.together():
        said = voicemail.repair(folder, store, has_message=lambda message: store.message(message) is not None)
        left = {message.call for message in said.messages}
        mended = recording.repair(
            folder,
            store,
            calls=[_as_told(store, call, left) for call in store.open_calls()],
            recordings=store.open_recordings(),
            has_call=lambda call: store.call(call) is not None,
            has_recording=lambda recording: _has_recording(store, recording),
        )
        calls = {call.id: _completed(store, call) for call in mended.calls}
        for leg in store.open_legs():
            call = calls.get(leg.call)
            ended, cause = (leg.started, None) if call is None else (call.ended or leg.started, call.cause)
            store.put_leg(replace(leg, ended=ended, cause=cause or Cause.STATION_RESTART.value))
        _tell(store, journal, mended.recordings, said.messages, calls)
    store.writer.flush(PATIENCE_S)
    for path in mended.files:
        recording.settle(folder.recordings, path)
    for path in said.files:
        recording.settle(folder.messages, path)
    found = Recovered(len(calls), len(mended.recordings), len(said.messages))
    if calls or mended.recordings or said.messages:
        log.warning(
            "the station had not stopped cleanly: %d calls ended, %d recordings and %d messages repaired",
            found.calls,
            found.recordings,
            found.messages,
        )
    return found


def _tell(
    store: Store,
    journal: Journal,
    recordings: Sequence[RecordingRow],
    messages: Sequence[MessageRow],
    calls: dict[str, CallRow],
) -> None:
    for row in recordings:
        told: dict[str, Any] = {"recording": row.id, "path": row.path, "state": row.state}
        journal.emit("call.recording", _port(store, row.call, calls), row.call, **told)
    for message in messages:
        seconds = to_seconds(message.samples)
        told = {"message": message.id, "box": message.box, "seconds": seconds, "state": "repaired"}
        journal.emit("call.message", _port(store, message.call, calls), message.call, **told)
    for call in calls.values():
        journal.emit("call.ended", PortId(call.port), call.id, cause=call.cause, outcome=call.outcome)


def _as_told(store: Store, call: CallRow, left: Collection[str]) -> CallRow:
    """With what the call's events say of its end: it was over, or a message was saved, before the crash.
    `left`: calls whose message was found only now."""
    events = (store.call(call.id) or {"events": []})["events"]
    cleared = next((event for event in events if event["type"] == "call.clearing"), None)
    if any(event["type"] == "call.message" for event in events):
        call = replace(call, outcome=Outcome.MESSAGE.value)
    if cleared is None:
        return call
    if call.id in left:
        outcome = Outcome.MESSAGE
    elif call.answered is not None:
        outcome = Outcome.ANSWERED
    else:
        outcome = not_through(Cause(cleared["cause"])) if call.direction == "out" else Outcome.MISSED
    ended = datetime.fromisoformat(cleared["wall"])
    return replace(call, ended=ended, cause=cleared["cause"], outcome=call.outcome or outcome.value)


def _has_recording(store: Store, recording: str) -> bool:
    """As a whole file; one that was missing may have been found."""
    row = store.recording(recording)
    return row is not None and row["id"] == recording and row["state"] in ("closed", "repaired")


def _completed(store: Store, call: CallRow) -> CallRow:
    """A call known from its side file only lacks what the store adds to a caller."""
    if call.e164 is not None or call.number is None:
        return call
    e164 = store.normalise(call.number)
    known = store.customers_by_number(e164) if e164 is not None else []
    full = replace(call, e164=e164, customer=known[0].id if known else None)
    store.put_call(full)
    return full


def _port(store: Store, call: str, calls: dict[str, CallRow]) -> PortId:
    if call in calls:
        return PortId(calls[call].port)
    row = store.call(call)
    return PortId("" if row is None else row["port"])
