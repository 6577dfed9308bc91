"""A fax that is to be sent, as it was filled in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ctidesk.viewmodels.phrases import NOTHING, QT_TRANSLATE_NOOP, Phrase

NO_FILE = QT_TRANSLATE_NOOP("FaxOrder", "Choose a file.")
NO_NUMBER = QT_TRANSLATE_NOOP("FaxOrder", "Give a number to send it to.")
PRIORITIES = range(1, 10)


@dataclass(frozen=True, slots=True)
class FaxOrder:
    """`numbers`: as typed, one a line or with commas or semicolons between. None: as usual. `cover`: to,
    sender, subject, note and language of a page before it."""

    file: str
    numbers: str
    line: str | None = None
    priority: int | None = None
    due: datetime | None = None
    cover: dict[str, str] | None = field(default=None)
    hours: str = ""
    """Of the office's day, such as 08:00-20:00."""
    mail_to: str = ""
    """An address that is told how it ended."""

    def each_number(self) -> list[str]:
        return [number.strip() for number in re.split(r"[,;，；、\n]", self.numbers) if number.strip()]

    def missing(self) -> Phrase | None:
        """What has still to be filled in."""
        if not self.file.strip():
            return NO_FILE
        return None if self.each_number() else NO_NUMBER

    def asked(self) -> dict[str, Any]:
        """The rest, as `StationClient.send_fax` takes it."""
        due = None if self.due is None else self.due.astimezone().isoformat(timespec="seconds")
        told = {"line": self.line, "priority": self.priority, "due": due, "cover": self.cover}
        return {**told, "hours": self.hours or None, "mail_to": self.mail_to or None}


@dataclass(frozen=True, slots=True)
class Told:
    """How it went; `detail`: the station's own words."""

    queued: bool
    words: Phrase = NOTHING
    detail: str = ""


Answer = Callable[[Told], None]
