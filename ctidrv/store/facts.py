"""The chain of facts: what happened to recordings and messages, append-only, each line bound to the last.

A changed, removed or inserted line breaks the chain at its place (`verify`). What a chain cannot
show by itself is that its newest lines were cut off; compare `head` with a copy kept elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any

SYSTEM = "station"


def stamp(when: datetime) -> str:
    """A UTC time as stored: RFC 3339 with microseconds, so that text order is time order."""
    return when.isoformat(timespec="microseconds")


def _hash(before: str, row: tuple[int, str, str, str, str, str]) -> str:
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()


def append(
    connection: sqlite3.Connection,
    kind: str,
    subject: str,
    *,
    at: datetime,
    actor: str = SYSTEM,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Adds a fact, inside the transaction of what it tells of."""
    last = connection.execute("SELECT seq, hash FROM facts ORDER BY seq DESC LIMIT 1").fetchone()
    seq, before = (last["seq"] + 1, last["hash"]) if last else (1, "")
    text = json.dumps(data or {}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    row = (seq, stamp(at), kind, subject, actor, text)
    connection.execute("INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?)", (*row, _hash(before, row)))


def verify(connection: sqlite3.Connection) -> int | None:
    """The `seq` of the first fact that does not follow from the one before; None when all do."""
    before, expected = "", 1
    for row in connection.execute("SELECT seq, at, kind, subject, actor, data, hash FROM facts ORDER BY seq"):
        if row["seq"] != expected or row["hash"] != _hash(before, tuple(row)[:6]):
            return int(row["seq"])
        before, expected = row["hash"], expected + 1
    return None


def of_subject(connection: sqlite3.Connection, subject: str) -> list[dict[str, Any]]:
    """The facts of one recording or message, oldest first."""
    rows = connection.execute(
        "SELECT seq, at, kind, actor, data FROM facts WHERE subject = ? ORDER BY seq", (subject,)
    )
    return [{**dict(row), "data": json.loads(row["data"])} for row in rows]
