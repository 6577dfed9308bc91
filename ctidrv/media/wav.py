"""WAV files: a writer whose file is playable at every instant, a reader, and repair after a crash.

The writer puts samples down first and the sizes of the header after them, so that a header never
promises more than the file holds: a process killed at any point leaves a file that opens, and that
lacks less than a second.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ctidrv.errors import InputError, StoreError
from ctidrv.folder import FILES, Files
from ctidrv.native import g711
from ctidrv.native.pcm import Pcm
from ctidrv.units import RATE

_PCM, _ALAW, _MULAW, _EXTENSIBLE = 1, 6, 7, 0xFFFE
_CODINGS = {_PCM: "PCM", _ALAW: "A-law", _MULAW: "mu-law", 3: "floating point", 17: "IMA ADPCM", 85: "MP3"}
FORMATS = ("pcm", "alaw")
"""What `WavWriter` writes: 16-bit linear, or A-law (ITU-T G.711) in half the room."""
_SAMPLE = {_PCM: 2, _ALAW: 1}
"""Bytes of a sample; and of the header, which of A-law has the lengths that WAVE wants of what is not PCM."""
_HEADER = {_PCM: 44, _ALAW: 58}
_LARGEST = 0xFFFF_FFFF - max(_HEADER.values())
_UNKNOWN = 0x7FFF_0000
"""Programs that write to a pipe leave sizes from here up: the data goes on to the end of the file."""
_SIZES_EVERY = RATE // 4
"""Frames between two writings of the header's sizes."""
_SYNC_EVERY = 10 * RATE
"""Frames between two orders to the system to write to the disk itself (a power cut loses as much)."""


def _header(coding: int, channels: int, frames: int) -> bytes:
    """RIFF/WAVE at 8,000 Hz, with so many frames."""
    sample = _SAMPLE[coding]
    frame = sample * channels
    form = struct.pack("<HHIIHH", coding, channels, RATE, RATE * frame, frame, 8 * sample)
    more = b"" if coding == _PCM else struct.pack("<H4sII", 0, b"fact", 4, frames)
    size = len(form) + (0 if coding == _PCM else 2)
    data = frames * frame
    head = struct.pack("<4sI4s4sI", b"RIFF", data + _HEADER[coding] - 8, b"WAVE", b"fmt ", size)
    return head + form + more + struct.pack("<4sI", b"data", data)


class WavWriter:
    """A `Sink` that writes 16-bit PCM or A-law at 8,000 Hz to a new file (its folders are made).

    `sync`: orders the system to write to the disk every ten seconds of audio and at the end, against
    power cuts; a killed process loses nothing by its absence. `format`: one of FORMATS.
    """

    def __init__(
        self,
        path: str | Path,
        channels: int,
        *,
        format: str = FORMATS[0],
        sync: bool = True,
        files: Files = FILES,
    ) -> None:
        self.path = Path(path)
        self.channels = channels
        self._coding = {"pcm": _PCM, "alaw": _ALAW}[format]
        self._frame = _SAMPLE[self._coding] * channels
        self.frames = 0
        """Frames in the file."""
        self._sync = sync
        self._told = 0
        self._synced = 0
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file: BinaryIO = files.create(self.path)
        except OSError as error:
            raise StoreError(f"{self.path}: cannot be made: {error.strerror}") from error
        try:
            self._append(_header(self._coding, channels, 0))
        except OSError as error:
            self._file.close()
            self.path.unlink(missing_ok=True)
            raise StoreError(f"{self.path}: cannot be made: {error.strerror}") from error

    def write(self, frames: bytes) -> None:
        """Appends interleaved 16-bit frames; all of them, or with StoreError none."""
        before, told = self.frames, self.frames + len(frames) // (2 * self.channels)
        if told * self._frame > _LARGEST:
            raise StoreError(f"{self.path}: a WAV file can hold no more than 4 GB; begin another")
        try:
            self._append(frames if self._coding == _PCM else g711.encode(Pcm.from_bytes(frames), "alaw"))
            self.frames = told
            if self.frames - self._told >= _SIZES_EVERY:
                self._tell_sizes()
            if self._sync and self.frames - self._synced >= _SYNC_EVERY:
                os.fsync(self._file.fileno())
                self._synced = self.frames
        except OSError as error:
            self.frames = before
            self._drop_part()
            raise StoreError(f"{self.path}: cannot be written: {error.strerror}") from error

    def _drop_part(self) -> None:
        """What a full disk took of a write is no sound: a later one begins where the last whole one ended."""
        with contextlib.suppress(OSError):
            self._file.truncate(self.size_of(self.frames))
            self._file.seek(0, os.SEEK_END)

    def _append(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:  # a disk that is nearly full takes a part
            rest = rest[self._file.write(rest) :]

    def _tell_sizes(self) -> None:
        self._file.seek(0)
        self._file.write(_header(self._coding, self.channels, self.frames))
        self._file.seek(0, os.SEEK_END)
        self._told = self.frames

    def size_of(self, frames: int) -> int:
        """Bytes of a file with so many frames."""
        return _HEADER[self._coding] + frames * self._frame

    def close(self) -> None:
        """Finishes the file; safe twice."""
        if self._file.closed:
            return
        try:
            if self._told != self.frames:
                self._tell_sizes()
            if self._sync:
                os.fsync(self._file.fileno())
        except OSError as error:
            raise StoreError(f"{self.path}: cannot be finished: {error.strerror}") from error
        finally:
            self._file.close()

    def sha256(self) -> str:
        """Of the whole file, in hex; once it is closed."""
        if not self._file.closed:
            raise StoreError(f"{self.path}: still being written")
        with open(self.path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class WavAudio:
    """A file's sound: one `Pcm` for each channel, all of one length."""

    channels: list[Pcm]

    @property
    def frames(self) -> int:
        return len(self.channels[0])


@dataclass(frozen=True, slots=True)
class _Layout:
    coding: int
    channels: int
    rate: int
    bits: int
    data: int
    """Offset of the samples."""
    size: int
    """Bytes of samples that the header promises."""
    held: int
    """Bytes of samples that the file holds from `data` on."""


def _chunks(file: BinaryIO, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(name, offset, size) of each chunk that begins before `end`."""
    at = 12
    while at + 8 <= end:
        file.seek(at)
        name, size = struct.unpack("<4sI", file.read(8))
        yield name, at + 8, size
        at += 8 + size + (size & 1)


def _layout(file: BinaryIO, path: Path) -> _Layout:
    end = file.seek(0, os.SEEK_END)
    if end == 0:
        raise InputError(f"{path}: empty file; a WAV file is needed")
    file.seek(0)
    magic = file.read(12)
    if len(magic) < 12 or magic[:4] != b"RIFF" or magic[8:] != b"WAVE":
        raise InputError(f"{path}: not a WAV file (RIFF/WAVE)")
    form: tuple[int, int, int, int] | None = None
    for name, at, size in _chunks(file, end):
        if name == b"fmt " and form is None:
            file.seek(at)
            body = file.read(min(size, 40))
            if len(body) < 16:
                raise InputError(f"{path}: the WAV header is cut off")
            coding, channels, rate, _, _, bits = struct.unpack("<HHIIHH", body[:16])
            if coding == _EXTENSIBLE and len(body) >= 26:
                coding = struct.unpack("<H", body[24:26])[0]
            form = coding, channels, rate, bits
        elif name == b"data":
            if form is None:
                raise InputError(f"{path}: a WAV file whose data come before their format")
            return _Layout(*form, data=at, size=size, held=end - at)
    raise InputError(f"{path}: a WAV file without sound")


def _acceptable(form: _Layout, path: Path) -> None:
    coding = _CODINGS.get(form.coding, f"coding {form.coding}")
    found = f"{form.rate} Hz, {form.bits}-bit {coding}, {form.channels} channel(s)"
    bits = {_PCM: 16, _ALAW: 8, _MULAW: 8}.get(form.coding)
    if form.rate != RATE or form.bits != bits or not 1 <= form.channels <= 2:
        raise InputError(
            f"{path}: {found}; needed: {RATE} Hz, 16-bit PCM, A-law or mu-law, 1 or 2 channels "
            f"(sox IN -r 8000 -b 16 -c 1 OUT.wav makes it)"
        )


def _open(path: Path) -> BinaryIO:
    try:
        file = open(path, "rb")  # noqa: SIM115
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    if not file.seekable():
        file.close()
        raise InputError(f"{path}: a pipe or terminal; a WAV file is needed")
    return file


def read_wav(path: str | Path, first: int = 0, frames: int | None = None) -> WavAudio:
    """Reads a WAV file of 8,000 Hz, 16-bit PCM, A-law or mu-law, one or two channels; of its frames so many
    from `first` on, as far as there are any.

    Raises InputError naming what was found and what is needed, also for a file that is cut off.
    """
    path = Path(path)
    with _open(path) as file:
        form = _layout(file, path)
        _acceptable(form, path)
        size = form.held if form.size >= _UNKNOWN else form.size
        if size > form.held:
            raise InputError(f"{path}: cut off: {form.held} of {size} bytes of sound are there")
        frame = form.channels * form.bits // 8
        begin = min(first * frame, size - size % frame)
        left = size - size % frame - begin
        file.seek(form.data + begin)
        data = file.read(left if frames is None else min(left, frames * frame))
    if form.coding == _PCM:
        sound = Pcm.from_bytes(data)
    else:
        sound = g711.decode(data, "alaw" if form.coding == _ALAW else "ulaw")
    return WavAudio([sound[channel :: form.channels] for channel in range(form.channels)])


def is_begun(path: Path) -> bool:
    """Whether a file of `WavWriter`'s has more than a part of its header. OSError."""
    with open(path, "rb") as file:
        head = file.read(max(_HEADER.values()))
    coding = int.from_bytes(head[20:22], "little")
    return len(head) >= _HEADER.get(coding, _HEADER[_PCM])


def repair_wav(path: str | Path) -> int:
    """Sets the sizes in the header of a recording from the length of its file; the frames it holds.

    For a file that a killed process left: nothing that was written is lost, and what is no whole
    frame is cut off. Raises InputError, and changes nothing, for a file that is none of `WavWriter`'s.
    """
    path = Path(path)
    with _open(path) as file:
        form = _layout(file, path)
    sample = _SAMPLE.get(form.coding, 0)
    kind = (form.data, form.bits, form.rate)
    if not sample or kind != (_HEADER[form.coding], 8 * sample, RATE) or form.channels not in (1, 2):
        raise InputError(f"{path}: not a recording of this program; nothing was changed")
    frame = sample * form.channels
    frames = form.held // frame
    if frames * frame > _LARGEST:
        raise InputError(f"{path}: longer than a WAV file can be")
    try:
        with open(path, "r+b") as out:
            out.truncate(form.data + frames * frame)
            out.write(_header(form.coding, form.channels, frames))
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise StoreError(f"{path}: cannot be repaired: {error.strerror}") from error
    return frames
