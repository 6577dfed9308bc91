"""What a document and its worker say to each other: a JSON object and bytes, their lengths before them."""

from __future__ import annotations

import json
import struct
from typing import IO, Any

_HEAD = struct.Struct("<II")
FAULT = 70
"""How the worker ends where the fault is its own (sysexits.h: EX_SOFTWARE)."""
_MOST = 64 << 20
"""Of either part; the largest page has 12 MB."""


def write(file: IO[bytes], said: dict[str, Any], data: bytes = b"") -> None:
    """One message."""
    body = json.dumps(said).encode("ascii")
    file.write(_HEAD.pack(len(body), len(data)) + body + data)
    file.flush()


def _exactly(file: IO[bytes], size: int) -> bytes:
    data = file.read(size)
    if len(data) < size:
        raise EOFError
    return data


def read(file: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """One message; None where there is none any more."""
    try:
        body, data = _HEAD.unpack(_exactly(file, _HEAD.size))
        if max(body, data) > _MOST:
            return None
        said: dict[str, Any] = json.loads(_exactly(file, body))
        return said, _exactly(file, data)
    except EOFError:
        return None
