"""Calls with their legs and events."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

from ctidrv.apps.records import CallRow, EventRow, LegRow
from ctidrv.callcontrol.numbers import reverse, suffix_range
from ctidrv.store.facts import stamp
from ctidrv.store.paths import real_path, stored_path
from ctidrv.units import to_seconds

COLUMNS = (
    "calls.id, calls.port, calls.direction, calls.state, calls.started, calls.answered, calls.ended, "
    "calls.number, calls.e164, calls.name, calls.withheld, calls.customer, calls.cause, calls.outcome"
)
LEG_COLUMNS = "id, kind, party, started, answered, ended, cause"
LAST_DIGITS = 4
"""So many digits of a number's end are asked for, at least, in a search."""


def _time(when: datetime | None) -> str | None:
    return None if when is None else stamp(when)


def _date(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def put_call(connection: sqlite3.Connection, row: CallRow) -> None:
    connection.execute(
        "INSERT INTO calls (id, port, direction, state, started, answered, ended, number, e164,"
        " number_reversed, name, withheld, customer, cause, outcome) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
        " ON CONFLICT (id) DO UPDATE SET port=excluded.port, direction=excluded.direction,"
        " state=excluded.state, started=excluded.started, answered=excluded.answered, ended=excluded.ended,"
        " number=excluded.number, e164=excluded.e164, number_reversed=excluded.number_reversed,"
        " name=excluded.name, withheld=excluded.withheld, customer=excluded.customer, cause=excluded.cause,"
        " outcome=excluded.outcome",
        (
            row.id,
            row.port,
            row.direction,
            row.state,
            stamp(row.started),
            _time(row.answered),
            _time(row.ended),
            row.number,
            row.e164,
            reverse(row.e164 or row.number),
            row.name,
            row.withheld,
            row.customer,
            row.cause,
            row.outcome,
        ),
    )


def put_leg(connection: sqlite3.Connection, row: LegRow) -> None:
    connection.execute(
        f"INSERT INTO legs ({LEG_COLUMNS}, call) VALUES (?,?,?,?,?,?,?,?)"
        " ON CONFLICT (id) DO UPDATE SET call=excluded.call, kind=excluded.kind, party=excluded.party,"
        " started=excluded.started, answered=excluded.answered, ended=excluded.ended, cause=excluded.cause",
        (
            row.id,
            row.kind,
            row.party,
            stamp(row.started),
            _time(row.answered),
            _time(row.ended),
            row.cause,
            row.call,
        ),
    )


def put_event(connection: sqlite3.Connection, root: Path, row: EventRow) -> None:
    data = dict(row.data)
    if isinstance(data.get("path"), str):
        data["path"] = stored_path(root, data["path"])
    connection.execute(
        "INSERT INTO events (seq, call, port, type, at, wall, data) VALUES (?,?,?,?,?,?,?)",
        (
            row.seq,
            row.call,
            row.port,
            row.type,
            row.at,
            stamp(row.wall),
            json.dumps(data, ensure_ascii=False),
        ),
    )


def open_calls(connection: sqlite3.Connection) -> list[CallRow]:
    """Calls that have not ended, oldest first."""
    rows = connection.execute(f"SELECT {COLUMNS} FROM calls WHERE state <> 'ended' ORDER BY started, id")
    return [
        CallRow(
            **{
                **dict(row),
                "started": datetime.fromisoformat(row["started"]),
                "answered": _date(row["answered"]),
                "ended": _date(row["ended"]),
            }
        )
        for row in rows
    ]


def open_legs(connection: sqlite3.Connection) -> list[LegRow]:
    rows = connection.execute(
        f"SELECT {LEG_COLUMNS}, call FROM legs WHERE ended IS NULL ORDER BY started, id"
    )
    return [
        LegRow(
            **{
                **dict(row),
                "started": datetime.fromisoformat(row["started"]),
                "answered": _date(row["answered"]),
            }
        )
        for row in rows
    ]


def _shown(row: sqlite3.Row) -> dict[str, Any]:
    shown = dict(row)
    answered, ended = _date(row["answered"]), _date(row["ended"])
    shown["seconds"] = (ended - answered).total_seconds() if answered and ended else None
    return shown


def list_calls(
    connection: sqlite3.Connection,
    *,
    limit: int,
    before: str | None = None,
    number: str | None = None,
    customer: int | None = None,
    state: str | None = None,
) -> list[dict[str, Any]]:
    """Calls as JSON rows, newest first; `number`: one form of a number, or the digits of its end.

    Besides the columns: ``customer_name``, ``seconds`` of conversation, ``recording`` (id of the first)
    and ``message`` (id of the first).
    """
    where, values = ["1"], []
    if before is not None:
        where.append("(calls.started, calls.id) < (SELECT started, id FROM calls WHERE id = ?)")
        values.append(before)
    if number is not None:
        if number.startswith("+"):
            where.append("calls.e164 = ?")
            values.append(number)
        else:
            where.append("calls.number_reversed >= ? AND calls.number_reversed < ?")
            values.extend(suffix_range(number))
    if customer is not None:
        where.append("calls.customer = ?")
        values.append(str(customer))
    if state is not None:
        where.append("calls.state = ?")
        values.append(state)
    rows = connection.execute(
        f"SELECT {COLUMNS}, customers.name AS customer_name,"
        " (SELECT id FROM recordings WHERE call = calls.id ORDER BY started, id LIMIT 1) AS recording,"
        " (SELECT id FROM messages WHERE call = calls.id ORDER BY started, id LIMIT 1) AS message"
        " FROM calls LEFT JOIN customers ON customers.id = calls.customer"
        f" WHERE {' AND '.join(where)} ORDER BY calls.started DESC, calls.id DESC LIMIT ?",
        (*values, limit),
    )
    return [_shown(row) for row in rows]


def get_call(connection: sqlite3.Connection, root: Path, call: str) -> dict[str, Any] | None:
    """A call as a JSON row with its ``legs`` and ``events``."""
    row = connection.execute(
        f"SELECT {COLUMNS}, customers.name AS customer_name FROM calls"
        " LEFT JOIN customers ON customers.id = calls.customer WHERE calls.id = ?",
        (call,),
    ).fetchone()
    if row is None:
        return None
    legs = connection.execute(f"SELECT {LEG_COLUMNS} FROM legs WHERE call = ? ORDER BY started, id", (call,))
    events = connection.execute("SELECT * FROM events WHERE call = ? ORDER BY seq", (call,))
    return {**_shown(row), "legs": [dict(leg) for leg in legs], "events": [_event(root, e) for e in events]}


def event_json(row: EventRow) -> dict[str, Any]:
    """An event as the WebSocket sends it: ``seq type at wall call port`` and its data; `at` in seconds."""
    head = {
        "seq": row.seq,
        "type": row.type,
        "at": to_seconds(row.at),
        "wall": stamp(row.wall),
        "call": row.call,
        "port": row.port,
    }
    return {**head, **{key: value for key, value in row.data.items() if key not in head}}


def _event(root: Path, row: sqlite3.Row) -> dict[str, Any]:
    wall, data = datetime.fromisoformat(row["wall"]), json.loads(row["data"])
    if isinstance(data.get("path"), str):
        data["path"] = real_path(root, data["path"])
    return event_json(EventRow(**{**dict(row), "wall": wall, "data": data}))


def events_since(connection: sqlite3.Connection, root: Path, seq: int, limit: int) -> list[dict[str, Any]]:
    rows = connection.execute("SELECT * FROM events WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit))
    return [_event(root, row) for row in rows]


def last_seq(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0])
