"""A fax that comes, page by page onto the disk: what was confirmed to its sender outlives a crash.

While it comes, ``faxes/open/<id>.json`` says what it is; that goes when its row is on the disk. The next
start makes rows of those that were left (`left_open`), as faxes that were cut off.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from ctidrv.apps.fax.page import PageRows
from ctidrv.apps.fax.records import ReceivedFax
from ctidrv.apps.fax.tiff import TiffWriter, pages_in
from ctidrv.errors import StoreError
from ctidrv.folder import DataFolder

_log = logging.getLogger(__name__)

_MOST_SIDE = 65_536


@dataclass(frozen=True, slots=True)
class Sealed:
    sha256: str
    pages: int
    bad_rows: int


class Incoming:
    """One fax; `facts` are fields of its row. Nothing is made before the first page. For a thread: all
    methods wait for the disk and raise StoreError when it takes no more; the pages before stand."""

    def __init__(self, folder: DataFolder, facts: Mapping[str, Any]) -> None:
        self._side = folder.open_faxes / f"{facts['id']}.json"
        self._path = Path(facts["path"])
        self._facts = facts
        self._file: BinaryIO | None = None
        self._writer: TiffWriter | None = None

    def add(self, page: PageRows) -> None:
        """On the disk itself when it returns."""
        with _disk(self._path):
            if self._writer is None:
                self._writer = self._begin()
            self._writer.add(page, sync=True)

    def _begin(self) -> TiffWriter:
        for folder in (self._side.parent, self._path.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(self._side, "x", encoding="utf-8") as side:
            json.dump(self._facts, side, ensure_ascii=False)
            side.flush()
            os.fsync(side.fileno())
        self._file = open(self._path, "x+b")  # noqa: SIM115 (closed by `seal`)
        return TiffWriter(self._file)

    def seal(self) -> Sealed | None:
        """No page comes any more; None: none came."""
        if self._file is None:
            return None
        self._file.close()
        return sealed(self._path)

    def settle(self) -> None:
        """Its row is on the disk."""
        self._side.unlink(missing_ok=True)


def sealed(path: Path) -> Sealed:
    """What a file holds. StoreError."""
    with _disk(path), open(path, "rb") as file:
        found = pages_in(file)
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Sealed(digest, len(found), sum(found))


def left_open(folder: DataFolder) -> Iterator[tuple[ReceivedFax | None, Path]]:
    """What a crash left: the row to be put, None where no page had come, and the file that is to go when
    it is on the disk. A file that cannot be understood is told in the log, and stays."""
    for side in sorted(folder.open_faxes.glob("*.json")):
        try:
            yield _left(side), side
        except (OSError, ValueError, TypeError, KeyError, StoreError) as error:
            _log.error("%s: what it says of a fax is not understood, and it stays: %s", side, error)


def _left(side: Path) -> ReceivedFax | None:
    with open(side, encoding="utf-8") as file:
        facts = json.loads(file.read(_MOST_SIDE))
    path = Path(facts["path"])
    if not path.is_file():
        return None
    found = sealed(path)
    if found.pages == 0:
        return None
    started = datetime.fromisoformat(facts.pop("started")).astimezone(UTC)
    return ReceivedFax(**{**facts, **asdict(found), "started": started, "whole": False})


@contextlib.contextmanager
def _disk(path: Path) -> Iterator[None]:
    try:
        yield
    except StoreError:
        raise
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}") from error
