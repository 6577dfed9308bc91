"""How clients find the station and show that they may talk to it: ``token`` and ``station.json``."""

from __future__ import annotations

import contextlib
import json
import os
import secrets

from ctidrv import __version__
from ctidrv.errors import ServiceError
from ctidrv.folder import DataFolder

TOKEN_BYTES = 32


def _write_private(path: os.PathLike[str], text: str) -> None:
    """A new file that only the owner reads; FileExistsError when it is there."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def token(folder: DataFolder) -> str:
    """The folder's token, made at the first start. ServiceError when it cannot be read or is empty."""
    try:
        with contextlib.suppress(FileExistsError):
            _write_private(folder.token, secrets.token_urlsafe(TOKEN_BYTES) + "\n")
        text = folder.token.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ServiceError(f"{folder.token}: cannot be read or written ({error})") from error
    if len(text) < 16 or not text.isascii():
        raise ServiceError(f"{folder.token}: holds no token; delete it and start the station again")
    return text


def announce(folder: DataFolder, url: str) -> None:
    """Writes ``station.json``; a reader sees the whole of it or none."""
    withdraw(folder)
    new = folder.station.with_suffix(".json.new")
    new.unlink(missing_ok=True)
    row = {"url": url, "pid": os.getpid(), "version": __version__}
    _write_private(new, json.dumps(row) + "\n")
    new.rename(folder.station)


def withdraw(folder: DataFolder) -> None:
    """Removes ``station.json``; safe twice, and what a killed station left goes too."""
    with contextlib.suppress(OSError):
        folder.station.unlink()
