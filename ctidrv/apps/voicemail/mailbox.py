"""Takes messages: greeting, beep, recording, and the row that makes it a message (requirements.md, VM-1)."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ctidrv.apps.recording.filed import FiledWav, complete, discard, has_sound, left_open, read_side, settle
from ctidrv.apps.records import MessageRow, Repository
from ctidrv.callcontrol.call import Call
from ctidrv.callcontrol.causes import Outcome
from ctidrv.callcontrol.ids import Ids
from ctidrv.clock import SampleClock
from ctidrv.errors import CtiError, StoreError
from ctidrv.folder import DataFolder
from ctidrv.media.channel import Sound
from ctidrv.media.wav import FORMATS, repair_wav
from ctidrv.native.tones import Part, ToneSpec, tone
from ctidrv.units import Samples, seconds, to_seconds

_log = logging.getLogger(__name__)

SHORTEST: Samples = seconds(1)
"""Less is no message: a cough, the click of hanging up."""
PATIENCE: Samples = seconds(5)
"""A caller who has left a message waits so long for a database that takes no rows."""
_BEEP_HZ = 1000.0
_BEEP_DBM0 = -10.0
_BEEP_MS = 400


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of it. `message`: the row, on the disk; None: nothing was said."""

    reason: str  # digit | silence | max | hangup | escape
    message: MessageRow | None = None
    digit: str | None = None
    """The key that ended it."""


def beep() -> ToneSpec:
    """What says: speak now."""
    return tone([Part(hz=(_BEEP_HZ,), level=_BEEP_DBM0, ms=_BEEP_MS)], loop=False)


class Mailboxes:
    """All boxes of a station. `customer_of`: the customer's id that goes into a message's row; `format`: of
    the files (`ctidrv.media.wav.FORMATS`)."""

    def __init__(
        self,
        folder: DataFolder,
        repository: Repository,
        clock: SampleClock,
        ids: Ids,
        customer_of: Callable[[Call], int | None] = lambda call: None,
        *,
        format: str = FORMATS[0],
    ) -> None:
        self._folder = folder
        self._repository = repository
        self._clock = clock
        self._ids = ids
        self._customer_of = customer_of
        self._format = format
        self._committing: set[asyncio.Task[None]] = set()

    async def take(
        self,
        call: Call,
        box: str,
        *,
        greeting: Sequence[Sound],
        saved: Sequence[Sound] = (),
        max: Samples = seconds(120),
        silence: Samples = seconds(5),
        finish_on: str = "#",
        escape: str = "",
        label: str = "greeting",
    ) -> Taken:
        """Takes a message for `box` from the caller.

        A key of `finish_on` skips the greeting, and ends the message. A key of `escape` leaves, during the
        greeting or after the message so far (which is kept). `saved` is played when the message is on
        the disk. A caller who hangs up leaves what she has said: reason ``hangup``, and the next wait of the
        call raises CallEnded. Raises StoreError when the message could not be kept.
        """
        played = await call.play(greeting, finish_on + escape, label=label)
        if played.digit is not None:
            while (key := await call.digit(Samples(0))) not in (None, played.digit):
                pass
            if key is not None and key in escape:
                return Taken("escape", digit=key)
        call.clear_digits()
        await call.play([beep()], label="beep")
        taken = await self._record(call, box, max, silence, finish_on + escape)
        if taken.message is not None and saved and call.cause is None:
            await call.play(saved, escape, label="saved")
        return Taken("escape", taken.message, taken.digit) if taken.digit and taken.digit in escape else taken

    async def _record(self, call: Call, box: str, max: Samples, silence: Samples, keys: str) -> Taken:
        message = self._ids.next("message")
        started = call.wall(self._clock.now())
        number, customer = call.caller.number, self._customer_of(call)
        path = self._folder.message(started, message)
        facts: Mapping[str, Any] = {
            "message": message,
            "box": box,
            "call": call.id,
            "port": call.port,
            "started": started.isoformat(timespec="milliseconds"),
            "number": number,
            "customer": customer,
        }
        files, form = self._folder.files, self._format
        sink = FiledWav(self._folder.messages, 1, lambda: (path, facts), files, format=form)

        async def keep(frames: int, reason: str) -> MessageRow | None:
            length = frames if frames >= SHORTEST else 0
            sealed = await asyncio.to_thread(sink.seal, {"reason": reason}, keep=length)
            if sealed is None:
                return None
            row = MessageRow(message, box, call.id, str(path), started, sealed.frames, number, customer)
            self._repository.put_message(row)
            written = await self._written(path if sealed.told else None)
            call.outcome = Outcome.MESSAGE
            call.note("call.message", message=message, box=box, seconds=to_seconds(sealed.frames))
            if not written:
                raise StoreError(f"{message}: the database takes no rows now; the message waits for it")
            return row

        try:
            recorded = await call.record_message(sink, max=max, silence=silence, finish_on=keys)
        except (StoreError, asyncio.CancelledError):
            # The disk took no more, or somebody took the call: what was said so far is not lost.
            await keep(sink.frames or 0, "broken-off")
            raise
        row = await keep(recorded.keep, recorded.reason)
        return Taken(recorded.reason, row, recorded.digit)

    async def _written(self, path: Path | None) -> bool:
        """Whether the rows put so far came to the disk while a caller can be kept waiting; StoreError when
        one was refused. `path`: the file that is settled then, soon or late."""

        async def commit() -> None:
            await self._repository.committed()
            if path is not None:
                await asyncio.to_thread(settle, self._folder.messages, path)

        committing = asyncio.ensure_future(commit())
        self._committing.add(committing)
        committing.add_done_callback(self._committed)
        late = asyncio.ensure_future(self._clock.sleep(PATIENCE))
        try:
            await asyncio.wait({committing, late}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            late.cancel()
        if committing.done():
            committing.result()
        return committing.done()

    def _committed(self, task: asyncio.Task[None]) -> None:
        self._committing.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("%s", error)


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a crash left of messages."""

    messages: list[MessageRow] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    """To be settled (`filed.settle`) when the rows are on the disk."""


def repair(
    folder: DataFolder, repository: Repository, *, has_message: Callable[[str], bool] = lambda message: False
) -> Repaired:
    """After a crash: what callers had said so far becomes messages. Nothing is trimmed from them.
    `has_message`: whether the store knows one."""
    done = Repaired()
    for path in list(left_open(folder.messages)):
        try:
            row = _mend(folder, path)
        except CtiError as error:
            _log.error("%s", error)
            continue
        if row is not None:
            if not has_message(row.id):
                repository.put_message(row)
                done.messages.append(row)
            done.files.append(path)
    return done


def _mend(folder: DataFolder, path: Path) -> MessageRow | None:
    if not has_sound(path):
        discard(folder.messages, path)
        return None
    facts = read_side(path) or {}
    told = {key: facts.get(key) for key in ("message", "box", "call")}
    started = _date(facts.get("started"))
    if started is None or not all(isinstance(value, str) for value in told.values()):
        _log.error("%s: nothing says to which box it belongs; the file is kept", path)
        return None
    frames = repair_wav(path)
    if frames < SHORTEST and facts.get("state") == "open":
        discard(folder.messages, path)
        return None
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if facts.get("state") == "open" or facts.get("sha256") != digest:
        complete(path, facts, state="repaired", frames=frames, sha256=digest)
    number, customer = facts.get("number"), facts.get("customer")
    return MessageRow(
        id=str(told["message"]),
        box=str(told["box"]),
        call=str(told["call"]),
        path=str(path),
        started=started,
        samples=frames,
        number=number if isinstance(number, str) else None,
        customer=customer if isinstance(customer, int) else None,
    )


def _date(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (TypeError, ValueError):
        return None
