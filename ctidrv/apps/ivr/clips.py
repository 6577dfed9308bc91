"""The `record` verb: what the caller says, kept with the call as a recording of its own (one channel)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from ctidrv.apps.fax.in_call import Faxes
from ctidrv.apps.recording.filed import FiledWav
from ctidrv.apps.records import RecordingRow, Repository
from ctidrv.apps.voicemail.mailbox import Mailboxes, beep
from ctidrv.callcontrol.call import Call
from ctidrv.callcontrol.ids import Ids
from ctidrv.callcontrol.queueing import Queues
from ctidrv.callcontrol.switchboard import Switchboard
from ctidrv.clock import SampleClock
from ctidrv.folder import DataFolder
from ctidrv.units import Samples


@dataclass(frozen=True, slots=True)
class Services:
    """What scripts need of the station they run in."""

    mailboxes: Mailboxes
    folder: DataFolder
    repository: Repository
    clock: SampleClock
    ids: Ids
    switchboard: Switchboard
    queues: Queues
    faxes: Faxes | None = None
    """None: the station has no fax."""


async def record_clip(
    call: Call, services: Services, *, max: Samples, silence: Samples, finish_on: str
) -> RecordingRow | None:
    """Beeps, records until a key, silence, `max` or hang-up, and puts the row; None: nothing was said.

    A caller who hangs up leaves what she has said; the next wait of the call raises CallEnded then.
    """
    recording = services.ids.next("recording")
    call.clear_digits()
    await call.play([beep()], label="beep")
    started = services.clock.wall(services.clock.now())
    path = services.folder.recording(started, f"{call.id}-{recording}")
    facts = {
        "recording": recording,
        "call": call.id,
        "kind": "clip",
        "started": started.isoformat(timespec="milliseconds"),
    }
    sink = FiledWav(services.folder.recordings, 1, lambda: (path, facts), services.folder.files)
    recorded = await call.record_message(sink, max=max, silence=silence, finish_on=finish_on)
    sealed = await asyncio.to_thread(sink.seal, {"reason": recorded.reason}, keep=recorded.keep)
    if sealed is None:
        return None
    row = RecordingRow(recording, call.id, str(path), started, sealed.sha256, sealed.frames, "closed")
    services.repository.put_recording(row)
    call.note("call.recording", recording=recording, path=str(path), state="closed")
    return row
