"""What the operator asks of faxes: the part of the gateway for them, on the gateway's threads."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

from ctidesk.viewmodels import fax_terms as terms
from ctidesk.viewmodels.facts import read, text, whole
from ctidesk.viewmodels.fax_order import Answer, FaxOrder, Told
from ctidesk.viewmodels.faxes import CAME, SENT, Faxes, Key
from ctidesk.viewmodels.phrases import NOTHING, Phrase
from ctidesk.worker import Worker

Row = dict[str, Any]
T = TypeVar("T")
STATION_ERRORS = (OSError, ValueError)
"""What a station's methods raise: ctidrv's ServiceError and InputError are these."""


class FaxStation(Protocol):
    """What is needed of `ctidrv.service.client.StationClient` for faxes."""

    def faxes(self, *, limit: int = ...) -> list[Row]: ...
    def fax(self, fax: str) -> Row: ...
    def received_faxes(self, *, limit: int = ...) -> list[Row]: ...
    def fax_page(self, fax: str, page: int) -> bytes: ...
    def received_page(self, fax: str, page: int) -> bytes: ...
    def fax_document(self, fax: str, form: str = ...) -> bytes: ...
    def received_document(self, fax: str, form: str = ...) -> bytes: ...
    def stop_fax(self, fax: str) -> Row: ...
    def retry_fax(self, fax: str) -> Row: ...
    def send_fax(
        self,
        file: Path | str,
        numbers: list[str],
        *,
        line: str | None = ...,
        priority: int | None = ...,
        due: str | None = ...,
        hours: str | None = ...,
        cover: Mapping[str, str] | None = ...,
        mail_to: str | None = ...,
    ) -> list[Row]: ...


class Use(Protocol):
    """Asks the station, on a worker; OSError when it is gone."""

    def __call__(self, ask: Callable[[FaxStation], T], /) -> T: ...


class FaxGateway:
    """`worker`: for what is quick; `drawer`: for pages and files, so that an answer need not wait for them.
    `refresh`: reads the rows again."""

    def __init__(
        self, faxes: Faxes, worker: Worker, drawer: Worker, use: Use, refresh: Callable[[], None]
    ) -> None:
        self._faxes = faxes
        self._worker = worker
        self._drawer = drawer
        self._use = use
        self._refresh = refresh

    def look(self, key: Key, page: int = 1) -> None:
        """Has a page drawn; what became of the pages of one that is sent is asked as well."""
        kind, fax = key
        sheet = self._faxes.look(key, page)
        got: list[bytes] = []
        if kind == SENT and page == 1:
            self._page_states(fax)

        def ask(station: FaxStation) -> bytes:
            return station.received_page(fax, page) if kind == CAME else station.fax_page(fax, page)

        def job() -> None:
            if sheet is self._faxes.sheet:  # else somebody leafs on faster than pages are drawn
                got.append(self._use(ask))

        def done(error: Exception | None) -> None:
            if isinstance(error, STATION_ERRORS):
                self._faxes.fail(sheet, terms.NO_PAGE, str(error))
            elif error is not None:
                raise error
            elif got:
                self._faxes.show(sheet, got[0])

        self._drawer.do(job, done)

    def _page_states(self, fax: str) -> None:
        found: dict[int, str] = {}

        def job() -> None:
            row = self._use(lambda station: station.fax(fax))
            states = read(
                row.get("page_states"), lambda one: (whole(one.get("page")), text(one.get("state")))
            )
            found.update({page: state for page, state in states if page is not None and state is not None})

        def done(error: Exception | None) -> None:
            if error is not None and not isinstance(error, STATION_ERRORS):
                raise error
            self._faxes.set_pages(fax, found)

        self._worker.do(job, done)

    def save(self, key: Key, path: Path) -> None:
        """All pages to a file, PDF or TIFF by its name; what stood there goes when the new one is whole."""
        kind, fax = key
        form = "pdf" if path.suffix.lower() == ".pdf" else "tiff"

        def ask(station: FaxStation) -> bytes:
            return station.received_document(fax, form) if kind == CAME else station.fax_document(fax, form)

        def job() -> None:
            _write(path, self._use(ask))

        def done(error: Exception | None) -> None:
            if isinstance(error, STATION_ERRORS):
                self._faxes.tell(terms.NOT_SAVED, str(error))
            elif error is not None:
                raise error
            else:
                self._faxes.tell(terms.SAVED.fill(name=path.name))

        self._drawer.do(job, done)

    def stop(self, fax: str) -> None:
        self._order(fax, "stop", terms.NOT_STOPPED, lambda station: station.stop_fax(fax))

    def retry(self, fax: str) -> None:
        self._order(fax, "retry", terms.NOT_AGAIN, lambda station: station.retry_fax(fax))

    def _order(self, fax: str, what: str, failed: Phrase, ask: Callable[[FaxStation], object]) -> None:
        self._faxes.asked(fax, what)

        def done(error: Exception | None) -> None:
            if isinstance(error, STATION_ERRORS):
                self._faxes.answered(fax, failed, str(error))
            elif error is not None:
                raise error
            else:
                self._faxes.answered(fax, NOTHING)
                self._refresh()

        # A fax that is on its way hangs up first: for seconds.
        self._drawer.do(lambda: self._use(ask), done)

    def send(self, order: FaxOrder, answer: Answer) -> None:
        """Queues it; `answer` is told how it went, on the UI thread."""
        made: list[Row] = []

        def job() -> None:
            numbers = order.each_number()
            made.extend(self._use(lambda station: station.send_fax(order.file, numbers, **order.asked())))

        def done(error: Exception | None) -> None:
            if isinstance(error, STATION_ERRORS):
                answer(Told(False, terms.NOT_QUEUED, str(error)))
            elif error is not None:
                raise error
            else:
                words = terms.QUEUED.fill(count=len(made))
                self._faxes.tell(words)
                answer(Told(True, words))
                self._refresh()

        self._drawer.do(job, done)


def _write(path: Path, content: bytes) -> None:
    """OSError; what stood there is whole until the new file is."""
    number, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(number, "wb") as file:
            file.write(content)
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
