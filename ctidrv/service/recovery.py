"""What a crash left is put right, before any line is opened: recordings, messages, calls and legs."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Any

from ctidrv.apps import recording, voicemail
from ctidrv.apps.records import CallRow
from ctidrv.callcontrol.causes import Cause
from ctidrv.callcontrol.journal import Journal
from ctidrv.folder import DataFolder
from ctidrv.store import Store
from ctidrv.units import PortId, to_seconds

log = logging.getLogger("ctidrv.service")


@dataclass(frozen=True, slots=True)
class Recovered:
    """How many of each were put right."""

    calls: int
    recordings: int
    messages: int


def recover(folder: DataFolder, store: Store, journal: Journal) -> Recovered:
    """Repairs, completes the rows, and writes into the journal what was done. Returns with all of it
    on the disk; after a clean stop there is nothing to do."""
    store.writer.flush()
    mended = recording.repair(folder, store, calls=store.open_calls(), recordings=store.open_recordings())
    calls = {call.id: _completed(store, call) for call in mended.calls}
    messages = voicemail.repair(folder, store)
    for leg in store.open_legs():
        ended = calls[leg.call].ended if leg.call in calls else None
        store.put_leg(replace(leg, ended=ended or leg.started, cause=Cause.STATION_RESTART.value))
    store.writer.flush()
    for row in mended.recordings:
        told: dict[str, Any] = {"recording": row.id, "path": row.path, "state": row.state}
        journal.emit("call.recording", _port(store, row.call, calls), row.call, **told)
    for message in messages:
        seconds = to_seconds(message.samples)
        told = {"message": message.id, "box": message.box, "seconds": seconds, "state": "repaired"}
        journal.emit("call.message", _port(store, message.call, calls), message.call, **told)
    for call in calls.values():
        journal.emit("call.ended", PortId(call.port), call.id, cause=call.cause, outcome=call.outcome)
    store.writer.flush()
    found = Recovered(len(calls), len(mended.recordings), len(messages))
    if calls or mended.recordings or messages:
        log.warning(
            "the station had not stopped cleanly: %d calls ended, %d recordings and %d messages repaired",
            found.calls,
            found.recordings,
            found.messages,
        )
    return found


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
