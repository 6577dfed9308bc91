"""Files that are to be faxed, as pages (TIFF, PDF, PNG, JPEG, text).

    with open_document([Path("letter.pdf")]) as letter:
        page = letter.rows(0, 1728, 204, 196)

The pages are drawn in a worker process, so nothing here needs the packages of ``ctidrv[fax]``, and no file
can stop or fill the station: what goes wrong with it is an InputError that says which file and page.
Calls wait for the worker; they belong into a thread where something else goes on.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ctidrv.apps.fax.drawing import limits, wire
from ctidrv.apps.fax.drawing.source import Sheet, called
from ctidrv.apps.fax.page import PageRows
from ctidrv.errors import InputError, UsageError
from ctidrv.native import t4

_ENDS_WITHIN_S = 2
"""A process that has closed its output: before it is stopped, so that how it ended is known."""
_NO_WINDOW = 0x08000000 if sys.platform == "win32" else 0


@dataclass(frozen=True, slots=True)
class Header:
    """What stands in the line above each page. `at` is in the office's time zone; `sender` a name, with the
    number that the fax is sent from; `to` whom it goes to."""

    at: datetime
    sender: str
    to: str = ""
    language: str = "en"

    def __post_init__(self) -> None:
        _check_language(self.language)

    def parts(self, page: int, pages: int) -> list[str]:
        """When, from whom to whom, and which page, from 0 on."""
        words = HEADER_WORDS[self.language]
        who = [words[0].format(self.sender)] + ([words[1].format(self.to)] if self.to else [])
        return [_moment(self.at), "  ".join(who), words[2].format(page + 1, pages)]


HEADER_WORDS = {
    "en": ("From: {}", "To: {}", "Page {}/{}"),
    "zh": ("发件人：{}", "收件人：{}", "第 {}/{} 页"),
}


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands on the page before the others; what is empty is left out."""

    at: datetime
    to: str
    sender: str
    to_number: str = ""
    sender_number: str = ""
    subject: str = ""
    note: str = ""
    language: str = "en"

    def __post_init__(self) -> None:
        _check_language(self.language)


def _check_language(name: str) -> None:
    if name not in HEADER_WORDS:
        raise UsageError(f"a fax is headed in {' or '.join(HEADER_WORDS)}, not in {name!r}")


def _moment(at: datetime) -> str:
    if at.tzinfo is None:
        raise UsageError("the time of a fax has a time zone")
    offset = f"{at:%z}"
    return f"{at:%Y-%m-%d %H:%M} {offset[:3]}:{offset[3:5]}"


class Worker:
    """A process that draws pages; one that has ended takes no more."""

    def __init__(self, seconds: float = limits.SECONDS) -> None:
        self._seconds = seconds
        self._late = False
        pipe = subprocess.PIPE
        self._process: subprocess.Popen[bytes] = subprocess.Popen(
            [sys.executable, "-P", "-m", "ctidrv.apps.fax.drawing.worker"],
            stdin=pipe,
            stdout=pipe,
            creationflags=_NO_WINDOW,
        )

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def ended(self) -> int | None:
        """None while it runs; else how it ended: on POSIX minus the signal's number."""
        return self._process.poll()

    def ask(self, where: str, **request: Any) -> tuple[dict[str, Any], bytes]:
        """InputError: what it says, or that it took too long or died of the file."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        watch = threading.Timer(self._seconds, self._stop)
        watch.start()
        try:
            wire.write(self._process.stdin, request)
            answer = wire.read(self._process.stdout)
        except (OSError, ValueError):  # it has ended
            answer = None
        finally:
            watch.cancel()
        if answer is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_ENDS_WITHIN_S)
            self.close()
            raise InputError(f"{where}: {self._why()}: print it to a new PDF, or make it smaller")
        if "error" in answer[0]:
            raise InputError(answer[0]["error"])
        return answer

    def _why(self) -> str:
        if self._late:
            return f"cannot be drawn within {self._seconds:g} s"
        if self.ended == wire.FAULT:
            return "cannot be drawn, by a fault of ctidrv: report it with the file"
        return "cannot be drawn: it is damaged, or needs too much memory"

    def _stop(self) -> None:
        self._late = True
        self._process.kill()

    def close(self) -> None:
        """Ends the process."""
        self._process.kill()
        self._process.communicate()


class Document:
    """The pages of one fax."""

    def __init__(self, files: Sequence[Path], worker: Worker, cover: Cover | None = None) -> None:
        self._worker = worker
        before = None if cover is None else {**asdict(cover), "at": None, "date": _moment(cover.at)}
        more = f" and {len(files) - 1} more" if len(files) > 1 else ""
        self._name = called(files[0]) + more
        names = [str(path.absolute()) for path in files]
        answer, _ = worker.ask(self._name, do="open", files=names, cover=before)
        self.pages = tuple(Sheet(*each) for each in answer["sheets"])
        """Their sizes, as they are by themselves."""

    def rows(self, page: int, width: int, x_dpi: int, y_dpi: int, header: Header | None = None) -> PageRows:
        """A page, from 0 on, for a machine of `width` pixels a row and so many dots an inch: as large as it
        is, smaller where it is wider than the paper. The header stands above it."""
        t4.row_bytes(width)
        if min(x_dpi, y_dpi) < 1:
            raise UsageError(f"a fax page of {x_dpi} by {y_dpi} dots an inch")
        if not 0 <= page < len(self.pages):
            raise UsageError(f"{self._name}: has {len(self.pages)} pages, from 0 on; not {page}")
        where = f"{self._name}, page {page + 1}"
        above = None if header is None else header.parts(page, len(self.pages))
        request = {"page": page, "width": width, "x_dpi": x_dpi, "y_dpi": y_dpi, "header": above}
        _, rows = self._worker.ask(where, do="rows", **request)
        return PageRows(rows, width, x_dpi, y_dpi)

    def close(self) -> None:
        """Ends the worker."""
        self._worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_document(
    files: Sequence[Path], *, cover: Cover | None = None, seconds: float = limits.SECONDS
) -> Document:
    """One fax of all files, one behind the other. `seconds`: how long a page may take. InputError names the
    file that cannot be faxed and says what to do; where the packages are missing, what to install."""
    if not files:
        raise UsageError("a fax of no files")
    worker = Worker(seconds)
    try:
        return Document(files, worker, cover)
    except BaseException:
        worker.close()
        raise
