"""For simulations: a database that another program holds, and one whose disk has no room. SQLite's own errors
come of both."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable

from ctidrv.errors import StoreError
from ctidrv.store.connect import BUSY_MS, plain_errors
from ctidrv.store.db import Store


def hold(store: Store) -> Callable[[], None]:
    """Another connection has the database for writing, until the result is called. An inline store's attempts
    fail at once meanwhile: in virtual time nobody waits for the wall clock."""
    own = store.writer.connection
    with contextlib.suppress(StoreError):
        store.writer.flush()
    with plain_errors(store.folder.database):
        other = sqlite3.connect(store.folder.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        own.execute("PRAGMA busy_timeout = 0")

    def let_go() -> None:
        other.execute("ROLLBACK")
        other.close()
        own.execute(f"PRAGMA busy_timeout = {BUSY_MS}")

    return let_go


def fill(store: Store) -> Callable[[], None]:
    """The database can grow no more, until the result is called."""
    own = store.writer.connection
    with plain_errors(store.folder.database):
        (most,) = own.execute("PRAGMA max_page_count").fetchone()
        own.execute("PRAGMA max_page_count = 1")  # the pages that it has stay

    def make_room() -> None:
        own.execute(f"PRAGMA max_page_count = {most}")

    return make_room
