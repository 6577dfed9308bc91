"""A disk that can be full, beneath the station's recordings and side files."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path
from typing import Any, BinaryIO, cast

from ctidrv.folder import Files

_BLOCK = 4096


class FaultyFiles(Files):
    """As long as it is `full` no file grows beyond the block that it has begun; what is there can be written
    over, as on a real disk."""

    def __init__(self) -> None:
        self.full = False

    def create(self, path: Path) -> BinaryIO:
        return cast(BinaryIO, _Growing(path, self))

    def write(self, path: Path, text: str) -> None:
        if self.full:
            path.write_bytes(b"")  # the name has room in its folder
            raise no_space(path)
        super().write(path, text)


def no_space(path: Path) -> OSError:
    """ENOSPC, with the system's words."""
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


class _Growing(io.FileIO):
    def __init__(self, path: Path, disk: FaultyFiles) -> None:
        super().__init__(path, "xb")
        self._path = path
        self._disk = disk

    def write(self, data: Any, /) -> int:
        if self._disk.full:
            at, end = self.tell(), os.fstat(self.fileno()).st_size
            room = -(-end // _BLOCK) * _BLOCK - at
            if room <= 0:
                raise no_space(self._path)
            data = memoryview(data)[:room]
        return super().write(data)
