"""How clients find the station and show that they may talk to it: ``token`` and ``station.json``."""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from ctidrv import __version__
from ctidrv.errors import ServiceError
from ctidrv.folder import DataFolder

TOKEN_BYTES = 32


def _write_private(path: os.PathLike[str], text: str) -> None:
    """A new file that only the owner reads; FileExistsError when it is there."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def _write_whole(path: Path, text: str) -> None:
    """`_write_private`, and whoever reads, or kills us, finds the whole of it or none."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    _write_private(new, text)
    new.rename(path)


def token(folder: DataFolder) -> str:
    """The folder's token, made at the first start. ServiceError when it cannot be read or is empty."""
    try:
        if not folder.token.exists():
            _write_whole(folder.token, secrets.token_urlsafe(TOKEN_BYTES) + "\n")
        text = folder.token.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ServiceError(f"{folder.token}: cannot be read or written ({error})") from error
    if len(text) < 16 or not text.isascii():
        raise ServiceError(f"{folder.token}: holds no token; delete it and start the station again")
    return text


def token_fits(headers: Mapping[str, str], token: str) -> bool:
    """Of a request: ``Authorization: Bearer TOKEN``."""
    given = headers.get("authorization", "")
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), f"Bearer {token}".encode())


def announce(folder: DataFolder, url: str) -> None:
    """Writes ``station.json``; a reader sees the whole of it or none."""
    withdraw(folder)
    row = {"url": url, "pid": os.getpid(), "version": __version__}
    _write_whole(folder.station, json.dumps(row) + "\n")


def withdraw(folder: DataFolder) -> None:
    """Removes ``station.json``; safe twice, and what a killed station left goes too."""
    with contextlib.suppress(OSError):
        folder.station.unlink()
