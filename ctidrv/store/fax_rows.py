"""Rows of faxes to columns and back. A row's fields are its table's columns."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from ctidrv.apps.fax.records import (
    CoverNote,
    FaxJob,
    FaxPage,
    FaxTry,
    JobState,
    PageState,
    ReceivedFax,
    fresh_pages,
)
from ctidrv.apps.fax.recovery import Kept
from ctidrv.apps.mail.records import MailKind
from ctidrv.store import facts, mails
from ctidrv.store.facts import stamp
from ctidrv.store.paths import real_path, stored_path

_TIMES = ("created", "due", "ended", "started", "at")
_OVER = (JobState.SENT, JobState.FAILED, JobState.STOPPED)
_HELD = "SELECT * FROM {} WHERE job IN (SELECT id FROM fax_jobs WHERE state IN ('queued', 'sending'))"


def put_job(connection: sqlite3.Connection, root: Path, row: FaxJob, now: datetime) -> None:
    """That it is over is a fact, each time that it is, and an e-mail to who wants to know."""
    before = connection.execute("SELECT state FROM fax_jobs WHERE id = ?", (row.id,)).fetchone()
    values = {**asdict(row), "path": stored_path(root, row.path), "causes": json.dumps(list(row.causes))}
    values["cover"] = None if row.cover is None else json.dumps(asdict(row.cover), ensure_ascii=False)
    _put(connection, "fax_jobs", ("id",), values)
    if row.state in _OVER and (before is None or before["state"] != row.state.value):
        sql = "SELECT count(*) FROM fax_pages WHERE job = ? AND state = 'confirmed'"
        (confirmed,) = connection.execute(sql, (row.id,)).fetchone()
        told = {
            "sha256": row.sha256,
            "number": row.e164 or row.number,
            "pages": row.pages,
            "confirmed": confirmed,
            "cause": row.cause,
        }
        facts.append(connection, row.state.value, f"fax:{row.id}", at=row.ended or now, data=told)
        if row.mail_to is not None:
            mails.add(connection, row.id, MailKind.ENDED, row.mail_to, row.ended or now)


def put_page(connection: sqlite3.Connection, row: FaxPage) -> None:
    _put(connection, "fax_pages", ("job", "page"), asdict(row))


def put_try(connection: sqlite3.Connection, row: FaxTry) -> None:
    _put(connection, "fax_tries", ("job", "number"), asdict(row))


def put_received(connection: sqlite3.Connection, root: Path, row: ReceivedFax, now: datetime) -> None:
    new = connection.execute("SELECT 1 FROM received_faxes WHERE id = ?", (row.id,)).fetchone() is None
    values = {**asdict(row), "path": stored_path(root, row.path), "whole": int(row.whole)}
    _put(connection, "received_faxes", ("id",), values)
    if new:
        told = {"sha256": row.sha256, "pages": row.pages, "bad_rows": row.bad_rows}
        facts.append(connection, "made", f"fax:{row.id}", at=now, data=told)
        if row.mail_to is not None:
            mails.add(connection, row.id, MailKind.RECEIVED, row.mail_to, now)


def read_received(connection: sqlite3.Connection, fax: str, now: datetime, actor: str) -> bool:
    """Marks it as read, each time a fact; False: it is not there."""
    found = connection.execute("UPDATE received_faxes SET state = 'read' WHERE id = ?", (fax,)).rowcount
    if found:
        facts.append(connection, "read", f"fax:{fax}", at=now, actor=actor)
    return bool(found)


def received(connection: sqlite3.Connection, root: Path, fax: str) -> ReceivedFax | None:
    """One that came."""
    row = connection.execute("SELECT * FROM received_faxes WHERE id = ?", (fax,)).fetchone()
    if row is None:
        return None
    return ReceivedFax(**{**_dated(row), "path": real_path(root, row["path"]), "whole": bool(row["whole"])})


def kept(connection: sqlite3.Connection, root: Path, one: str | None = None) -> list[Kept]:
    """Jobs that are queued or were being sent, oldest first; or one job, however it stands."""
    chosen = "state IN ('queued', 'sending')" if one is None else "id = ?"
    jobs = connection.execute(
        f"SELECT * FROM fax_jobs WHERE {chosen} ORDER BY created, id", () if one is None else (one,)
    ).fetchall()
    pages: dict[str, list[FaxPage]] = {}
    tries: dict[str, list[FaxTry]] = {}
    for row in _of_jobs(connection, "fax_pages", "page", one):
        pages.setdefault(row["job"], []).append(FaxPage(**{**_dated(row), "state": PageState(row["state"])}))
    for row in _of_jobs(connection, "fax_tries", "number", one):
        tries.setdefault(row["job"], []).append(FaxTry(**_dated(row)))
    found = []
    for row in jobs:
        job = _job(root, row)
        known = {page.page: page for page in pages.get(row["id"], [])}
        whole = [known.get(page.page, page) for page in fresh_pages(job)]
        found.append(Kept(job, whole, tries.get(row["id"], [])))
    return found


def _of_jobs(
    connection: sqlite3.Connection, table: str, order: str, one: str | None
) -> Sequence[sqlite3.Row]:
    chosen = _HELD.format(table) if one is None else f"SELECT * FROM {table} WHERE job = ?"
    return connection.execute(f"{chosen} ORDER BY job, {order}", () if one is None else (one,)).fetchall()


def _job(root: Path, row: sqlite3.Row) -> FaxJob:
    known = _dated(row)
    known |= {"path": real_path(root, row["path"]), "state": JobState(row["state"])}
    cover = None if row["cover"] is None else CoverNote(**json.loads(row["cover"]))
    return FaxJob(**{**known, "causes": tuple(json.loads(row["causes"])), "cover": cover})


def _dated(row: sqlite3.Row) -> dict[str, Any]:
    found = dict(row)
    for name in _TIMES:
        if found.get(name) is not None:
            found[name] = datetime.fromisoformat(found[name])
    return found


def _put(connection: sqlite3.Connection, table: str, keys: Sequence[str], values: dict[str, Any]) -> None:
    stored = {name: stamp(value) if isinstance(value, datetime) else value for name, value in values.items()}
    changed = ", ".join(f"{name}=excluded.{name}" for name in stored if name not in keys)
    connection.execute(
        f"INSERT INTO {table} ({', '.join(stored)}) VALUES ({', '.join('?' * len(stored))})"
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changed}",
        tuple(stored.values()),
    )
