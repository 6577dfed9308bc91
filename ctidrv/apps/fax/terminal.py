"""A fax call from the application's side: gives the pages that are wanted, keeps those that come.

`attend` is called again and again beside the audio; `outcome` is honest at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ctidrv.apps.fax.again import is_again
from ctidrv.apps.fax.document import Document, Header
from ctidrv.apps.fax.drawing.source import Sheet as Paper
from ctidrv.apps.fax.page import PageRows
from ctidrv.errors import CtiError, UsageError
from ctidrv.native.t30 import RESULT_WORDS, Sheet, T30Event, T30Link

Y_DPI = {"standard": 98, "fine": 196, "superfine": 391}
"""Rows an inch of a resolution; 204 pixels an inch across."""
X_DPI = 204
_WIDTHS = ((215.5, 1728), (256.0, 2048), (304.0, 2432))
"""Millimetres of paper, and pixels of a row (T.4, table 1)."""


class Procedure(Protocol):
    """A call: `ctidrv.native.t30.T30`, or that on audio."""

    def page(self, page: int, rows: bytes, width: int) -> None: ...

    def events(self) -> Sequence[T30Event]: ...

    def cancel(self) -> None: ...

    @property
    def link(self) -> T30Link | None: ...


def sheets_of(papers: Sequence[Paper], resolution: str) -> list[Sheet]:
    """Each page as it would best be sent. UsageError: no such resolution."""
    if resolution not in Y_DPI:
        raise UsageError(f"{resolution!r}: a fax is {', '.join(Y_DPI)}")
    return [Sheet(_width(paper.width), resolution) for paper in papers]


def _width(mm: float) -> int:
    return next((pixels for most, pixels in _WIDTHS if mm <= most), _WIDTHS[-1][1])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call. `pages_tx`: confirmed; `bad_rows`: of the pages that were kept."""

    ok: bool
    """The call ended in order, every page sent was confirmed, every page kept is whole and undamaged."""
    result: str
    """By `ctidrv.native.t30.RESULTS`; "going-on"."""
    pages_tx: int
    pages_rx: int
    bad_rows: int
    whole: bool
    """Of what came nothing is missing but the rows that are told as damaged."""
    link: T30Link | None
    error: str | None
    """In words; None: it is ok."""


class Terminal:
    """`document`: what is sent, with `header` above each page; `note` is told all events."""

    def __init__(
        self,
        call: Procedure,
        document: Document | None = None,
        *,
        header: Header | None = None,
        note: Callable[[T30Event], None] = lambda _: None,
    ) -> None:
        self._call, self._document, self._header, self._note = call, document, header, note
        self._result = "going-on"
        self._confirmed = 0
        self._clean = self._whole = True
        self._spare: PageRows | None = None
        self._unheard = False
        self.kept: list[PageRows] = []
        """The pages that came, a refused or cut one only where it did not come again."""
        self.failed: CtiError | None = None
        """What is wrong with our own document; the call was ended for it."""

    def attend(self) -> None:
        """Does what the call wants, and takes what it gives."""
        for event in self._call.events():
            self._note(event)
            if event.kind == "page-wanted":
                self._give(event)
            elif event.kind == "page-taken":
                self._take(event)
            elif event.kind == "page-sent":
                self._confirmed += event.what == "confirmed"
            elif event.kind == "done":
                assert event.what is not None
                self._result = event.what
                self._keep_spare()

    def _give(self, event: T30Event) -> None:
        assert event.width is not None
        assert event.resolution is not None
        if self._document is None or self.failed is not None:
            return
        try:
            page = self._document.rows(event.page, event.width, X_DPI, Y_DPI[event.resolution], self._header)
        except CtiError as error:
            self.failed = error
            self._call.cancel()
            return
        self._call.page(event.page, page.rows, event.width)

    def _take(self, event: T30Event) -> None:
        if not event.data:
            self._unheard = event.what == "turned-down"
            self._clean = self._clean and self._unheard
            self._whole = self._whole and self._clean
            return
        assert event.width is not None
        assert event.resolution is not None
        page = PageRows(event.data, event.width, X_DPI, Y_DPI[event.resolution], event.damage)
        if event.what in ("taken", "taken-badly"):
            self._settle(page)
            self.kept.append(page)
            self._clean = self._clean and event.clean
            self._whole = self._whole and not event.missing
        else:
            self._settle(page)
            self._spare = page

    def _settle(self, page: PageRows) -> None:
        """What was refused before this page: where it is not the same again, the sender has gone on."""
        if self._spare is not None and not is_again(self._spare, page):
            self._keep_spare()
        if self._unheard and not (self.kept and is_again(self.kept[-1], page)):
            self._clean = self._whole = False
        self._spare, self._unheard = None, False

    def _keep_spare(self) -> None:
        if self._spare is not None:
            self.kept.append(self._spare)
            self._clean = self._whole = False
            self._spare = None

    @property
    def outcome(self) -> Outcome:
        """As far as it has come."""
        pages = 0 if self._document is None else len(self._document.pages)
        bad = sum(page.count - page.damage.count(0) for page in self.kept if page.damage)
        whole = bad == 0 and self._clean
        sent = self._confirmed == pages
        ok = self._result == "ok" and self.failed is None and whole and sent and bool(pages or self.kept)
        return Outcome(
            ok=ok,
            result=self._result,
            pages_tx=self._confirmed,
            pages_rx=len(self.kept),
            bad_rows=bad,
            whole=self._whole,
            link=self._call.link,
            error=None if ok else self._why(bad, whole, pages),
        )

    def _why(self, bad: int, whole: bool, pages: int) -> str:
        if self.failed is not None:
            return str(self.failed)
        if self._result != "ok":
            words = RESULT_WORDS[self._result][0] if self._result in RESULT_WORDS else "the call goes on"
            return f"{words}; {self._confirmed} of {pages} pages were confirmed" if pages else words
        if bad:
            return f"{bad} rows are damaged; ask for the fax again"
        if not whole:
            return "a page is not whole; ask for the fax again"
        if pages:
            return f"{self._confirmed} of {pages} pages were confirmed"
        return "no page came"
