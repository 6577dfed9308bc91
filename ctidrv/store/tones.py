"""The tones that lines were taught."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime

from ctidrv.ports.learnt import LearntTone, LineTone
from ctidrv.store.facts import stamp


def put_tone(connection: sqlite3.Connection, row: LineTone) -> None:
    """A line has one of each name: a new one takes the place of the old."""
    heard = row.heard
    connection.execute(
        "INSERT OR REPLACE INTO learnt_tones (port, tone, hz, ms, level_dbm0, cycles, learnt)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            row.port,
            row.tone,
            json.dumps(heard.hz),
            json.dumps(heard.ms),
            heard.level_dbm0,
            heard.cycles,
            stamp(row.learnt),
        ),
    )


def forget_tones(connection: sqlite3.Connection, port: str) -> int:
    """How many there were."""
    return connection.execute("DELETE FROM learnt_tones WHERE port = ?", (port,)).rowcount


def learnt_tones(connection: sqlite3.Connection, port: str | None) -> list[LineTone]:
    """Those of a port, or of all, by port and name."""
    rows = connection.execute(
        "SELECT * FROM learnt_tones WHERE ?1 IS NULL OR port = ?1 ORDER BY port, tone", (port,)
    )
    return [
        LineTone(
            row["port"],
            row["tone"],
            LearntTone(
                tuple(json.loads(row["hz"])), tuple(json.loads(row["ms"])), row["level_dbm0"], row["cycles"]
            ),
            datetime.fromisoformat(row["learnt"]),
        )
        for row in rows
    ]
