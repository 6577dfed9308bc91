"""One station on a data folder: a lock that the system lets go of when the process dies, however it dies."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import IO

from ctidrv.errors import ServiceError
from ctidrv.folder import DataFolder

NAME = "station.lock"
_PLACE = 1 << 20
"""Windows locks bytes, and locked bytes cannot be read: so one far behind the text is locked."""


class StationLock:
    """Held from `acquire` to `release`; the file tells the holder's process id."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._file: IO[bytes] | None = None

    def acquire(self) -> None:
        """ServiceError names the station that holds it."""
        path = self._folder.root / NAME
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = path.open("r+b" if path.exists() else "w+b")
        except OSError as error:
            raise ServiceError(f"{path}: cannot be written: {error.strerror}") from error
        if not _lock(file):
            holder = file.read(20).decode("ascii", "replace").strip() or "unknown"
            file.close()
            raise ServiceError(
                f"a station runs on {self._folder.root} already (process {holder}): use it, or stop it first"
            )
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()).encode())
        file.flush()
        self._file = file

    def release(self) -> None:
        """Safe twice. The file stays: removing it would let two stations hold two files of one name."""
        if self._file is not None:
            self._file.close()
            self._file = None


@contextlib.contextmanager
def no_station_on(folder: DataFolder) -> Iterator[None]:
    """Keeps stations off a folder, where one has ever run; a folder that is new gets no lock file.

    ServiceError names the station that runs. For programs that write into the folder in virtual time.
    """
    lock = StationLock(folder)
    if (folder.root / NAME).exists():
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


if sys.platform == "win32":

    def _lock(file: IO[bytes]) -> bool:
        import msvcrt

        try:
            file.seek(_PLACE)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            file.seek(0)
            return False
        return True

else:

    def _lock(file: IO[bytes]) -> bool:
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
