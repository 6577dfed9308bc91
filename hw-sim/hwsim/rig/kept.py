"""What a case that failed leaves: what each caller said and heard, the time line, the station's folder."""

from __future__ import annotations

import re
import shutil
from array import array
from collections.abc import Sequence
from pathlib import Path

from ctidrv.errors import StoreError
from ctidrv.native.pcm import Pcm
from hwsim.scenario.person import Person


def keep(folder: Path, name: str, report: str, people: Sequence[Person], station: Path | None = None) -> Path:
    """Makes a folder of its own in `folder` and returns it. StoreError where it cannot be written."""
    try:
        made = _new_folder(folder, re.sub(r"[^\w.-]+", "-", name)[:80].strip("-.") or "case")
        (made / "timeline.txt").write_text(f"{report}\n", encoding="utf-8")
        for person in people:
            for number, stretch in enumerate(person.heard_so_far, 1):
                write_both(made / f"caller-{person.phone.number}-{number}.wav", stretch.said, stretch.heard)
        if station is not None:
            shutil.copytree(station, made / "station")
    except OSError as error:
        raise StoreError(f"{folder}: what failed cannot be kept there: {error.strerror or error}") from error
    return made


def _new_folder(folder: Path, name: str) -> Path:
    for number in range(1, 10_000):
        made = folder / (name if number == 1 else f"{name}-{number}")
        try:
            made.mkdir(parents=True)
        except FileExistsError:
            continue
        return made
    raise StoreError(f"{folder}: holds too many cases of the name {name}: empty it")


def write_both(path: Path, said: Pcm, heard: Pcm) -> None:
    """A WAV file: what he said on channel 1, what he heard on channel 2."""
    from ctidrv.media.wav import WavWriter

    frames = min(len(said), len(heard))
    both = array("h", bytes(4 * frames))
    both[0::2] = array("h", (said[index] for index in range(frames)))
    both[1::2] = array("h", (heard[index] for index in range(frames)))
    writer = WavWriter(path, 2, sync=False)
    writer.write(Pcm(both).bytes)
    writer.close()
