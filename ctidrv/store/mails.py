"""E-mails in the store: `ctidrv.apps.mail.records.MailRows`. They are put with the fax that they tell of."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import datetime

from ctidrv.apps.mail.records import Mail, MailKind, MailState
from ctidrv.store import facts
from ctidrv.store.facts import stamp
from ctidrv.store.writer import Writer

LATEST = (
    "(SELECT json_object("
    "'state', m.state, 'tries', m.tries, 'due', m.due, 'ended', m.ended, 'error', m.error)"
    " FROM mails m WHERE m.fax = {}.id ORDER BY m.id DESC LIMIT 1) AS mail"
)
"""A column of a query of faxes: how the last e-mail of each fares, as JSON."""


def add(connection: sqlite3.Connection, fax: str, kind: MailKind, address: str, now: datetime) -> None:
    """Within the operation that puts the fax."""
    connection.execute(
        "INSERT INTO mails (fax, kind, address, created, due, tries, state)"
        " VALUES (?, ?, ?, ?, ?, 0, 'queued')",
        (fax, kind.value, address, stamp(now), stamp(now)),
    )


class Mails:
    """Of one store; as `ctidrv.store.faxes.Faxes`."""

    def __init__(
        self,
        query: Callable[[], AbstractContextManager[sqlite3.Connection]],
        writer: Callable[[], Writer],
    ) -> None:
        self._query = query
        self._writer = writer

    def put(self, mail: Mail) -> None:
        self._writer().put(lambda connection: _put(connection, mail))

    async def committed(self) -> None:
        await self._writer().committed()

    def waiting(self) -> list[Mail]:
        with self._query() as connection:
            rows = connection.execute("SELECT * FROM mails WHERE state = 'queued' ORDER BY created, id")
            return [_mail(row) for row in rows]


def _mail(row: sqlite3.Row) -> Mail:
    known = dict(row)
    for name in ("created", "due", "ended"):
        known[name] = None if known[name] is None else datetime.fromisoformat(known[name])
    return Mail(**{**known, "kind": MailKind(known["kind"]), "state": MailState(known["state"])})


def _put(connection: sqlite3.Connection, mail: Mail) -> None:
    """That it is over is a fact of its fax."""
    given = asdict(mail)
    values = {name: stamp(value) if isinstance(value, datetime) else value for name, value in given.items()}
    changed = ", ".join(f"{name} = :{name}" for name in values if name != "id")
    connection.execute(f"UPDATE mails SET {changed} WHERE id = :id", values)
    if mail.ended is not None:
        kind = "mailed" if mail.state is MailState.SENT else "not-mailed"
        told = {"to": mail.address, "tries": mail.tries, "error": mail.error}
        facts.append(connection, kind, f"fax:{mail.fax}", at=mail.ended, data=told)
