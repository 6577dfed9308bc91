"""Which kind of file it is, by what is in it and not by its name."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path

from ctidrv.apps.fax.drawing import limits
from ctidrv.apps.fax.drawing.source import Source, called, check_file
from ctidrv.errors import InputError


def _pictures(path: Path) -> Source:
    from ctidrv.apps.fax.drawing.pictures import Pictures

    return Pictures(path)


def _pdf(path: Path) -> Source:
    from ctidrv.apps.fax.drawing.pdf_pages import PdfPages

    return PdfPages(path)


def _text(path: Path) -> Source:
    from ctidrv.apps.fax.drawing.text_pages import TextPages

    return TextPages(path)


KINDS: tuple[tuple[bytes, Callable[[Path], Source]], ...] = (
    (b"II*\0", _pictures),
    (b"MM\0*", _pictures),
    (b"\x89PNG\r\n\x1a\n", _pictures),
    (b"\xff\xd8\xff", _pictures),
    (b"%PDF-", _pdf),
)
_HEAD = 1024
"""Readers take a PDF that has so much before its beginning (ISO 32000-1, annex H)."""


def open_file(path: Path) -> Source:
    """InputError: it cannot be read, or is of no kind that can be faxed."""
    check_file(path, called(path))
    try:
        size = path.stat().st_size
        with open(path, "rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise InputError(f"{called(path)}: cannot be read: {error.strerror}") from error
    if not size:
        raise InputError(f"{called(path)}: is empty")
    if size > limits.FILE_BYTES:
        raise InputError(f"{called(path)}: {size >> 20} MiB; at most {limits.FILE_BYTES >> 20}: split it")
    for magic, kind in KINDS:
        if head.startswith(magic):
            return kind(path)
    if b"%PDF-" in head:
        return _pdf(path)
    if b"\0" in head and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputError(f"{called(path)}: is no TIFF, PDF, PNG, JPEG or text in UTF-8: save it as PDF")
    return _text(path)
