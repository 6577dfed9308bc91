"""A recording that is to be analysed: also one whose file was cut off, as far as it goes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ctidrv.errors import InputError
from ctidrv.media.wav import read_wav, repair_wav
from ctidrv.native.pcm import Pcm


class Recording(NamedTuple):
    """Its channels; `is_cut`: the file ends before its header says."""

    channels: Sequence[Pcm]
    is_cut: bool


def read_recording(path: Path) -> Recording:
    """InputError for a file that cannot be read, or is cut off and not of the form in which recordings are
    written. The file stays as it is."""
    try:
        return Recording(read_wav(path).channels, is_cut=False)
    except InputError:
        channels = _of_cut_file(path)
        if channels is None:
            raise
        return Recording(channels, is_cut=True)


def _of_cut_file(path: Path) -> Sequence[Pcm] | None:
    """As a crash's recording is repaired, in a copy; None: that is not what is wrong with it."""
    if not path.is_file():
        return None
    with tempfile.TemporaryDirectory(prefix="ctidrv-") as folder:
        copy = Path(folder) / "cut.wav"
        shutil.copyfile(path, copy)
        try:
            frames = repair_wav(copy)
        except InputError:
            return None
        return read_wav(copy).channels if frames else None
