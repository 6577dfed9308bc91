"""Writes a trace: JSON lines, and the audio beside them as a WAV file.

Both are readable at every instant after a kill: a row is written whole and at once, and the audio as a
recording's is. The last row says that the trace is complete. Only the owner reads them.
"""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import BinaryIO

from ctidrv.errors import InputError, StoreError
from ctidrv.folder import Files
from ctidrv.media.trace.form import MOST_BYTES, MOST_LINE, MOST_ROWS, MOST_TICKS, Row, seconds_of
from ctidrv.media.wav import WavWriter
from ctidrv.units import RATE, TICK

_BYTES = MOST_BYTES - 2 * MOST_LINE


def audio_path(path: Path) -> Path:
    """Of the audio that belongs to a trace."""
    return path.with_suffix(".wav")


def _private(path: str | Path, flags: int) -> int:
    return os.open(path, flags, 0o600)


class _PrivateFiles(Files):
    def create(self, path: Path) -> BinaryIO:
        return open(path, "xb", buffering=0, opener=_private)


class TraceFile:
    """A new trace at `path`; InputError when it, or its audio, is there already, StoreError for what the disk
    refuses. `audio` false: rows alone."""

    def __init__(self, path: Path, header: Row, *, audio: bool) -> None:
        self.path = path
        self.ticks = 0
        self._rows = self._bytes = 0
        sound = audio_path(path)
        if sound == path:
            raise InputError(f"{path}: its audio would have this name: choose another than .wav")
        for each in (path, sound):
            if each.exists():
                raise InputError(f"{each}: is there already; choose another with --output")
        try:
            self._file = _PrivateFiles().create(path)
        except OSError as error:
            raise StoreError(f"{path}: cannot be made: {error.strerror}") from error
        self._wav: WavWriter | None = None
        try:
            self._wav = WavWriter(sound, 2, sync=False, files=_PrivateFiles()) if audio else None
            self.row({**header, "audio": audio})
        except BaseException:
            self._file.close()
            path.unlink(missing_ok=True)
            raise

    @property
    def full(self) -> bool:
        """One more row, and it could not be read back."""
        return self.ticks >= MOST_TICKS or self._rows >= MOST_ROWS - 1 or self._bytes >= _BYTES

    @property
    def seconds(self) -> float:
        """As long as it is so far."""
        return seconds_of(self.ticks * TICK)

    def reach(self, t: float) -> None:
        """It goes on at least to here, seconds from its beginning."""
        self.ticks = max(self.ticks, math.ceil(round(t * RATE) / TICK))

    def row(self, row: Row) -> None:
        """Writes it, whole and at once."""
        line = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"
        rest = memoryview(line)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            raise StoreError(f"{self.path}: cannot be written: {error.strerror}") from error
        self._rows += 1
        self._bytes += len(line)

    def frames(self, frames: bytes) -> None:
        """Audio of whole ticks, what we sent and what came interleaved."""
        self.ticks += len(frames) // (4 * TICK)
        if self._wav is not None:
            self._wav.write(frames)

    def end(self, why: str) -> None:
        """Says that it is complete, and why it ended. Safe twice."""
        if self._file.closed:
            return
        try:
            if self._wav is not None:
                self._wav.close()
            self.row({"type": "end", "t": self.seconds, "why": why})
        finally:
            self._file.close()
