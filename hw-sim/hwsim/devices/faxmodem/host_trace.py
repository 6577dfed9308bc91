"""What a modem and its host say to each other, in a file: a JSON line for each piece, octet by octet.

It holds the pages of the faxes, and is for its owner's eyes only (mode 0600).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from ctidrv.errors import InputError

MOST_BYTES = 256 << 20
"""Of the file: some hours of a modem that sends all the time. What comes then is not written down."""


class HostTrace:
    """Rows ``{"t", "from": "host"|"modem", "octets": hex}``; `t` in seconds, as `now` tells them. A new file.
    InputError where it is there already, or cannot be made."""

    def __init__(self, path: Path, now: Callable[[], float]) -> None:
        self._path, self._now = path, now
        self._left = MOST_BYTES
        try:
            self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise InputError(f"{path}: is there already; choose another with --trace") from None
        except OSError as error:
            raise InputError(f"{path}: cannot be made: {error.strerror}") from error

    def row(self, who: str, octets: bytes) -> None:
        """Written at once. A disk that refuses ends the trace, not the call."""
        row = {"t": round(self._now(), 4), "from": who, "octets": octets.hex()}
        line = json.dumps(row, separators=(",", ":")).encode() + b"\n"
        self._left -= len(line)
        if self._fd < 0 or self._left < 0:
            return
        try:
            whole = os.write(self._fd, line) == len(line)
        except OSError:
            whole = False
        if not whole:
            self.close()

    def close(self) -> None:
        """Safe twice."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)
