"""Where an operator can give her caller that is no seat: a mailbox, a menu, and the station's fax machine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ctidesk.viewmodels.callbar import Choice
from ctidesk.viewmodels.facts import Row, moment, needed, text, whole
from ctidesk.viewmodels.phrases import QT_TRANSLATE_NOOP, Phrase
from ctidesk.viewmodels.times import clock, day

KINDS = {"voicemail": "voicemail", "menu": "ivr", "take_fax": "receive-fax", "give_fax": "send-fax"}
"""Orders of the call bar, and the kind of place that each needs."""
PREFIXES = {"voicemail": "box:", "take_fax": "fax-receive:", "give_fax": "fax-send:"}
"""Before what an operator writes himself."""

FAX = QT_TRANSLATE_NOOP("Places", "{name} · {number}, {when}; pages: {pages}")
FAX_NO_NUMBER = QT_TRANSLATE_NOOP("Places", "{name}, {when}; pages: {pages}")
NOT_TOLD = QT_TRANSLATE_NOOP("Notice", "The station did not tell where the call can go.")


@dataclass(frozen=True, slots=True)
class Place:
    """`to` is what the station calls it."""

    to: str
    kind: str
    name: str
    number: str | None = None
    pages: int | None = None
    at: datetime | None = None

    @classmethod
    def of(cls, row: Row) -> Place:
        return cls(
            to=needed(row, "to"),
            kind=needed(row, "kind"),
            name=needed(row, "name"),
            number=text(row.get("number")),
            pages=whole(row.get("pages")),
            at=moment(row.get("at")),
        )


def choices(places: Iterable[Place], order: str) -> list[Choice]:
    """Of an order of the call bar, in the station's order."""
    return [Choice(place.to, _words(place)) for place in places if place.kind == KINDS[order]]


def _words(place: Place) -> Phrase:
    if place.pages is None:
        return Phrase("", place.name)
    words = FAX if place.number and place.number != place.name else FAX_NO_NUMBER
    when = f"{day(place.at)} {clock(place.at)}".strip()
    return words.fill(name=place.name, number=place.number, pages=place.pages, when=when)
