"""The process that draws a document's pages: a file that is hostile or too large ends it, not the station.

``python -m ctidrv.apps.fax.drawing.worker`` reads requests from standard input and answers on standard output
(`ctidrv.apps.fax.drawing.wire`), until the input ends.
"""

from __future__ import annotations

import os
import re
import warnings
from pathlib import Path
from typing import Any

from ctidrv.apps.fax.drawing import limits, wire
from ctidrv.apps.fax.drawing.source import DAMAGED, called
from ctidrv.errors import CtiError

_OF_PYTHON = re.compile(r"<[\w.]+ [^>]*>")
"""Objects as Python shows them: of use to nobody who reads the error, and they may name our own files."""
INSTALL = "pip install 'ctidrv[fax]'"


class Work:
    """A document in the worker."""

    def __init__(self) -> None:
        self._pages: list[tuple[Any, int, str]] = []

    def open(self, files: list[str], cover: dict[str, Any] | None = None) -> dict[str, Any]:
        """All pages of all files, in mm, behind the cover page."""
        from ctidrv.apps.fax.drawing import files as kinds
        from ctidrv.apps.fax.drawing.source import check_pages

        self._pages, sheets = [], []
        for path in map(Path, files):
            source = guarded(called(path), kinds.open_file, path)
            several = len(source.sheets) > 1
            for page, sheet in enumerate(source.sheets):
                self._pages.append(
                    (source, page, f"{called(path)}, page {page + 1}" if several else called(path))
                )
                sheets.append(tuple(sheet))
            check_pages(path, len(sheets) + (cover is not None))
        if cover is not None:
            from ctidrv.apps.fax.drawing.cover import Cover

            before = Cover(cover, len(sheets) + 1)
            self._pages.insert(0, (before, 0, "cover page"))
            sheets.insert(0, tuple(before.sheets[0]))
        return {"sheets": sheets}

    def rows(
        self, page: int, width: int, x_dpi: int, y_dpi: int, header: list[str] | None = None
    ) -> tuple[dict[str, Any], bytes]:
        """One page; `header`: the three parts of the line above it."""
        from ctidrv.apps.fax.drawing.fit import fitted
        from ctidrv.apps.fax.drawing.header import with_header

        source, number, where = self._pages[page]
        image = guarded(where, fitted, source, number, width, x_dpi, y_dpi, where)
        if header is not None:
            image = with_header(image, header, x_dpi, y_dpi, where)
        return {}, image.tobytes("raw", "1;I")


def guarded(where: str, call: Any, *arguments: Any) -> Any:
    """What the libraries raise on a file that is not as it should be, in one line: they raise anything."""
    try:
        return call(*arguments)
    except (CtiError, ImportError):
        raise
    except MemoryError:
        most = f"{limits.MEMORY_BYTES >> 20} MiB"
        raise CtiError(f"{where}: takes more than {most} of memory to draw: make it smaller") from None
    except Exception as error:
        said = " ".join(_OF_PYTHON.sub("", str(error)).split())[:200] or type(error).__name__
        raise CtiError(f"{where}: {DAMAGED}: {said}") from error


def answer(work: Work, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Whatever becomes of it."""
    try:
        done = getattr(work, request.pop("do"))(**request)
        return done if isinstance(done, tuple) else (done, b"")
    except CtiError as error:
        return {"error": str(error)}, b""
    except ImportError as error:
        return {"error": f"to fax a document, {error.name or error} is needed: {INSTALL}"}, b""


def main() -> None:
    """Until standard input ends."""
    given = os.fdopen(os.dup(0), "rb")
    taken = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):  # what the libraries print
        os.dup2(nowhere, number)
    warnings.simplefilter("ignore")  # of what is odd in a file; what cannot be read is an error
    limits.bind_this_process()
    work = Work()
    try:
        while (request := wire.read(given)) is not None:
            wire.write(taken, *answer(work, request[0]))
    except Exception:
        os._exit(wire.FAULT)


if __name__ == "__main__":
    main()
