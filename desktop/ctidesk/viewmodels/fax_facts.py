"""Faxes as the station says them: those that are sent, and those that came (`ctidesk.viewmodels.facts`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ctidesk.viewmodels.facts import Row, moment, needed, text, whole


@dataclass(frozen=True, slots=True)
class FaxMail:
    """To whom a fax, or its end, goes by e-mail."""

    to: str
    state: str = ""  # queued | sent | failed; empty: not yet
    error: str | None = None

    @classmethod
    def of(cls, row: Row) -> FaxMail | None:
        to, told = text(row.get("mail_to")), row.get("mail")
        if to is None:
            return None
        known = told if isinstance(told, Mapping) else {}
        return cls(to, text(known.get("state")) or "", text(known.get("error")))


@dataclass(frozen=True, slots=True)
class SentFax:
    """A document to one number."""

    id: str
    batch: str = ""
    """Those that were queued together, one document to many numbers, have one."""
    name: str = ""
    number: str | None = None
    e164: str | None = None
    created: datetime | None = None
    due: datetime | None = None
    hours: str | None = None
    """Of the office's day; it goes only then."""
    port: str | None = None
    pages: int = 0
    confirmed: int = 0
    state: str = "queued"  # queued | sending | sent | failed | stopped
    ended: datetime | None = None
    cause: str | None = None
    detail: str | None = None
    """Of the last call, in the words of the line or the other machine."""
    mail: FaxMail | None = None

    @classmethod
    def of(cls, row: Row) -> SentFax:
        return cls(
            id=needed(row, "id"),
            batch=text(row.get("batch")) or "",
            name=text(row.get("name")) or "",
            number=text(row.get("number")),
            e164=text(row.get("e164")),
            created=moment(row.get("created")),
            due=moment(row.get("due")),
            hours=text(row.get("hours")),
            port=text(row.get("port")),
            pages=whole(row.get("pages")) or 0,
            confirmed=whole(row.get("confirmed")) or 0,
            state=text(row.get("state")) or "queued",
            ended=moment(row.get("ended")),
            cause=text(row.get("cause")),
            detail=text(row.get("detail")),
            mail=FaxMail.of(row),
        )


@dataclass(frozen=True, slots=True)
class CameFax:
    """A fax in a box."""

    id: str
    box: str = ""
    port: str = ""
    started: datetime | None = None
    pages: int = 0
    bad_rows: int = 0
    call: str | None = None
    number: str | None = None
    e164: str | None = None
    ident: str | None = None
    """As the far end calls itself."""
    customer_name: str | None = None
    whole: bool = True
    state: str = "new"  # new | read
    mail: FaxMail | None = None

    @classmethod
    def of(cls, row: Row) -> CameFax:
        return cls(
            id=needed(row, "id"),
            box=text(row.get("box")) or "",
            port=text(row.get("port")) or "",
            started=moment(row.get("started")),
            pages=whole(row.get("pages")) or 0,
            bad_rows=whole(row.get("bad_rows")) or 0,
            call=text(row.get("call")),
            number=text(row.get("number")),
            e164=text(row.get("e164")),
            ident=text(row.get("ident")),
            customer_name=text(row.get("customer_name")),
            whole=row.get("whole") is not False,
            state=text(row.get("state")) or "new",
            mail=FaxMail.of(row),
        )
