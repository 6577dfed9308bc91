"""The copy of a document that is kept as long as its row: whole, on the disk, and known by its SHA-256."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from ctidrv.apps.fax.drawing import limits
from ctidrv.apps.fax.drawing.source import check_file
from ctidrv.errors import InputError, StoreError

_CHUNK = 1 << 20


def archive(document: Path, copy: Path) -> str:
    """Copies a document to a new file; the SHA-256 of what was copied. InputError for what is no file, or too
    large a one; StoreError where the copy finds no room. No part of a copy is left behind."""
    check_file(document, str(document))
    try:
        source = open(document, "rb")  # noqa: SIM115 (closed below: its errors are not those of the copy)
    except OSError as error:
        raise InputError(f"{document}: cannot be read: {error.strerror}") from error
    with source:
        return _copy(source.fileno(), document, copy)


def _copy(source: int, document: Path, copy: Path) -> str:
    digest, length = hashlib.sha256(), 0
    try:
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target = open(copy, "xb", opener=_private)  # noqa: SIM115 (closed below, before it is removed)
    except OSError as error:
        raise StoreError(f"{copy}: cannot be written: {error.strerror}") from error
    try:
        with target:
            while chunk := os.read(source, _CHUNK):
                length += len(chunk)
                if length > limits.FILE_BYTES:
                    raise InputError(
                        f"{document}: larger than {limits.FILE_BYTES >> 20} MB; send a part of it"
                    )
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
    except BaseException as error:
        copy.unlink(missing_ok=True)
        if isinstance(error, OSError) and not isinstance(error, StoreError):
            raise StoreError(f"{copy}: cannot be written: {error.strerror}") from error
        raise
    return digest.hexdigest()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
