"""Fax pages to files, whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from ctidrv.apps.fax.page import PageRows
from ctidrv.apps.fax.pdf import pdf
from ctidrv.apps.fax.tiff import TiffWriter
from ctidrv.errors import StoreError, UsageError


def tiff(pages: Iterable[PageRows]) -> bytes:
    """A TIFF file (`ctidrv.apps.fax.tiff`); one page at a time is held as rows."""
    file = io.BytesIO()
    writer = TiffWriter(file)
    for page in pages:
        writer.add(page)
    return file.getvalue()


def write_tiff(path: Path, pages: Sequence[PageRows]) -> str:
    """The SHA-256 of the file. What stood at `path` stays until the new one is on the disk. StoreError: the
    disk did not take it. UsageError: no pages."""
    return _write(path, tiff(_some(pages)))


def write_pdf(path: Path, pages: Sequence[PageRows]) -> str:
    """As `write_tiff`; nothing is coded anew with loss."""
    return _write(path, pdf(_some(pages)))


def _some(pages: Sequence[PageRows]) -> Sequence[PageRows]:
    if not pages:
        raise UsageError("a fax file of no pages")
    return pages


def _write(path: Path, data: bytes) -> str:
    draft = path.with_name(path.name + ".new")
    try:
        with open(draft, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise StoreError(f"{path}: cannot be written: {error.strerror}") from error
    return hashlib.sha256(data).hexdigest()
