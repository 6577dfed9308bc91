"""Which recordings may be deleted by age, and what stays of those that were: the row, the reason a fact."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

from ctidrv.errors import InputError
from ctidrv.store import facts
from ctidrv.store.facts import stamp
from ctidrv.store.paths import real_path

_MAY_GO = (
    " FROM recordings JOIN calls ON calls.id = recordings.call WHERE recordings.deleted IS NULL"
    " AND recordings.held IS NULL AND recordings.state IN ('closed', 'repaired')"
    " AND calls.state = 'ended' AND recordings.started < ?1 AND calls.ended < ?1"
)


def expired(connection: sqlite3.Connection, root: Path, before: datetime, limit: int) -> list[dict[str, Any]]:
    """Of calls that ended before: ``id call port path``, oldest first; none that is held, open, or of an
    open call."""
    rows = connection.execute(
        "SELECT recordings.id, recordings.call, recordings.path, calls.port"
        f"{_MAY_GO} ORDER BY recordings.started, recordings.id LIMIT ?2",
        (stamp(before), limit),
    )
    return [{**dict(row), "path": real_path(root, row["path"])} for row in rows]


def delete(
    connection: sqlite3.Connection, recording: str, *, before: datetime, now: datetime, reason: str
) -> bool:
    """Marks a recording as deleted, with the reason as a fact; False where it may not go any more."""
    row = connection.execute(
        f"SELECT recordings.sha256{_MAY_GO} AND recordings.id = ?2", (stamp(before), recording)
    ).fetchone()
    if row is None:
        return False
    connection.execute("UPDATE recordings SET deleted = ? WHERE id = ?", (stamp(now), recording))
    data = {"reason": reason, "sha256": row["sha256"]}
    facts.append(connection, "deleted", f"recording:{recording}", at=now, data=data)
    return True


def deleted_paths(connection: sqlite3.Connection, root: Path) -> list[Path]:
    """Of all recordings that were deleted."""
    rows = connection.execute("SELECT path FROM recordings WHERE deleted IS NOT NULL ORDER BY started, id")
    return [Path(real_path(root, row["path"])) for row in rows]


def hold(
    connection: sqlite3.Connection, recording: str, *, reason: str | None, now: datetime, actor: str
) -> None:
    """`reason`: why it may not be deleted; None: it may again. Each a fact. InputError."""
    row = connection.execute("SELECT held, deleted FROM recordings WHERE id = ?", (recording,)).fetchone()
    if row is None:
        raise InputError(f"there is no recording {recording}")
    if row["deleted"] is not None:
        raise InputError(f"recording {recording}: was deleted at {row['deleted']}")
    if reason is None and row["held"] is None:
        raise InputError(f"recording {recording}: is not held")
    connection.execute("UPDATE recordings SET held = ? WHERE id = ?", (reason, recording))
    kind, data = ("released", {"reason": row["held"]}) if reason is None else ("held", {"reason": reason})
    facts.append(connection, kind, f"recording:{recording}", at=now, actor=actor, data=data)
