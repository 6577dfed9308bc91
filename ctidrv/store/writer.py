"""The one writer: operations in the order they were put, many to a transaction.

Live, a thread owns the writing and the caller never waits: when the database is locked, slow or the
disk is full, operations wait in memory, the writer tries again and says so. In virtual time
(`inline`) operations run at once in the caller's thread and are committed in groups.
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

from ctidrv.errors import CtiError, StoreError
from ctidrv.store.connect import advice

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
    """Owns `connection`. `on_error` hears, in the writing thread, of lost operations and of stalls."""

    def __init__(
        self, connection: sqlite3.Connection, *, inline: bool, on_error: Callable[[CtiError], None]
    ) -> None:
        self.connection = connection
        self.inline = inline
        self.stalled = False
        """The database takes nothing at the moment; operations wait in memory."""
        self._on_error = on_error
        self._closed = False
        self._pending = 0
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
        return self._queue.qsize() + self._in_hand

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
        try:
            mark.result(timeout)
        except TimeoutError as error:
            if mark.done():
                raise
            raise StoreError(
                f"the database has taken no rows for {timeout:g} s; does another program hold it?"
            ) from error

    def close(self, timeout: float = 10.0) -> None:
        """Writes what waits and closes the connection; StoreError when the database would not take it."""
        if self._closed:
            return
        self._closed = True
        if self._thread is None:
            self._commit_inline()
            self.connection.close()
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
        try:
            if not self.connection.in_transaction:
                self.connection.execute("BEGIN IMMEDIATE")
            result = put.run(self.connection) if put.run is not None else None
            self._pending += 1
            if put.done is not None or self._pending >= BATCH:
                self._commit_inline()
        except Exception as error:
            refused = _refused(error)
            if put.done is None:
                raise refused from error
            put.done.set_exception(refused)
            return
        self._settle(put, result)

    def _commit_inline(self) -> None:
        if self.connection.in_transaction:
            self.connection.execute("COMMIT")
        self._pending = 0

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
        since = time.monotonic()
        while batch and not self._give_up.is_set():
            try:
                results = self._transaction(batch)
            except sqlite3.Error as error:
                if _transient(error):
                    self._stall(error, since)
                    self._give_up.wait(RETRY_S)
                    continue
                self._lose_one(batch, error)
            except Exception as error:
                self._lose_one(batch, error)
            else:
                for put, result in zip(batch, results, strict=True):
                    self._settle(put, result)
                break
        if self._give_up.is_set():
            for put in batch:
                if put.done is not None and not put.done.done():
                    put.done.set_exception(StoreError("the database took nothing; the station stopped"))
        elif self.stalled:
            self.stalled = False
            log.warning("the database takes rows again after %.1f s", time.monotonic() - since)

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
        if not self.stalled and time.monotonic() - since >= STALL_S:
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
