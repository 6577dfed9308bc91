"""Connections to the database, and its errors in plain words."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from ctidrv.errors import StoreError
from ctidrv.store.migrate import check_version, migrate

BUSY_MS = 1000
"""How long one attempt waits for another program's lock."""


@contextlib.contextmanager
def plain_errors(path: Path | str) -> Iterator[None]:
    """Raises StoreError, naming the file, for what SQLite raises."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {error}{advice(error)}") from error


def advice(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return "; another program holds it: close that program"
    if name.startswith("SQLITE_FULL"):
        return "; make room on the disk"
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return "; move it away, or restore it from a backup"
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return "; check the permissions of the data folder"
    return ""


def connect(path: Path | None, *, any_thread: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode with our pragmas; `path` None: an empty database in memory."""
    connection = sqlite3.connect(
        ":memory:" if path is None else path,
        timeout=BUSY_MS / 1000,
        isolation_level=None,
        check_same_thread=not any_thread,
    )
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def open_writer(path: Path) -> sqlite3.Connection:
    """The one connection that writes: checked, brought to our version, in WAL mode.

    Raises NewerDatabase or StoreError before anything in the folder has changed.
    """
    check_version(path)
    with plain_errors(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        connection = connect(path, any_thread=True)
        try:
            # The schema first, the journal mode after it: a crash between them leaves no nameless file.
            migrate(connection)
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
            if mode != "wal":
                raise StoreError(
                    f"{path}: the disk cannot hold a shared database; use a folder on a local disk"
                )
            # Declared references are checked by `db check`: rows are written in the order things happen.
            connection.execute("PRAGMA foreign_keys = OFF")
        except BaseException:
            connection.close()
            raise
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that only reads. Where there is no database: an empty one in memory, and no file."""
    version = check_version(path)
    with plain_errors(path):
        if version is None:
            connection = connect(None)
            migrate(connection)
        else:
            connection = connect(path)
            try:
                migrate(connection)
            except BaseException:
                connection.close()
                raise
        connection.execute("PRAGMA query_only = ON")
    return connection
