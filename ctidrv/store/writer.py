"""The one writer: operations in the order they were put, many to a transaction.

Live, a thread owns the writing and the caller never waits: when the database is locked, slow or the
disk is full, operations wait in memory, the writer tries again and says so. In virtual time
(`inline`) operations run at once in the caller's thread and are committed in groups; those that the
database does not take wait as they do live, where a clock says when to try again.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from ctidrv.clock import SampleClock
from ctidrv.errors import CtiError, StoreError
from ctidrv.store.connect import advice
from ctidrv.units import seconds, to_seconds

T = TypeVar("T")
Operation = Callable[[sqlite3.Connection], Any]

BATCH = 500
"""Operations in one transaction, at most."""
RETRY_S = 0.2
STALL_S = 2.0
"""A database that takes nothing for so long is reported."""

log = logging.getLogger("ctidrv.store")


@dataclass(frozen=True, slots=True)
class _Put:
    number: int
    run: Operation | None
    """None: a mark, whose future tells that all before it is on the disk."""
    done: Future[Any] | None


_STOP = _Put(-1, None, None)
_TRANSIENT = (
    "SQLITE_BUSY",
    "SQLITE_LOCKED",
    "SQLITE_FULL",
    "SQLITE_IOERR",
    "SQLITE_CANTOPEN",
    "SQLITE_READONLY",
)


def _transient(error: sqlite3.Error) -> bool:
    """Whether trying again later can help."""
    return getattr(error, "sqlite_errorname", "").startswith(_TRANSIENT)


def _refused(error: Exception) -> CtiError:
    """What the caller gets: our own errors as they are, SQLite's in plain words."""
    if isinstance(error, CtiError):
        return error
    more = advice(error) if isinstance(error, sqlite3.Error) else ""
    return StoreError(f"a row was not written: {error}{more}")


def _promise() -> Future[Any]:
    """A future that its waiter may leave and cannot cancel: what was put is written all the same."""
    future: Future[Any] = Future()
    future.set_running_or_notify_cancel()
    return future


class Writer:
    """Owns `connection`. `on_error` hears, in the writing thread, of lost operations and of stalls. `clock`:
    that of virtual time; inline without one, an operation that the database does not take is refused."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        inline: bool,
        on_error: Callable[[CtiError], None],
        clock: SampleClock | None = None,
    ) -> None:
        self.connection = connection
        self.inline = inline
        self.stalled = False
        """The database takes nothing at the moment; operations wait in memory."""
        self._on_error = on_error
        self._clock = clock
        self._closed = False
        self._uncommitted: list[_Put] = []
        self._refused: list[_Put] = []
        self._since = 0.0
        self._in_hand = 0
        self._numbers = itertools.count()
        self._lost: list[tuple[int, CtiError]] = []
        self._queue: queue.SimpleQueue[_Put] = queue.SimpleQueue()
        self._give_up = threading.Event()
        self._group: list[Operation] | None = None
        self._thread: threading.Thread | None = None
        if not inline:
            self._thread = threading.Thread(target=self._run, name="ctidrv-store", daemon=True)
            self._thread.start()

    @property
    def waiting(self) -> int:
        """Operations that are not on the disk yet."""
        return self._queue.qsize() + self._in_hand + len(self._refused)

    def put(self, operation: Operation) -> None:
        """Takes an operation and returns at once."""
        if self._group is not None:
            self._group.append(operation)
        else:
            self._take(_Put(next(self._numbers), operation, None))

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """What is put within, by one thread, is one operation: after a crash all of it is there, or nothing.
        With an exception nothing of it is written."""
        group: list[Operation] = []
        self._group = group
        try:
            yield
        finally:
            self._group = None
        self.put(lambda connection: [operation(connection) for operation in group])

    def submit(self, operation: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """As `put`; the future gives its result, or its error, once it is on the disk."""
        done: Future[T] = _promise()
        self._take(_Put(next(self._numbers), operation, done))
        return done

    def _mark(self) -> Future[None]:
        done: Future[None] = _promise()
        self._take(_Put(next(self._numbers), None, done))
        return done

    async def committed(self) -> None:
        """Returns when all that was put before is on the disk; StoreError when something of it was lost."""
        await asyncio.wrap_future(self._mark())

    def flush(self, timeout: float | None = None) -> None:
        """`committed`, for callers without a loop; StoreError after `timeout` seconds."""
        mark = self._mark()
        self._try_again()
        try:
            mark.result(0 if self._refused else timeout)
        except TimeoutError as error:
            if mark.done():
                raise
            since = f" for {timeout:g} s" if timeout else ""
            raise StoreError(
                f"the database has taken no rows{since}; does another program hold it?"
            ) from error

    def close(self, timeout: float = 10.0) -> None:
        """Writes what waits and closes the connection; StoreError when the database would not take it."""
        if self._closed:
            return
        self._closed = True
        if self._thread is None:
            self._close_inline()
            return
        self._queue.put(_STOP)
        self._thread.join(timeout)
        if self._thread.is_alive():
            self._give_up.set()
            waiting = self.waiting
            self._thread.join()
            raise StoreError(f"the database took nothing for {timeout:g} s: {waiting} rows were not written")

    def _take(self, put: _Put) -> None:
        if self._closed:
            raise StoreError("the store is closed")
        if self.inline:
            self._run_inline(put)
        else:
            self._queue.put(put)

    def _settle(self, put: _Put, result: Any) -> None:
        """Tells the future of an operation that is on the disk; a mark also what was lost before it."""
        if put.done is None:
            return
        lost = [error for number, error in self._lost if number < put.number] if put.run is None else []
        if lost:
            self._lost = [entry for entry in self._lost if entry[0] > put.number]
            more = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
            put.done.set_exception(StoreError(f"{lost[0]}{more}"))
        else:
            put.done.set_result(result)

    # in the caller's thread

    def _run_inline(self, put: _Put) -> None:
        if self._refused:
            self._refused.append(put)
            return
        try:
            if not self.connection.in_transaction:
                self.connection.execute("BEGIN IMMEDIATE")
            result = put.run(self.connection) if put.run is not None else None
            self._uncommitted.append(put)
            if put.done is not None or len(self._uncommitted) >= BATCH:
                self._commit_inline()
        except Exception as error:
            if self._clock is not None and isinstance(error, sqlite3.Error) and _transient(error):
                self._wait_inline(put, error)
                return
            refused = _refused(error)
            if put.done is None:
                raise refused from error
            put.done.set_exception(refused)
            return
        self._settle(put, result)

    def _commit_inline(self) -> None:
        if self.connection.in_transaction:
            self.connection.execute("COMMIT")
        self._uncommitted.clear()

    def _wait_inline(self, put: _Put, error: sqlite3.Error) -> None:
        """The database takes nothing now: all that is not on the disk, in its order, waits for the clock."""
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")
        self._refused = [*self._uncommitted, *([] if put in self._uncommitted else [put])]
        self._uncommitted = []
        self._since = self._time()
        self._again_later(error)

    def _again_later(self, error: sqlite3.Error) -> None:
        assert self._clock is not None
        self._stall(error, self._since)
        self._clock.call_after(seconds(RETRY_S), self._try_again)

    def _try_again(self) -> None:
        if not self._refused or self._closed:
            return
        waiting = self._refused
        try:
            self._attempt(waiting)
        except sqlite3.Error as error:
            self._again_later(error)
            return
        self._refused = []
        self._takes_again(self._since)

    def _close_inline(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._attempt(self._refused)
            self._refused = []
            self._commit_inline()
        self.connection.close()
        if lost := self.waiting + len(self._uncommitted):
            raise StoreError(f"the database took nothing: {lost} rows were not written")

    def _time(self) -> float:
        return time.monotonic() if self._clock is None else to_seconds(self._clock.now())

    # in the writing thread

    def _run(self) -> None:
        stop = False
        while not stop:
            batch = [self._queue.get()]
            while len(batch) < BATCH and batch[-1] is not _STOP:
                try:
                    batch.append(self._queue.get_nowait())
                except queue.Empty:
                    break
            stop = batch[-1] is _STOP
            if stop:
                batch.pop()
            self._in_hand = len(batch)
            self._write(batch)
            self._in_hand = 0
        with contextlib.suppress(sqlite3.Error):
            self.connection.close()

    def _write(self, batch: list[_Put]) -> None:
        since = self._time()
        while batch and not self._give_up.is_set():
            try:
                self._attempt(batch)
                break
            except sqlite3.Error as error:
                self._stall(error, since)
                self._give_up.wait(RETRY_S)
        if self._give_up.is_set():
            for put in batch:
                if put.done is not None and not put.done.done():
                    put.done.set_exception(StoreError("the database took nothing; the station stopped"))
        else:
            self._takes_again(since)

    def _attempt(self, batch: list[_Put]) -> None:
        """Writes a batch, without what can never be written (that is lost); sqlite3.Error, transient, when
        the database takes nothing now: all is still to be written."""
        while batch:
            try:
                results = self._transaction(batch)
            except sqlite3.Error as error:
                if _transient(error):
                    raise
                self._lose_one(batch, error)
            except Exception as error:
                self._lose_one(batch, error)
            else:
                for put, result in zip(batch, results, strict=True):
                    self._settle(put, result)
                return

    def _takes_again(self, since: float) -> None:
        if self.stalled:
            self.stalled = False
            log.warning("the database takes rows again after %.1f s", self._time() - since)

    def _transaction(self, batch: list[_Put]) -> list[Any]:
        """Runs a batch in one transaction; on an error nothing of it stays, and `self._at` tells where."""
        connection = self.connection
        self._at = -1
        connection.execute("BEGIN IMMEDIATE")
        try:
            results = []
            for self._at, put in enumerate(batch):
                results.append(put.run(connection) if put.run is not None else None)
            self._at = -1
            connection.execute("COMMIT")
            return results
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _lose_one(self, batch: list[_Put], error: Exception) -> None:
        """Takes the operation that failed out of the batch and says so; the rest is tried again."""
        put = batch.pop(max(self._at, 0))
        lost = _refused(error)
        if put.done is not None:
            put.done.set_exception(lost)
            return
        self._lost.append((put.number, lost))
        self._report(lost)

    def _stall(self, error: sqlite3.Error, since: float) -> None:
        if not self.stalled and self._time() - since >= STALL_S:
            self.stalled = True
            self._report(
                StoreError(f"the database takes no rows: {error}{advice(error)}; they wait in memory")
            )

    def _report(self, error: CtiError) -> None:
        log.error("%s", error)
        try:
            self._on_error(error)
        except Exception:
            log.exception("the handler of store errors failed")
