"""Pages and files of faxes, for those who look at them: one thing is drawn at a time, in a thread."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import TypeVar

from ctidrv.apps.fax.keep import tiff
from ctidrv.apps.fax.page import WIDTHS, PageRows
from ctidrv.apps.fax.pdf import pdf
from ctidrv.apps.fax.records import FaxJob
from ctidrv.apps.fax.tiff import read_pages
from ctidrv.errors import StoreError
from ctidrv.picture.fax_page import page_png
from ctidrv.service.fax_sender import MakeCover, open_paper

T = TypeVar("T")

X_DPI, Y_DPI = 204, 196
WIDTH = WIDTHS["a4"][X_DPI]
"""Of the pages of a fax that is sent, as they go to a machine for fine A4; without the line above them, which
says when."""
FORMS: dict[str, tuple[str, Callable[[Iterable[PageRows]], bytes]]] = {
    "tiff": ("image/tiff", tiff),
    "pdf": ("application/pdf", pdf),
}
"""Of files: their media type, and what makes one."""


class FaxPapers:
    """Of one station."""

    def __init__(self, cover: MakeCover) -> None:
        self._cover = cover
        self._one_at_a_time = asyncio.Semaphore(1)

    async def sent_page(self, job: FaxJob, page: int) -> bytes:
        """A page of the document, from 1 on, as PNG. LookupError: it has none such; InputError."""
        return await self._drawn(lambda: _png(self._sent(job, page), page))

    async def sent_file(self, job: FaxJob, form: str) -> bytes:
        """All of its pages; `form` is one of `FORMS`. InputError."""
        return await self._drawn(lambda: FORMS[form][1](self._sent(job)))

    async def received_page(self, path: Path, page: int) -> bytes:
        """As `sent_page`, of a file that came."""
        return await self._drawn(lambda: _png(_received(path, page), page))

    async def received_file(self, path: Path, form: str) -> bytes:
        """As `sent_file`, of a file that came."""
        return await self._drawn(lambda: FORMS[form][1](_received(path)))

    async def _drawn(self, draw: Callable[[], T]) -> T:
        async with self._one_at_a_time:
            return await asyncio.to_thread(draw)

    def _sent(self, job: FaxJob, first: int = 1) -> Generator[PageRows, None, None]:
        with open_paper(job, self._cover) as document:
            for page in range(first, len(document.pages) + 1):
                yield document.rows(page - 1, WIDTH, X_DPI, Y_DPI)


def _received(path: Path, first: int = 1) -> Generator[PageRows, None, None]:
    try:
        with open(path, "rb") as file:
            yield from itertools.islice(read_pages(file, path.name), first - 1, None)
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror or error}") from error


def _png(pages: Generator[PageRows, None, None], number: int) -> bytes:
    with contextlib.closing(pages):
        page = next(pages, None)
    if page is None:
        raise LookupError(number)
    return page_png(page.rows, page.damage or bytes(page.count), page.width, (page.x_dpi, page.y_dpi))
