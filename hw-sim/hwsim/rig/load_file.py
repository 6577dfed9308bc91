"""`load.json`: the figures of a run of office traffic, for `ctidrv sim compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from ctidrv.document.model import Strict
from ctidrv.errors import InputError, StoreError

NAME = "load.json"
CHART = "load.svg"
MOST_BYTES = 4_000_000
MOST_ERRORS = 1000

Count = Annotated[int, Field(ge=0, le=2**53)]
Figure = Annotated[float, Field(ge=0, le=1e15, strict=False, allow_inf_nan=False)]
Text = Annotated[str, Field(max_length=500)]


class Kind(Strict):
    """Of the calls of one kind of subscriber, or of all; seconds are sums."""

    calls: Count = 0
    answered: Count = 0
    abandoned: Count = 0
    """They rang, and their callers went before anybody answered."""
    refused: Count = 0
    """No line was free: busy tone."""
    lost: Count = 0
    """Neither: their callers hung up before the office rang."""
    joined: Count = 0
    """Their callers went while it rang, and in the same ringing the line was answered to the next."""
    gave_up: Count = 0
    """Their callers' patience was at an end in the menu."""
    unheard: Count = 0
    """Their callers waited in vain for what the menu had to say."""
    messages: Count = 0
    recordings: Count = 0
    held_s: Figure = 0.0
    """Their lines were at work for so long,"""
    talked_s: Figure = 0.0
    """from answer to end for so long."""


class Hour(Strict):
    """An hour from its beginning (UTC)."""

    begin: Text
    calls: Count
    refused: Count
    erlangs: Figure
    """Lines at work on average."""


class Spread(Strict):
    """Of some times, in seconds."""

    median: Figure = 0.0
    p95: Figure = 0.0
    longest: Figure = 0.0


class Machine(Strict):
    """What another machine, or another day, may do otherwise."""

    wall_s: Figure
    cpu_s: Figure
    line_seconds_per_second: Figure
    rss_mib: Figure
    """The most that the process took."""


class Load(Strict):
    """A run. `waiting`: from the first ring to the answer; `talk`: from the answer to the end."""

    load: Literal[1]
    name: Text
    file: Text
    seed: Count
    lines: Count
    version: Text
    """Of ctidrv."""
    simulated_s: Figure
    total: Kind
    kinds: dict[Text, Kind]
    causes: dict[Text, Count]
    waiting: Spread
    talk: Spread
    recorded_s: Figure
    bytes: Count
    """Of all files of sound."""
    hours: Annotated[list[Hour], Field(max_length=10_000)]
    line_s: dict[Text, Figure]
    """How long each line was at work."""
    errors: Annotated[list[Text], Field(max_length=MOST_ERRORS)]
    machine: Machine


def write_load(folder: Path, load: Load, chart: str) -> None:
    """Both files into a folder, which is made. StoreError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / NAME).write_text(f"{load.model_dump_json(indent=1)}\n", encoding="utf-8")
        (folder / CHART).write_text(chart, encoding="utf-8", newline="\n")
    except OSError as error:
        raise StoreError(f"{folder}: the run cannot be kept there: {error.strerror or error}") from error


def read_load(given: Path) -> Load:
    """Of a folder, or the file itself. InputError."""
    path = given / NAME if given.is_dir() else given
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read: {error.strerror or error}; `ctidrv sim load FILE --keep DIR` makes one"
        ) from error
    if len(content) > MOST_BYTES:
        raise InputError(f"{path}: larger than {MOST_BYTES // 1_000_000} MB, the most that a run has")
    try:
        return Load.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part)[:40] for part in first["loc"][:8])
        words = first["msg"].splitlines()[0][:200]
        raise InputError(
            f"{path}: {f'{place}: ' if place else ''}{words}; run `ctidrv sim load` again"
        ) from None
