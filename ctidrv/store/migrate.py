"""The database file's version: read without touching it, and brought up to ours.

A migration is a file ``schema/NNN_name.sql``; each runs in one transaction together with
``PRAGMA user_version = NNN``, so a crash leaves the version before or the version after.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from ctidrv.errors import NewerDatabase, StoreError

APPLICATION_ID = 0x63746964
"""``ctid``, in the file's header: tells our database from another program's."""

MAGIC = b"SQLite format 3\0"
WAL_MAGICS = (0x377F0682, 0x377F0683)


def migrations() -> list[tuple[int, str]]:
    """Versions and their SQL, ascending and without a gap."""
    entries = files("ctidrv.store").joinpath("schema").iterdir()
    found = sorted(
        (int(match[1]), entry.read_text("utf-8"))
        for entry in entries
        if (match := re.fullmatch(r"(\d{3})_\w+\.sql", entry.name))
    )
    if [version for version, _ in found] != list(range(1, len(found) + 1)):
        raise StoreError("ctidrv/store/schema is incomplete: install ctidrv again")
    return found


def latest() -> int:
    return migrations()[-1][0]


def _header(page: bytes) -> tuple[int, int]:
    """(user_version, application_id) of a database's first page (file format, section 1.3)."""
    return int.from_bytes(page[60:64], "big"), int.from_bytes(page[68:72], "big")


def _first_page_in_wal(wal: Path) -> bytes | None:
    """The first 100 bytes of page 1 as the write-ahead log last committed them (file format, section 4)."""
    try:
        with wal.open("rb") as file:
            head = file.read(32)
            if len(head) < 32 or int.from_bytes(head[:4], "big") not in WAL_MAGICS:
                return None
            size = int.from_bytes(head[8:12], "big")
            if not 512 <= size <= 65536:
                return None
            pending = committed = None
            while len(frame := file.read(24)) == 24 and frame[8:16] == head[16:24]:
                page = file.read(100)
                if int.from_bytes(frame[:4], "big") == 1:
                    pending = page
                if int.from_bytes(frame[4:8], "big"):
                    committed = pending
                file.seek(size - len(page), 1)
            return committed if committed is not None and len(committed) == 100 else None
    except FileNotFoundError:
        return None


def stored_version(path: Path) -> int | None:
    """The schema version of a database file, read from its bytes: no lock, no side file, no change.

    None for a file that is not there or empty. Raises StoreError for a file that is not our database.
    """
    try:
        with path.open("rb") as file:
            first = file.read(100)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}") from error
    if not first:
        return None
    if len(first) < 100 or not first.startswith(MAGIC):
        raise StoreError(f"{path}: is not a database; move it away, or restore it from a backup")
    version, application = _header(_first_page_in_wal(path.with_name(path.name + "-wal")) or first)
    if application != APPLICATION_ID:
        raise StoreError(f"{path}: is the database of another program; choose another data folder")
    return version


def check_version(path: Path) -> int | None:
    """As `stored_version`; raises NewerDatabase when a newer ctidrv wrote the file."""
    version = stored_version(path)
    if version is not None and version > latest():
        raise NewerDatabase(
            f"{path}: written by a newer ctidrv (version {version}, this one knows {latest()}); "
            "nothing was changed: install the newer ctidrv"
        )
    return version


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if re.sub(r"--[^\n]*", "", statement).strip():
        raise StoreError(f"a migration ends in the middle of a statement: {statement.strip()[:60]}")


def migrate(connection: sqlite3.Connection) -> int:
    """Brings an open database (autocommit mode) to the latest version; returns the version it had."""
    before: int = connection.execute("PRAGMA user_version").fetchone()[0]
    for version, script in migrations():
        if version <= before:
            continue
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have done it while we waited for the lock.
            if connection.execute("PRAGMA user_version").fetchone()[0] < version:
                for statement in _statements(script):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {version}")
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    return before
