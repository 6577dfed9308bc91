"""What a case leaves: what each caller said and heard, its time line in words and as data, the station."""

from __future__ import annotations

import re
import shutil
from array import array
from collections.abc import Sequence
from pathlib import Path

from ctidrv.errors import StoreError
from ctidrv.native.pcm import Pcm
from ctidrv.picture.parties import Mark, Party, Sound, What, words
from hwsim.rig.run_file import MOST_MESSAGE, NAME, Fault, Run
from hwsim.rig.watch import Watch, marks_of
from hwsim.scenario.person import Person
from hwsim.scenario.timeline import Track


def keep(folder: Path, report: str, people: Sequence[Person], run: Run, station: Path | None = None) -> Path:
    """Makes a folder of its own in `folder` and returns it. StoreError where it cannot be written."""
    try:
        made = _new_folder(folder, re.sub(r"[^\w.-]+", "-", run.name)[:80].strip("-.") or "case")
        (made / "timeline.txt").write_text(f"{report}\n", encoding="utf-8")
        (made / NAME).write_text(f"{run.model_dump_json(exclude_defaults=True)}\n", encoding="utf-8")
        for person in people:
            for number, stretch in enumerate(person.heard_so_far, 1):
                write_both(made / _sound_name(person, number), stretch.said, stretch.heard)
        if station is not None:
            shutil.copytree(station, made / "station")
    except OSError as error:
        raise StoreError(f"{folder}: the case cannot be kept there: {error.strerror or error}") from error
    return made


def run_of(
    name: str,
    file: str,
    seed: int,
    length: int,
    failures: Sequence[tuple[int, str]],
    people: Sequence[Person],
    tracks: Sequence[Track],
    watch: Watch,
) -> Run:
    """The case as data; `tracks`: of each of the people what he heard and what he did (`all_tracks`)."""
    callers = [
        _caller(person, heard, did, length)
        for person, heard, did in zip(people, tracks[0::2], tracks[1::2], strict=False)
    ]
    return Run(
        run=1,
        name=words(name),
        file=words(file),
        seed=seed,
        length=length,
        failures=[Fault(line=line, message=words(message, MOST_MESSAGE)) for line, message in failures],
        parties=[*callers, *watch.lines(length)],
    )


def _caller(person: Person, heard: Track, did: Track, length: int) -> Party:
    stretches = person.heard_so_far
    rang = [Mark(begin=note.at) for note in person.phone.notes if note.what == "rings"]
    tracks: dict[What, list[Mark]] = {
        "hook": [Mark(begin=each.begin, end=min(length, each.begin + len(each.heard))) for each in stretches],
        "ring": rang,
        "does": marks_of(did.marks),
        "hears": marks_of(heard.marks),
    }
    sounds = [
        Sound(file=_sound_name(person, number), begin=each.begin) for number, each in enumerate(stretches, 1)
    ]
    return Party(name=person.name, kind="caller", sounds=sounds, tracks=tracks)


def _sound_name(person: Person, number: int) -> str:
    name = re.sub(r"[^\w-]+", "-", person.name)
    return f"caller-{name}-{number}.wav"


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
