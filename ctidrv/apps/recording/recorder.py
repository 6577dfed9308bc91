"""Records the line of each call: two channels, from its seizure to its release (design.md, decision 7)."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from ctidrv.apps.recording.filed import FiledWav, Sealed, settle
from ctidrv.apps.records import RecordingRow, Repository
from ctidrv.callcontrol.call import Call
from ctidrv.callcontrol.ids import Ids
from ctidrv.clock import SampleClock
from ctidrv.errors import StoreError
from ctidrv.events import PortEvent, RecordLost, Seized
from ctidrv.folder import DataFolder
from ctidrv.media.channel import Recording
from ctidrv.media.wav import FORMATS
from ctidrv.units import Samples

_log = logging.getLogger(__name__)


class CallRecorder:
    """Begins the recording of calls. The rows go to `repository`, the files into `folder`, as `format` says
    (`ctidrv.media.wav.FORMATS`)."""

    def __init__(
        self,
        folder: DataFolder,
        repository: Repository,
        clock: SampleClock,
        ids: Ids,
        *,
        format: str = FORMATS[0],
    ) -> None:
        self.folder = folder
        self.repository = repository
        self.clock = clock
        self.ids = ids
        self.format = format
        self._settling: set[asyncio.Task[None]] = set()

    def start(self, call: Call) -> CallRecording:
        """Prepares the recording of a call that is not yet answered; it begins with the seizure that does.

        Whoever serves the call awaits the result's `finish` when the call is over.
        """
        return CallRecording(self, call)

    async def settled(self) -> None:
        """Returns when the rows of all finished recordings are on the disk. A database that takes none keeps
        it waiting: the next start finds those recordings and makes their rows."""
        while self._settling:
            await asyncio.wait(self._settling)

    def settle_later(self, path: Path) -> None:
        """Once the rows put so far are on the disk, the recording counts as open no more."""
        task = asyncio.get_running_loop().create_task(self._settle(path))
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)

    async def _settle(self, path: Path) -> None:
        try:
            await self.repository.committed()
            await asyncio.to_thread(settle, self.folder.recordings, path)
        except StoreError as error:
            _log.error("%s: %s", path.stem, error)


class CallRecording:
    """The recording of one call; made by `CallRecorder.start`."""

    def __init__(self, recorder: CallRecorder, call: Call) -> None:
        self.id = recorder.ids.next("recording")
        self._recorder = recorder
        self._call = call
        self._lock = threading.Lock()
        self._started: datetime | None = None
        self._row: RecordingRow | None = None
        self._lost = 0
        self._sink = FiledWav(
            recorder.folder.recordings,
            2,
            self._place,
            recorder.folder.files,
            format=recorder.format,
            resumes=True,
        )
        self._recording: Recording | None = None
        self._forget: Callable[[], None] | None = None
        call.when_answering(self._arm)
        call.when_ended(self._ask_stop)
        if call.seized:
            self._arm()
            self._open(recorder.clock.now())

    async def finish(self) -> RecordingRow | None:
        """Ends and seals the recording; None: the line was never seized. Does not fail: what the disk did not
        take is told in the log, the journal (``lost``) and the row (its lost samples, or ``missing``)."""
        if self._recording is None or self._forget is None:
            return None
        try:
            await self._recording.stop()
        except StoreError as error:
            _log.error("%s: %s", self._call.id, error)
            self._lost += max(0, self._recording.frames - (self._sink.frames or 0))
        finally:
            self._forget()
        self._lost += self._sink.lost
        whole = self._sink.why is None
        sealed = await self._sealed()
        if self._row is None:
            return None
        told = "closed" if whole and sealed is not None else "lost"
        if sealed is None:
            return self._put("missing", told)
        row = self._put("closed", told, sha256=sealed.sha256, samples=sealed.frames)
        if sealed.told:
            self._recorder.settle_later(sealed.path)
        return row

    async def _sealed(self) -> Sealed | None:
        try:
            return await asyncio.to_thread(self._sink.seal, self._last_facts())
        except StoreError as error:
            _log.error("%s: %s", self._call.id, error)
            return None

    # On the loop.

    def _arm(self) -> None:
        """The line is about to be seized. Not sooner: a primary answer is a seizure too."""
        if self._recording is None:
            self._recording = self._call.channel.record_line(self._sink, at_seizure=not self._call.seized)
            self._forget = self._call.channel.subscribe(self._on_event)

    def _ask_stop(self) -> None:
        if self._recording is not None:
            self._recording.ask_stop()

    def _on_event(self, event: PortEvent) -> None:
        if isinstance(event, Seized) and self._row is None and self._call.cause is None:
            self._open(event.at)
        elif isinstance(event, RecordLost) and self._recording and event.ref == self._recording.ref:
            self._lost += event.length

    def _open(self, at: Samples) -> None:
        started = self._begun(self._call.wall(at))
        self._row = RecordingRow(self.id, self._call.id, str(self._path(started)), started)
        self._put("open", "open")

    def _put(
        self, state: str, told: str, *, sha256: str | None = None, samples: int | None = None
    ) -> RecordingRow:
        assert self._row is not None
        row = RecordingRow(
            id=self._row.id,
            call=self._row.call,
            path=self._row.path,
            started=self._row.started,
            sha256=sha256,
            samples=samples,
            state=state,
            lost_samples=self._lost,
        )
        self._row = row
        self._recorder.repository.put_recording(row)
        why = {} if told != "lost" else {"reason": str(self._sink.why or "the file could not be finished")}
        self._call.note("call.recording", recording=row.id, path=row.path, state=told, **why)
        return row

    def _last_facts(self) -> dict[str, Any]:
        call, wall = self._call, self._call.wall
        return {
            **self._caller(),
            "answered": None if call.answered_at is None else _stamp(wall(call.answered_at)),
            "answered_by": call.answered_by,
            "ended": None if call.ended_at is None else _stamp(wall(call.ended_at)),
            "cause": call.cause and call.cause.value,
            "outcome": call.outcome.value,
            "lost_frames": self._lost,
        }

    def _caller(self) -> dict[str, Any]:
        call = self._call
        caller = call.caller
        return {"number": call.number or caller.number, "name": caller.name, "withheld": caller.reason}

    # On the disk thread too.

    def _begun(self, when: datetime) -> datetime:
        """The time of the seizure: as first told, by its event or, when that is late, by the first sound."""
        with self._lock:
            if self._started is None:
                self._started = when
            return self._started

    def _path(self, started: datetime) -> Path:
        return self._recorder.folder.recording(started, self._call.id)

    def _place(self) -> tuple[Path, Mapping[str, Any]]:
        call = self._call
        started = self._begun(call.wall(self._recorder.clock.now()))
        facts = {
            "recording": self.id,
            "call": call.id,
            "port": call.port,
            "direction": call.direction,
            "call_started": _stamp(call.wall(call.started_at)),
            "started": _stamp(started),
            **self._caller(),
        }
        return self._path(started), facts


def _stamp(when: datetime) -> str:
    """RFC 3339."""
    return when.isoformat(timespec="milliseconds")
