"""Faxes in the store: `ctidrv.apps.fax.records.FaxRows`, and the queries of the API and the commands."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any

from ctidrv.apps.fax.causes import in_words
from ctidrv.apps.fax.records import FaxJob, FaxPage, FaxTry, PageState, ReceivedFax
from ctidrv.apps.fax.recovery import Kept
from ctidrv.store import facts, fax_rows
from ctidrv.store.mails import LATEST
from ctidrv.store.paths import real_path
from ctidrv.store.writer import Writer

Row = dict[str, Any]

_JOBS = (
    "SELECT fax_jobs.*,"
    " (SELECT count(*) FROM fax_pages WHERE job = id AND fax_pages.state = 'confirmed') AS confirmed,"
    " (SELECT count(*) FROM fax_tries WHERE job = id) AS calls,"
    f" {LATEST.format('fax_jobs')} FROM fax_jobs"
)
_RECEIVED = (
    f"SELECT received_faxes.*, customers.name AS customer_name, {LATEST.format('received_faxes')}"
    " FROM received_faxes"
    " LEFT JOIN calls ON calls.id = call LEFT JOIN customers ON customers.id = calls.customer"
)


class Faxes:
    """Of one store. `query`: a connection to read with; `writer`: raises where the store is only read."""

    def __init__(
        self,
        root: Path,
        query: Callable[[], AbstractContextManager[sqlite3.Connection]],
        writer: Callable[[], Writer],
        wall: Callable[[], datetime],
    ) -> None:
        self._root = root
        self._query = query
        self._writer = writer
        self._wall = wall

    # FaxRows

    def put_job(self, row: FaxJob) -> None:
        now = self._wall()
        self._writer().put(lambda connection: fax_rows.put_job(connection, self._root, row, now))

    def put_page(self, row: FaxPage) -> None:
        self._writer().put(lambda connection: fax_rows.put_page(connection, row))

    def put_try(self, row: FaxTry) -> None:
        self._writer().put(lambda connection: fax_rows.put_try(connection, row))

    def put_received(self, row: ReceivedFax) -> None:
        now = self._wall()
        self._writer().put(lambda connection: fax_rows.put_received(connection, self._root, row, now))

    async def committed(self) -> None:
        await self._writer().committed()

    def read(self, fax: str, actor: str) -> Future[bool]:
        """Somebody reads a fax that came: wait before its document goes out. False: there is none."""
        now = self._wall()
        return self._writer().submit(lambda connection: fax_rows.read_received(connection, fax, now, actor))

    # queries

    def open_jobs(self) -> list[Kept]:
        """Those that are queued or were being sent, oldest first."""
        with self._query() as connection:
            return fax_rows.kept(connection, self._root)

    def kept_job(self, job: str) -> Kept | None:
        with self._query() as connection:
            return next(iter(fax_rows.kept(connection, self._root, job)), None)

    def kept_received(self, fax: str) -> ReceivedFax | None:
        with self._query() as connection:
            return fax_rows.received(connection, self._root, fax)

    def jobs(
        self, *, limit: int, state: str | None = None, batch: str | None = None, language: str = "en"
    ) -> list[Row]:
        """Faxes to be sent, newest first. `language`: of ``error``."""
        with self._query() as connection:
            rows = connection.execute(
                f"{_JOBS} WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR batch = ?2)"
                " ORDER BY created DESC, id DESC LIMIT ?3",
                (state, batch, limit),
            )
            return [self._job(row, language) for row in rows]

    def job(self, job: str, language: str = "en") -> Row | None:
        """One with ``page_states``, ``call_rows`` and ``facts``."""
        with self._query() as connection:
            row = connection.execute(f"{_JOBS} WHERE id = ?", (job,)).fetchone()
            if row is None:
                return None
            pages = connection.execute(
                "SELECT page, state, bit_rate, at FROM fax_pages WHERE job = ?", (job,)
            )
            told = {page["page"]: dict(page) for page in pages}
            states = [told.get(page, _not_told(page)) for page in range(1, row["pages"] + 1)]
            tries = connection.execute("SELECT * FROM fax_tries WHERE job = ? ORDER BY number", (job,))
            calls = [{**dict(call), "error": _error(call, language)} for call in tries]
            happened = facts.of_subject(connection, f"fax:{job}")
            more = {"page_states": states, "call_rows": calls, "facts": happened}
            return {**self._job(row, language), **more}

    def received(self, *, limit: int, box: str | None = None, state: str | None = None) -> list[Row]:
        """Faxes that came, newest first."""
        with self._query() as connection:
            rows = connection.execute(
                f"{_RECEIVED} WHERE (?1 IS NULL OR box = ?1) AND (?2 IS NULL OR received_faxes.state = ?2)"
                " ORDER BY received_faxes.started DESC, received_faxes.id DESC LIMIT ?3",
                (box, state, limit),
            )
            return [self._received(row) for row in rows]

    def received_one(self, fax: str) -> Row | None:
        """One with its ``facts``."""
        with self._query() as connection:
            row = connection.execute(f"{_RECEIVED} WHERE received_faxes.id = ?", (fax,)).fetchone()
            if row is None:
                return None
            return {**self._received(row), "facts": facts.of_subject(connection, f"fax:{fax}")}

    def boxes(self) -> list[Row]:
        """``box faxes new latest`` of every box that has faxes, by name."""
        with self._query() as connection:
            rows = connection.execute(
                "SELECT box, count(*) AS faxes, sum(state = 'new') AS new, max(started) AS latest"
                " FROM received_faxes GROUP BY box ORDER BY box"
            )
            return [dict(row) for row in rows]

    def _job(self, row: sqlite3.Row, language: str) -> Row:
        return {
            **dict(row),
            "path": real_path(self._root, row["path"]),
            "causes": json.loads(row["causes"]),
            "cover": None if row["cover"] is None else json.loads(row["cover"]),
            "mail": None if row["mail"] is None else json.loads(row["mail"]),
            "error": None if row["state"] == "sent" else _error(row, language),
        }

    def _received(self, row: sqlite3.Row) -> Row:
        return {
            **dict(row),
            "path": real_path(self._root, row["path"]),
            "whole": bool(row["whole"]),
            "mail": None if row["mail"] is None else json.loads(row["mail"]),
        }


def _not_told(page: int) -> Row:
    return {"page": page, "state": PageState.NOT_SENT.value, "bit_rate": None, "at": None}


def _error(row: sqlite3.Row, language: str) -> str | None:
    return in_words(row["cause"], row["detail"], language)
