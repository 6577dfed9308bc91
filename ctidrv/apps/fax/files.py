"""Which kind of file it is, by what is in it and not by its name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ctidrv.apps.fax import limits
from ctidrv.apps.fax.source import Source
from ctidrv.errors import InputError


def _pictures(path: Path) -> Source:
    from ctidrv.apps.fax.pictures import Pictures

    return Pictures(path)


KINDS: tuple[tuple[bytes, Callable[[Path], Source]], ...] = (
    (b"II*\0", _pictures),
    (b"MM\0*", _pictures),
    (b"\x89PNG\r\n\x1a\n", _pictures),
    (b"\xff\xd8\xff", _pictures),
)


def open_file(path: Path) -> Source:
    """InputError: it cannot be read, or is of no kind that can be faxed."""
    try:
        if not path.is_file():
            raise InputError(f"{path}: is no file")
        size = path.stat().st_size
        with open(path, "rb") as file:
            head = file.read(1024)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    if not size:
        raise InputError(f"{path.name}: is empty")
    if size > limits.FILE_BYTES:
        raise InputError(f"{path.name}: {size >> 20} MiB; at most {limits.FILE_BYTES >> 20}: split it")
    for magic, kind in KINDS:
        if head.startswith(magic):
            return kind(path)
    raise InputError(f"{path.name}: is no TIFF, PDF, PNG, JPEG or text in UTF-8: save it as PDF")
