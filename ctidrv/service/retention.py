"""Deletes recordings of calls by age: the file goes, the row stays, and the reason is a fact.

The age is that of the call's end on the clock of the samples: the wall time at which the station started and
what has gone by since. A computer's clock that is set forward deletes nothing before its time; one that is
set back keeps it longer. The row says that a recording is deleted before its file goes: after a crash
between the two the next start removes the file.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ctidrv.apps.recording.filed import discard
from ctidrv.callcontrol.journal import Journal
from ctidrv.clock import SampleClock
from ctidrv.errors import CtiError
from ctidrv.folder import DataFolder
from ctidrv.store import Store
from ctidrv.units import PortId, Samples, seconds, to_seconds

MOST_AT_ONCE = 200
"""Recordings between two looks at anything else."""
OFTEN, SELDOM = seconds(60), seconds(3600)
"""The pause between two passes is a twentieth of the age, within these."""

log = logging.getLogger("ctidrv.service")


class Retention:
    """`keep`: from the end of a call to the deletion of its recording."""

    def __init__(
        self, folder: DataFolder, store: Store, journal: Journal, clock: SampleClock, keep: timedelta
    ) -> None:
        self._folder = folder
        self._store = store
        self._journal = journal
        self._clock = clock
        self._keep = keep
        self._begun = clock.now(), clock.wall(clock.now())
        self._left: set[Path] = set()
        """Files that could not be removed; tried again with the next pass."""
        self._task: asyncio.Task[None] | None = None

    @property
    def reason(self) -> str:
        """As the fact says it."""
        minutes = round(self._keep.total_seconds() / 60)
        for unit, length in (("d", 1440), ("h", 60)):
            if minutes % length == 0:
                return f"kept for {minutes // length}{unit}"
        return f"kept for {minutes}m"

    def start(self) -> None:
        """Passes begin, the first at once, on the running loop."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """After the recording that is being deleted. Safe twice."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        pause = Samples(min(max(seconds(self._keep.total_seconds() / 20), OFTEN), SELDOM))
        try:
            self._left.update(await asyncio.to_thread(self._left_behind))
        except CtiError as error:
            log.error("recordings that were deleted before: %s", error)
        while True:
            try:
                await self.sweep()
            except CtiError as error:
                log.error("old recordings are not deleted now: %s", error)
            await self._clock.sleep(pause)

    def _left_behind(self) -> list[Path]:
        """Files whose rows say that they are deleted."""
        return [path for path in self._store.deleted_paths() if path.exists()]

    def now(self) -> datetime:
        """By the samples since the start, and never later than the computer's clock says."""
        at, wall = self._begun
        moment = self._clock.now()
        return min(wall + timedelta(seconds=to_seconds(moment - at)), self._clock.wall(moment))

    async def sweep(self) -> int:
        """Deletes what is old enough; how many recordings that were."""
        before = self.now() - self._keep
        count = 0
        while rows := await asyncio.to_thread(self._store.expired, before, MOST_AT_ONCE):
            gone = [await self._delete(row, before) for row in rows]
            count += sum(gone)
            if not any(gone):
                break
        for path in sorted(self._left):
            await asyncio.to_thread(self._remove, path)
        return count

    async def _delete(self, row: Mapping[str, Any], before: datetime) -> bool:
        if not await asyncio.wrap_future(self._store.delete_recording(row["id"], before, self.reason)):
            return False
        told = {"recording": row["id"], "path": row["path"], "state": "deleted", "reason": self.reason}
        self._journal.emit("call.recording", PortId(row["port"]), row["call"], **told)
        await asyncio.to_thread(self._remove, Path(row["path"]))
        return True

    def _remove(self, path: Path) -> None:
        try:
            discard(self._folder.recordings, path)
        except CtiError as error:
            self._left.add(path)
            log.error("%s: the next pass tries again", error)
            return
        self._left.discard(path)
        self._tidy(path.parent)

    def _tidy(self, day: Path) -> None:
        """Removes the folder of a day that is over when it is empty, and those of its month and year."""
        root = self._folder.recordings
        today = root / f"{self._clock.wall(self._clock.now()):%Y/%m/%d}"
        for folder in (day, *day.parents):
            if folder == root or root not in folder.parents or folder in (today, *today.parents):
                return
            try:
                folder.rmdir()
            except OSError:  # not empty
                return
