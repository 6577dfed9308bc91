"""A WAV file with a side file that says what it is, kept so that a crash at any instant leaves both usable.

Beside ``<id>.wav`` stands ``<id>.json``: made before the first sample with ``"state": "open"``, written anew
when the file is sealed. ``ROOT/.open/<id>`` names the files that are not settled: sealed, and their rows in
the database. So what a crash left is found without a look at all files, also where the database took no rows
for a while before. The file is made when the first sound comes: a call that nobody answers leaves none. All
of it runs where sinks run, on the disk thread or in a worker.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ctidrv.errors import StoreError
from ctidrv.folder import FILES, Files
from ctidrv.media.wav import FORMATS, WavWriter, is_begun, repair_wav
from ctidrv.units import RATE

_log = logging.getLogger(__name__)

_MAX_SIDE = 65_536
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Sealed:
    path: Path
    frames: int
    sha256: str
    told: bool
    """The side file says so. False: the disk took no more; the file counts as open, and the next start
    completes it."""


class FiledWav:
    """A sink. `place` tells, when the first sound comes, the file's path under `root` and what is known.
    `format`: one of `ctidrv.media.wav.FORMATS`."""

    def __init__(
        self,
        root: Path,
        channels: int,
        place: Callable[[], tuple[Path, Mapping[str, Any]]],
        files: Files = FILES,
        *,
        format: str = FORMATS[0],
        resumes: bool = False,
    ) -> None:
        """resumes: a disk that takes nothing is tried again with every write; silence then stands for what it
        did not take, and only what is missing at the end is an error."""
        self._root = root
        self._files = files
        self._resumes = resumes
        self._missing = 0
        self.lost = 0
        """Frames of silence that stand for sound which the disk did not take."""
        self.why: StoreError | None = None
        """Why, the last time."""
        self._channels = channels
        self._place = place
        self._format = format
        self._facts: dict[str, Any] = {}
        self._wav: WavWriter | None = None

    @property
    def frames(self) -> int | None:
        """In the file; None: there is none."""
        return None if self._wav is None else self._wav.frames

    def write(self, frames: bytes) -> None:
        """As a Sink; StoreError when the disk does not take it."""
        try:
            self._make_up()
            self._put(frames)
        except StoreError as error:
            if not self._resumes:
                raise
            if not self._missing:
                _log.error("%s; it is tried again", error)
            self.why = error
            self._missing += len(frames) // (2 * self._channels)

    def close(self) -> None:
        """As a Sink; the file is sealed by `seal`. StoreError when its end is missing."""
        try:
            self._make_up()
        finally:
            if self._wav is not None:
                self._wav.close()

    def _put(self, frames: bytes) -> None:
        if self._wav is None:
            self._wav = self._begin()
        self._wav.write(frames)

    def _make_up(self) -> None:
        if not self._missing:
            return
        while self._missing:
            part = min(self._missing, RATE)
            self._put(bytes(2 * self._channels * part))
            self._missing -= part
            self.lost += part
        _log.warning("%s: goes on, with silence for what the disk did not take", self._wav and self._wav.path)

    def _begin(self) -> WavWriter:
        path, facts = self._place()
        self._facts = {
            "version": _VERSION,
            **facts,
            "state": "open",
            "wav": path.name,
            "format": self._format,
            "rate": RATE,
            "channels": self._channels,
            "frames": None,
            "sha256": None,
        }
        try:
            with _plain(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                marker = _marker(self._root, path)
                marker.parent.mkdir(exist_ok=True)
                self._files.write(marker, path.relative_to(self._root).as_posix())
            write_side(path, self._facts, self._files)
            return WavWriter(path, self._channels, format=self._format, files=self._files)
        except StoreError:
            with contextlib.suppress(StoreError):
                discard(self._root, path)
            raise

    def seal(self, facts: Mapping[str, Any], *, keep: int | None = None) -> Sealed | None:
        """After `close`: cuts the file to `keep` frames, hashes it and completes its side file; of a disk
        that took no more, what it did take. `settle` is due when the row is in the database.

        With `keep` 0 all is deleted. None: there is no file.
        """
        if self._wav is None:
            return None
        path = self._wav.path
        frames = self._wav.frames
        if keep == 0:
            discard(self._root, path)
            return None
        keep = frames if keep is None else min(keep, frames)
        length = self._wav.size_of(keep)
        with _plain(path):
            if path.stat().st_size > length:
                os.truncate(path, length)
                frames = repair_wav(path)
        digest = self._wav.sha256()
        try:
            known = {**self._facts, **facts}
            complete(path, known, state="closed", frames=frames, sha256=digest, files=self._files)
        except StoreError as error:
            _log.error("%s", error)
            return Sealed(path, frames, digest, told=False)
        return Sealed(path, frames, digest, told=True)


def complete(
    path: Path,
    facts: Mapping[str, Any],
    *,
    state: str,
    frames: int | None,
    sha256: str | None,
    files: Files = FILES,
) -> None:
    """The last word of a side file."""
    write_side(path, {**facts, "state": state, "frames": frames, "sha256": sha256}, files)


def settle(root: Path, path: Path) -> None:
    """The file is sealed and its row in the database: it counts as open no more. Safe twice."""
    with _plain(path):
        _marker(root, path).unlink(missing_ok=True)


def discard(root: Path, path: Path) -> None:
    """Removes a file, its side file and its marker; safe when they are gone."""
    with _plain(path):
        for name in (path, _draft(path), side_of(path), _marker(root, path)):
            name.unlink(missing_ok=True)


def has_sound(path: Path) -> bool:
    """Whether there is more of the file than a part of its header."""
    return path.is_file() and is_begun(path)


def side_of(path: Path) -> Path:
    """``<id>.json`` beside ``<id>.wav``."""
    return path.with_suffix(".json")


def write_side(path: Path, facts: Mapping[str, Any], files: Files = FILES) -> None:
    """Writes the side file of a WAV file in one step: after a crash it is the old one or the new one."""
    side, draft = side_of(path), _draft(path)
    with _plain(side):
        try:
            files.write(draft, json.dumps(dict(facts), ensure_ascii=False, indent=1) + "\n")
            os.replace(draft, side)
        except OSError:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
            raise


def read_side(path: Path) -> dict[str, Any] | None:
    """What the side file of a WAV file says; None when there is none, or none that can be read."""
    try:
        with open(side_of(path), encoding="utf-8") as file:
            facts = json.loads(file.read(_MAX_SIDE))
    except (OSError, ValueError):
        return None
    return facts if isinstance(facts, dict) else None


def left_open(root: Path) -> Iterator[Path]:
    """The WAV files under `root` that were never settled, by name. What a crash left of one that was not even
    begun is removed, and half a side file too."""
    markers = root / ".open"
    for marker in sorted(markers.iterdir()) if markers.is_dir() else ():
        with _plain(marker):
            named = marker.read_text(encoding="utf-8", errors="replace")[:1000].strip()
            path = root / named
            inside = bool(named) and ".." not in Path(named).parts and path.suffix == ".wav"
            if inside:
                _draft(path).unlink(missing_ok=True)
            if inside and (path.exists() or side_of(path).exists()):
                yield path
            else:
                marker.unlink(missing_ok=True)


def _draft(path: Path) -> Path:
    return path.with_suffix(".json.new")


def _marker(root: Path, path: Path) -> Path:
    return root / ".open" / path.stem


@contextlib.contextmanager
def _plain(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}") from error
