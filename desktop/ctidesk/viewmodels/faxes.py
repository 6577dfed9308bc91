"""Faxes that came and faxes that are sent, in one list, and the page of one that is looked at.

Rows are read from the station again after each of its ``fax.job`` and ``fax.received``; how far a page has
gone is known by events alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from ctidesk.viewmodels import fax_terms as terms
from ctidesk.viewmodels.card import Door
from ctidesk.viewmodels.facts import Event, moment, whole
from ctidesk.viewmodels.fax_facts import CameFax, SentFax
from ctidesk.viewmodels.numbers import local
from ctidesk.viewmodels.phrases import NOTHING, Phrase
from ctidesk.viewmodels.terms import NO_NUMBER
from ctidesk.viewmodels.times import clock, day, days_ago

ALL, CAME, SENT = "all", "came", "sent"
FILTERS = (ALL, CAME, SENT)
COMING = "coming"
Key = tuple[str, str]
"""("came" | "sent" | "coming", id); of one that is coming there is nothing to look at yet."""


@dataclass(frozen=True, slots=True)
class FaxRow:
    """One fax. `kind` picks the icon: fax, coming, sending, sent or failed."""

    key: Key
    kind: str
    who: str | Phrase
    words: Phrase
    more: str
    """The number, or the document's name."""
    at: datetime | None
    fresh: bool = False
    many: int = 1
    """Faxes that are listed of its batch."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A fax that comes now, in a call: so many of its pages are kept."""

    id: str
    call: str | None
    port: str
    page: int
    at: datetime | None
    number: str | None


@dataclass(slots=True)
class Part:
    """What goes out of a fax now."""

    page: int
    percent: int = 0


@dataclass(slots=True)
class Sheet:
    """The page that is looked at: loading, ready (`png`) or failed (`words`)."""

    key: Key
    page: int
    state: str = "loading"
    png: bytes = b""
    words: Phrase = NOTHING
    detail: str = ""


@dataclass(slots=True)
class Faxes:
    """What the window of faxes shows. `changed` is called after each change, on the thread that made it."""

    changed: Callable[[], None] = lambda: None
    reachable: bool = False
    notice: Phrase = NOTHING
    detail: str = ""
    """The station's or the system's own words for a failure."""
    sheet: Sheet | None = None
    _sent: dict[str, SentFax] = field(default_factory=dict)
    _came: dict[str, CameFax] = field(default_factory=dict)
    _parts: dict[str, Part] = field(default_factory=dict)
    _pages: dict[tuple[str, int], str] = field(default_factory=dict)
    """Of pages that are sent: their states, as far as they are known."""
    _again: dict[str, datetime] = field(default_factory=dict)
    _asked: dict[str, str] = field(default_factory=dict)
    _coming: dict[str, Coming] = field(default_factory=dict)

    # what the gateway tells

    def set_rows(self, sent: Iterable[SentFax], came: Iterable[CameFax]) -> None:
        self._sent = {fax.id: fax for fax in sent}
        self._came = {fax.id: fax for fax in came}
        self._again = {fax: at for fax, at in self._again.items() if fax in self._sent}
        self._pages = {place: state for place, state in self._pages.items() if place[0] in self._sent}
        self.changed()

    def set_reachable(self, reachable: bool) -> None:
        self.reachable = reachable
        if not reachable:
            self._asked.clear()
            self._parts.clear()
            self._coming.clear()
        self.changed()

    def add_event(self, event: Event) -> None:
        came = event.word("fax")
        if event.type == "fax.coming" and came is not None:
            known = self._coming.get(came)
            at, page = known.at if known else event.wall, whole(event.data.get("page")) or 0
            self._coming[came] = Coming(came, event.call, event.port, page, at, event.word("number"))
        elif event.type == "fax.received" and came is not None:
            self._coming.pop(came, None)
        fax = event.word("job")
        if fax is None:
            return
        if event.type == "fax.page":
            self._page(fax, event)
        elif event.type == "fax.job":
            self._parts.pop(fax, None)
            self._again.pop(fax, None)
            again = moment(event.data.get("again"))
            if again is not None:
                self._again[fax] = again
        self.changed()

    def end_call(self, call: str) -> None:
        """Nothing comes in it any more."""
        self._coming = {fax: each for fax, each in self._coming.items() if each.call != call}

    def _page(self, fax: str, event: Event) -> None:
        page, state = whole(event.data.get("page")), event.word("state") or "sending"
        if page is None:
            return
        self._pages[fax, page] = state
        if state == "sending":
            self._parts[fax] = Part(page, whole(event.data.get("percent")) or 0)

    def set_pages(self, fax: str, states: Mapping[int, str]) -> None:
        """Of a fax that is looked at."""
        self._pages |= {(fax, page): state for page, state in states.items()}
        self.changed()

    # the page that is looked at

    def look(self, key: Key, page: int = 1) -> Sheet:
        """That page is wanted, and drawn by somebody."""
        self.sheet = Sheet(key, page)
        self.changed()
        return self.sheet

    def show(self, sheet: Sheet, png: bytes) -> None:
        """It has come; one that is not wanted any more is dropped."""
        sheet.state, sheet.png = "ready", png
        if sheet is self.sheet:
            kind, fax = sheet.key
            if kind == CAME and fax in self._came:
                self._came[fax] = replace(self._came[fax], state="read")
            self.changed()

    def fail(self, sheet: Sheet, words: Phrase, detail: str = "") -> None:
        sheet.state, sheet.words, sheet.detail = "failed", words, detail
        if sheet is self.sheet:
            self.changed()

    def pages(self) -> int:
        """Of the fax that is looked at."""
        if self.sheet is None:
            return 0
        kind, fax = self.sheet.key
        found = self._came.get(fax) if kind == CAME else self._sent.get(fax)
        return 0 if found is None else found.pages

    def page_words(self) -> Phrase:
        if self.sheet is None:
            return terms.NO_FAX
        kind, fax = self.sheet.key
        where = {"page": self.sheet.page, "pages": self.pages()}
        state = self._pages.get((fax, self.sheet.page)) if kind == SENT else None
        if state is None or state not in terms.PAGES:
            return terms.PAGE.fill(**where)
        return terms.PAGE_STATE.fill(**where, state=terms.PAGES[state])

    # what the operator does

    def asked(self, fax: str, what: str) -> None:
        self._asked[fax] = what
        self.changed()

    def answered(self, fax: str, words: Phrase = NOTHING, detail: str = "") -> None:
        """What was asked is done, or failed as `words` say."""
        self._asked.pop(fax, None)
        self.tell(words, detail)

    def tell(self, words: Phrase, detail: str = "") -> None:
        self.notice, self.detail = words, detail
        self.changed()

    # what is shown

    def new(self) -> int:
        """Faxes that came and nobody has read; those that nobody wants are not counted."""
        return sum(fax.state == "new" and fax.box != "junk" for fax in self._came.values())

    def by_call(self) -> dict[str, CameFax]:
        """Faxes that came, by the call that brought them."""
        return {fax.call: fax for fax in self._came.values() if fax.call is not None}

    def chosen(self) -> SentFax | CameFax | None:
        if self.sheet is None:
            return None
        kind, fax = self.sheet.key
        return self._came.get(fax) if kind == CAME else self._sent.get(fax)

    def about(self, now: datetime) -> Phrase:
        """What became of the fax that is looked at, and of its e-mail."""
        fax = self.chosen()
        if fax is None:
            return NOTHING
        words = came_words(fax) if isinstance(fax, CameFax) else self._words(fax, now)
        if isinstance(fax, SentFax) and fax.hours and fax.state == "queued":
            words = terms.WITHIN.fill(words=words, hours=fax.hours)
        if fax.mail is None or fax.mail.state not in terms.MAILS:
            return words
        return terms.MAILS[fax.mail.state].fill(words=words, to=fax.mail.to)

    def trouble(self) -> str:
        """Of the fax that is looked at, what the line or the mail's server said of it."""
        fax = self.chosen()
        if fax is None:
            return ""
        said = (fax.detail if isinstance(fax, SentFax) else None, fax.mail.error if fax.mail else None)
        return "; ".join(each for each in said if each)

    def stop_door(self) -> Door:
        return self._door(("queued", "sending"), terms.IS_OVER)

    def retry_door(self) -> Door:
        return self._door(("failed", "stopped"), terms.GOES_ON)

    def save_door(self) -> Door:
        if self.chosen() is None:
            return Door(False, terms.NONE_CHOSEN)
        return Door(True) if self.reachable else Door(False, terms.UNREACHABLE)

    def _door(self, states: tuple[str, ...], otherwise: Phrase) -> Door:
        fax = self.chosen()
        if fax is None:
            return Door(False, terms.NONE_CHOSEN)
        if isinstance(fax, CameFax):
            return Door(False, terms.CAME_HERE)
        if not self.reachable:
            return Door(False, terms.UNREACHABLE)
        if fax.id in self._asked:
            return Door(False, terms.ASKED)
        return Door(True) if fax.state in states else Door(False, otherwise)

    def rows(self, only: str, countries: Mapping[str, str | None], now: datetime) -> list[FaxRow]:
        """Newest first; `only` is one of `FILTERS`, `countries` those of the lines."""
        made: list[FaxRow] = []
        if only != SENT:
            made += [_came_row(fax, countries) for fax in self._came.values()]
            made += [_coming_row(fax, countries) for fax in self._coming.values()]
        if only != CAME:
            batches = Counter(fax.batch for fax in self._sent.values() if fax.batch)
            made += [
                replace(self._sent_row(fax, countries, now), many=batches.get(fax.batch, 1))
                for fax in self._sent.values()
            ]
        return sorted(made, key=lambda row: (row.at or _NEVER, row.key), reverse=True)

    def _sent_row(self, fax: SentFax, countries: Mapping[str, str | None], now: datetime) -> FaxRow:
        kinds = {"sent": "sent", "failed": "failed", "stopped": "failed"}
        country = countries.get(fax.port or "") or next(iter(countries.values()), None)
        return FaxRow(
            (SENT, fax.id),
            kinds.get(fax.state, "sending"),
            local(fax.e164 or fax.number, country) or NO_NUMBER,
            self._words(fax, now),
            fax.name,
            fax.created,
        )

    def _words(self, fax: SentFax, now: datetime) -> Phrase:
        counts = {"pages": fax.pages, "confirmed": fax.confirmed}
        if fax.state == "sent":
            return terms.SENT.fill(**counts)
        if fax.state == "stopped":
            return terms.STOPPED.fill(**counts)
        if fax.state == "failed":
            return terms.FAILED.fill(cause=terms.cause(fax.cause), **counts)
        if fax.state == "sending":
            part = self._parts.get(fax.id)
            if part is None:
                return terms.CALLS
            words = terms.SENDS_PART if part.percent else terms.SENDS
            return words.fill(page=part.page, pages=fax.pages, percent=part.percent)
        later = self._again.get(fax.id) or fax.due
        if later is None or later <= now:
            return terms.WAITS
        when = clock(later) if days_ago(later, now) == 0 else f"{day(later)} {clock(later)}"
        if fax.cause is None:
            return terms.WAITS_UNTIL.fill(time=when)
        return terms.AGAIN.fill(cause=terms.cause(fax.cause), time=when)


_NEVER = datetime.min.replace(tzinfo=UTC)


def came_words(fax: CameFax) -> Phrase:
    """What a fax in a box is; damage and what may be missing always stand there."""
    words = (terms.CAME_NEW if fax.state == "new" else terms.CAME).fill(pages=fax.pages)
    if fax.bad_rows:
        words = terms.DAMAGED.fill(words=words, rows=fax.bad_rows)
    return words if fax.whole else terms.CUT_OFF.fill(words=words)


def _coming_row(fax: Coming, countries: Mapping[str, str | None]) -> FaxRow:
    number = local(fax.number, countries.get(fax.port)) or NO_NUMBER
    return FaxRow((COMING, fax.id), "coming", number, terms.COMING.fill(page=fax.page), "", fax.at)


def _came_row(fax: CameFax, countries: Mapping[str, str | None]) -> FaxRow:
    number = local(fax.e164 or fax.number or fax.ident, countries.get(fax.port))
    who = fax.customer_name or number or NO_NUMBER
    return FaxRow(
        (CAME, fax.id), "fax", who, came_words(fax), number if number != who else "", fax.started,
        fresh=fax.state == "new",
    )  # fmt: skip
