"""Recordings and voice messages: rows, and the facts that their changes leave."""

from __future__ import annotations

import sqlite3
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ctidrv.apps.records import MessageRow, RecordingRow
from ctidrv.store import facts
from ctidrv.store.facts import stamp
from ctidrv.store.paths import real_path, stored_path
from ctidrv.units import to_seconds

_FACT_OF = {"closed": "made", "repaired": "repaired", "missing": "missing"}


def put_recording(
    connection: sqlite3.Connection, root: Path, row: RecordingRow, now: datetime | None
) -> None:
    """`now`: the time for the fact; None takes the recording's own end."""
    before = connection.execute("SELECT state, sha256 FROM recordings WHERE id = ?", (row.id,)).fetchone()
    connection.execute(
        "INSERT INTO recordings (id, call, path, started, sha256, samples, state, lost_samples)"
        " VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET call=excluded.call, path=excluded.path,"
        " started=excluded.started, sha256=excluded.sha256, samples=excluded.samples, state=excluded.state,"
        " lost_samples=excluded.lost_samples",
        (
            row.id,
            row.call,
            stored_path(root, row.path),
            stamp(row.started),
            row.sha256,
            row.samples,
            row.state,
            row.lost_samples,
        ),
    )
    kind = _FACT_OF.get(row.state)
    if kind is not None and (
        before is None or (before["state"], before["sha256"]) != (row.state, row.sha256)
    ):
        end = row.started + timedelta(seconds=to_seconds(row.samples or 0))
        told = {"sha256": row.sha256, "samples": row.samples, "lost_samples": row.lost_samples}
        facts.append(connection, kind, f"recording:{row.id}", at=now or end, data=told)


def put_message(connection: sqlite3.Connection, root: Path, row: MessageRow) -> None:
    new = connection.execute("SELECT 1 FROM messages WHERE id = ?", (row.id,)).fetchone() is None
    connection.execute(
        "INSERT INTO messages (id, box, call, path, started, samples, number, customer, state)"
        " VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET box=excluded.box, call=excluded.call,"
        " path=excluded.path, started=excluded.started, samples=excluded.samples, number=excluded.number,"
        " customer=excluded.customer, state=excluded.state",
        (
            row.id,
            row.box,
            row.call,
            stored_path(root, row.path),
            stamp(row.started),
            row.samples,
            row.number,
            row.customer,
            row.state,
        ),
    )
    if new:
        end = row.started + timedelta(seconds=to_seconds(row.samples))
        facts.append(connection, "made", f"message:{row.id}", at=end, data={"samples": row.samples})


def _seconds(samples: int | None) -> float | None:
    return None if samples is None else to_seconds(samples)


def _recording(root: Path, row: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "call": row["call"],
        "path": real_path(root, row["path"]),
        "sha256": row["sha256"],
        "seconds": _seconds(row["samples"]),
        "started": row["started"],
        "state": row["state"] if row["deleted"] is None else "deleted",
        "held": row["held"],
        "deleted": row["deleted"],
        "lost_seconds": to_seconds(row["lost_samples"]),
    }


def list_recordings(
    connection: sqlite3.Connection, root: Path, *, limit: int | None, call: str | None = None
) -> list[dict[str, Any]]:
    """Recordings as JSON rows, newest first; `limit` None: all."""
    rows = connection.execute(
        "SELECT * FROM recordings WHERE ?1 IS NULL OR call = ?1 ORDER BY started DESC, id DESC LIMIT ?2",
        (call, -1 if limit is None else limit),
    )
    return [_recording(root, row) for row in rows]


def of_line(connection: sqlite3.Connection, root: Path, port: str) -> list[dict[str, Any]]:
    """The finished recordings of calls on a port, newest first, each with its call's ``cause``."""
    rows = connection.execute(
        "SELECT recordings.*, calls.cause AS cause FROM recordings JOIN calls ON calls.id = call"
        " WHERE port = ? AND recordings.state IN ('closed', 'repaired') AND recordings.deleted IS NULL"
        " ORDER BY recordings.started DESC",
        (port,),
    )
    return [{**_recording(root, row), "cause": row["cause"]} for row in rows]


def get_recording(connection: sqlite3.Connection, root: Path, recording: str) -> dict[str, Any] | None:
    """A recording by its id, or by its call's."""
    row = connection.execute(
        "SELECT * FROM recordings WHERE id = ?1 OR call = ?1 ORDER BY id = ?1 DESC, started LIMIT 1",
        (recording,),
    ).fetchone()
    if row is None:
        return None
    return {**_recording(root, row), "facts": facts.of_subject(connection, f"recording:{row['id']}")}


def open_recordings(connection: sqlite3.Connection, root: Path) -> list[RecordingRow]:
    columns = ", ".join(field.name for field in fields(RecordingRow))
    rows = connection.execute(f"SELECT {columns} FROM recordings WHERE state = 'open' ORDER BY started, id")
    return [
        RecordingRow(
            **{
                **dict(row),
                "path": real_path(root, row["path"]),
                "started": datetime.fromisoformat(row["started"]),
            }
        )
        for row in rows
    ]


def _message(root: Path, row: sqlite3.Row) -> dict[str, Any]:
    shown = {**dict(row), "path": real_path(root, row["path"]), "seconds": to_seconds(row["samples"])}
    del shown["samples"]
    return shown


_MESSAGES = (
    "SELECT messages.*, customers.name AS customer_name FROM messages"
    " LEFT JOIN customers ON customers.id = messages.customer"
)


def list_messages(
    connection: sqlite3.Connection, root: Path, *, limit: int, box: str | None = None, call: str | None = None
) -> list[dict[str, Any]]:
    """Voice messages as JSON rows, newest first."""
    rows = connection.execute(
        f"{_MESSAGES} WHERE (?1 IS NULL OR box = ?1) AND (?2 IS NULL OR call = ?2)"
        " ORDER BY started DESC, messages.id DESC LIMIT ?3",
        (box, call, limit),
    )
    return [_message(root, row) for row in rows]


def message_boxes(connection: sqlite3.Connection) -> list[str]:
    """Those that have had messages, by name."""
    return [str(row["box"]) for row in connection.execute("SELECT DISTINCT box FROM messages ORDER BY box")]


def get_message(connection: sqlite3.Connection, root: Path, message: str) -> dict[str, Any] | None:
    row = connection.execute(f"{_MESSAGES} WHERE messages.id = ?", (message,)).fetchone()
    if row is None:
        return None
    return {**_message(root, row), "facts": facts.of_subject(connection, f"message:{message}")}
