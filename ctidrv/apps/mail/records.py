"""What is kept of e-mails, and what the outbox needs of a store for it; `ctidrv.store` implements it.

A mail is put with what it tells of, in one operation, so after a crash it is there wherever that is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class MailKind(StrEnum):
    RECEIVED = "received"  # a fax came into a box that has an address
    ENDED = "ended"  # a fax is sent, or will not be: to who sent it


class MailState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"  # the server has taken it
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Mail:
    """One e-mail to one address; what it says is made when it is sent."""

    id: int
    fax: str
    kind: MailKind
    address: str
    created: datetime
    due: datetime  # not before
    tries: int = 0
    state: MailState = MailState.QUEUED
    ended: datetime | None = None
    error: str | None = None  # of the last try, in the server's or the system's words


class MailRows(Protocol):
    def waiting(self) -> Sequence[Mail]:
        """Those that are queued, oldest first. For a thread; StoreError."""
        ...

    def put(self, mail: Mail) -> None:
        """Updates by id and returns at once."""

    async def committed(self) -> None:
        """What was put before is on the disk. StoreError."""
